//! Scenarios of keys: entries, revocations, histories.

use deskbridge::seal::{base64, canonical};
use serde_json::{Value, json};

use super::making::off_curve;
use super::people::{Jws, NOW, Person, Secret, general, seeded, tenant};
use super::scenario::{Scenario, scenario};

const NIRO: &str = "712020:niro";

fn with_texts(name: &str, expect: &'static str, about: &str, texts: &[String]) -> Scenario {
    let input = json!({"tenant": tenant(), "account": NIRO, "entries": texts, "now": NOW});
    scenario("history", name, expect, about, input)
}

fn with(name: &str, expect: &'static str, about: &str, person: &Person) -> Scenario {
    with_texts(name, expect, about, &person.texts())
}

/// The second entry of a person with one key, its payload changed, then rightly signed.
fn second(
    name: &str,
    expect: &'static str,
    about: &str,
    change: impl FnOnce(&Person, &mut Value, &mut Secret),
) -> Scenario {
    let mut person = Person::with_key(NIRO);
    let (mut payload, mut secret) = person.draft();
    change(&person, &mut payload, &mut secret);
    let signers = person.signed(&payload, &mut secret);
    person.push(&signers);
    with(name, expect, about, &person)
}

/// The same with the signatures changed.
fn signed(
    name: &str,
    expect: &'static str,
    about: &str,
    change: impl FnOnce(&Person, &mut Vec<Jws>),
) -> Scenario {
    let mut person = Person::with_key(NIRO);
    let (mut payload, mut secret) = person.draft();
    payload["by"] = json!(person.keys[0].kid);
    let mut signers = person.signed(&payload, &mut secret);
    change(&person, &mut signers);
    person.push(&signers);
    with(name, expect, about, &person)
}

/// The only entry as text, changed.
fn text(
    name: &str,
    expect: &'static str,
    about: &str,
    change: impl FnOnce(String) -> String,
) -> Scenario {
    let only = Person::with_key(NIRO).texts().remove(0);
    with_texts(name, expect, about, &[change(only)])
}

