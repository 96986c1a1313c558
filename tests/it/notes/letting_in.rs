//! Somebody new is let in by a click of somebody who can read, from any issue of the site.

use deskbridge::app::config::StoreKind;
use deskbridge::seal::{Entry, Fill};
use serde_json::{Value, json};

use super::bed::{Bed, Person};
use super::browser::{Browser, Draft};
use super::{TEXT, WEEK, authorise, histories, path, posted, read, shared};
use crate::harness::on_each_store;

on_each_store!(
    x3_for_a_reader_without_a_key_nothing_is_sealed_until_a_person_lets_them_in,
    x9_a_reader_without_a_key_is_let_in_from_any_issue,
    how_a_key_came_is_told_to_who_lets_it_in,
    who_may_not_let_in_is_refused,
);

/// What a filler's browser does for the first that waits.
async fn fill(filler: &Person<'_>, browser: &Browser, waiting: &Value) -> (String, Value) {
    let target = waiting["account"].as_str().unwrap().parse().unwrap();
    let note = waiting["note"].as_str().unwrap();
    let let_in = filler
        .get(&format!("/api/notes/{note}/let-in?account={target}"))
        .await
        .ok();
    let entry = Entry::from_value(&waiting["entry"]).unwrap();
    let grant = browser.fill(&let_in, &target, entry.key().unwrap(), filler.bed.now());
    (format!("/api/notes/{note}/grants"), grant)
}

async fn x3_for_a_reader_without_a_key_nothing_is_sealed_until_a_person_lets_them_in(
    on: StoreKind,
) {
    let bed = Bed::start(on).await;
    let (niro, jonathan) = (bed.person("niro", "ITH-1"), bed.person("jonathan", "ITH-1"));
    let author = niro.browser().await;
    let note = shared(&niro, &author, &[&jonathan.account]).await;
    assert_eq!(note.envelope["recipients"].as_array().unwrap().len(), 1);
    let pending = json!([jonathan.account]);
    assert_eq!(niro.cards().await[0]["waitingFor"], pending);

    let reader = jonathan.browser().await;
    assert_eq!(niro.cards().await[0]["waitingFor"], pending);
    let authorised = authorise(&jonathan, &note).await.ok();
    assert_eq!(authorised["recipients"], json!([]), "nothing to open");
    assert!(reader.unwrap_key(&authorised).is_none());

    let waiting = niro.get("/api/waiting").await.ok()["waiting"][0].clone();
    let (route, grant) = fill(&niro, &author, &waiting).await;
    assert_eq!(niro.post(&route, &grant).await.status, 201);
    assert_eq!(niro.cards().await[0]["waitingFor"], json!([]));
    assert_eq!(read(&jonathan, &reader, &note).await.as_deref(), Some(TEXT));
}

async fn x9_a_reader_without_a_key_is_let_in_from_any_issue(on: StoreKind) {
    let bed = Bed::start(on).await;
    let (niro, jonathan) = (bed.person("niro", "ITH-1"), bed.person("jonathan", "ITH-1"));
    let author = niro.browser().await;
    let note = shared(&niro, &author, &[&jonathan.account]).await;
    assert_eq!(niro.get("/api/waiting").await.ok()["waiting"], json!([]));

    let reader = jonathan.browser().await;
    assert_eq!(jonathan.cards().await[0]["why"], "waiting");
    // Niro looks at another issue meanwhile.
    let elsewhere = bed.person("niro", "ITH-2");
    let waiting = elsewhere.get("/api/waiting").await.ok()["waiting"][0].clone();
    assert_eq!(waiting["note"], note.id.to_string());
    assert_eq!(waiting["issue"]["key"], "ITH-1");
    assert_eq!(waiting["name"], "Jonathan Reyes");
    assert_eq!(waiting["reason"], "first");
    let (route, grant) = fill(&elsewhere, &author, &waiting).await;
    let (_, rival) = fill(&elsewhere, &author, &waiting).await;
    let answer = elsewhere.post(&route, &grant).await;
    assert_eq!(answer.status, 201, "{}", answer.body);

    assert_eq!(jonathan.cards().await[0]["unlockable"], true);
    assert_eq!(read(&jonathan, &reader, &note).await.as_deref(), Some(TEXT));
    assert_eq!(
        elsewhere.get("/api/waiting").await.ok()["waiting"],
        json!([])
    );
    // The same again is somebody whose answer was lost; another on the same end is stale.
    assert_eq!(elsewhere.post(&route, &grant).await.status, 201);
    assert_eq!(elsewhere.post(&route, &rival).await.status, 409);
}

