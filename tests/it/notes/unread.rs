//! Whose note ran out unread is told so: once, alone, and by names only.

use std::time::Duration;

use deskbridge::app::config::StoreKind;
use deskbridge::audit::Action;
use deskbridge::jobs::Outcome;
use deskbridge::notes::Unread;
use deskbridge_playground::{Fault, Moment};
use serde_json::json;

use super::bed::{Bed, Person};
use super::browser::Sealed;
use super::{TEXT, path, read, shared};
use crate::harness::on_each_store;

on_each_store!(
    an_author_is_told_when_nobody_read_in_time,
    a_note_that_was_read_ends_without_a_word,
    a_host_that_does_not_answer_gets_one_mail_about_an_unread_note,
);

/// Ends the note in a minute, and lets that minute pass.
async fn run_out(author: &Person<'_>, note: &Sealed) {
    let bed = author.bed;
    let end = bed.now() + 60;
    let end = json!({"expiresAt": end});
    let sooner = author.post(&path(note, "expiry"), &end).await;
    assert_eq!(sooner.status, 200, "{}", sooner.body);
    bed.advance(Duration::from_secs(61));
    bed.until("the tombstone", async || {
        author.cards().await[0]["shreddedAt"].is_i64()
    })
    .await;
}

async fn an_author_is_told_when_nobody_read_in_time(on: StoreKind) {
    let bed = Bed::start(on).await;
    for (author, reader) in [("niro", "jonathan"), ("jonathan", "nero")] {
        let before = bed.host.site().notices.len();
        let author = bed.person(author, "ITH-1");
        let browser = author.browser().await;
        let note = shared(&author, &browser, &[&bed.account(reader)]).await;
        // Their own look at it is no reading.
        assert_eq!(read(&author, &browser, &note).await.as_deref(), Some(TEXT));
        run_out(&author, &note).await;
        bed.until("the notice", async || {
            bed.host.site().notices.len() > before
        })
        .await;
        let site = bed.host.site();
        let notice = &site.notices[before];
        assert_eq!(notice.to, [author.account.to_string()]);
        let name = site.person(&bed.host.account(reader)).unwrap().name.clone();
        let said = format!("expired before {name} read it");
        assert!(notice.text.contains(&said), "{}", notice.text);
        assert!(!notice.text.contains(TEXT));
        assert_eq!(author.cards().await[0]["state"], "expired");
    }
    let audited = async || bed.audited(Action::NoteUnreadTold).await == 2;
    bed.until("the audit", audited).await;
    assert_eq!(bed.host.site().notices.len(), 2);
}

async fn a_note_that_was_read_ends_without_a_word(on: StoreKind) {
    let bed = Bed::start(on).await;
    let (niro, nero) = (bed.person("niro", "ITH-1"), bed.person("nero", "ITH-1"));
    let (author, reader) = (niro.browser().await, nero.browser().await);
    let kofi = bed.account("jonathan");
    let note = shared(&niro, &author, &[&nero.account, &kofi]).await;
    assert_eq!(read(&nero, &reader, &note).await.as_deref(), Some(TEXT));
    run_out(&niro, &note).await;
    // A later note's notice shows that the first had its time.
    let unread = shared(&niro, &author, &[&nero.account]).await;
    run_out(&niro, &unread).await;
    let told = async || bed.audited(Action::NoteUnreadTold).await == 1;
    bed.until("the other's notice", told).await;
    assert_eq!(bed.host.site().notices.len(), 1);
}

async fn a_host_that_does_not_answer_gets_one_mail_about_an_unread_note(on: StoreKind) {
    let bed = Bed::start(on).await;
    let niro = bed.person("niro", "ITH-1");
    let browser = niro.browser().await;
    let fault = |path: &str, status, retry_after, moment| Fault {
        path: Some(path.to_owned()),
        status: Some(status),
        retry_after,
        moment,
        times: Some(1),
        ..Fault::default()
    };
    let notify = "/rest/api/3/issue/*/notify";
    // Asked to wait, and so nothing was sent: it is tried again.
    let note = shared(&niro, &browser, &[&bed.account("nero")]).await;
    bed.until("the comment", async || bed.comments("ITH-1").len() == 1)
        .await;
    bed.host
        .set_faults(vec![fault(notify, 429, Some(1), Moment::Before)]);
    run_out(&niro, &note).await;
    let one = async || bed.host.site().notices.len() == 1;
    bed.patiently("the notice after the wait", one).await;

    // Sent, with its answer lost: it is left at that.
    let niro = bed.person("niro", "ITH-1");
    let note = shared(&niro, &browser, &[&bed.account("nero")]).await;
    bed.until("the comment", async || bed.comments("ITH-1").len() == 2)
        .await;
    bed.host
        .set_faults(vec![fault(notify, 500, None, Moment::After)]);
    run_out(&niro, &note).await;
    let two = async || bed.host.site().notices.len() == 2;
    bed.patiently("the notice whose answer is lost", two).await;
    let parts = bed.running.parts();
    let now = bed.clock.now();
    let tenant = parts.tenants.get(&bed.tenant, now).await.unwrap().unwrap();
    let again = Unread { note: note.id };
    let again = parts.notes.run_unread(&tenant, &again, now).await;
    assert!(matches!(again, Outcome::Done(_)), "{again:?}");
    assert_eq!(bed.host.site().notices.len(), 2);
}
