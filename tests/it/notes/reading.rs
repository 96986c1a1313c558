//! Reading: who may, in which order, what is counted, and what a changed byte does.

use deskbridge::app::config::StoreKind;
use deskbridge::audit::Action;
use deskbridge_playground::Fault;
use serde_json::{Value, json};

use super::bed::Bed;
use super::{TEXT, authorise, body, path, read, sealed, shared};
use crate::harness::on_each_store;

on_each_store!(
    n21_an_agent_who_is_a_reader_reads,
    n22_a_customer_who_is_a_reader_reads,
    n25_who_was_not_named_gets_nothing_and_is_written_down_once,
    n26_an_administrator_who_was_not_named_is_refused,
    n27_no_answer_before_consent_has_content,
    n28_before_consent_nothing_is_recorded_and_after_it_once,
    ten_wrong_tokens_in_an_hour_are_enough,
    a_silent_host_opens_nothing_and_counts_nothing,
    n30_one_changed_bit_opens_nothing,
    n29_the_store_holds_no_byte_of_the_text,
    after_its_end_a_note_is_a_tombstone,
);

async fn n21_an_agent_who_is_a_reader_reads(on: StoreKind) {
    let bed = Bed::start(on).await;
    let (niro, nero) = (bed.person("niro", "ITH-1"), bed.person("nero", "ITH-1"));
    let (author, reader) = (niro.browser().await, nero.browser().await);
    let note = shared(&niro, &author, &[&nero.account]).await;
    assert_eq!(nero.cards().await[0]["unlockable"], true);
    assert_eq!(read(&nero, &reader, &note).await.as_deref(), Some(TEXT));
    let opened = niro.cards().await[0]["opened"].clone();
    assert_eq!(opened[0]["account"], nero.account.as_str());
}

async fn n22_a_customer_who_is_a_reader_reads(on: StoreKind) {
    let bed = Bed::start(on).await;
    let (niro, jonathan) = (bed.person("niro", "ITH-1"), bed.person("jonathan", "ITH-1"));
    let (author, reader) = (niro.browser().await, jonathan.browser().await);
    let note = shared(&niro, &author, &[&jonathan.account]).await;
    assert_eq!(read(&jonathan, &reader, &note).await.as_deref(), Some(TEXT));
    // The author reads too, and that counts for nobody.
    assert_eq!(read(&niro, &author, &note).await.as_deref(), Some(TEXT));
    assert_eq!(niro.cards().await[0]["opened"].as_array().unwrap().len(), 1);
}

async fn n25_who_was_not_named_gets_nothing_and_is_written_down_once(on: StoreKind) {
    let bed = Bed::start(on).await;
    let (niro, nero) = (bed.person("niro", "ITH-1"), bed.person("nero", "ITH-1"));
    let author = niro.browser().await;
    let jonathan = bed.account("jonathan");
    let note = shared(&niro, &author, &[&jonathan]).await;
    let browser = nero.browser().await;
    let request = browser.request(
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        [1; 16],
        bed.now(),
    );
    let consent = json!({"open": "A".repeat(43), "request": request});
    for answer in [
        authorise(&nero, &note).await,
        authorise(&nero, &note).await,
        nero.post(&path(&note, "open"), &consent).await,
        nero.get(&path(&note, &format!("let-in?account={jonathan}")))
            .await,
    ] {
        assert_eq!(answer.status, 403, "{}", answer.body);
        for word in [
            "ek",
            "encryptedKey",
            "ciphertext",
            "protected",
            "recipients",
        ] {
            assert!(!answer.body.contains(word), "{}", answer.body);
        }
    }
    let refused = async || bed.audited(Action::NoteRefused).await;
    bed.until("the audit", async || refused().await > 0).await;
    assert_eq!(refused().await, 1);
}

async fn n26_an_administrator_who_was_not_named_is_refused(on: StoreKind) {
    let bed = Bed::start(on).await;
    let (niro, nero) = (bed.person("niro", "ITH-1"), bed.account("nero"));
    let author = niro.browser().await;
    let note = shared(&niro, &author, &[&nero]).await;
    let ada = bed.person("ada", "ITH-1");
    assert_eq!(authorise(&ada, &note).await.status, 403);
}

