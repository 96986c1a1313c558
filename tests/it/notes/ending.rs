//! What authors do to a note that is there: delete it, let it end sooner. Nobody else does.

use std::time::Duration;

use deskbridge::app::config::StoreKind;
use deskbridge::audit::Action;
use deskbridge_playground::site;
use serde_json::json;

use super::bed::{Bed, Person};
use super::browser::Sealed;
use super::{TEXT, authorise, body, path, read, shared};
use crate::harness::on_each_store;

on_each_store!(
    n32_a_deleted_note_is_gone_for_everybody,
    n34_nothing_is_left_to_recover_a_deleted_note_from,
    n35_a_customer_deletes_a_note_of_their_own,
    n36_nobody_but_the_author_deletes,
    n38_the_comment_stays_when_its_note_is_deleted,
    deleting_before_anybody_is_told_tells_nobody,
    a_note_ends_sooner_and_never_later,
);

async fn delete(person: &Person<'_>, note: &Sealed) -> super::bed::Answer {
    person.delete(&format!("/api/notes/{}", note.id)).await
}

async fn n32_a_deleted_note_is_gone_for_everybody(on: StoreKind) {
    let bed = Bed::start(on).await;
    let (niro, nero) = (bed.person("niro", "ITH-1"), bed.person("nero", "ITH-1"));
    let (author, reader) = (niro.browser().await, nero.browser().await);
    let note = shared(&niro, &author, &[&nero.account]).await;
    let authorised = authorise(&nero, &note).await.ok();
    assert_eq!(read(&nero, &reader, &note).await.as_deref(), Some(TEXT));

    assert_eq!(delete(&niro, &note).await.status, 204);
    assert_eq!(delete(&niro, &note).await.status, 204, "asked again");
    for person in [&niro, &nero] {
        let card = person.cards().await.remove(0);
        assert_eq!(card["state"], "deleted");
        assert_eq!(card["unlockable"], false);
        assert_eq!(authorise(person, &note).await.status, 410);
    }
    // What was authorised before opens nothing any more.
    let consent = reader.consent(&authorised, [9; 16], bed.now());
    let opened = nero.post(&path(&note, "open"), &consent).await;
    assert_eq!(opened.status, 410, "{}", opened.body);
    // Nor does sending it again bring it back.
    assert_eq!(niro.post("/api/notes", &body(&note)).await.status, 409);
    bed.until("the tombstone says that the keys are gone", async || {
        niro.cards().await[0]["shreddedAt"].is_i64()
    })
    .await;
    bed.until("the audit", async || {
        bed.audited(Action::NoteDeleted).await > 0
    })
    .await;
    assert_eq!(bed.audited(Action::NoteDeleted).await, 1);
}

async fn n34_nothing_is_left_to_recover_a_deleted_note_from(on: StoreKind) {
    let bed = Bed::start(on).await;
    let (niro, nero) = (bed.person("niro", "ITH-1"), bed.account("nero"));
    let browser = niro.browser().await;
    let note = shared(&niro, &browser, &[&nero]).await;
    assert_eq!(delete(&niro, &note).await.status, 204);
    super::gone_but_for_its_tombstone(&bed, &niro, &note).await;
}

async fn n35_a_customer_deletes_a_note_of_their_own(on: StoreKind) {
    let bed = Bed::start(on).await;
    let (jonathan, niro) = (bed.person("jonathan", "ITH-1"), bed.person("niro", "ITH-1"));
    let browser = jonathan.browser().await;
    let note = shared(&jonathan, &browser, &[&niro.account]).await;
    assert_eq!(delete(&jonathan, &note).await.status, 204);
    assert_eq!(niro.cards().await[0]["state"], "deleted");
}

async fn n36_nobody_but_the_author_deletes(on: StoreKind) {
    let bed = Bed::start(on).await;
    let (niro, nero) = (bed.person("niro", "ITH-1"), bed.person("nero", "ITH-1"));
    let (author, reader) = (niro.browser().await, nero.browser().await);
    let note = shared(&niro, &author, &[&nero.account]).await;
    for slug in ["nero", "ada"] {
        let person = bed.person(slug, "ITH-1");
        assert_eq!(delete(&person, &note).await.status, 403, "{slug}");
        let sooner = json!({"expiresAt": bed.now() + 60});
        let answer = person.post(&path(&note, "expiry"), &sooner).await;
        assert_eq!(answer.status, 403, "{slug}");
    }
    // A customer may not even learn that there is such a note among agents.
    let jonathan = bed.person("jonathan", "ITH-1");
    assert_eq!(delete(&jonathan, &note).await.status, 404);
    assert_eq!(read(&nero, &reader, &note).await.as_deref(), Some(TEXT));
}

async fn n38_the_comment_stays_when_its_note_is_deleted(on: StoreKind) {
    let bed = Bed::start(on).await;
    let niro = bed.person("niro", "ITH-1");
    let browser = niro.browser().await;
    let jonathan = bed.person("jonathan", "ITH-1");
    let note = shared(&niro, &browser, &[&jonathan.account]).await;
    bed.until("the comment", async || bed.comments("ITH-1").len() == 1)
        .await;
    assert_eq!(delete(&niro, &note).await.status, 204);
    let text = site::to_text(&bed.comments("ITH-1")[0].body);
    assert!(text.contains("Jonathan Reyes"), "{text}");
    assert_eq!(jonathan.cards().await[0]["state"], "deleted");
}

async fn deleting_before_anybody_is_told_tells_nobody(on: StoreKind) {
    let bed = Bed::with(on, 10).await;
    let niro = bed.person("niro", "ITH-1");
    let browser = niro.browser().await;
    let nero = bed.account("nero");
    let gone = shared(&niro, &browser, &[&nero]).await;
    let kept = shared(&niro, &browser, &[&nero]).await;
    assert_eq!(delete(&niro, &gone).await.status, 204);
    bed.clock.advance(Duration::from_secs(11));
    bed.until("the other's comment", async || {
        !bed.comments("ITH-1").is_empty()
    })
    .await;
    let told = format!("{:?}", bed.comments("ITH-1"));
    assert!(told.contains(&kept.id.to_string()) && !told.contains(&gone.id.to_string()));
}

async fn a_note_ends_sooner_and_never_later(on: StoreKind) {
    let bed = Bed::start(on).await;
    let (niro, nero) = (bed.person("niro", "ITH-1"), bed.person("nero", "ITH-1"));
    let (author, reader) = (niro.browser().await, nero.browser().await);
    let note = shared(&niro, &author, &[&nero.account]).await;
    let ends = niro.cards().await[0]["expiresAt"].as_i64().unwrap();
    let soon = bed.now() + 60;
    for (at, status) in [
        (ends + 1, 400),
        (bed.now() - 1, 400),
        (ends, 200),
        (soon, 200),
        (soon, 200),
        (soon + 1, 400),
    ] {
        let answer = niro
            .post(&path(&note, "expiry"), &json!({"expiresAt": at}))
            .await;
        assert_eq!(answer.status, status, "{at} {}", answer.body);
    }
    assert_eq!(nero.cards().await[0]["expiresAt"], soon);
    assert_eq!(read(&nero, &reader, &note).await.as_deref(), Some(TEXT));
    bed.clock.advance(Duration::from_secs(61));
    bed.host.advance(Duration::from_secs(61));
    assert_eq!(authorise(&nero, &note).await.status, 410);
    bed.until("the tombstone", async || {
        niro.cards().await[0]["shreddedAt"].is_i64()
    })
    .await;
    assert_eq!(nero.cards().await[0]["state"], "expired");
}
