//! The life of things, as far as notes go: what becomes of them when their issue, its project or a
//! person goes somewhere else.

use std::collections::BTreeSet;
use std::time::Duration;

use deskbridge::app::config::StoreKind;
use deskbridge_playground::site::{Event, Site, SiteError};
use serde_json::{Value, json};

use super::bed::{Bed, Person};
use super::browser::Browser;
use super::{TEXT, authorise, body, nothing_left, path, read, record, sealed, shared};
use crate::harness::on_each_store;

on_each_store!(
    l1_notes_go_with_their_issue_to_another_project,
    l2_a_request_without_a_type_is_no_longer_in_the_portal,
    l3_a_clone_has_none_of_the_notes,
    l4_the_issue_that_others_were_merged_into_points_to_their_notes,
    l5_an_archived_issue_keeps_its_notes_and_takes_no_new_ones,
    l6_a_project_in_the_trash_locks_its_notes_until_it_comes_back_or_goes,
    l7_a_deactivated_account_opens_nothing,
    l8_a_closed_account_is_forgotten,
    l9_a_migrated_customer_is_somebody_new_until_an_admin_says_otherwise,
    l10_who_left_an_organization_is_refused_and_the_author_sees_it,
    l11_a_renamed_site_finds_its_notes_and_rings_no_alarm,
    l12_a_new_reporter_is_no_reader_and_the_old_one_is_out,
);

type Changed = Result<((), Vec<Event>), SiteError>;

fn change(bed: &Bed, change: impl FnOnce(&mut Site) -> Changed) {
    bed.host.change(change).unwrap();
}

/// Changes of which Jira tells nothing.
fn quietly(bed: &Bed, what: impl FnOnce(&mut Site)) {
    change(bed, |site| {
        what(site);
        Ok(((), Vec::new()))
    });
}

/// What is kept of the host's word is no older than this.
fn a_moment(bed: &Bed) {
    bed.advance(Duration::from_secs(31));
}

/// Stage two without stage one anew: as a panel does that was open before.
async fn open(person: &Person<'_>, browser: &Browser, note: &super::Sealed, known: &Value) -> u16 {
    let jti = browser.entropy.bytes();
    let consent = browser.consent(known, jti, person.bed.now());
    person.post(&path(note, "open"), &consent).await.status
}

async fn l1_notes_go_with_their_issue_to_another_project(on: StoreKind) {
    let bed = Bed::start(on).await;
    let (niro, jonathan) = (bed.person("niro", "ITH-1"), bed.person("jonathan", "ITH-1"));
    let (author, customer) = (niro.browser().await, jonathan.browser().await);
    let nero = bed.person("nero", "ITH-1");
    let agent = nero.browser().await;
    let note = shared(&niro, &author, &[&nero.account, &jonathan.account]).await;
    let known = authorise(&jonathan, &note).await.ok();
    let issue = niro.issue.number();
    change(&bed, |site| site.move_issue(issue, "nobody", "DEV"));
    bed.until("the project of the note", async || {
        record(&bed, &note).await["s"]["live"]["p"] == "10001"
    })
    .await;
    // Nobody is a customer of a software project.
    assert_eq!(open(&jonathan, &customer, &note, &known).await, 403);
    a_moment(&bed);
    let key = bed.host.site().issues[&issue].key.clone();
    assert!(key.starts_with("DEV-"), "{key}");
    let nero = bed.person("nero", &key);
    assert_eq!(read(&nero, &agent, &note).await.as_deref(), Some(TEXT));
    let state = bed.person("niro", &key).get("/api/state").await.ok();
    assert_eq!(state["issue"]["project"], "10001");
    assert_eq!(state["notes"][0]["gone"], json!([jonathan.account]));
}

