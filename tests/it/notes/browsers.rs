//! Several browsers of one person: one approved from another, one removed.

use std::time::Duration;

use deskbridge::app::config::StoreKind;
use deskbridge::audit::Action;
use deskbridge::seal::{Entry, Hash, Kid, digits};
use deskbridge::store::Key;
use serde_json::{Value, json};

use super::bed::{Bed, Person};
use super::browser::{Browser, Pair};
use super::{TEXT, authorise, path, posted, read, sealed, shared};
use crate::harness::on_each_store;

on_each_store!(
    a_browser_is_approved_from_another_and_let_in_at_once,
    what_does_not_check_out_is_not_approved,
    a_request_to_be_approved_is_for_one_person_and_ends,
    a_removed_browser_opens_nothing_and_loses_its_wraps,
    a_browser_is_called_what_its_person_calls_it,
);

/// The messages of an approval up to the half.
struct Handshake {
    commitment: String,
    nonce: [u8; 16],
    payload: Value,
    browser: Browser,
    then: Option<Value>,
}

impl Handshake {
    /// The new browser asks, the older one answers, the new one shows its key. `old` is the key
    /// that the new browser had before.
    async fn go(person: &Person<'_>, older: &Browser, old: Option<&Browser>) -> Self {
        let bed = person.bed;
        let pair = Pair::new();
        let commitment = pair.commitment(bed.tenant, &person.account);
        let asked = json!({"commitment": commitment, "name": "Safari on iPhone"});
        person
            .post("/api/browsers/asked", &asked)
            .await
            .ok_status(201);
        let nonce: [u8; 16] = older.entropy.bytes();
        let answer = json!({
            "commitment": commitment,
            "by": older.kid,
            "nonce": deskbridge::seal::base64::encode(&nonce),
        });
        person
            .post("/api/browsers/asked/answer", &answer)
            .await
            .ok_status(201);
        let history = person.history().await;
        let mut payload = pair.payload(bed.tenant, &person.account, &history, bed.now());
        payload["by"] = json!(older.kid);
        let browser = pair.browser(bed.tenant, &person.account, &payload);
        let then = old.map(|old| {
            let prev = browser.kid.to_string();
            old.revocation(&old.kid, history.len() + 2, &prev, bed.now())
        });
        Self {
            commitment,
            nonce,
            payload,
            browser,
            then,
        }
    }

    fn half(&self) -> Value {
        json!({
            "commitment": self.commitment,
            "half": self.browser.entry(&self.payload, None),
            "then": self.then,
        })
    }

    /// The same entry with both signatures.
    fn whole(&self, older: &Browser) -> Value {
        let entry = self.browser.entry(&self.payload, Some(older));
        json!({"entry": entry, "then": self.then})
    }
}

impl super::bed::Answer {
    fn ok_status(self, status: u16) {
        assert_eq!(self.status, status, "{}", self.body);
    }
}

async fn a_browser_is_approved_from_another_and_let_in_at_once(on: StoreKind) {
    let bed = Bed::start(on).await;
    let (niro, nero) = (bed.person("niro", "ITH-1"), bed.person("nero", "ITH-1"));
    let (author, older) = (niro.browser().await, nero.browser().await);
    let note = shared(&niro, &author, &[&nero.account]).await;
    // A phone that made its own key silently, which nobody vouches for.
    let silent = nero.browser().await;

    let made = Handshake::go(&nero, &older, Some(&silent)).await;
    nero.post("/api/browsers/asked/half", &made.half())
        .await
        .ok_status(201);
    let told = nero.get("/api/browsers").await.ok()["asked"].clone();
    assert_eq!(told["name"], "Safari on iPhone");
    assert_eq!(told["by"], older.kid.to_string());
    let asked: Hash = made.commitment.parse().unwrap();
    assert_eq!(digits(&asked, &older.kid, &made.nonce).len(), 6);

    nero.post("/api/keys", &made.whole(&older))
        .await
        .ok_status(201);
    let state = nero.get("/api/browsers").await.ok();
    assert_eq!(state["asked"], Value::Null);
    let kids: Vec<_> = state["browsers"].as_array().unwrap().iter().collect();
    let kid = |b: &Value| b["kid"].as_str().unwrap().to_owned();
    let mut live: Vec<_> = kids.iter().map(|b| kid(b)).collect();
    let mut expected = vec![older.kid.to_string(), made.browser.kid.to_string()];
    live.sort();
    expected.sort();
    // The silent key went in the same step.
    assert_eq!(live, expected);
    let phone = kids.iter().find(|b| kid(b) == made.browser.kid.to_string());
    assert_eq!(phone.unwrap()["name"], "Safari on iPhone");

    // Its voucher lets it in without anybody's click.
    let waiting = nero.get("/api/waiting").await.ok()["waiting"].clone();
    assert_eq!(waiting.as_array().unwrap().len(), 1, "{waiting}");
    assert_eq!(waiting[0]["reason"], "added");
    let let_in = nero
        .get(&path(&note, &format!("let-in?account={}", nero.account)))
        .await
        .ok();
    let entry = Entry::from_value(&waiting[0]["entry"]).unwrap();
    let grant = older.fill(&let_in, &nero.account, entry.key().unwrap(), bed.now());
    nero.post(&path(&note, "grants"), &grant)
        .await
        .ok_status(201);
    assert_eq!(
        read(&nero, &made.browser, &note).await.as_deref(),
        Some(TEXT)
    );
}

