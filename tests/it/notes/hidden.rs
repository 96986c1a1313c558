//! Notes among agents do not exist for customers.

use deskbridge::app::config::StoreKind;
use deskbridge::audit::Action;
use futures_util::StreamExt as _;
use serde_json::{Value, json};
use std::time::Duration;

use super::bed::Bed;
use super::{authorise, path, shared};
use crate::harness::on_each_store;

on_each_store!(
    n44_a_note_among_agents_leaves_no_trace_for_a_customer,
    n44_live_hints_reach_a_customer_only_for_what_they_may_know,
    authorise_of_a_shared_note_by_another_customer_is_refused_openly,
);

async fn n44_a_note_among_agents_leaves_no_trace_for_a_customer(on: StoreKind) {
    let bed = Bed::start(on).await;
    let (niro, jonathan) = (bed.person("niro", "ITH-1"), bed.person("jonathan", "ITH-1"));
    let author = niro.browser().await;
    let reader = jonathan.browser().await;
    let before = jonathan.get("/api/state").await.ok();
    let nero = bed.account("nero");
    let note = shared(&niro, &author, &[&nero]).await;
    assert_eq!(niro.cards().await.len(), 1);

    let after = jonathan.get("/api/state").await.ok();
    for part in ["notes", "people", "waiting"] {
        assert_eq!(after[part], before[part], "{part}");
    }

    // The answer for its id is, byte for byte, that for an id of nothing.
    let request = reader.request(
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        [1; 16],
        bed.now(),
    );
    let consent = json!({"open": "A".repeat(43), "request": request});
    let grant = json!({"grant": "a.b.c", "ek": "", "encryptedKey": ""});
    for (what, sent) in [
        ("authorise", json!({})),
        ("open", consent),
        ("take-back", json!({})),
        ("grants", grant),
    ] {
        let real = jonathan.post(&path(&note, what), &sent).await;
        let unknown = jonathan
            .post(&format!("/api/notes/{}/{what}", "A".repeat(22)), &sent)
            .await;
        assert_eq!(
            (real.status, &real.body),
            (unknown.status, &unknown.body),
            "{what}"
        );
        assert_ne!(real.status, 200, "{what}");
    }
    let real = jonathan
        .get(&path(&note, &format!("let-in?account={nero}")))
        .await;
    let unknown = jonathan
        .get(&format!(
            "/api/notes/{}/let-in?account={nero}",
            "A".repeat(22)
        ))
        .await;
    assert_eq!((real.status, real.body), (404, unknown.body));

    // Nor as a tombstone.
    let taken = niro.post(&path(&note, "take-back"), &json!({})).await;
    bed.until("its end or its comment", async || {
        taken.status == 204 || !bed.comments("ITH-1").is_empty()
    })
    .await;
    assert_eq!(jonathan.cards().await, Vec::<Value>::new());
    // Its comment is internal.
    assert!(bed.comments("ITH-1").iter().all(|comment| !comment.public));
}

async fn n44_live_hints_reach_a_customer_only_for_what_they_may_know(on: StoreKind) {
    let bed = Bed::start(on).await;
    let (niro, jonathan) = (bed.person("niro", "ITH-1"), bed.person("jonathan", "ITH-1"));
    let author = niro.browser().await;
    let (nero, customer) = (bed.account("nero"), jonathan.account.clone());
    let mut hints = jonathan.live().await.bytes_stream();
    let mut agents = niro.live().await.bytes_stream();

    shared(&niro, &author, &[&nero]).await;
    shared(&niro, &author, &[&customer]).await;
    let announced = async || bed.audited(Action::NoteAnnounced).await;
    bed.until("both announced", async || announced().await == 2)
        .await;
    // Hints come in order; a new browser of Niro's ends the reading.
    niro.browser_by(Some(&author), "kept").await;

    for (who, stream, notes) in [("jonathan", &mut hints, 2), ("niro", &mut agents, 4)] {
        let mut heard = String::new();
        while !heard.contains("waiting") {
            let next = tokio::time::timeout(Duration::from_secs(20), stream.next()).await;
            heard.push_str(&String::from_utf8_lossy(&next.unwrap().unwrap().unwrap()));
        }
        assert_eq!(heard.matches(r#""notes""#).count(), notes, "{who}: {heard}");
    }
}

async fn authorise_of_a_shared_note_by_another_customer_is_refused_openly(on: StoreKind) {
    let bed = Bed::start(on).await;
    let (niro, ana) = (bed.person("niro", "ITH-1"), bed.person("ana", "ITH-1"));
    let author = niro.browser().await;
    let note = shared(&niro, &author, &[&bed.account("jonathan")]).await;
    assert_eq!(ana.cards().await[0]["why"], "not-reader");
    assert_eq!(authorise(&ana, &note).await.status, 403);
}