async fn how_a_key_came_is_told_to_who_lets_it_in(on: StoreKind) {
    let bed = Bed::start(on).await;
    let (niro, nero) = (bed.person("niro", "ITH-1"), bed.person("nero", "ITH-1"));
    let author = niro.browser().await;
    let first = nero.browser().await;
    let note = shared(&niro, &author, &[&nero.account]).await;
    let reasons = async || {
        let waiting = niro.get("/api/waiting").await.ok();
        let waiting = waiting["waiting"].as_array().unwrap().clone();
        let reasons: Vec<_> = waiting.iter().map(|w| w["reason"].clone()).collect();
        (waiting, reasons)
    };
    let second = nero.browser_by(Some(&first), "kept").await;
    nero.browser_by(None, "page").await;
    let (waiting, told) = reasons().await;
    assert_eq!(told, ["added", "unconfirmed"]);

    // A reader's other browser, let in by the reader.
    let (route, grant) = fill(&nero, &first, &waiting[0]).await;
    assert_eq!(nero.post(&route, &grant).await.status, 201);
    assert_eq!(read(&nero, &second, &note).await.as_deref(), Some(TEXT));
    assert_eq!(reasons().await.1, ["unconfirmed"]);
    let authorised = authorise(&nero, &note).await.ok();
    assert_eq!(authorised["grants"].as_array().unwrap().len(), 1);
}

async fn who_may_not_let_in_is_refused(on: StoreKind) {
    let bed = Bed::start(on).await;
    let (niro, nero) = (bed.person("niro", "ITH-1"), bed.person("nero", "ITH-1"));
    let jonathan = bed.person("jonathan", "ITH-1");
    let (author, reader) = (niro.browser().await, nero.browser().await);
    let readers = [&nero.account, &jonathan.account];
    let draft = Draft {
        issue: niro.issue,
        readers: &readers,
        text: TEXT,
        now: bed.now(),
        life: WEEK,
        fill: Fill::Author,
    };
    let note = author.seal(&draft, &histories(&niro, &readers).await);
    assert_eq!(posted(&niro, &note).await.status, 201);
    jonathan.browser().await;

    // The author kept this to themselves.
    assert_eq!(nero.get("/api/waiting").await.ok()["waiting"], json!([]));
    let let_in = nero
        .get(&path(
            &note,
            &format!("let-in?account={}", jonathan.account),
        ))
        .await;
    assert_eq!(let_in.status, 403, "{}", let_in.body);

    let waiting = niro.get("/api/waiting").await.ok()["waiting"][0].clone();
    let (route, grant) = fill(&niro, &author, &waiting).await;
    // Nobody posts another's grant, and nobody's wrap takes the place of the one that was signed.
    assert_eq!(nero.post(&route, &grant).await.status, 403);
    let (_, other) = fill(&niro, &author, &waiting).await;
    let mut swapped = grant.clone();
    swapped["encryptedKey"] = other["encryptedKey"].clone();
    swapped["ek"] = other["ek"].clone();
    assert_eq!(niro.post(&route, &swapped).await.status, 400);
    // Somebody who left the request is not let in.
    bed.host
        .change(|site| {
            let person = site
                .people
                .iter_mut()
                .find(|p| p.slug == "jonathan")
                .unwrap();
            person.active = false;
            Ok::<_, ()>(((), Vec::new()))
        })
        .unwrap();
    bed.clock.advance(std::time::Duration::from_secs(31));
    assert_eq!(niro.post(&route, &grant).await.status, 403);
    let _ = reader;
}
