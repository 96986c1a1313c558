//! Scenarios of a browser that is approved from another: what the older one checks.

use deskbridge::ids::TenantId;
use deskbridge::seal::{Hash, base64, canonical, digits, sha};
use serde_json::{Value, json};

use super::people::{Jws, NOW, Person, Secret, general, seeded, tenant};
use super::scenario::{Scenario, scenario};

const NERO: &str = "712020:nero";

/// An approval, every part of which can be wrong.
struct Approval {
    person: Person,
    payload: Value,
    secret: Secret,
    asked: String,
}

fn commitment(payload: &Value, secret: &Secret) -> String {
    let account = payload["a"].as_str().unwrap();
    let tenant: TenantId = payload["tenant"].as_str().unwrap().parse().unwrap();
    let salt = base64::decode(payload["salt"].as_str().unwrap()).unwrap();
    let length = u16::try_from(account.len()).unwrap().to_be_bytes();
    let parts: [&[u8]; 7] = [
        b"deskbridge-key/1 approval\0",
        tenant.as_bytes(),
        &length,
        account.as_bytes(),
        &secret.enc,
        &secret.sig_point(),
        &salt,
    ];
    sha(&parts).to_string()
}

impl Approval {
    fn new() -> Self {
        let person = Person::with_key(NERO);
        let (mut payload, secret) = person.draft();
        payload["by"] = json!(person.keys[0].kid);
        payload["iat"] = json!(NOW);
        let asked = commitment(&payload, &secret);
        Self {
            person,
            payload,
            secret,
            asked,
        }
    }

    fn signers(&mut self) -> Vec<Jws> {
        self.person.signed(&self.payload, &mut self.secret)
    }

    /// As the new browser sends it: with its own signature alone.
    fn half(&mut self) -> String {
        canonical(&general(&self.signers()[..1])).unwrap()
    }

    fn vector(&mut self, name: &str, expect: &'static str, about: &str) -> Scenario {
        let half = self.half();
        self.with(name, expect, about, &half)
    }

    fn with(&self, name: &str, expect: &'static str, about: &str, half: &str) -> Scenario {
        let input = json!({
            "tenant": tenant(),
            "account": NERO,
            "entries": self.person.texts(),
            "by": self.person.keys[0].kid,
            "asked": self.asked,
            "nonce": base64::encode(&seeded::<16>("nonce")),
            "half": half,
            "now": NOW,
        });
        scenario("approve", name, expect, about, input)
    }
}

fn changed(
    name: &str,
    expect: &'static str,
    about: &str,
    change: impl FnOnce(&mut Approval),
) -> Scenario {
    let mut approval = Approval::new();
    change(&mut approval);
    approval.vector(name, expect, about)
}

pub fn all() -> Vec<Scenario> {
    let mut out = vec![good(), signed_by_both(), signed_by_another()];
    out.extend(payloads());
    out
}

fn good() -> Scenario {
    let mut approval = Approval::new();
    let mut good = approval.vector("good", "ok", "A key that was committed to.");
    let asked: Hash = approval.asked.parse().unwrap();
    let by = &approval.person.keys[0].kid;
    good.vector["output"] = json!({
        "kid": approval.secret.kid,
        "digits": digits(&asked, by, &seeded::<16>("nonce")),
    });
    good
}

fn signed_by_both() -> Scenario {
    let mut approval = Approval::new();
    let whole = canonical(&general(&approval.signers())).unwrap();
    let about = "A second signature where the older browser's shall come.";
    approval.with("two-signatures", "signature", about, &whole)
}

fn signed_by_another() -> Scenario {
    let mut approval = Approval::new();
    let mut signers = approval.signers();
    signers[0].key = approval.person.keys[0].signing.clone();
    let half = canonical(&general(&signers[..1])).unwrap();
    let about = "The own signature is by another key.";
    approval.with("signature-of-another", "signature", about, &half)
}

fn payloads() -> Vec<Scenario> {
    vec![
        changed(
            "salt-changed",
            "commit",
            "Another salt than was committed to: another kid could be chosen.",
            |a| a.payload["salt"] = json!(base64::encode(&[9; 16])),
        ),
        changed(
            "key-changed",
            "commit",
            "A key that was made after the commitment.",
            |a| a.asked = commitment(&a.payload, &a.person.keys[0]),
        ),
        changed(
            "by-another",
            "key",
            "It names another voucher than this browser.",
            |a| a.payload["by"] = json!(base64::encode(&[9; 32])),
        ),
        changed("by-nobody", "member", "Nobody is to vouch.", |a| {
            a.payload["by"] = json!(null);
        }),
        changed("code", "member", "A code is not approved like this.", |a| {
            a.payload["kind"] = json!("code");
        }),
        changed("stale", "chain", "Another entry came meanwhile.", |a| {
            a.person.publish(|_| {});
        }),
        changed(
            "other-account",
            "account",
            "The key of somebody else.",
            |a| {
                a.payload["a"] = json!("712020:niro");
                a.asked = commitment(&a.payload, &a.secret);
            },
        ),
        changed("other-tenant", "tenant", "A key of another tenant.", |a| {
            a.payload["tenant"] = json!(base64::encode(&[0xB2; 16]));
            a.asked = commitment(&a.payload, &a.secret);
        }),
        changed("late", "time", "Made too long ago.", |a| {
            a.payload["iat"] = json!(NOW - 301);
        }),
    ]
}
