//! Whoever can write the store, but has no key of the vault, gets none of the app's signed calls.

use deskbridge::app::config::StoreKind;
use std::net::TcpListener;
use std::time::Duration;

use deskbridge::store::{Batch, Key, Until};
use serde_json::json;

use super::bed::Bed;
use super::{path, shared};
use crate::harness::on_each_store;

on_each_store!(a_stored_address_that_was_altered_gets_no_call_of_the_app,);

/// Longer than a replica remembers a tenant.
const REMEMBERED: Duration = Duration::from_secs(6);

async fn write(bed: &Bed, value: Vec<u8>) {
    let key = Key::point("tenant", &["record"]);
    let batch = Batch {
        put: vec![(key, value.into(), Until::Keep)],
        ..Batch::default()
    };
    let (scope, now) = (bed.scope(), bed.clock.now());
    bed.store.commit(&scope, &batch, now).await.unwrap();
    bed.clock.advance(REMEMBERED);
}

async fn a_stored_address_that_was_altered_gets_no_call_of_the_app(on: StoreKind) {
    let bed = Bed::with(on, 10).await;
    let (niro, nero) = (bed.person("niro", "ITH-1"), bed.person("nero", "ITH-1"));
    let author = niro.browser().await;
    let note = shared(&niro, &author, &[&nero.account]).await;
    let key = Key::point("tenant", &["record"]);
    let (scope, now) = (bed.scope(), bed.clock.now());
    let record = bed.store.get(&scope, &key, now).await;
    let kept = record.unwrap().unwrap().value.to_vec();

    let trap = TcpListener::bind("127.0.0.1:0").unwrap();
    trap.set_nonblocking(true).unwrap();
    let there = format!("http://{}", trap.local_addr().unwrap());
    let text = String::from_utf8(kept.clone()).unwrap();
    let moved = text.replace(&bed.host.base_url, &there);
    assert!(moved.contains(&there), "the record names the site");
    write(&bed, moved.into_bytes()).await;

    for answer in [
        nero.get("/api/state").await,
        nero.post(&path(&note, "authorise"), &json!({})).await,
        niro.post(&path(&note, "take-back"), &json!({})).await,
    ] {
        assert_eq!(answer.status, 500, "{}", answer.body);
    }
    let now = bed.clock.now();
    assert!(
        bed.running
            .parts()
            .tenants
            .get(&bed.tenant, now)
            .await
            .is_err()
    );
    assert!(bed.comments("ITH-1").is_empty());
    assert!(trap.accept().is_err(), "nobody came to the other address");

    write(&bed, kept).await;
    assert_eq!(
        nero.get("/api/state").await.ok()["notes"][0]["id"],
        note.id.to_string()
    );
    bed.patiently("the comment", async || bed.comments("ITH-1").len() == 1)
        .await;
    assert!(trap.accept().is_err());
}
