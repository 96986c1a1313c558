//! Scenarios of recovery codes: what is read from paper, and what opens with it.

use deskbridge::seal::{Code, Entry, base64, canonical, code_token, seal_slot};
use serde_json::{Value, json};

use super::people::{NOW, Person, Secret, seeded, tenant};
use super::scenario::{Scenario, scenario};

const NERO: &str = "712020:nero";

/// A person with a browser and a code.
struct Paper {
    person: Person,
    code: Code,
    text: String,
    slot: Value,
    /// Which key is asked for.
    at: usize,
}

fn halves(secret: &Secret) -> [[u8; 32]; 2] {
    [secret.enc_private, secret.signing.to_bytes().into()]
}

fn entry(person: &Person, at: usize) -> Entry {
    Entry::from_value(&person.entries[at]).unwrap()
}

fn slot(code: &Code, entry: &Entry, [enc, sig]: [[u8; 32]; 2]) -> Value {
    seal_slot(code, entry, [&enc, &sig], seeded("slot iv"))
        .unwrap()
        .to_value()
}

fn with_code(account: &str) -> Person {
    let mut person = Person::with_key(account);
    let by = person.keys[0].kid;
    person.publish(|p| {
        p["kind"] = json!("code");
        p["by"] = json!(by);
    });
    person
}

impl Paper {
    fn new() -> Self {
        let person = with_code(NERO);
        let code = Code::from_bytes(seeded("code"));
        let slot = slot(&code, &entry(&person, 1), halves(&person.keys[1]));
        Self {
            text: code.to_text(),
            person,
            code,
            slot,
            at: 1,
        }
    }

    fn vector(&self, name: &str, expect: &'static str, about: &str) -> Scenario {
        let input = json!({
            "tenant": tenant(),
            "account": NERO,
            "entries": self.person.texts(),
            "kid": self.person.keys[self.at].kid,
            "code": self.text,
            "slot": self.slot,
            "now": NOW,
        });
        scenario("code", name, expect, about, input)
    }

    fn good(&self, name: &str, about: &str) -> Scenario {
        let mut good = self.vector(name, "ok", about);
        let [enc, sig] = halves(&self.person.keys[1]);
        good.vector["output"] = json!({
            "token": base64::encode(&code_token(&self.code, &entry(&self.person, 1))),
            "enc": base64::encode(&enc),
            "sig": base64::encode(&sig),
        });
        good
    }
}

fn changed(
    name: &str,
    expect: &'static str,
    about: &str,
    change: impl FnOnce(&mut Paper),
) -> Scenario {
    let mut paper = Paper::new();
    change(&mut paper);
    paper.vector(name, expect, about)
}

pub fn all() -> Vec<Scenario> {
    let mut loose = Paper::new();
    loose.text = format!(" {} ", loose.text.to_lowercase().replace('-', "  "))
        .replace('0', "o")
        .replace('1', "l");
    let mut out = vec![
        Paper::new().good("good", "As it was printed."),
        loose.good("loose", "As people write it."),
    ];
    out.extend(papers());
    out.extend(slots());
    out.extend(entries());
    out
}

fn papers() -> Vec<Scenario> {
    let bent = |text: &str| {
        let other = if text.starts_with('7') { "8" } else { "7" };
        format!("{other}{}", &text[1..])
    };
    vec![
        changed("slip", "code", "One character is another.", |p| {
            p.text = bent(&p.text);
        }),
        changed("short", "code", "One character is missing.", |p| {
            p.text.pop();
        }),
        changed("long", "code", "One character too many.", |p| {
            p.text.push('0');
        }),
        changed("letter", "code", "A letter that no code has.", |p| {
            p.text.replace_range(0..1, "U");
        }),
        changed("tail", "code", "The bits left over are not zero.", |p| {
            let last = p.text.pop().unwrap();
            let alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
            let at = alphabet.find(last).unwrap();
            p.text.push_str(&alphabet[at + 1..at + 2]);
        }),
        changed("other-code", "wrap", "Somebody else's paper.", |p| {
            p.text = Code::from_bytes([7; 16]).to_text();
        }),
    ]
}

fn slots() -> Vec<Scenario> {
    let flip = |value: &mut Value, at: usize| {
        let mut bytes = base64::decode(value.as_str().unwrap()).unwrap();
        bytes[at] ^= 1;
        *value = json!(base64::encode(&bytes));
    };
    vec![
        changed("ct-changed", "wrap", "One bit of the slot.", |p| {
            flip(&mut p.slot["ct"], 3);
        }),
        changed("iv-changed", "wrap", "One bit of the iv.", |p| {
            flip(&mut p.slot["iv"], 3);
        }),
        changed("slot-short", "base64url", "A slot without its end.", |p| {
            p.slot["ct"] = json!(base64::encode(&[0; 79]));
        }),
        changed("slot-member", "member", "A member too many.", |p| {
            p.slot["v"] = json!(1);
        }),
        changed(
            "of-another-account",
            "wrap",
            "The same code and salt, closed for another account.",
            |p| p.slot = foreign(p, "a", json!("712020:niro")),
        ),
        changed(
            "of-another-tenant",
            "wrap",
            "The same code and salt, closed in another tenant.",
            |p| p.slot = foreign(p, "tenant", json!(base64::encode(&[0xB2; 16]))),
        ),
        changed(
            "of-another-entry",
            "wrap",
            "The same code, closed for another entry of the account.",
            |p| {
                let by = p.person.keys[0].kid;
                p.person.publish(|e| {
                    e["kind"] = json!("code");
                    e["by"] = json!(by);
                });
                p.at = 2;
            },
        ),
        changed(
            "halves-swapped",
            "key",
            "Each half for the other's purpose.",
            |p| {
                let [enc, sig] = halves(&p.person.keys[1]);
                p.slot = slot(&p.code, &entry(&p.person, 1), [sig, enc]);
            },
        ),
        changed(
            "halves-of-another",
            "key",
            "The halves of another key.",
            |p| {
                let other = halves(&p.person.keys[0]);
                p.slot = slot(&p.code, &entry(&p.person, 1), other);
            },
        ),
    ]
}

/// The slot as it would be closed had the entry another `member`.
fn foreign(paper: &Paper, member: &str, value: Value) -> Value {
    let text = base64::decode(paper.person.entries[1]["payload"].as_str().unwrap()).unwrap();
    let mut payload: Value = serde_json::from_slice(&text).unwrap();
    payload[member] = value;
    let mut secret = paper.person.keys[1].clone();
    let signers = paper.person.signed(&payload, &mut secret);
    let entry = super::people::general(&signers);
    let entry = Entry::parse(canonical(&entry).unwrap().as_bytes()).unwrap();
    slot(&paper.code, &entry, halves(&paper.person.keys[1]))
}

fn entries() -> Vec<Scenario> {
    vec![
        changed("browser", "key", "The entry of a browser.", |p| p.at = 0),
        changed("revoked", "key", "The code was replaced or removed.", |p| {
            let kid = p.person.keys[1].kid;
            p.person.revoke(0, &kid);
        }),
        changed(
            "history-of-another",
            "account",
            "The history of somebody else.",
            |p| p.person = with_code("712020:niro"),
        ),
    ]
}
