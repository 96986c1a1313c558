//! A reader whom nobody can let in just now is given five words, and lets their own browser in.

use std::time::Duration;

use deskbridge::app::config::StoreKind;
use deskbridge::audit::Action;
use deskbridge::ids::AccountId;
use deskbridge::seal::{
    Cek, Compact, Entry, Fill, KeyEntry, Kid, Kind, Life, Party, PickupKeys, PickupPair, Point,
    Typ, base64, canonical, commit, open_wrap, seal_wrap, sha,
};
use deskbridge::store::Key;
use hpke::Serializable as _;
use hpke::kem::{DhP256HkdfSha256, Kem};
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Value, json};

use super::bed::{Answer, Bed, Person};
use super::browser::{Browser, Draft, Sealed};
use super::{
    TEXT, WEEK, authorise, gone_but_for_its_tombstone, histories, path, posted, read, shared,
};
use crate::harness::on_each_store;

on_each_store!(
    x10_a_reader_lets_their_own_browser_in_by_five_words,
    a_code_opens_once_whatever_is_asked_for_again,
    five_wrong_tries_end_a_code,
    a_code_lasts_an_hour_and_until_it_is_taken_back_or_replaced,
    who_may_not_give_or_use_a_code_is_refused,
    codes_go_with_their_note,
);

const WORDS: &str = "abacus felt-tip yo-yo zoom abdomen";

/// A code as the author's browser makes it.
struct Code {
    pair: PickupPair,
    by: Kid,
    enc: [u8; 32],
    signing: SigningKey,
    closed: String,
    token: String,
}

impl Code {
    /// With the body that gives it to `target`.
    fn new(author: &Browser, let_in: &Value, target: &AccountId, now: i64) -> (Self, Value) {
        let (header, cek) = author.unwrap_key(let_in).unwrap();
        let hh = sha(&[let_in["protected"].as_str().unwrap().as_bytes()]);
        assert_eq!(header.to_protected().unwrap(), let_in["protected"]);
        let a = Party::Account(target.clone());
        let (private, public) =
            <DhP256HkdfSha256 as Kem>::derive_keypair(&author.entropy.bytes::<32>());
        let signing = SigningKey::from_slice(&author.entropy.bytes::<32>()).unwrap();
        let point = signing.verifying_key().to_sec1_point(false);
        let enc = Point::from_bytes(&public.to_bytes()).unwrap();
        let sig = Point::from_bytes(point.as_bytes()).unwrap();
        let pair = PickupPair::new(&hh, &a, enc, sig, author.entropy.bytes()).unwrap();
        let wrap = seal_wrap(&cek, &hh, &a, &key_of(&pair), &author.entropy).unwrap();
        let keys = PickupKeys::derive(WORDS, &pair);
        let enc: [u8; 32] = private.to_bytes().into();
        let halves = [enc, signing.to_bytes().into()];
        let closed = keys.close(&author.kid, &halves, author.entropy.bytes());
        let code = Self {
            by: author.kid,
            enc,
            signing,
            closed: base64::encode(&closed.unwrap()),
            token: base64::encode(&keys.token),
            pair,
        };
        let about = json!({
            "act": "pickup", "a": target, "kid": pair.kid, "wrap": wrap.sha(),
            "enc": base64::encode(pair.enc.as_bytes()),
            "sig": base64::encode(pair.sig.as_bytes()),
            "salt": base64::encode(&pair.salt),
        });
        let body = json!({
            "grant": author.record(Typ::Grant, &next(let_in, author, &about, now)),
            "ek": base64::encode(wrap.ek.as_bytes()),
            "encryptedKey": base64::encode(&wrap.encrypted_key),
            "box": code.closed,
            "token": sha(&[&keys.token]),
        });
        (code, body)
    }

    fn tried(&self, id: u8) -> Value {
        json!({"token": self.token, "id": base64::encode(&[id; 16])})
    }

    /// What the reader's browser makes of what was released: it opens the box with the words, and
    /// the wrap with what was in it.
    fn cek(&self, authorised: &Value, released: &Value, target: &AccountId) -> Cek {
        let opened = PickupKeys::derive(WORDS, &self.pair)
            .open(&self.by, released["box"].as_str().unwrap())
            .unwrap();
        assert_eq!(opened, [self.enc, self.signing.to_bytes().into()]);
        let text = |name: &str| released[name].as_str().unwrap();
        let wrap =
            deskbridge::seal::Wrap::from_parts(text("kid"), text("ek"), text("encryptedKey"))
                .unwrap();
        let protected = authorised["protected"].as_str().unwrap();
        let header = deskbridge::seal::Header::parse(protected).unwrap();
        let hh = sha(&[protected.as_bytes()]);
        let a = Party::Account(target.clone());
        let cek = open_wrap(&wrap, &hh, &a, &opened[0]).unwrap();
        assert_eq!(commit(&cek, header.id), header.com);
        cek
    }

