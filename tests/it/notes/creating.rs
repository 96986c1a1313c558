//! A note is made: what is refused leaves nothing, and what is sent twice is one.

use deskbridge::app::config::StoreKind;
use deskbridge::seal::Fill;
use serde_json::{Value, json};

use super::bed::{Bed, Person};
use super::browser::{Browser, Draft};
use super::{TEXT, WEEK, body, histories, posted, sealed, shared};
use crate::harness::on_each_store;

on_each_store!(
    n5_a_note_without_a_reader_is_refused,
    n6_a_note_without_content_is_refused,
    n12_a_note_shows_to_those_it_was_shared_with,
    n39_the_same_note_sent_again_is_one_note_and_one_comment,
    what_does_not_fit_the_caller_the_issue_or_the_policy_is_refused,
    a_key_is_added_once_in_its_place,
    the_eleventh_browser_retires_the_one_unused_longest,
);

async fn nothing_is_kept(person: &Person<'_>) {
    assert_eq!(person.cards().await, Vec::<Value>::new());
}

async fn n5_a_note_without_a_reader_is_refused(on: StoreKind) {
    let bed = Bed::start(on).await;
    let niro = bed.person("niro", "ITH-1");
    let browser = niro.browser().await;
    let mut note = sealed(&niro, &browser, &[&bed.account("nero")], TEXT).await;
    let protected = note.envelope["protected"].as_str().unwrap();
    let header = deskbridge::seal::base64::decode(protected).unwrap();
    let mut header: Value = serde_json::from_slice(&header).unwrap();
    header["note"]["readers"] = json!([]);
    let header = deskbridge::seal::canonical(&header).unwrap();
    note.envelope["protected"] = json!(deskbridge::seal::base64::encode(header.as_bytes()));
    let answer = posted(&niro, &note).await;
    assert_eq!(answer.status, 400, "{}", answer.body);
    assert_eq!(answer.json()["field"], "readers");
    nothing_is_kept(&niro).await;
}

async fn n6_a_note_without_content_is_refused(on: StoreKind) {
    let bed = Bed::start(on).await;
    let niro = bed.person("niro", "ITH-1");
    let browser = niro.browser().await;
    for ciphertext in ["", "AAAA"] {
        let mut note = sealed(&niro, &browser, &[&bed.account("nero")], TEXT).await;
        note.envelope["ciphertext"] = json!(ciphertext);
        let answer = posted(&niro, &note).await;
        assert_eq!(answer.status, 400, "{}", answer.body);
        assert_eq!(answer.json()["field"], "text");
    }
    nothing_is_kept(&niro).await;
}

async fn n12_a_note_shows_to_those_it_was_shared_with(on: StoreKind) {
    let bed = Bed::start(on).await;
    let niro = bed.person("niro", "ITH-1");
    let browser = niro.browser().await;
    let (nero, jonathan) = (bed.account("nero"), bed.account("jonathan"));
    let note = shared(&niro, &browser, &[&nero, &jonathan]).await;
    for (slug, mine, reader) in [
        ("niro", true, false),
        ("nero", false, true),
        ("jonathan", false, true),
    ] {
        let cards = bed.person(slug, "ITH-1").cards().await;
        assert_eq!(cards.len(), 1, "{slug}");
        assert_eq!(cards[0]["id"], note.id.to_string());
        assert_eq!(cards[0]["mine"], mine, "{slug}");
        assert_eq!(cards[0]["reader"], reader, "{slug}");
        assert_eq!(cards[0]["state"], "live");
    }
    assert_eq!(bed.person("ana", "ITH-2").cards().await.len(), 0);
}

async fn n39_the_same_note_sent_again_is_one_note_and_one_comment(on: StoreKind) {
    let bed = Bed::start(on).await;
    let niro = bed.person("niro", "ITH-1");
    let browser = niro.browser().await;
    let note = sealed(&niro, &browser, &[&bed.account("nero")], TEXT).await;
    let both = tokio::join!(posted(&niro, &note), posted(&niro, &note));
    assert_eq!((both.0.status, both.1.status), (201, 201), "{both:?}");
    bed.until("the comment", async || bed.comments("ITH-1").len() == 1)
        .await;
    let again = posted(&niro, &note).await;
    assert_eq!(again.status, 201);
    assert_eq!(again.json()["note"]["id"], note.id.to_string());

    let mut other = sealed(&niro, &browser, &[&bed.account("nero")], "another").await;
    other.envelope["protected"] = note.envelope["protected"].clone();
    let answer = posted(&niro, &other).await;
    assert_eq!(answer.status, 409, "{}", answer.body);
    assert_eq!(niro.cards().await.len(), 1);
    assert_eq!(bed.comments("ITH-1").len(), 1);
}