async fn what_does_not_check_out_is_not_approved(on: StoreKind) {
    let bed = Bed::start(on).await;
    let nero = bed.person("nero", "ITH-1");
    let older = nero.browser().await;
    let page = nero.browser_by(None, "page").await;
    let made = Handshake::go(&nero, &older, None).await;
    let half = "/api/browsers/asked/half";

    // A key that was not committed to: its digits could have been chosen.
    let other = Pair::new();
    let history = nero.history().await;
    let mut payload = other.payload(bed.tenant, &nero.account, &history, bed.now());
    payload["by"] = json!(older.kid);
    let stranger = other.browser(bed.tenant, &nero.account, &payload);
    let mut sent = made.half();
    sent["half"] = stranger.entry(&payload, None);
    assert_eq!(nero.post(half, &sent).await.status, 400);
    // Another salt makes another kid of the same key, and other digits of it.
    let mut salted = made.payload.clone();
    salted["salt"] = json!(deskbridge::seal::base64::encode(&[9; 16]));
    sent["half"] = made.browser.entry(&salted, None);
    assert_eq!(nero.post(half, &sent).await.status, 400);
    // A whole entry is no half; nor is one with a revocation of somebody else's key behind it.
    sent["half"] = made.browser.entry(&made.payload, Some(&older));
    assert_eq!(nero.post(half, &sent).await.status, 400);
    let mut sent = made.half();
    let n = history.len() + 2;
    sent["then"] = older.revocation(&page.kid, n, &made.browser.kid.to_string(), bed.now());
    assert_eq!(nero.post(half, &sent).await.status, 400);
    let told = nero.get("/api/browsers").await.ok()["asked"].clone();
    assert_eq!(told["half"], Value::Null);

    // A second answer would let somebody choose among digits; a page's key answers nothing.
    let answer = |commitment: &str, by: &Kid| {
        let nonce = deskbridge::seal::base64::encode(&[3; 16]);
        json!({"commitment": commitment, "by": by, "nonce": nonce})
    };
    let route = "/api/browsers/asked/answer";
    let again = nero
        .post(route, &answer(&made.commitment, &older.kid))
        .await;
    assert_eq!(again.status, 409);
    let fresh = Pair::new().commitment(bed.tenant, &nero.account);
    nero.post("/api/browsers/asked", &json!({"commitment": fresh}))
        .await
        .ok_status(201);
    assert_eq!(
        nero.post(route, &answer(&fresh, &page.kid)).await.status,
        400
    );
    // The request before was displaced, and its half comes too late.
    assert_eq!(nero.post(half, &made.half()).await.status, 404);
    // Nothing of all this made a key.
    assert_eq!(nero.history().await.len(), 2);
}

