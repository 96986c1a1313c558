//! People with keys that repeat from run to run, and records signed by them, right or wrong.

use std::convert::Infallible;

use deskbridge::seal::{Kid, base64, canonical, sha};
use hpke::Serializable;
use hpke::kem::{DhP256HkdfSha256, Kem};
use hpke::rand_core::{TryCryptoRng, TryRng};
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Value, json};

pub const NOW: i64 = 1_800_000_000;
pub const ISSUE: &str = "10001";

pub fn tenant() -> String {
    base64::encode(&[0xA1; 16])
}

/// Bytes that follow from a label.
pub fn seeded<const N: usize>(label: &str) -> [u8; N] {
    let mut out = [0_u8; N];
    out.copy_from_slice(&sha(&[b"vector", label.as_bytes()]).as_bytes()[..N]);
    out
}

pub fn sha_text(parts: &[&[u8]]) -> String {
    sha(parts).to_string()
}

/// Both private halves of a key, and the name of its entry.
#[derive(Clone)]
pub struct Secret {
    pub kid: Kid,
    pub enc_private: [u8; 32],
    pub enc: [u8; 65],
    pub signing: SigningKey,
}

impl Secret {
    pub fn of(label: &str) -> Self {
        let ikm = seeded::<32>(&format!("{label} enc"));
        let (private, public) = <DhP256HkdfSha256 as Kem>::derive_keypair(&ikm);
        let scalar = seeded::<32>(&format!("{label} sig"));
        Self {
            kid: Kid::from_bytes([0; 32]),
            enc_private: private.to_bytes().into(),
            enc: public.to_bytes().into(),
            signing: SigningKey::from_slice(&scalar).unwrap(),
        }
    }

    pub fn sig_point(&self) -> [u8; 65] {
        let point = self.signing.verifying_key().to_sec1_point(false);
        point.as_bytes().try_into().unwrap()
    }

    /// The private JWK, for a runner that opens.
    pub fn jwk(&self) -> Value {
        let mut jwk = jwk(&self.enc);
        jwk["d"] = json!(base64::encode(&self.enc_private));
        jwk
    }
}

pub fn jwk(point: &[u8]) -> Value {
    json!({
        "crv": "P-256",
        "kty": "EC",
        "x": base64::encode(&point[1..33]),
        "y": base64::encode(&point[33..]),
    })
}

/// A JWS to be made, every part of which can be wrong.
#[derive(Clone)]
pub struct Jws {
    pub header: Value,
    pub payload: String,
    pub key: SigningKey,
}

impl Jws {
    pub fn new(typ: &str, secret: &Secret, payload: &Value) -> Self {
        Self {
            header: json!({"alg": "ES256", "kid": secret.kid, "typ": typ}),
            payload: canonical(payload).unwrap(),
            key: secret.signing.clone(),
        }
    }

    fn parts(&self) -> [String; 3] {
        let header = base64::encode(canonical(&self.header).unwrap().as_bytes());
        let payload = base64::encode(self.payload.as_bytes());
        let signature: Signature = self.key.sign(format!("{header}.{payload}").as_bytes());
        let signature = base64::encode(&signature.to_bytes());
        [header, payload, signature]
    }

    pub fn compact(&self) -> String {
        self.parts().join(".")
    }

    pub fn sha(&self) -> String {
        sha_text(&[self.payload.as_bytes()])
    }
}

/// One payload, signed by each.
pub fn general(signers: &[Jws]) -> Value {
    let signatures: Vec<Value> = signers
        .iter()
        .map(|jws| {
            let [protected, _, signature] = jws.parts();
            json!({"protected": protected, "signature": signature})
        })
        .collect();
    json!({"payload": signers[0].parts()[1], "signatures": signatures})
}

#[derive(Clone)]
pub struct Person {
    pub account: String,
    pub keys: Vec<Secret>,
    pub entries: Vec<Value>,
    head: Option<String>,
}