async fn l2_a_request_without_a_type_is_no_longer_in_the_portal(on: StoreKind) {
    let bed = Bed::start(on).await;
    let (niro, jonathan) = (bed.person("niro", "ITH-1"), bed.person("jonathan", "ITH-1"));
    let (author, reader) = (niro.browser().await, jonathan.browser().await);
    let note = shared(&niro, &author, &[&jonathan.account]).await;
    let state = niro.get("/api/state").await.ok();
    assert!(state["issue"]["place"].is_null());
    let issue = niro.issue.number();
    change(&bed, |site| site.set_request_type(issue, "nobody", None));
    a_moment(&bed);
    for what in ["/api/state", "/api/people?query="] {
        let refused = jonathan.get(what).await;
        assert_eq!(refused.status, 403, "{}", refused.body);
        assert_eq!(
            refused.json()["type"],
            "urn:deskbridge:problem:not-in-portal"
        );
    }
    assert_eq!(authorise(&jonathan, &note).await.status, 403);
    let state = niro.get("/api/state").await.ok();
    assert_eq!(state["issue"]["place"], "not-in-portal");
    assert_eq!(state["notes"][0]["gone"], json!([jonathan.account]));
    // It is found again, and so is the note.
    change(&bed, |site| site.set_request_type(issue, "nobody", Some(2)));
    a_moment(&bed);
    let jonathan = bed.person("jonathan", "ITH-1");
    assert_eq!(read(&jonathan, &reader, &note).await.as_deref(), Some(TEXT));
}

async fn l3_a_clone_has_none_of_the_notes(on: StoreKind) {
    let bed = Bed::start(on).await;
    let niro = bed.person("niro", "ITH-1");
    let (author, nero) = (niro.browser().await, bed.account("nero"));
    let note = shared(&niro, &author, &[&nero]).await;
    let issue = niro.issue.number();
    // A property as one that a note of a new request leaves, taken along by the clone.
    let nonce = json!({"nonce": "AAAAAAAAAAAAAAAAAAAAAA"});
    let copied = |site: &mut Site| {
        site.set_issue_property(issue, "nobody", "deskbridge.intake", Some(&nonce))?;
        site.clone_issue(issue, "nobody")
    };
    let copy = bed.host.change(copied).unwrap();
    let site = bed.host.site();
    assert_eq!(site.issues[&copy].properties["deskbridge.intake"], nonce);
    let key = &site.issues[&copy].key;
    bed.until("the clone's events are handled", async || {
        let delivered = bed.host.deliveries();
        let mut of_copy = delivered.iter().filter(|d| d.issue == Some(copy));
        let heard = of_copy.all(|d| !d.attempts.is_empty());
        heard && bed.store.health(bed.clock.now()).await.oldest_due.is_none()
    })
    .await;
    let there = bed.person("niro", key);
    assert_eq!(there.cards().await, Vec::<Value>::new());
    assert_eq!(authorise(&there, &note).await.status, 404);
    let sent = there.post("/api/notes", &body(&note)).await;
    assert!(sent.status == 409 || sent.status == 403, "{}", sent.body);
    assert_eq!(record(&bed, &note).await["i"], issue.to_string());
    assert_eq!(niro.cards().await.len(), 1);
}

async fn l4_the_issue_that_others_were_merged_into_points_to_their_notes(on: StoreKind) {
    let bed = Bed::start(on).await;
    let duplicate = bed.person("niro", "ITH-1");
    let author = duplicate.browser().await;
    let (nero, jonathan) = (bed.account("nero"), bed.account("jonathan"));
    let note = shared(&duplicate, &author, &[&jonathan]).await;
    shared(&duplicate, &author, &[&nero]).await;
    let (from, into) = (duplicate.issue.number(), bed.issue("ITH-3").number());
    let pointers = async |slug: &str, issue: &str| {
        let state = bed.person(slug, issue).get("/api/state").await.ok();
        state["duplicates"].as_array().unwrap().clone()
    };
    assert!(pointers("niro", "ITH-3").await.is_empty());
    change(&bed, |site| site.merge(from, into, "nobody"));
    // A clone is no duplicate.
    bed.host
        .change(|site| site.link("Cloners", 10102, into, "nobody"))
        .unwrap();
    a_moment(&bed);
    let seen = pointers("niro", "ITH-3").await;
    assert_eq!(seen.len(), 1, "{seen:?}");
    assert_eq!(seen[0]["issue"]["key"], "ITH-1");
    assert_eq!(seen[0]["notes"], 2);
    assert_eq!(
        seen[0]["url"],
        format!("{}/browse/ITH-1", bed.host.base_url)
    );
    // The reporter of the one is nobody on the other, until they are.
    assert!(pointers("kofi", "ITH-3").await.is_empty());
    change(&bed, |site| {
        site.set_participant(from, "nobody", "kofi", true)
    });
    a_moment(&bed);
    let seen = pointers("kofi", "ITH-3").await;
    assert_eq!(
        seen[0]["notes"], 1,
        "of the note among agents nothing is told"
    );
    // Nothing moved, and nothing points the other way.
    assert_eq!(record(&bed, &note).await["i"], from.to_string());
    assert!(pointers("niro", "ITH-1").await.is_empty());
}