async fn n27_no_answer_before_consent_has_content(on: StoreKind) {
    let bed = Bed::start(on).await;
    let (niro, nero) = (bed.person("niro", "ITH-1"), bed.person("nero", "ITH-1"));
    let author = niro.browser().await;
    nero.browser().await;
    let note = sealed(&niro, &author, &[&nero.account], TEXT).await;
    let ciphertext = note.envelope["ciphertext"].as_str().unwrap().to_owned();
    let created = niro.post("/api/notes", &body(&note)).await;
    for answer in [
        created,
        nero.get("/api/state").await,
        authorise(&nero, &note).await,
        nero.get(&path(&note, &format!("let-in?account={}", niro.account)))
            .await,
        nero.get("/api/waiting").await,
    ] {
        assert!(answer.status < 300, "{}", answer.body);
        assert!(!answer.body.contains(&ciphertext[..40]), "{}", answer.body);
        assert!(!answer.body.contains("ciphertext"), "{}", answer.body);
    }
}

async fn n28_before_consent_nothing_is_recorded_and_after_it_once(on: StoreKind) {
    let bed = Bed::start(on).await;
    let (niro, nero) = (bed.person("niro", "ITH-1"), bed.person("nero", "ITH-1"));
    let (author, reader) = (niro.browser().await, nero.browser().await);
    let note = shared(&niro, &author, &[&nero.account]).await;
    let opened = async || niro.cards().await[0]["opened"].clone();

    let authorised = authorise(&nero, &note).await.ok();
    assert_eq!(opened().await, json!([]));
    let now = authorised["now"].as_i64().unwrap();
    let good = reader.consent(&authorised, [1; 16], now);
    let mut wrong = good.clone();
    wrong["open"] = json!("A".repeat(43));
    let late = reader.consent(&authorised, [2; 16], now - 400);
    let mut foreign = good.clone();
    foreign["request"] =
        author.consent(&authorise(&niro, &note).await.ok(), [3; 16], now)["request"].clone();
    for bad in [wrong, late, foreign] {
        let answer = nero.post(&path(&note, "open"), &bad).await;
        assert_eq!(answer.status, 403, "{}", answer.body);
    }
    assert_eq!(opened().await, json!([]));

    let first = nero.post(&path(&note, "open"), &good).await.ok();
    let again = nero.post(&path(&note, "open"), &good).await.ok();
    assert_eq!(first, again, "a lost answer is no lost note");
    assert_eq!(opened().await.as_array().unwrap().len(), 1);
    // Another request under the same name is none.
    let other = reader.consent(&authorised, [1; 16], now + 1);
    let replayed = nero.post(&path(&note, "open"), &other).await;
    assert_eq!(replayed.status, 403, "{}", replayed.body);
    assert_eq!(opened().await.as_array().unwrap().len(), 1);
}

async fn ten_wrong_tokens_in_an_hour_are_enough(on: StoreKind) {
    let bed = Bed::start(on).await;
    let (niro, nero) = (bed.person("niro", "ITH-1"), bed.person("nero", "ITH-1"));
    let (author, reader) = (niro.browser().await, nero.browser().await);
    let note = shared(&niro, &author, &[&nero.account]).await;
    let authorised = authorise(&nero, &note).await.ok();
    let mut statuses = Vec::new();
    for n in 0..11 {
        let mut consent = reader.consent(&authorised, [n; 16], bed.now());
        consent["open"] = json!("A".repeat(43));
        statuses.push(nero.post(&path(&note, "open"), &consent).await.status);
    }
    assert_eq!(statuses, [vec![403; 10], vec![429]].concat());
}

async fn a_silent_host_opens_nothing_and_counts_nothing(on: StoreKind) {
    let bed = Bed::start(on).await;
    let (niro, nero) = (bed.person("niro", "ITH-1"), bed.person("nero", "ITH-1"));
    let (author, reader) = (niro.browser().await, nero.browser().await);
    let note = shared(&niro, &author, &[&nero.account]).await;
    let authorised = authorise(&nero, &note).await.ok();
    let consent = reader.consent(&authorised, [1; 16], bed.now());
    bed.host.set_faults(vec![Fault {
        path: Some("/rest/*".to_owned()),
        status: Some(500),
        ..Fault::default()
    }]);
    let answer = nero.post(&path(&note, "open"), &consent).await;
    assert_eq!(answer.status, 503, "{}", answer.body);
    bed.host.set_faults(Vec::new());
    assert_eq!(niro.cards().await[0]["opened"], json!([]));
    let released = nero.post(&path(&note, "open"), &consent).await.ok();
    assert_eq!(reader.read(&authorised, &released).as_deref(), Some(TEXT));
}