    /// The body that fills `key`, signed by the code.
    fn fill(
        &self,
        authorised: &Value,
        cek: &Cek,
        reader: &Browser,
        key: &KeyEntry,
        now: i64,
    ) -> Value {
        let hh = sha(&[authorised["protected"].as_str().unwrap().as_bytes()]);
        let a = Party::Account(reader.account.clone());
        let wrap = seal_wrap(cek, &hh, &a, key, &reader.entropy).unwrap();
        let about = json!({"act": "fill", "a": reader.account, "kid": key.kid, "wrap": wrap.sha()});
        let payload = canonical(&next(authorised, reader, &about, now)).unwrap();
        let sign = |input: &[u8]| {
            let signature: Signature = self.signing.sign(input);
            signature.to_bytes().into()
        };
        json!({
            "grant": Compact::make(Typ::Grant, &self.pair.kid, &payload, &sign),
            "ek": base64::encode(wrap.ek.as_bytes()),
            "encryptedKey": base64::encode(&wrap.encrypted_key),
        })
    }
}

/// The payload of the next record of the chain in `answer`.
fn next(answer: &Value, by: &Browser, about: &Value, now: i64) -> Value {
    let grants = answer["grants"].as_array().unwrap();
    let seal = || sha_of(answer["seal"].as_str().unwrap());
    let prev = grants
        .last()
        .map_or_else(seal, |last| sha_of(last.as_str().unwrap()));
    let mut payload = json!({
        "v": 1, "hh": sha(&[answer["protected"].as_str().unwrap().as_bytes()]),
        "n": grants.len() + 1, "prev": prev, "by": by.account, "iat": now,
    });
    for (name, value) in about.as_object().unwrap() {
        payload[name] = value.clone();
    }
    payload
}

fn sha_of(jws: &str) -> String {
    let payload = jws.split('.').nth(1).unwrap();
    sha(&[&base64::decode(payload).unwrap()]).to_string()
}

/// Wraps are made for keys of entries; a code's has none.
fn key_of(pair: &PickupPair) -> KeyEntry {
    KeyEntry {
        kid: pair.kid,
        kind: Kind::Browser,
        life: Life::Page,
        enc: pair.enc,
        sig: pair.sig,
        by: None,
        n: 1,
        iat: 0,
    }
}

async fn let_in(author: &Person<'_>, note: &Sealed, target: &AccountId) -> Value {
    let path = path(note, &format!("let-in?account={target}"));
    author.get(&path).await.ok()
}

async fn given(author: &Person<'_>, browser: &Browser, note: &Sealed, to: &AccountId) -> Code {
    let known = let_in(author, note, to).await;
    let (code, body) = Code::new(browser, &known, to, author.bed.now());
    let answer = author.post(&path(note, "pickup"), &body).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    // A lost answer.
    assert_eq!(author.post(&path(note, "pickup"), &body).await.status, 201);
    code
}

async fn opened(reader: &Person<'_>, note: &Sealed, body: &Value) -> Answer {
    reader.post(&path(note, "pickup/open"), body).await
}

async fn own_key(reader: &Person<'_>, kid: Kid) -> KeyEntry {
    let keys = reader
        .get(&format!("/api/keys?accounts={}", reader.account))
        .await
        .ok();
    let entries = keys["histories"][reader.account.as_str()].clone();
    let mut entries = entries.as_array().unwrap().iter().map(|entry| {
        let entry = Entry::from_value(entry).unwrap();
        entry.key().unwrap().clone()
    });
    entries.find(|key| key.kid == kid).unwrap()
}