/// One fault each, in what the author's browser sends or in who sends it.
async fn what_does_not_fit_the_caller_the_issue_or_the_policy_is_refused(on: StoreKind) {
    let bed = Bed::start(on).await;
    let niro = bed.person("niro", "ITH-1");
    let browser = niro.browser().await;
    let (nero, kofi) = (bed.account("nero"), bed.account("kofi"));
    let note = sealed(&niro, &browser, &[&nero], TEXT).await;

    let elsewhere = bed.person("niro", "ITH-2");
    assert_eq!(posted(&elsewhere, &note).await.status, 403, "another issue");
    let somebody = bed.person("nero", "ITH-1");
    assert_eq!(posted(&somebody, &note).await.status, 403, "another author");

    let cannot_see = sealed(&niro, &browser, &[&kofi], TEXT).await;
    let answer = posted(&niro, &cannot_see).await;
    assert_eq!(
        (answer.status, answer.json()["field"].clone()),
        (400, json!("readers"))
    );

    for (life, field) in [(-1, "exp"), (29 * 86_400, "exp")] {
        let keys = histories(&niro, &[&nero]).await;
        let draft = Draft {
            issue: niro.issue,
            readers: &[&nero],
            text: TEXT,
            now: if life < 0 { bed.now() - 200 } else { bed.now() },
            life: if life < 0 { 100 } else { life },
            fill: Fill::Readers,
        };
        let answer = posted(&niro, &browser.seal(&draft, &keys)).await;
        assert_eq!(
            (answer.status, answer.json()["field"].clone()),
            (400, json!(field))
        );
    }

    let mut forged = sealed(&niro, &browser, &[&nero], TEXT).await;
    forged.seal = sealed(&niro, &browser, &[&nero], TEXT).await.seal;
    assert_eq!(
        posted(&niro, &forged).await.status,
        400,
        "seal of another note"
    );
    let mut bent = sealed(&niro, &browser, &[&nero], TEXT).await;
    bent.envelope["zip"] = json!("DEF");
    assert_eq!(posted(&niro, &bent).await.status, 400, "unknown member");
    nothing_is_kept(&niro).await;
}

async fn a_key_is_added_once_in_its_place(on: StoreKind) {
    let bed = Bed::start(on).await;
    let niro = bed.person("niro", "ITH-1");
    let first = niro.browser().await;
    let second = niro.browser_by(Some(&first), "kept").await;
    let keys = niro
        .get(&format!("/api/keys?accounts={}", niro.account))
        .await
        .ok();
    let history = keys["histories"][niro.account.as_str()]
        .as_array()
        .unwrap()
        .clone();
    assert_eq!(history.len(), 2);
    assert_ne!(first.kid, second.kid);

    let again = niro.post("/api/keys", &json!({"entry": history[1]})).await;
    assert_eq!((again.status, again.json()["n"].clone()), (201, json!(2)));
    let now = bed.now();
    let account = niro.account.clone();
    let (_, stale) = Browser::new(bed.tenant, &account, &history[..1], None, now, "kept");
    let (_, late) = Browser::new(bed.tenant, &account, &history, None, now - 301, "kept");
    let nero = bed.account("nero");
    let (_, foreign) = Browser::new(bed.tenant, &nero, &[], None, now, "kept");
    for (entry, status) in [(stale, 409), (late, 400), (foreign, 400)] {
        let answer = niro.post("/api/keys", &json!({"entry": entry})).await;
        assert_eq!(answer.status, status, "{}", answer.body);
    }
}

async fn the_eleventh_browser_retires_the_one_unused_longest(on: StoreKind) {
    let bed = Bed::start(on).await;
    let niro = bed.person("niro", "ITH-1");
    let first = niro.browser().await;
    for _ in 0..10 {
        niro.browser().await;
    }
    let keys = niro
        .get(&format!("/api/keys?accounts={}", niro.account))
        .await
        .ok();
    assert_eq!(keys["retired"], json!([first.kid]));
    // A retired key seals nothing any more.
    let draft = Draft {
        issue: niro.issue,
        readers: &[&bed.account("nero")],
        text: TEXT,
        now: bed.now(),
        life: WEEK,
        fill: Fill::Readers,
    };
    let note = first.seal(&draft, &histories(&niro, &[]).await);
    let answer = niro.post("/api/notes", &body(&note)).await;
    assert_eq!(
        (answer.status, answer.json()["field"].clone()),
        (400, json!("keys"))
    );
}