async fn l5_an_archived_issue_keeps_its_notes_and_takes_no_new_ones(on: StoreKind) {
    let bed = Bed::with(on, 60).await;
    let (niro, nero) = (bed.person("niro", "ITH-1"), bed.person("nero", "ITH-1"));
    let (author, reader) = (niro.browser().await, nero.browser().await);
    let note = shared(&niro, &author, &[&nero.account]).await;
    let issue = niro.issue.number();
    change(&bed, |site| site.archive_issue(issue, true));
    a_moment(&bed);
    let state = niro.get("/api/state").await.ok();
    assert_eq!(state["issue"]["place"], "archived");
    assert_eq!(read(&nero, &reader, &note).await.as_deref(), Some(TEXT));
    let more = sealed(&niro, &author, &[&nero.account], TEXT).await;
    let refused = niro.post("/api/notes", &body(&more)).await;
    assert_eq!(refused.status, 423, "{}", refused.body);
    assert_eq!(refused.json()["type"], "urn:deskbridge:problem:locked");
    a_moment(&bed);
    bed.until("nobody is told", async || {
        record(&bed, &note).await["s"]["live"]["n"]["done"].is_object()
    })
    .await;
    assert!(bed.comments("ITH-1").is_empty());
    // The same where the project is archived as a whole, and then no longer.
    change(&bed, |site| site.archive_issue(issue, false));
    change(&bed, |site| site.set_project("ITH", "archived", "nobody"));
    a_moment(&bed);
    let niro = bed.person("niro", "ITH-1");
    let state = niro.get("/api/state").await.ok();
    assert_eq!(state["issue"]["place"], "archived");
    assert_eq!(niro.post("/api/notes", &body(&more)).await.status, 423);
    change(&bed, |site| site.set_project("ITH", "unarchived", "nobody"));
    a_moment(&bed);
    assert_eq!(niro.post("/api/notes", &body(&more)).await.status, 201);
}

async fn l6_a_project_in_the_trash_locks_its_notes_until_it_comes_back_or_goes(on: StoreKind) {
    let bed = Bed::start(on).await;
    let (niro, nero) = (bed.person("niro", "ITH-1"), bed.person("nero", "ITH-1"));
    let (author, reader) = (niro.browser().await, nero.browser().await);
    let note = shared(&niro, &author, &[&nero.account]).await;
    let dev = bed.person("niro", "DEV-1");
    let elsewhere = shared(&dev, &author, &[&nero.account]).await;
    let known = authorise(&nero, &note).await.ok();
    change(&bed, |site| site.set_project("ITH", "trashed", "nobody"));
    a_moment(&bed);
    for answer in [nero.get("/api/state").await, authorise(&nero, &note).await] {
        assert_eq!(answer.status, 423, "{}", answer.body);
    }
    assert_eq!(open(&nero, &reader, &note, &known).await, 423);
    assert!(record(&bed, &note).await["s"]["live"].is_object());
    change(&bed, |site| site.set_project("ITH", "restored", "nobody"));
    a_moment(&bed);
    let nero = bed.person("nero", "ITH-1");
    assert_eq!(read(&nero, &reader, &note).await.as_deref(), Some(TEXT));
    // An event that says so while the project is there is not believed.
    let project = json!({"project": {"id": 10000, "key": "ITH"}});
    let mut said = Event {
        name: "project_deleted".to_owned(),
        actor: bed.host.account("ada"),
        issue: None,
        body: project,
    };
    said.body["webhookEvent"] = json!("project_deleted");
    change(&bed, |_| Ok(((), vec![said])));
    change(&bed, |site| site.set_project("ITH", "trashed", "nobody"));
    bed.until("both events are handled", async || {
        let delivered = bed.host.deliveries();
        let told = delivered.iter().filter(|d| d.event.starts_with("project_"));
        let all = told.clone().count() == 4 && told.clone().all(|d| !d.attempts.is_empty());
        all && bed.store.health(bed.clock.now()).await.oldest_due.is_none()
    })
    .await;
    assert!(record(&bed, &note).await["s"]["live"].is_object());
    change(&bed, |site| site.delete_project("ITH", "nobody"));
    nothing_left(&bed, &note).await;
    assert!(record(&bed, &elsewhere).await["s"]["live"].is_object());
}