async fn x10_a_reader_lets_their_own_browser_in_by_five_words(on: StoreKind) {
    let bed = Bed::start(on).await;
    let (niro, jonathan) = (bed.person("niro", "ITH-1"), bed.person("jonathan", "ITH-1"));
    let author = niro.browser().await;
    // Nobody but the author may let in, and the author is on the telephone.
    let draft = Draft {
        issue: niro.issue,
        readers: &[&jonathan.account],
        text: TEXT,
        now: bed.now(),
        life: WEEK,
        fill: Fill::Author,
    };
    let note = author.seal(&draft, &histories(&niro, &[&jonathan.account]).await);
    assert_eq!(posted(&niro, &note).await.status, 201);
    let reader = jonathan.browser().await;
    assert_eq!(jonathan.cards().await[0]["why"], "waiting");

    let code = given(&niro, &author, &note, &jonathan.account).await;
    let authorised = authorise(&jonathan, &note).await.ok();
    let released = opened(&jonathan, &note, &code.tried(1)).await.ok();
    let cek = code.cek(&authorised, &released, &jonathan.account);
    let key = own_key(&jonathan, reader.kid).await;
    let fill = code.fill(&authorised, &cek, &reader, &key, bed.now());
    let answer = jonathan.post(&path(&note, "grants"), &fill).await;
    assert_eq!(answer.status, 201, "{}", answer.body);

    assert_eq!(jonathan.cards().await[0]["unlockable"], true);
    assert_eq!(read(&jonathan, &reader, &note).await.as_deref(), Some(TEXT));
    let waiting = niro.get("/api/waiting").await.ok();
    assert_eq!(waiting["waiting"], json!([]));

    // It signed the one record that it may.
    let second = jonathan.browser_by(Some(&reader), "kept").await;
    let key = own_key(&jonathan, second.kid).await;
    let authorised = authorise(&jonathan, &note).await.ok();
    let fill = code.fill(&authorised, &cek, &reader, &key, bed.now());
    let answer = jonathan.post(&path(&note, "grants"), &fill).await;
    assert_eq!(answer.status, 400, "{}", answer.body);
    bed.until("what was done is in the audit", async || {
        bed.audited(Action::PickupGiven).await == 1 && bed.audited(Action::PickupUsed).await == 1
    })
    .await;
}

async fn a_code_opens_once_whatever_is_asked_for_again(on: StoreKind) {
    let bed = Bed::start(on).await;
    let people = || ["niro", "jonathan"].map(|slug| bed.person(slug, "ITH-1"));
    let [niro, jonathan] = people();
    let author = niro.browser().await;
    let note = shared(&niro, &author, &[&jonathan.account]).await;
    let code = given(&niro, &author, &note, &jonathan.account).await;
    let replica = match on {
        StoreKind::Redis => Some(bed.replica(|_| ()).await),
        StoreKind::Embedded => None,
    };
    let elsewhere = bed.person("jonathan", "ITH-1");
    let elsewhere = match &replica {
        Some(replica) => elsewhere.at(replica),
        None => elsewhere,
    };
    let (first, second) = (code.tried(1), code.tried(2));
    let (one, other) = tokio::join!(
        opened(&jonathan, &note, &first),
        opened(&elsewhere, &note, &second),
    );
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 410]);
    let (won, body) = if one.status == 200 {
        (one, first)
    } else {
        (other, second)
    };
    assert_eq!(opened(&jonathan, &note, &body).await.body, won.body);
    bed.advance(Duration::from_secs(121));
    let [_, jonathan] = people();
    assert_eq!(opened(&jonathan, &note, &body).await.status, 410);
    let slot = Key::point(
        "note-pickup",
        &[&note.id.to_string(), jonathan.account.as_str()],
    );
    let left = bed.store.get(&bed.scope(), &slot, bed.clock.now()).await;
    assert!(left.unwrap().is_none());
}

async fn five_wrong_tries_end_a_code(on: StoreKind) {
    let bed = Bed::start(on).await;
    let (niro, jonathan) = (bed.person("niro", "ITH-1"), bed.person("jonathan", "ITH-1"));
    let author = niro.browser().await;
    let note = shared(&niro, &author, &[&jonathan.account]).await;
    let code = given(&niro, &author, &note, &jonathan.account).await;
    let wrong = |n: u8| json!({"token": base64::encode(&[n; 32]), "id": base64::encode(&[n; 16])});
    for n in [1, 2, 3, 4, 4, 4, 4] {
        let answer = opened(&jonathan, &note, &wrong(n)).await;
        assert_eq!(answer.status, 403, "{}", answer.body);
    }
    assert_eq!(opened(&jonathan, &note, &wrong(5)).await.status, 410);
    assert_eq!(opened(&jonathan, &note, &code.tried(9)).await.status, 410);
    assert_eq!(
        opened(&jonathan, &note, &json!({"token": "x", "id": "y"}))
            .await
            .status,
        410
    );
    bed.until("each guess is in the audit", async || {
        bed.audited(Action::PickupRefused).await == 5
    })
    .await;
    // The next one starts anew.
    let code = given(&niro, &author, &note, &jonathan.account).await;
    assert_eq!(opened(&jonathan, &note, &wrong(1)).await.status, 403);
    assert_eq!(opened(&jonathan, &note, &code.tried(9)).await.status, 200);
}