impl Person {
    pub fn new(account: &str) -> Self {
        Self {
            account: account.to_owned(),
            keys: vec![],
            entries: vec![],
            head: None,
        }
    }

    /// With one kept key of a browser.
    pub fn with_key(account: &str) -> Self {
        let mut person = Self::new(account);
        person.publish(|_| {});
        person
    }

    /// The payload and key of the next entry, not published.
    pub fn draft(&self) -> (Value, Secret) {
        let n = self.entries.len() + 1;
        let secret = Secret::of(&format!("{} {n}", self.account));
        let payload = json!({
            "v": 1,
            "tenant": tenant(),
            "a": self.account,
            "kind": "browser",
            "life": "kept",
            "n": n,
            "prev": self.head,
            "enc": jwk(&secret.enc),
            "sig": jwk(&secret.sig_point()),
            "by": null,
            "iat": NOW - 1000 + i64::try_from(n).unwrap(),
            "salt": base64::encode(&seeded::<16>(&format!("{} {n} salt", self.account))),
        });
        (payload, secret)
    }

    /// Signs an entry: by its own key, and by the key of ours that `by` names, if we have it.
    pub fn signed(&self, payload: &Value, secret: &mut Secret) -> Vec<Jws> {
        secret.kid = sha(&[canonical(payload).unwrap().as_bytes()]).into();
        let mut signers = vec![Jws::new("deskbridge-key", secret, payload)];
        let voucher = self.keys.iter().find(|key| payload["by"] == json!(key.kid));
        signers.extend(voucher.map(|key| Jws::new("deskbridge-key", key, payload)));
        signers
    }

    pub fn push(&mut self, signers: &[Jws]) {
        self.entries.push(general(signers));
        self.head = Some(signers[0].sha());
    }

    /// Publishes the next key, after `change` had its way with the payload.
    pub fn publish(&mut self, change: impl FnOnce(&mut Value)) -> Kid {
        let (mut payload, mut secret) = self.draft();
        change(&mut payload);
        let signers = self.signed(&payload, &mut secret);
        self.push(&signers);
        self.keys.push(secret);
        self.keys[self.keys.len() - 1].kid
    }

    /// Publishes the next key, vouched for by the key at `by`.
    pub fn publish_by(&mut self, by: usize) -> Kid {
        let kid = self.keys[by].kid;
        self.publish(|payload| payload["by"] = json!(kid))
    }

    pub fn revocation(&self, by: &Secret, revokes: &Kid) -> Value {
        json!({
            "v": 1,
            "tenant": tenant(),
            "a": self.account,
            "n": self.entries.len() + 1,
            "prev": self.head,
            "by": by.kid,
            "iat": NOW,
            "revokes": revokes,
        })
    }

    pub fn revoke(&mut self, by: usize, revokes: &Kid) {
        let secret = self.keys[by].clone();
        let payload = self.revocation(&secret, revokes);
        self.push(&[Jws::new("deskbridge-key", &secret, &payload)]);
    }

    /// Entries as texts, exactly as they would be sent.
    pub fn texts(&self) -> Vec<String> {
        self.entries
            .iter()
            .map(|entry| canonical(entry).unwrap())
            .collect()
    }
}

pub fn histories(people: &[&Person]) -> Value {
    let all = people
        .iter()
        .map(|person| (person.account.clone(), json!(person.entries)));
    Value::Object(all.collect())
}

/// Randomness for HPKE that follows from a label.
pub struct Sequence(pub String, pub u32);

impl TryRng for Sequence {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut four = [0_u8; 4];
        self.try_fill_bytes(&mut four)?;
        Ok(u32::from_le_bytes(four))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut eight = [0_u8; 8];
        self.try_fill_bytes(&mut eight)?;
        Ok(u64::from_le_bytes(eight))
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        for chunk in out.chunks_mut(32) {
            self.1 += 1;
            let block = seeded::<32>(&format!("{} {}", self.0, self.1));
            chunk.copy_from_slice(&block[..chunk.len()]);
        }
        Ok(())
    }
}

impl TryCryptoRng for Sequence {}