async fn a_request_to_be_approved_is_for_one_person_and_ends(on: StoreKind) {
    let bed = Bed::start(on).await;
    let commitment = Pair::new().commitment(bed.tenant, &bed.account("nero"));
    {
        let (niro, nero) = (bed.person("niro", "ITH-1"), bed.person("nero", "ITH-1"));
        nero.browser().await;
        nero.post("/api/browsers/asked", &json!({"commitment": commitment}))
            .await
            .ok_status(201);
        let theirs = niro.get("/api/browsers").await.ok();
        assert_eq!(
            (&theirs["asked"], &theirs["browsers"]),
            (&Value::Null, &json!([]))
        );
        let route = format!("/api/browsers/asked?commitment={commitment}");
        assert_eq!(niro.delete(&route).await.status, 404);
        assert_eq!(nero.delete(&route).await.status, 204);
        assert_eq!(nero.get("/api/browsers").await.ok()["asked"], Value::Null);
        nero.post("/api/browsers/asked", &json!({"commitment": commitment}))
            .await
            .ok_status(201);
    }
    bed.advance(Duration::from_secs(15 * 60));
    let nero = bed.person("nero", "ITH-1");
    assert_eq!(nero.get("/api/browsers").await.ok()["asked"], Value::Null);
    let key = Key::point("key-asked", &[nero.account.as_str()]);
    let left = bed.store.get(&bed.scope(), &key, bed.clock.now()).await;
    assert!(left.unwrap().is_none());
}

async fn a_removed_browser_opens_nothing_and_loses_its_wraps(on: StoreKind) {
    let bed = Bed::start(on).await;
    let (niro, nero) = (bed.person("niro", "ITH-1"), bed.person("nero", "ITH-1"));
    let (author, older) = (niro.browser().await, nero.browser().await);
    let lost = nero.browser_by(Some(&older), "kept").await;
    let note = shared(&niro, &author, &[&nero.account]).await;
    let second = sealed(&niro, &author, &[&nero.account], "another").await;
    posted(&niro, &second).await.ok();
    assert_eq!(read(&nero, &lost, &note).await.as_deref(), Some(TEXT));
    let authorised = authorise(&nero, &note).await.ok();
    let consent = lost.consent(&authorised, [5; 16], bed.now());

    let history = nero.history().await;
    let prev = Entry::from_value(history.last().unwrap()).unwrap().sha();
    let entry = older.revocation(&lost.kid, history.len() + 1, &prev.to_string(), bed.now());
    nero.post("/api/keys", &json!({"entry": entry}))
        .await
        .ok_status(201);

    // At once: what it signed a moment before does not open any more.
    let answer = nero.post(&path(&note, "open"), &consent).await;
    assert_eq!(answer.status, 403, "{}", answer.body);
    let authorised = authorise(&nero, &note).await.ok();
    assert!(lost.unwrap_key(&authorised).is_none());
    // Soon: nothing is left for it in any note, and the others open as before.
    bed.until("the wraps are gone", async || {
        let mut gone = true;
        for one in [&note, &second] {
            let key = Key::point("note", &[&one.id.to_string()]);
            let stored = bed.stored(&key).await.unwrap().to_string();
            gone &= !stored.contains(&lost.kid.to_string());
        }
        gone
    })
    .await;
    assert_eq!(read(&nero, &older, &note).await.as_deref(), Some(TEXT));
    assert_eq!(
        read(&niro, &author, &second).await.as_deref(),
        Some("another")
    );
    bed.until("it is in the audit", async || {
        bed.audited(Action::KeyRevoked).await == 1
    })
    .await;
    // It vouches for nobody, and ends nobody.
    let history = nero.history().await;
    let prev = Entry::from_value(history.last().unwrap()).unwrap().sha();
    let back = lost.revocation(&older.kid, history.len() + 1, &prev.to_string(), bed.now());
    assert_eq!(
        nero.post("/api/keys", &json!({"entry": back})).await.status,
        400
    );
}

async fn a_browser_is_called_what_its_person_calls_it(on: StoreKind) {
    let bed = Bed::start(on).await;
    let (niro, nero) = (bed.person("niro", "ITH-1"), bed.person("nero", "ITH-1"));
    let browser = nero.browser().await;
    let named = json!({"kid": browser.kid, "name": "Nero's laptop"});
    nero.post("/api/browsers/name", &named).await.ok_status(201);
    let listed = nero.get("/api/browsers").await.ok()["browsers"].clone();
    assert_eq!(listed[0]["name"], "Nero's laptop");
    assert_eq!(listed[0]["kind"], "browser");
    // Nobody else names it or hears of it.
    assert_eq!(niro.post("/api/browsers/name", &named).await.status, 404);
    let seen = niro
        .get(&format!("/api/keys?accounts={}", nero.account))
        .await;
    assert!(!seen.body.contains("laptop"), "{}", seen.body);
    let long = json!({"kid": browser.kid, "name": "n".repeat(61)});
    assert_eq!(nero.post("/api/browsers/name", &long).await.status, 400);
}