pub fn all() -> Vec<Scenario> {
    [
        good(),
        chains(),
        vouching(),
        revocations(),
        keys(),
        signatures(),
        outer(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn good() -> Vec<Scenario> {
    let mut person = Person::with_key(NIRO);
    let one = person.keys[0].kid;
    let two = person.publish_by(0);
    let code = person.publish(|p| {
        p["kind"] = json!("code");
        p["by"] = json!(one);
    });
    let three = person.publish(|_| {});
    let page = person.publish(|p| p["life"] = json!("page"));
    let old = person.publish(|p| {
        p["life"] = json!("page");
        p["iat"] = json!(NOW - 86_400);
    });
    person.revoke(1, &three);
    let last = person.publish_by(2);
    let mut many = with(
        "many",
        "ok",
        "First, added, a printed code, unconfirmed, pages, a revocation.",
        &person,
    );
    many.vector["retired"] = json!([two]);
    many.vector["output"] = json!({
        "kids": [one, two, code, three, page, old, last],
        "live": [one, code, page, last],
        "classes": ["first", "added", "added", "unconfirmed", "unconfirmed", "unconfirmed", "added"],
    });

    let app = format!("app:{}", tenant());
    let mut bridge = Person::new(&app);
    let kid = bridge.publish(|p| p["kind"] = json!("bridge"));
    let mut automation = with("bridge", "ok", "The server's own automation.", &bridge);
    automation.vector["account"] = json!(app);
    automation.vector["output"] = json!({"kids": [kid], "live": [kid], "classes": ["first"]});

    let mut none = with("none", "ok", "Nobody yet.", &Person::new(NIRO));
    none.vector["output"] = json!({"kids": [], "live": [], "classes": []});
    vec![many, automation, none]
}

fn chains() -> Vec<Scenario> {
    let mut two = Person::with_key(NIRO);
    two.publish_by(0);
    let other = Person::with_key("712020:nero");
    vec![
        second(
            "gap-in-n",
            "chain",
            "Number 3 follows number 1.",
            |_, p, _| p["n"] = json!(3),
        ),
        second("n-repeated", "chain", "Number 1 twice.", |_, p, _| {
            p["n"] = json!(1);
            p["prev"] = json!(null);
        }),
        second(
            "prev-of-another",
            "chain",
            "`prev` names no entry of this history.",
            |_, p, _| {
                p["prev"] = json!(base64::encode(&[9; 32]));
            },
        ),
        second(
            "prev-null",
            "chain",
            "`prev` is null though it is not the first.",
            |_, p, _| p["prev"] = json!(null),
        ),
        second("n-none", "member", "Number 0.", |_, p, _| p["n"] = json!(0)),
        second(
            "other-account",
            "account",
            "An entry of another account.",
            |_, p, _| p["a"] = json!("712020:nero"),
        ),
        second(
            "other-tenant",
            "tenant",
            "An entry of another tenant.",
            |_, p, _| {
                p["tenant"] = json!(base64::encode(&[0; 16]));
            },
        ),
        with_texts(
            "first-dropped",
            "chain",
            "The first entry is withheld.",
            &two.texts()[1..],
        ),
        with_texts(
            "of-another",
            "account",
            "The history of somebody else.",
            &other.texts(),
        ),
    ]
}

fn vouching() -> Vec<Scenario> {
    let mut page = Person::new(NIRO);
    page.publish(|p| p["life"] = json!("page"));
    page.publish_by(0);
    let mut revoked = Person::with_key(NIRO);
    revoked.publish_by(0);
    let kid = revoked.keys[0].kid;
    revoked.revoke(1, &kid);
    revoked.publish_by(0);
    let mut first = Person::new(NIRO);
    let (mut payload, mut secret) = first.draft();
    payload["by"] = json!(base64::encode(&[9; 32]));
    let signers = first.signed(&payload, &mut secret);
    first.push(&signers);
    let mut script = Person::new(NIRO);
    script.publish(|p| p["kind"] = json!("script"));
    script.publish_by(0);
    vec![
        with("by-page", "key", "A page's key vouches.", &page),
        with("by-revoked", "key", "A revoked key vouches.", &revoked),
        with("by-script", "key", "A script's key vouches.", &script),
        with(
            "by-at-first",
            "chain",
            "The first entry names a key that vouches.",
            &first,
        ),
        second(
            "page-vouched-for",
            "member",
            "A page's key is vouched for.",
            |person, p, _| {
                p["life"] = json!("page");
                p["by"] = json!(person.keys[0].kid);
            },
        ),
        signed(
            "by-unsigned",
            "signature",
            "The key that `by` names did not sign.",
            |_, signers| {
                signers.pop();
            },
        ),
        signed(
            "by-signed-by-another",
            "signature",
            "Another key signed in the name of `by`.",
            |_, signers| {
                signers[1].key = signers[0].key.clone();
            },
        ),
        signed(
            "by-kid-of-another",
            "key",
            "The second signature names another key.",
            |_, signers| {
                signers[1].header["kid"] = signers[0].header["kid"].clone();
            },
        ),
        signed(
            "three-signatures",
            "signature",
            "One signature too many.",
            |_, signers| {
                signers.push(signers[1].clone());
            },
        ),
    ]
}

fn revocations() -> Vec<Scenario> {
    let made = |name: &str, expect, about: &str, change: &dyn Fn(&mut Value)| {
        let mut person = Person::with_key(NIRO);
        person.publish_by(0);
        let secret = person.keys[0].clone();
        let mut payload = person.revocation(&secret, &person.keys[1].kid);
        change(&mut payload);
        person.push(&[Jws::new("deskbridge-key", &secret, &payload)]);
        with(name, expect, about, &person)
    };
    let mut twice = Person::with_key(NIRO);
    let kid = twice.publish_by(0);
    twice.revoke(0, &kid);
    twice.revoke(0, &kid);
    let mut page = Person::with_key(NIRO);
    page.publish(|p| p["life"] = json!("page"));
    let kid = page.keys[0].kid;
    page.revoke(1, &kid);
    let mut stolen = Person::with_key(NIRO);
    let thief = Person::with_key("712020:nero");
    let payload = stolen.revocation(&stolen.keys[0], &stolen.keys[0].kid);
    stolen.push(&[Jws {
        key: thief.keys[0].signing.clone(),
        ..Jws::new("deskbridge-key", &stolen.keys[0], &payload)
    }]);
    vec![
        made(
            "revocation-unknown",
            "key",
            "A key that is not of this history is revoked.",
            &|p| {
                p["revokes"] = json!(base64::encode(&[9; 32]));
            },
        ),
        made(
            "revocation-with-kind",
            "member",
            "A revocation states a kind.",
            &|p| p["kind"] = json!("browser"),
        ),
        made(
            "revocation-unsigned",
            "member",
            "A revocation by nobody.",
            &|p| p["by"] = json!(null),
        ),
        with("revoked-twice", "key", "A key is revoked twice.", &twice),
        with("revoked-by-page", "key", "A page's key revokes.", &page),
        with(
            "revoked-by-another-person",
            "signature",
            "Somebody else's key signed the revocation.",
            &stolen,
        ),
    ]
}

fn keys() -> Vec<Scenario> {
    let first = Person::with_key(NIRO).keys[0].clone();
    vec![
        second(
            "enc-off-curve",
            "point",
            "A point that is not on the curve.",
            |_, p, s| p["enc"] = off_curve(&s.enc),
        ),
        second(
            "sig-off-curve",
            "point",
            "A point that is not on the curve.",
            |_, p, s| p["sig"] = off_curve(&s.sig_point()),
        ),
        second("curve", "algorithm", "Another curve.", |_, p, _| {
            p["enc"]["crv"] = json!("P-384");
        }),
        second("key-type", "algorithm", "Another key type.", |_, p, _| {
            p["sig"]["kty"] = json!("OKP");
        }),
        second(
            "private-half",
            "member",
            "The private half is published.",
            |_, p, s| p["enc"] = s.jwk(),
        ),
        second(
            "coordinate-short",
            "base64url",
            "A coordinate of 31 bytes.",
            |_, p, _| {
                p["enc"]["x"] = json!(base64::encode(&seeded::<31>("x")));
            },
        ),
        second(
            "one-key-for-both",
            "member",
            "`enc` and `sig` are the same key.",
            |_, p, _| p["enc"] = p["sig"].clone(),
        ),
        second(
            "key-again",
            "key",
            "A key that was published before.",
            move |_, p, _| p["enc"] = super::people::jwk(&first.enc),
        ),
        second("kind", "member", "A kind that nobody knows.", |_, p, _| {
            p["kind"] = json!("phone");
        }),
        second("life", "member", "A life that nobody knows.", |_, p, _| {
            p["life"] = json!("long");
        }),
        second(
            "bridge-of-a-person",
            "account",
            "A person's key that says it is the server's.",
            |_, p, _| p["kind"] = json!("bridge"),
        ),
        second("salt-short", "base64url", "Salt of 15 bytes.", |_, p, _| {
            p["salt"] = json!(base64::encode(&[7; 15]));
        }),
        second(
            "unknown-member",
            "member",
            "A member that nobody knows.",
            |_, p, _| p["x"] = json!(1),
        ),
        second("iat-missing", "member", "No time.", |_, p, _| {
            p.as_object_mut().unwrap().remove("iat");
        }),
    ]
}

fn signatures() -> Vec<Scenario> {
    vec![
        signed(
            "own-signature-by-another",
            "signature",
            "The new key did not sign its own entry.",
            |person, signers| {
                signers[0].key = person.keys[0].signing.clone();
            },
        ),
        signed(
            "own-kid-wrong",
            "key",
            "The first signature names another key.",
            |person, signers| {
                signers[0].header["kid"] = json!(person.keys[0].kid);
            },
        ),
        signed("typ", "typ", "Signed as something else.", |_, signers| {
            signers[0].header["typ"] = json!("deskbridge-seal");
        }),
        signed("alg-none", "algorithm", "No algorithm.", |_, signers| {
            signers[0].header["alg"] = json!("none");
        }),
        signed(
            "alg-hs256",
            "algorithm",
            "A shared-secret algorithm.",
            |_, signers| signers[0].header["alg"] = json!("HS256"),
        ),
        signed(
            "jwk-in-header",
            "member",
            "The header brings its own key.",
            |_, signers| {
                signers[0].header["jwk"] = json!({});
            },
        ),
        signed(
            "crit-in-header",
            "member",
            "`crit` in a signature's header.",
            |_, signers| {
                signers[0].header["crit"] = json!(["exp"]);
            },
        ),
    ]
}

fn outer() -> Vec<Scenario> {
    let value = || -> Value { Person::with_key(NIRO).entries.remove(0) };
    let changed = |name: &str, expect, about: &str, change: &dyn Fn(&mut Value)| {
        let mut entry = value();
        change(&mut entry);
        with_texts(name, expect, about, &[canonical(&entry).unwrap()])
    };
    let mut signers = vec![];
    let person = Person::new(NIRO);
    let (payload, mut secret) = person.draft();
    signers.extend(person.signed(&payload, &mut secret));
    signers[0].payload.push(' ');
    vec![
        text(
            "outer-space",
            "not-canonical",
            "A space in the entry.",
            |t| t.replacen(',', ", ", 1),
        ),
        text(
            "outer-doubled",
            "not-canonical",
            "The payload stands twice.",
            |t| t.replacen('{', "{\"payload\":\"\",", 1),
        ),
        text(
            "too-large",
            "too-large",
            "More than an entry may be.",
            |t| t + &" ".repeat(4096),
        ),
        with_texts(
            "payload-space",
            "not-canonical",
            "A space in the signed payload.",
            &[canonical(&general(&signers)).unwrap()],
        ),
        changed(
            "outer-unknown",
            "member",
            "A member beside payload and signatures.",
            &|e| e["header"] = json!({}),
        ),
        changed(
            "unprotected-header",
            "member",
            "A signature with an unprotected header.",
            &|e| {
                e["signatures"][0]["header"] = json!({"kid": "x"});
            },
        ),
        changed("no-signatures", "signature", "No signature.", &|e| {
            e["signatures"] = json!([]);
        }),
        changed(
            "signature-short",
            "base64url",
            "A signature of 63 bytes.",
            &|e| {
                e["signatures"][0]["signature"] = json!(base64::encode(&[1; 63]));
            },
        ),
        changed(
            "signature-changed",
            "signature",
            "A signature of zeros.",
            &|e| {
                e["signatures"][0]["signature"] = json!(base64::encode(&[0; 64]));
            },
        ),
    ]
}
