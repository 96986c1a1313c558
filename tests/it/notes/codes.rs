//! A recovery code: its key is vouched for, kept wrapped, and given out against a token.

use std::time::Duration;

use deskbridge::app::config::StoreKind;
use deskbridge::audit::Action;
use deskbridge::clock::Entropy;
use deskbridge::seal::{Code, Entry, Party, Slot, base64, code_token, open_slot, seal_slot, sha};
use deskbridge::store::Key;
use serde_json::{Value, json};

use super::bed::{Bed, Person};
use super::browser::{Browser, Pair};
use super::{TEXT, read, shared};
use crate::harness::on_each_store;

on_each_store!(
    a_recovery_code_gives_back_its_key_and_vouches_for_a_browser,
    a_new_code_ends_the_one_before,
    wrong_codes_are_counted_and_written_down,
);

/// A code as its maker's browser has it.
struct Printed {
    code: Code,
    entry: Entry,
    browser: Browser,
    body: Value,
}

/// What the browser `by` sends for a new code; `before` is the code that it ends.
async fn printed(person: &Person<'_>, by: &Browser, before: Option<&Printed>) -> Printed {
    let bed = person.bed;
    let (pair, history) = (Pair::new(), person.history().await);
    let mut payload = pair.payload(bed.tenant, &person.account, &history, bed.now());
    payload["kind"] = json!("code");
    payload["by"] = json!(by.kid);
    let browser = pair.browser(bed.tenant, &person.account, &payload);
    let sent = browser.entry(&payload, Some(by));
    let entry = Entry::from_value(&sent).unwrap();
    let code = Code::random(&Entropy::system());
    let [enc, sig] = browser.halves();
    let slot = seal_slot(&code, &entry, [&enc, &sig], browser.entropy.bytes()).unwrap();
    let token = sha(&[&code_token(&code, &entry)]);
    let then = before.map(|before| {
        let prev = browser.kid.to_string();
        by.revocation(&before.browser.kid, history.len() + 2, &prev, bed.now())
    });
    let body = json!({"entry": sent, "then": then, "slot": slot.to_value(), "token": token});
    Printed {
        code,
        entry,
        browser,
        body,
    }
}

fn token(printed: &Printed) -> Value {
    let code = Code::parse(&printed.code.to_text()).unwrap();
    json!({"token": base64::encode(&code_token(&code, &printed.entry))})
}

async fn a_recovery_code_gives_back_its_key_and_vouches_for_a_browser(on: StoreKind) {
    let bed = Bed::start(on).await;
    let (niro, nero) = (bed.person("niro", "ITH-1"), bed.person("nero", "ITH-1"));
    let (author, older) = (niro.browser().await, nero.browser().await);
    let made = printed(&nero, &older, None).await;
    let answer = nero.post("/api/browsers/code", &made.body).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    // A lost answer: the same again is the same.
    let again = nero.post("/api/browsers/code", &made.body).await;
    assert_eq!((again.status, &again.body), (201, &answer.body));
    let listed = nero.get("/api/browsers").await.ok()["browsers"].clone();
    assert_eq!(listed[1]["kind"], "code");
    let note = shared(&niro, &author, &[&nero.account]).await;

    let given = nero
        .post("/api/browsers/code/open", &token(&made))
        .await
        .ok();
    let whose = (bed.tenant, &Party::Account(nero.account.clone()));
    let slot = Slot::from_value(&given["slot"]).unwrap();
    let halves = open_slot(&made.code, whose, &made.entry, &slot).unwrap();
    let halves: Vec<[u8; 32]> = halves.iter().map(|half| **half).collect();
    assert_eq!(halves, made.browser.halves());
    // Its key opens what was sealed for it, and its word lets a browser in.
    assert_eq!(
        read(&nero, &made.browser, &note).await.as_deref(),
        Some(TEXT)
    );
    nero.browser_by(Some(&made.browser), "kept").await;
    let waiting = nero.get("/api/waiting").await.ok()["waiting"].clone();
    assert_eq!(waiting[0]["reason"], "added");
    bed.until("it is in the audit", async || {
        bed.audited(Action::CodeOpened).await == 1
    })
    .await;
    // Nobody else's paper opens it, and the store holds neither code nor token.
    assert_eq!(
        niro.post("/api/browsers/code/open", &token(&made))
            .await
            .status,
        404
    );
    let dump = bed.dump();
    let [enc, sig] = made.browser.halves();
    let secret = code_token(&made.code, &made.entry);
    for hidden in [&enc[..], &sig, &secret, made.code.to_text().as_bytes()] {
        assert!(!dump.windows(hidden.len()).any(|bytes| bytes == hidden));
    }
}

async fn a_new_code_ends_the_one_before(on: StoreKind) {
    let bed = Bed::start(on).await;
    let nero = bed.person("nero", "ITH-1");
    let older = nero.browser().await;
    let first = printed(&nero, &older, None).await;
    nero.post("/api/browsers/code", &first.body).await.ok();
    // Two at once there are not.
    let beside = printed(&nero, &older, None).await;
    assert_eq!(
        nero.post("/api/browsers/code", &beside.body).await.status,
        400
    );

    let second = printed(&nero, &older, Some(&first)).await;
    nero.post("/api/browsers/code", &second.body).await.ok();
    let open = "/api/browsers/code/open";
    assert_eq!(nero.post(open, &token(&first)).await.status, 400);
    let given = nero.post(open, &token(&second)).await.ok();
    assert_eq!(given["kid"], second.browser.kid.to_string());

    // Removed like any browser, its slot goes too.
    let history = nero.history().await;
    let prev = Entry::from_value(history.last().unwrap()).unwrap().sha();
    let n = history.len() + 1;
    let entry = older.revocation(&second.browser.kid, n, &prev.to_string(), bed.now());
    nero.post("/api/keys", &json!({"entry": entry})).await.ok();
    assert_eq!(nero.post(open, &token(&second)).await.status, 404);
    let slot = Key::point("key-code", &[nero.account.as_str()]);
    assert!(bed.raw(&slot).await.is_none());
}

async fn wrong_codes_are_counted_and_written_down(on: StoreKind) {
    let bed = Bed::start(on).await;
    let made = {
        let nero = bed.person("nero", "ITH-1");
        let older = nero.browser().await;
        // A code that no browser vouches for is none, nor is a browser's key.
        let mut alone = printed(&nero, &older, None).await.body;
        alone["entry"] = nero.history().await[0].clone();
        assert_eq!(nero.post("/api/browsers/code", &alone).await.status, 400);
        let made = printed(&nero, &older, None).await;
        // Nor does it come by the way of browsers.
        let entry = json!({"entry": made.body["entry"]});
        assert_eq!(nero.post("/api/keys", &entry).await.status, 400);
        nero.post("/api/browsers/code", &made.body).await.ok();
        let wrong = json!({"token": base64::encode(&[7; 32])});
        for _ in 0..10 {
            let answer = nero.post("/api/browsers/code/open", &wrong).await;
            assert_eq!(answer.status, 400, "{}", answer.body);
            assert!(!answer.body.contains("\"slot\""));
            bed.clock.advance(Duration::from_millis(2));
        }
        assert_eq!(
            nero.post("/api/browsers/code/open", &token(&made))
                .await
                .status,
            429
        );
        made
    };
    bed.until("each is in the audit", async || {
        bed.audited(Action::CodeRefused).await == 10
    })
    .await;
    bed.advance(Duration::from_secs(86_400));
    let nero = bed.person("nero", "ITH-1");
    nero.post("/api/browsers/code/open", &token(&made))
        .await
        .ok();
}
