//! Issues that are gone: said by the host, or found out at night because nobody said so. What is
//! merely out of the app's sight is not gone.

use std::time::Duration;

use deskbridge::app::config::StoreKind;
use deskbridge::audit::Action;
use deskbridge::store::Key;
use deskbridge_playground::site::{Event, Site, SiteError};
use deskbridge_playground::{Fault, Moment};

use super::bed::Bed;
use super::{TEXT, nothing_left, read, record, shared};
use crate::harness::on_each_store;

on_each_store!(
    n42_the_notes_of_a_deleted_issue_are_shredded,
    n42_what_the_app_may_no_longer_see_is_kept,
    n42_a_silent_host_proves_nothing_and_is_asked_again,
    n42_a_move_that_nobody_told_of_is_made_up_for_at_night,
);

/// The site changes, and the events of it are lost.
fn in_silence<T>(bed: &Bed, change: impl FnOnce(&mut Site) -> Result<(T, Vec<Event>), SiteError>) {
    let unheard = |site: &mut Site| change(site).map(|(value, _)| (value, Vec::new()));
    bed.host.change(unheard).unwrap();
}

async fn checked(bed: &Bed) -> i64 {
    let record = bed.stored(&Key::point("note-checked", &[])).await;
    record.map_or(0, |record| record["t"].as_i64().unwrap())
}

/// The hour of the night in which this tenant's issues are looked for.
fn night_falls(bed: &Bed) {
    const DAY: i64 = 86_400;
    let hour = i64::from(bed.tenant.as_bytes()[0]) % 24;
    let now = bed.now();
    let at = now.div_euclid(DAY) * DAY + hour * 3600 + 23 * 60 + 1;
    bed.advance_to(if at > now { at } else { at + DAY });
}

/// A whole nightly check.
async fn night(bed: &Bed) {
    let before = checked(bed).await;
    night_falls(bed);
    // What is tried again after a pause is due sooner so.
    for _ in 0..30 {
        if checked(bed).await > before {
            return;
        }
        bed.advance(Duration::from_secs(2));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    bed.until("the check", async || checked(bed).await > before)
        .await;
}

async fn n42_the_notes_of_a_deleted_issue_are_shredded(on: StoreKind) {
    let bed = Bed::start(on).await;
    let (niro, nero) = (bed.person("niro", "ITH-1"), bed.person("nero", "ITH-1"));
    let (author, _) = (niro.browser().await, nero.browser().await);
    let note = shared(&niro, &author, &[&nero.account]).await;
    let elsewhere = bed.person("niro", "ITH-2");
    let kept = shared(&elsewhere, &author, &[&nero.account]).await;
    let issue = niro.issue.number();
    let actor = bed.host.account("ada");
    bed.host
        .change(|site| site.delete_issue(issue, &actor))
        .unwrap();
    nothing_left(&bed, &note).await;
    bed.until("the tombstone", async || {
        let state = record(&bed, &note).await["s"]["ended"].clone();
        state["how"] == "shredded" && state["d"].is_i64()
    })
    .await;
    assert!(record(&bed, &kept).await["s"]["live"].is_object());
    bed.until("the audit", async || {
        bed.audited(Action::NoteEnded).await == 1
    })
    .await;
}

async fn n42_what_the_app_may_no_longer_see_is_kept(on: StoreKind) {
    type Hide = fn(&mut Site, bool);
    let hides: [Hide; 4] = [
        // A security level that leaves the app out.
        |site, out| site.issues.get_mut(&10101).unwrap().fate.app_out = out,
        // The project's role lost the app.
        |site, out| site.projects[0].fate.app_out = out,
        |site, out| site.projects[0].fate.trashed = out,
        |site, out| site.projects[0].fate.archived = out,
    ];
    let bed = Bed::start(on).await;
    let niro = bed.person("niro", "ITH-1");
    let reader = bed.person("nero", "ITH-1").browser().await;
    let browser = niro.browser().await;
    let note = shared(&niro, &browser, &[&bed.account("nero")]).await;
    let still = bed.person("niro", "DEV-1");
    let other = shared(&still, &browser, &[&bed.account("nero")]).await;
    for hide in hides {
        let set = |out| {
            in_silence(&bed, |site| {
                hide(site, out);
                Ok(((), Vec::new()))
            });
        };
        set(true);
        night(&bed).await;
        // Nothing to go by on a second look either.
        bed.advance(Duration::from_secs(3600));
        set(false);
    }
    for note in [&note, &other] {
        assert!(record(&bed, note).await["s"]["live"].is_object());
    }
    let nero = bed.person("nero", "ITH-1");
    assert_eq!(read(&nero, &reader, &note).await.as_deref(), Some(TEXT));
    // Two nights of the same.
    in_silence(&bed, |site| {
        hides[0](site, true);
        Ok(((), Vec::new()))
    });
    night(&bed).await;
    night(&bed).await;
    assert!(record(&bed, &note).await["s"]["live"].is_object());
}

async fn n42_a_silent_host_proves_nothing_and_is_asked_again(on: StoreKind) {
    let bed = Bed::start(on).await;
    let niro = bed.person("niro", "ITH-1");
    let browser = niro.browser().await;
    let note = shared(&niro, &browser, &[&bed.account("nero")]).await;
    night(&bed).await;
    let issue = niro.issue.number();
    in_silence(&bed, |site| site.delete_issue(issue, "nobody"));
    let before = checked(&bed).await;
    let silent = |path: &str| Fault {
        path: Some(path.to_owned()),
        status: Some(503),
        moment: Moment::Before,
        ..Fault::default()
    };
    bed.host
        .set_faults(vec![silent("/rest/api/3/issue/bulkfetch")]);
    night_falls(&bed);
    let key = Key::point("note-missed", &[&issue.to_string()]);
    let asked = async || {
        bed.until("it was asked", async || {
            let health = bed.store.health(bed.clock.now()).await;
            health.oldest_due.is_none()
        })
        .await;
    };
    asked().await;
    assert_eq!(checked(&bed).await, before);
    assert!(bed.stored(&key).await.is_none());
    // It speaks, but not of what decides.
    bed.host
        .set_faults(vec![silent("/rest/api/3/project/search")]);
    bed.advance(Duration::from_secs(3));
    asked().await;
    assert!(bed.stored(&key).await.is_none());
    bed.host.set_faults(Vec::new());
    bed.patiently("it is asked again", async || checked(&bed).await > before)
        .await;
    assert!(bed.stored(&key).await.is_some());
    assert!(record(&bed, &note).await["s"]["live"].is_object());
}

async fn n42_a_move_that_nobody_told_of_is_made_up_for_at_night(on: StoreKind) {
    let bed = Bed::start(on).await;
    let niro = bed.person("niro", "ITH-1");
    let browser = niro.browser().await;
    let note = shared(&niro, &browser, &[&bed.account("nero")]).await;
    let project = async || record(&bed, &note).await["s"]["live"]["p"].clone();
    assert_eq!(project().await, "10000");
    let issue = niro.issue.number();
    in_silence(&bed, |site| site.move_issue(issue, "nobody", "DEV"));
    night(&bed).await;
    bed.until("the new project", async || project().await == "10001")
        .await;
}