async fn l7_a_deactivated_account_opens_nothing(on: StoreKind) {
    let bed = Bed::start(on).await;
    let niro = bed.person("niro", "ITH-1");
    let author = niro.browser().await;
    for slug in ["nero", "jonathan"] {
        let reader = bed.person(slug, "ITH-1");
        let browser = reader.browser().await;
        let note = shared(&niro, &author, &[&reader.account]).await;
        let known = authorise(&reader, &note).await.ok();
        let active = |yes| {
            quietly(&bed, |site| {
                let account = reader.account.as_str();
                let person = site.people.iter_mut().find(|p| p.account == account);
                person.unwrap().active = yes;
            });
        };
        active(false);
        assert_eq!(open(&reader, &browser, &note, &known).await, 403, "{slug}");
        a_moment(&bed);
        assert_eq!(authorise(&reader, &note).await.status, 403, "{slug}");
        let niro = bed.person("niro", "ITH-1");
        assert_eq!(niro.cards().await[0]["gone"], json!([reader.account]));
        active(true);
        a_moment(&bed);
        let text = read(&bed.person(slug, "ITH-1"), &browser, &note).await;
        assert_eq!(text.as_deref(), Some(TEXT), "{slug}");
    }
}

/// The day and hour on which the accounts of this tenant are reported.
fn report_day(bed: &Bed) {
    const DAY: i64 = 86_400;
    let bytes = *bed.tenant.as_bytes();
    let (hour, weekday) = (i64::from(bytes[0]) % 24, i64::from(bytes[1]) % 7);
    let at = |day: i64| day * DAY + hour * 3600 + 23 * 60 + 1;
    let mut day = bed.now().div_euclid(DAY);
    while day.rem_euclid(7) != weekday || at(day) <= bed.now() {
        day += 1;
    }
    bed.advance_to(at(day));
}

/// Whose keys have a wrap of the note.
async fn wrapped_for(bed: &Bed, note: &super::Sealed) -> Vec<String> {
    let note = record(bed, note).await;
    let wrapped = note["s"]["live"]["w"].as_array().unwrap().iter();
    wrapped
        .map(|w| w["a"].as_str().unwrap().to_owned())
        .collect()
}

