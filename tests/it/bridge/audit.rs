//! The audit chain: complete, in order, and every change to it shows.

use deskbridge::app::config::StoreKind;
use std::time::Duration;

use deskbridge::audit::{self, About, Action, Verdict};
use deskbridge::ids::{AccountId, IssueId, NoteId};
use deskbridge::store::{Batch, Folder, Key, Until};

use super::stage::{Stage, eventually, scaled};
use crate::harness::on_each_store;

on_each_store!(
    entries_are_chained_in_the_order_of_their_commits,
    n25_refusals_of_an_hour_are_one_entry,
);

fn account(name: &str) -> AccountId {
    name.parse().unwrap()
}

async fn verdict(stage: &Stage) -> Verdict {
    audit::verify(&stage.store, &stage.scope, stage.clock.now())
        .await
        .unwrap()
}

async fn entries_are_chained_in_the_order_of_their_commits(on: StoreKind) {
    let mut stage = Stage::new(on).await;
    assert_eq!(verdict(&stage).await, Verdict::Whole { entries: 0 });
    let count = scaled(250) as u64;
    let start = stage.clock.now();
    let entries: Vec<_> = (0..count)
        .map(|n| {
            let at = start + Duration::from_millis(n);
            let about = About::issue(IssueId::new(n));
            let who = account("niro");
            audit::entry(stage.tenant, at, Some(&who), Action::NoteCreated, about)
        })
        .collect();
    stage.push(entries).await;
    stage.clock.advance(Duration::from_secs(60));
    stage.start();
    stage.drained().await;
    assert_eq!(verdict(&stage).await, Verdict::Whole { entries: count });
    let read = audit::entries(&stage.store, &stage.scope, stage.clock.now())
        .await
        .unwrap();
    for (expected, numbered) in (0..count).zip(&read) {
        assert_eq!(numbered.number, expected);
        let entry = numbered.entry.as_ref().unwrap();
        assert_eq!(entry.about.issue, Some(IssueId::new(expected)));
        assert_eq!(entry.who, Some(account("niro")));
    }

    let chunks = Folder::of(&["audit"]);
    let page = stage
        .store
        .range(&stage.scope, &chunks, None, 1000, stage.clock.now())
        .await
        .unwrap();
    assert!(
        (page.items.len() as u64) < count / 2,
        "entries are chained together, not one by one: {}",
        page.items.len()
    );

    // Somebody with the store in hand changes one person's name in one entry.
    let (name, record) = &page.items[0];
    let text = String::from_utf8(record.value.to_vec()).unwrap();
    let forged = text.replacen("niro", "nero", 1);
    assert_ne!(forged, text);
    let batch = Batch {
        put: vec![(
            Key::listed(&chunks, &[name.as_str()]),
            forged.into(),
            Until::Keep,
        )],
        ..Batch::default()
    };
    let now = stage.clock.now();
    stage.store.commit(&stage.scope, &batch, now).await.unwrap();
    assert!(matches!(verdict(&stage).await, Verdict::Broken { .. }));
}

async fn n25_refusals_of_an_hour_are_one_entry(on: StoreKind) {
    let mut stage = Stage::new(on).await;
    stage.start();
    let note = About::note(IssueId::new(1), NoteId::from_bytes([1; 16]));
    // Begin with an hour, so that the test does not cross one.
    let now = stage.clock.now();
    let rest = 3600 - now.seconds().rem_euclid(3600);
    stage
        .clock
        .advance(Duration::from_secs(u64::try_from(rest).unwrap()));
    let refuse = |name: &str| {
        let now = stage.clock.now();
        audit::once_an_hour(now, &account(name), Action::NoteRefused, note.clone())
    };
    for minute in 0..5 {
        stage.push(vec![refuse("ana"), refuse("kofi")]).await;
        if minute == 2 {
            stage.drained().await;
        }
        stage.clock.advance(Duration::from_secs(60));
    }
    stage.drained().await;
    assert_eq!(verdict(&stage).await, Verdict::Whole { entries: 2 });
    stage.clock.advance(Duration::from_secs(3600));
    stage.push(vec![refuse("ana")]).await;
    eventually("the next hour's entry", || async {
        verdict(&stage).await == Verdict::Whole { entries: 3 }
    })
    .await;
}
