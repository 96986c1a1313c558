//! What time does to a note: it ends at its second, a lost answer can be asked for again for two
//! minutes, and what was begun and never finished is swept after an hour.

use std::time::Duration;

use deskbridge::app::config::StoreKind;
use deskbridge::ids::NoteId;
use deskbridge::seal::Fill;
use serde_json::json;

use super::bed::Bed;
use super::browser::{Draft, Sealed};
use super::{
    TEXT, authorise, counted, gone_but_for_its_tombstone, histories, path, posted, read, shared,
    shred_id,
};
use crate::harness::on_each_store;

on_each_store!(
    a_note_ends_at_its_second_and_not_before,
    a_lost_answer_can_be_asked_for_again_for_two_minutes,
    a_shred_key_without_a_note_is_swept_after_an_hour,
);

async fn a_note_ends_at_its_second_and_not_before(on: StoreKind) {
    let bed = Bed::start(on).await;
    // Some hours chosen by the author, and the longest.
    for life in [3 * 3600 + 17, 28 * 86_400] {
        let (niro, nero) = (bed.person("niro", "ITH-1"), bed.person("nero", "ITH-1"));
        let (author, reader) = (niro.browser().await, nero.browser().await);
        let now = bed.now();
        let draft = Draft {
            issue: niro.issue,
            readers: &[&nero.account],
            text: TEXT,
            now,
            life,
            fill: Fill::Readers,
        };
        let note = author.seal(&draft, &histories(&niro, &[&nero.account]).await);
        assert_eq!(posted(&niro, &note).await.status, 201);

        let end = now + life;
        bed.advance_to(end - 5);
        let nero = bed.person("nero", "ITH-1");
        let card = nero.cards().await.remove(0);
        assert_eq!(
            (&card["state"], &card["unlockable"]),
            (&json!("live"), &json!(true))
        );
        assert_eq!(card["expiresAt"], end);
        let authorised = authorise(&nero, &note).await.ok();
        assert_eq!(read(&nero, &reader, &note).await.as_deref(), Some(TEXT));
        assert!(bed.now() < end, "all of that in five seconds");
        let consent = reader.consent(&authorised, [9; 16], bed.now());

        bed.advance_to(end);
        ended(&bed, &note, end).await;
        let open = nero.post(&path(&note, "open"), &consent).await;
        assert_eq!(open.status, 410, "{}", open.body);
        let niro = bed.person("niro", "ITH-1");
        let let_in = format!("let-in?account={}", nero.account);
        assert_eq!(niro.get(&path(&note, &let_in)).await.status, 410);
        assert_eq!(counted(&bed, &note).await, [1]);
        gone_but_for_its_tombstone(&bed, &niro, &note).await;
        ended(&bed, &note, end).await;
    }
}

/// To its author as to its reader, before and after the job that makes the tombstone.
async fn ended(bed: &Bed, note: &Sealed, end: i64) {
    for slug in ["niro", "nero"] {
        let person = bed.person(slug, "ITH-1");
        let answer = authorise(&person, note).await;
        assert_eq!(answer.status, 410, "{slug}: {}", answer.body);
        let card = person.cards().await.remove(0);
        assert_eq!(card["id"], note.id.to_string());
        let shown = [
            &card["state"],
            &card["endedAt"],
            &card["unlockable"],
            &card["why"],
        ];
        let expected = [json!("expired"), json!(end), json!(false), json!("ended")];
        assert_eq!(shown, expected.each_ref(), "{slug}");
    }
}

async fn a_lost_answer_can_be_asked_for_again_for_two_minutes(on: StoreKind) {
    let bed = Bed::start(on).await;
    let (niro, nero) = (bed.person("niro", "ITH-1"), bed.person("nero", "ITH-1"));
    let (author, reader) = (niro.browser().await, nero.browser().await);
    let note = shared(&niro, &author, &[&nero.account]).await;
    let authorised = authorise(&nero, &note).await.ok();
    let consent = reader.consent(&authorised, [1; 16], bed.now());
    let first = nero.post(&path(&note, "open"), &consent).await.ok();
    assert_eq!(reader.read(&authorised, &first).as_deref(), Some(TEXT));
    let at = first["at"].as_i64().unwrap();

    bed.advance_to(at + 110);
    let again = nero.post(&path(&note, "open"), &consent).await.ok();
    assert!(bed.now() < at + 120);
    assert_eq!(again, first);
    assert_eq!(counted(&bed, &note).await, [1]);

    // Still fresh by its own time, and used up.
    bed.advance_to(at + 121);
    let late = nero.post(&path(&note, "open"), &consent).await;
    assert_eq!(late.status, 403, "{}", late.body);

    let nero = bed.person("nero", "ITH-1");
    for (jti, age, status) in [(2, 290, 200), (3, 301, 403), (4, -330, 403)] {
        let consent = reader.consent(&authorised, [jti; 16], bed.now() - age);
        let answer = nero.post(&path(&note, "open"), &consent).await;
        assert_eq!(answer.status, status, "{age}: {}", answer.body);
    }
    bed.advance_to(at + 901);
    let nero = bed.person("nero", "ITH-1");
    let old = nero.post(&path(&note, "open"), &consent).await;
    assert_eq!(old.status, 403, "{}", old.body);
    assert_eq!(counted(&bed, &note).await, [2]);
}

async fn a_shred_key_without_a_note_is_swept_after_an_hour(on: StoreKind) {
    let bed = Bed::start(on).await;
    let (niro, nero) = (bed.person("niro", "ITH-1"), bed.person("nero", "ITH-1"));
    let (author, reader) = (niro.browser().await, nero.browser().await);
    let note = shared(&niro, &author, &[&nero.account]).await;
    // As a bridge leaves it that died between the key and its note.
    let lost = NoteId::random(&author.entropy);
    let orphan = [&bed.tenant.as_bytes()[..], lost.as_bytes()].concat();
    let parts = bed.running.parts();
    parts.shred.put(&orphan, &[7; 32]).await.unwrap();
    let kept = async |id: &[u8]| parts.shred.get(id).await.unwrap().is_some();

    bed.advance(Duration::from_secs(3500));
    let swept = parts.notes.sweep_orphans(bed.clock.now()).await;
    assert_eq!(swept.unwrap(), 0);
    assert!(kept(&orphan).await, "its note may be on its way");

    // Beyond the hour, and beyond the next time that the bridge sweeps by itself.
    bed.advance(Duration::from_secs(3700));
    bed.until("the orphan is swept", async || !kept(&orphan).await)
        .await;
    assert!(kept(&shred_id(&bed, &note)).await);
    let nero = bed.person("nero", "ITH-1");
    assert_eq!(read(&nero, &reader, &note).await.as_deref(), Some(TEXT));
}