async fn l8_a_closed_account_is_forgotten(on: StoreKind) {
    let bed = Bed::start(on).await;
    let niro = bed.person("niro", "ITH-1");
    let author = niro.browser().await;
    let (nero, ana) = (bed.person("nero", "ITH-1"), bed.person("ana", "ITH-1"));
    let (his, hers) = (nero.browser().await, ana.browser().await);
    let living = shared(&niro, &author, &[&nero.account, &ana.account]).await;
    let ended = shared(&niro, &author, &[&nero.account, &ana.account]).await;
    assert_eq!(read(&nero, &his, &ended).await.as_deref(), Some(TEXT));
    bed.until("both are announced", async || {
        bed.comments("ITH-1").len() == 2
    })
    .await;
    let path = format!("/api/notes/{}", ended.id);
    assert_eq!(niro.delete(&path).await.status, 204);
    nothing_left(&bed, &ended).await;
    change(&bed, |site| site.erase_person("nero", "nobody"));
    report_day(&bed);
    let gone = nero.account.as_str();
    let names = async |note: &super::Sealed| record(&bed, note).await.to_string().contains(gone);
    bed.patiently("the note that ended names somebody else", async || {
        !names(&ended).await
    })
    .await;
    // Every account of which something is kept was reported, none that cannot be.
    let reported = bed.host.site().reported.concat();
    assert!(reported.contains(&niro.account.to_string()), "{reported:?}");
    assert!(reported.iter().all(|account| !account.starts_with("qm:")));
    // No wrap of theirs is left, those of others are.
    let wrapped = async || wrapped_for(&bed, &living).await;
    bed.patiently("the wraps are gone", async || {
        !wrapped().await.contains(&gone.to_owned())
    })
    .await;
    assert_eq!(wrapped().await.len(), 2);
    let ana = bed.person("ana", "ITH-1");
    assert_eq!(read(&ana, &hers, &living).await.as_deref(), Some(TEXT));
    let niro = bed.person("niro", "ITH-1");
    let state = niro.get("/api/state").await.ok();
    assert_eq!(state["people"][gone]["hasKey"], false);
    assert_eq!(state["people"][gone]["name"], "Former user");
    let tombstone = state["notes"].as_array().unwrap().iter();
    let tombstone = tombstone.clone().find(|c| c["state"] == "deleted").unwrap();
    let mut readers = tombstone["readers"].as_array().unwrap().iter();
    let former = readers.find_map(|r| r.as_str().filter(|r| r.starts_with("former:")));
    let former = former.unwrap();
    assert_eq!(state["people"][former]["name"], "Former user");
    assert_eq!(tombstone["opened"][0]["account"], former);
    // Once the last note has ended, nothing of theirs is left but what the audit says.
    bed.advance(Duration::from_secs(8 * 86_400));
    bed.patiently("the other tombstone", async || !names(&living).await)
        .await;
    bed.until("it is written down", async || {
        bed.audited(deskbridge::audit::Action::AccountErased).await == 1
    })
    .await;
    for room in ["key-head", "key-code"] {
        let key = deskbridge::store::Key::point(room, &[gone]);
        assert!(bed.stored(&key).await.is_none(), "{room}");
    }
}

async fn l9_a_migrated_customer_is_somebody_new_until_an_admin_says_otherwise(on: StoreKind) {
    let bed = Bed::start(on).await;
    let niro = bed.person("niro", "ITH-1");
    let jonathan = bed.account("jonathan");
    let author = niro.browser().await;
    let note = shared(&niro, &author, &[&jonathan]).await;
    let account = bed
        .host
        .change(|site| site.migrate_person("jonathan"))
        .unwrap();
    a_moment(&bed);
    // The same name, the same address, the reporter of the request: and nobody the note knows.
    let new = bed.person("jonathan-new", "ITH-1");
    assert_eq!(new.account.as_str(), account);
    new.browser().await;
    assert_eq!(new.cards().await[0]["why"], "not-reader");
    assert_eq!(authorise(&new, &note).await.status, 403);
    let niro = bed.person("niro", "ITH-1");
    let state = niro.get("/api/state").await.ok();
    assert_eq!(state["notes"][0]["moved"], json!([]));
    assert_eq!(state["waiting"], json!([]));
    // Only an administrator says that it is the same person, and only where it can be.
    let link = json!({"from": jonathan, "to": account});
    assert_eq!(niro.post("/api/account-links", &link).await.status, 403);
    assert_eq!(new.post("/api/account-links", &link).await.status, 403);
    let ada = bed.person("ada", "ITH-1");
    let wrong = json!({"from": jonathan, "to": jonathan});
    assert_eq!(ada.post("/api/account-links", &wrong).await.status, 400);
    assert_eq!(ada.post("/api/account-links", &link).await.status, 204);
    // That is shown to the author, and lets nobody in.
    let state = niro.get("/api/state").await.ok();
    let moved = json!([{"from": jonathan, "to": account}]);
    assert_eq!(state["notes"][0]["moved"], moved);
    assert_eq!(state["people"][&account]["name"], "Jonathan Reyes");
    let nero = bed.person("nero", "ITH-1");
    assert_eq!(nero.cards().await[0]["moved"], json!([]));
    assert_eq!(authorise(&new, &note).await.status, 403);
}