async fn n30_one_changed_bit_opens_nothing(on: StoreKind) {
    let bed = Bed::start(on).await;
    let (niro, nero) = (bed.person("niro", "ITH-1"), bed.person("nero", "ITH-1"));
    let (author, reader) = (niro.browser().await, nero.browser().await);
    let note = shared(&niro, &author, &[&nero.account]).await;
    let other = shared(&niro, &author, &[&nero.account]).await;
    let authorised = authorise(&nero, &note).await.ok();
    let consent = reader.consent(&authorised, [1; 16], bed.now());
    let released = nero.post(&path(&note, "open"), &consent).await.ok();
    assert_eq!(reader.read(&authorised, &released).as_deref(), Some(TEXT));

    for part in ["iv", "ciphertext", "tag"] {
        let mut bent = released.clone();
        let text = bent[part].as_str().unwrap();
        let mut bytes = deskbridge::seal::base64::decode(text).unwrap();
        bytes[0] ^= 1;
        bent[part] = json!(deskbridge::seal::base64::encode(&bytes));
        assert_eq!(reader.read(&authorised, &bent), None, "{part}");
    }
    // Header and wrap of one note, body of another; and wraps under another header.
    let of_other = authorise(&nero, &other).await.ok();
    assert_eq!(reader.read(&of_other, &released), None);
    let mut moved = authorised.clone();
    moved["protected"] = of_other["protected"].clone();
    assert!(reader.unwrap_key(&moved).is_none());
    // A consent for one note opens no other.
    let answer = nero.post(&path(&other, "open"), &consent).await;
    assert_eq!(answer.status, 403);
}

async fn n29_the_store_holds_no_byte_of_the_text(on: StoreKind) {
    let bed = Bed::start(on).await;
    let (niro, nero) = (bed.person("niro", "ITH-1"), bed.person("nero", "ITH-1"));
    let (author, reader) = (niro.browser().await, nero.browser().await);
    let note = shared(&niro, &author, &[&nero.account]).await;
    assert_eq!(read(&nero, &reader, &note).await.as_deref(), Some(TEXT));
    let dump = bed.dump();
    let id = note.id.to_string();
    let holds = |text: &str| dump.windows(text.len()).any(|part| part == text.as_bytes());
    assert!(holds(&id), "the dump is of this note's store");
    let encoded = deskbridge::seal::base64::encode(TEXT.as_bytes());
    for secret in [TEXT, &TEXT[..12], &encoded[..16]] {
        assert!(!holds(secret), "{secret}");
    }
    // Wraps lie encrypted under a key that is kept apart.
    let authorised = authorise(&nero, &note).await.ok();
    let wrap = authorised["recipients"][0]["encryptedKey"]
        .as_str()
        .unwrap();
    let raw = deskbridge::seal::base64::decode(wrap).unwrap();
    assert!(!holds(wrap));
    assert!(!dump.windows(raw.len()).any(|part| part == raw));
}

async fn after_its_end_a_note_is_a_tombstone(on: StoreKind) {
    let bed = Bed::start(on).await;
    let (niro, nero) = (bed.person("niro", "ITH-1"), bed.person("nero", "ITH-1"));
    let author = niro.browser().await;
    let note = shared(&niro, &author, &[&nero.account]).await;
    // The announcement may be written at the same time; the worker would run this again then.
    let notes = &bed.running.parts().notes;
    bed.until("the notes of the issue end", async || {
        let gone = notes.run_issue_deleted(bed.tenant, niro.issue, bed.clock.now());
        matches!(gone.await, deskbridge::jobs::Outcome::Done(_))
    })
    .await;
    let cards = niro.cards().await;
    assert_eq!(
        (&cards[0]["state"], &cards[0]["why"]),
        (&json!("shredded"), &json!("ended"))
    );
    assert_eq!(authorise(&niro, &note).await.status, 410);
    let again = niro.post("/api/notes", &body(&note)).await;
    assert_eq!(again.status, 409, "an id that ended is not used again");
    let state: Value = nero.get("/api/state").await.ok();
    assert_eq!(state["notes"][0]["readers"], json!([nero.account]));
}