async fn a_code_lasts_an_hour_and_until_it_is_taken_back_or_replaced(on: StoreKind) {
    let bed = Bed::start(on).await;
    let people = || ["niro", "jonathan"].map(|slug| bed.person(slug, "ITH-1"));
    let [niro, jonathan] = people();
    let author = niro.browser().await;
    let note = shared(&niro, &author, &[&jonathan.account]).await;
    let reader = jonathan.browser().await;

    let first = given(&niro, &author, &note, &jonathan.account).await;
    let second = given(&niro, &author, &note, &jonathan.account).await;
    assert_eq!(opened(&jonathan, &note, &first.tried(1)).await.status, 403);
    let known = let_in(&niro, &note, &jonathan.account).await;
    let about = json!({"act": "pickup", "a": jonathan.account});
    let end = author.record(Typ::Grant, &next(&known, &author, &about, bed.now()));
    let end = json!({"grant": end});
    for _ in 0..2 {
        let answer = niro.post(&path(&note, "pickup/take-back"), &end).await;
        assert_eq!(answer.status, 204, "{}", answer.body);
    }
    assert_eq!(opened(&jonathan, &note, &second.tried(1)).await.status, 410);

    let third = given(&niro, &author, &note, &jonathan.account).await;
    let given_at = bed.now();
    let key = own_key(&jonathan, reader.kid).await;
    bed.advance_to(given_at + 3598);
    let [_, jonathan] = people();
    let authorised = authorise(&jonathan, &note).await.ok();
    let released = opened(&jonathan, &note, &third.tried(1)).await.ok();
    let cek = third.cek(&authorised, &released, &jonathan.account);
    bed.advance_to(given_at + 3600);
    let [_, jonathan] = people();
    let late = third.fill(&authorised, &cek, &reader, &key, given_at + 3599);
    let answer = jonathan.post(&path(&note, "grants"), &late).await;
    assert_eq!(answer.status, 400, "{}", answer.body);

    let [niro, jonathan] = people();
    let fourth = given(&niro, &author, &note, &jonathan.account).await;
    bed.advance_to(bed.now() + 3600);
    let [_, jonathan] = people();
    assert_eq!(opened(&jonathan, &note, &fourth.tried(1)).await.status, 410);
}

async fn who_may_not_give_or_use_a_code_is_refused(on: StoreKind) {
    let bed = Bed::start(on).await;
    let [niro, nero, jonathan, ana] =
        ["niro", "nero", "jonathan", "ana"].map(|slug| bed.person(slug, "ITH-1"));
    let (author, agent) = (niro.browser().await, nero.browser().await);
    let readers = [&nero.account, &jonathan.account];
    let note = shared(&niro, &author, &readers).await;
    let known = let_in(&nero, &note, &jonathan.account).await;
    let (_, by_a_reader) = Code::new(&agent, &known, &jonathan.account, bed.now());
    let answer = nero.post(&path(&note, "pickup"), &by_a_reader).await;
    assert_eq!(answer.status, 403, "{}", answer.body);

    let known = let_in(&niro, &note, &jonathan.account).await;
    let (_, good) = Code::new(&author, &known, &jonathan.account, bed.now());
    // In somebody else's name.
    assert_eq!(nero.post(&path(&note, "pickup"), &good).await.status, 403);
    for (member, value) in [
        ("box", json!(base64::encode(&[0; 91]))),
        ("token", json!("short")),
        ("ek", json!(base64::encode(&[4; 65]))),
        ("encryptedKey", json!(base64::encode(&[0; 48]))),
    ] {
        let mut bent = good.clone();
        bent[member] = value;
        let answer = niro.post(&path(&note, "pickup"), &bent).await;
        assert_eq!(answer.status, 400, "{member} {}", answer.body);
    }
    assert_eq!(bed.audited(Action::PickupGiven).await, 0);

    let code = given(&niro, &author, &note, &jonathan.account).await;
    // A fellow reader has no code; somebody who is no reader may not ask.
    assert_eq!(opened(&nero, &note, &code.tried(1)).await.status, 410);
    let stranger = opened(&ana, &note, &code.tried(1)).await.status;
    assert!([403, 404].contains(&stranger), "{stranger}");
    // The store does not say it either.
    let dump = bed.dump();
    let held = |text: &str| dump.windows(text.len()).any(|at| at == text.as_bytes());
    for secret in [WORDS, code.token.as_str(), code.closed.as_str()] {
        assert!(!held(secret), "{secret}");
    }
}

async fn codes_go_with_their_note(on: StoreKind) {
    let bed = Bed::start(on).await;
    let (niro, jonathan) = (bed.person("niro", "ITH-1"), bed.person("jonathan", "ITH-1"));
    let author = niro.browser().await;
    let note = shared(&niro, &author, &[&jonathan.account]).await;
    let code = given(&niro, &author, &note, &jonathan.account).await;
    let deleted = niro.delete(&format!("/api/notes/{}", note.id)).await;
    assert_eq!(deleted.status, 204, "{}", deleted.body);
    gone_but_for_its_tombstone(&bed, &niro, &note).await;
    let slot = Key::point(
        "note-pickup",
        &[&note.id.to_string(), jonathan.account.as_str()],
    );
    assert!(bed.raw(&slot).await.is_none());
    assert_eq!(opened(&jonathan, &note, &code.tried(1)).await.status, 410);
}