async fn l10_who_left_an_organization_is_refused_and_the_author_sees_it(on: StoreKind) {
    let bed = Bed::start(on).await;
    quietly(&bed, |site| {
        let request = site.issues.get_mut(&10103).unwrap().request.as_mut();
        request.unwrap().organizations = BTreeSet::from([1, 2]);
    });
    let (niro, jonathan) = (bed.person("niro", "ITH-3"), bed.person("jonathan", "ITH-3"));
    let ana = bed.person("ana", "ITH-3");
    let author = niro.browser().await;
    let (his, hers) = (jonathan.browser().await, ana.browser().await);
    let readers = [&jonathan.account, &ana.account];
    let note = shared(&niro, &author, &readers).await;
    let known = [
        authorise(&jonathan, &note).await.ok(),
        authorise(&ana, &note).await.ok(),
    ];
    assert_eq!(niro.cards().await[0]["gone"], json!([]));
    // One leaves the organization, the organization of the other is taken off the request.
    quietly(&bed, |site| {
        site.organizations[0].members.clear();
        let request = site.issues.get_mut(&10103).unwrap().request.as_mut();
        request.unwrap().organizations.remove(&2);
    });
    assert_eq!(open(&jonathan, &his, &note, &known[0]).await, 403);
    assert_eq!(open(&ana, &hers, &note, &known[1]).await, 403);
    a_moment(&bed);
    let niro = bed.person("niro", "ITH-3");
    let gone = niro.cards().await[0]["gone"].clone();
    assert_eq!(gone.as_array().unwrap().len(), 2, "{gone}");
    // That is for the author alone.
    let others = bed.person("nero", "ITH-3").cards().await;
    assert_eq!(others[0]["gone"], json!([]));
}

async fn l11_a_renamed_site_finds_its_notes_and_rings_no_alarm(on: StoreKind) {
    let bed = Bed::start(on).await;
    let (niro, nero) = (bed.person("niro", "ITH-1"), bed.person("nero", "ITH-1"));
    let (author, reader) = (niro.browser().await, nero.browser().await);
    let note = shared(&niro, &author, &[&nero.account]).await;
    let before = niro.get("/api/state").await.ok();
    assert_eq!(before["site"]["moved"], false);
    let renamed = bed.host.base_url.replace("127.0.0.1", "localhost");
    bed.host.rename(&renamed).await.unwrap();
    let niro = bed.person("niro", "ITH-1");
    let state = niro.get("/api/state").await.ok();
    assert_eq!(state["tenant"], before["tenant"]);
    assert_eq!(state["site"]["url"], renamed);
    assert_eq!(state["site"]["moved"], true);
    let nero = bed.person("nero", "ITH-1");
    assert_eq!(read(&nero, &reader, &note).await.as_deref(), Some(TEXT));
    // A new secret alone is no move, and does not end the quiet days.
    bed.host.rotate_secret().await.unwrap();
    let state = bed.person("niro", "ITH-1").get("/api/state").await.ok();
    assert_eq!(state["site"]["moved"], true);
    bed.advance(Duration::from_secs(7 * 86_400 - 600));
    let state = bed.person("niro", "ITH-1").get("/api/state").await.ok();
    assert_eq!(state["site"]["moved"], true);
    bed.advance(Duration::from_secs(600));
    let state = bed.person("niro", "ITH-1").get("/api/state").await.ok();
    assert_eq!(state["site"]["moved"], false);
}

async fn l12_a_new_reporter_is_no_reader_and_the_old_one_is_out(on: StoreKind) {
    let bed = Bed::start(on).await;
    let (niro, old) = (bed.person("niro", "ITH-1"), bed.person("jonathan", "ITH-1"));
    let (author, browser) = (niro.browser().await, old.browser().await);
    let note = shared(&niro, &author, &[&old.account]).await;
    let known = authorise(&old, &note).await.ok();
    let issue = niro.issue.number();
    let to_kofi = [("reporter".to_owned(), json!("kofi"))]
        .into_iter()
        .collect();
    change(&bed, |site| site.edit_issue(issue, "nobody", &to_kofi));
    assert_eq!(open(&old, &browser, &note, &known).await, 403);
    a_moment(&bed);
    let new = bed.person("kofi", "ITH-1");
    let card = new.cards().await.remove(0);
    assert_eq!(
        (&card["reader"], &card["why"]),
        (&json!(false), &json!("not-reader"))
    );
    assert_eq!(authorise(&new, &note).await.status, 403);
    // Whoever is a participant as well stays.
    change(&bed, |site| {
        site.set_participant(issue, "nobody", "jonathan", true)
    });
    a_moment(&bed);
    let old = bed.person("jonathan", "ITH-1");
    assert_eq!(read(&old, &browser, &note).await.as_deref(), Some(TEXT));
}
