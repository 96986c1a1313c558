//! A note made step by step from the specification, not through the product's own sealing, so
//! that each step can go wrong.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};
use deskbridge::seal::{Kid, base64, canonical, sha};
use hpke::aead::AesGcm256;
use hpke::kdf::HkdfSha256;
use hpke::kem::{DhP256HkdfSha256, Kem};
use hpke::{Deserializable, OpModeS, Serializable};
use serde_json::{Value, json};

use super::people::{
    ISSUE, Jws, NOW, Person, Secret, Sequence, histories, jwk, seeded, sha_text, tenant,
};

type Public = <DhP256HkdfSha256 as Kem>::PublicKey;

pub fn hkdf(cek: &[u8; 32], label: &str, about: &[&[u8]]) -> [u8; 32] {
    struct Bytes32;
    impl KeyType for Bytes32 {
        fn len(&self) -> usize {
            32
        }
    }
    let mut info = vec![label.as_bytes(), &[0]];
    info.extend(about);
    let mut out = [0; 32];
    Salt::new(HKDF_SHA256, &[])
        .extract(cek)
        .expand(&info, Bytes32)
        .unwrap()
        .fill(&mut out)
        .unwrap();
    out
}

/// JCS with padding to the smallest bucket.
pub fn padded(content: &Value) -> Vec<u8> {
    let mut content = content.clone();
    content["pad"] = json!("");
    let bare = canonical(&content).unwrap().len();
    content["pad"] = json!("0".repeat(bare.next_power_of_two().max(256) - bare));
    canonical(&content).unwrap().into_bytes()
}

/// A wrap to be made: what is bound and what is sealed can each be wrong.
#[derive(Clone)]
pub struct Wrapping {
    pub to: [u8; 65],
    pub named: Kid,
    pub cek: [u8; 32],
    pub hh: Vec<u8>,
    pub a: String,
    pub kid: Vec<u8>,
}

impl Wrapping {
    pub fn new(making: &Making, account: &str, key: &Secret) -> Self {
        Self {
            to: key.enc,
            named: key.kid,
            cek: making.cek,
            hh: sha(&[making.protected().as_bytes()]).as_bytes().to_vec(),
            a: account.to_owned(),
            kid: key.kid.as_bytes().to_vec(),
        }
    }

    pub fn sealed(&self) -> Value {
        let length = u16::try_from(self.a.len()).unwrap().to_be_bytes();
        let info = [
            b"JOSE-HPKE rcpt\xFFA256GCM\xFFdeskbridge-note/1 wrap\0".as_slice(),
            &self.hh,
            &length,
            self.a.as_bytes(),
            &self.kid,
        ]
        .concat();
        let (ek, sealed) =
            hpke::single_shot_seal_with_rng::<AesGcm256, HkdfSha256, DhP256HkdfSha256>(
                &OpModeS::Base,
                &Public::from_bytes(&self.to).unwrap(),
                &info,
                &self.cek,
                b"",
                &mut Sequence(sha_text(&[&info, &self.cek]), 0),
            )
            .unwrap();
        json!({
            "kid": self.named,
            "ek": base64::encode(&ek.to_bytes()),
            "encryptedKey": base64::encode(&sealed),
        })
    }
}

/// A note in the making.
#[derive(Clone)]
pub struct Making {
    pub header: Value,
    pub cek: [u8; 32],
    pub iv: [u8; 12],
    pub plaintext: Vec<u8>,
    pub author: Secret,
}

impl Making {
    /// A note of `author` for `readers`; `label` sets it apart from others.
    pub fn new(label: &str, author: &Person, readers: &[&str]) -> Self {
        let cek = seeded::<32>(&format!("{label} cek"));
        let id = seeded::<16>(&format!("{label} id"));
        let mut readers = readers.to_vec();
        readers.sort_unstable();
        let open = hkdf(&cek, "deskbridge-note/1 open", &[&id]);
        let note = json!({
            "v": 1,
            "id": base64::encode(&id),
            "tenant": tenant(),
            "place": {"issue": ISSUE},
            "by": {"a": author.account, "kid": author.keys[0].kid},
            "readers": readers,
            "fill": "readers",
            "iat": NOW,
            "exp": NOW + 28 * 86_400,
            "com": base64::encode(&hkdf(&cek, "deskbridge-note/1 commit", &[&id])),
            "oth": sha_text(&[&open]),
        });
        let content = json!({"v": 1, "text": format!("{label}: the code is 4711"), "files": []});
        Self {
            header: json!({"enc": "A256GCM", "typ": "deskbridge-note+jwe", "note": note}),
            cek,
            iv: seeded(&format!("{label} iv")),
            plaintext: padded(&content),
            author: author.keys[0].clone(),
        }
    }

    pub fn note(&mut self) -> &mut Value {
        &mut self.header["note"]
    }

    pub fn protected(&self) -> String {
        base64::encode(canonical(&self.header).unwrap().as_bytes())
    }

    pub fn hh(&self) -> String {
        sha_text(&[self.protected().as_bytes()])
    }

    pub fn open(&self) -> String {
        let id: [u8; 16] = seeded_id(&self.header);
        base64::encode(&hkdf(&self.cek, "deskbridge-note/1 open", &[&id]))
    }

    /// iv, ciphertext, tag.
    pub fn body(&self) -> [Vec<u8>; 3] {
        let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &self.cek).unwrap());
        let mut bytes = self.plaintext.clone();
        let nonce = Nonce::assume_unique_for_key(self.iv);
        let aad = Aad::from(self.protected());
        let tag = key
            .seal_in_place_separate_tag(nonce, aad, &mut bytes)
            .unwrap();
        [self.iv.to_vec(), bytes, tag.as_ref().to_vec()]
    }

    pub fn seal(&self) -> Jws {
        let [iv, ciphertext, tag] = self.body();
        let ct = sha_text(&[&iv, &ciphertext, &tag]);
        Jws::new(
            "deskbridge-seal",
            &self.author,
            &json!({"v": 1, "hh": self.hh(), "ct": ct}),
        )
    }

    pub fn released(&self) -> Value {
        let [iv, ciphertext, tag] = self.body().map(|part| base64::encode(&part));
        json!({"iv": iv, "ciphertext": ciphertext, "tag": tag})
    }

    /// A wrap for the first key of each.
    pub fn wraps(&self, people: &[&Person]) -> Vec<Value> {
        let one = |person: &&Person| Wrapping::new(self, &person.account, &person.keys[0]).sealed();
        people.iter().map(one).collect()
    }

    /// JWE General JSON, as it is posted.
    pub fn envelope(&self, people: &[&Person]) -> Value {
        let mut envelope = self.released();
        let recipients = self.wraps(people).into_iter().map(|wrap| {
            let header = json!({"alg": "HPKE-7-KE", "ek": wrap["ek"], "kid": wrap["kid"]});
            json!({"header": header, "encrypted_key": wrap["encryptedKey"]})
        });
        envelope["recipients"] = recipients.collect();
        envelope["protected"] = json!(self.protected());
        envelope
    }

    /// A grant by `by`, right in itself; `prev` and `n` continue `before`.
    pub fn grant(&self, before: &[Jws], by: &Person, about: Value) -> Jws {
        let prev = before.last().map_or_else(|| self.seal().sha(), Jws::sha);
        let mut payload = json!({
            "v": 1,
            "hh": self.hh(),
            "n": before.len() + 1,
            "prev": prev,
            "by": by.account,
            "iat": NOW,
        });
        if let Value::Object(about) = about {
            for (name, value) in about {
                payload[name] = value;
            }
        }
        Jws::new("deskbridge-grant", &by.keys[0], &payload)
    }

    /// A fill of the first key of `to`, and its wrap.
    pub fn fill(&self, before: &[Jws], by: &Person, to: &Person) -> (Jws, Value) {
        let wrap = Wrapping::new(self, &to.account, &to.keys[0]).sealed();
        let about = json!({
            "act": "fill",
            "a": to.account,
            "kid": wrap["kid"],
            "wrap": wrap_sha(&wrap),
        });
        (self.grant(before, by, about), wrap)
    }

    pub fn request(&self, reader: &Person, label: &str) -> Jws {
        let jti = base64::encode(&seeded::<16>(label));
        let payload = json!({"v": 1, "hh": self.hh(), "a": reader.account, "jti": jti, "iat": NOW});
        Jws::new("deskbridge-open", &reader.keys[0], &payload)
    }

    /// What a reader's browser is handed, what it knows, and what is released on its click.
    pub fn reading(&self, reader: &Person, people: &[&Person], wrapped: &[&Person]) -> Value {
        json!({
            "answer": {
                "protected": self.protected(),
                "seal": self.seal().compact(),
                "recipients": self.wraps(wrapped),
                "grants": [],
                "histories": histories(people),
            },
            "known": {
                "tenant": tenant(),
                "issue": ISSUE,
                "account": reader.account,
                "keys": reader.keys.iter().map(|key| json!({"kid": key.kid, "enc": key.jwk()})).collect::<Vec<_>>(),
                "now": NOW + 60,
            },
            "released": self.released(),
        })
    }
}

fn seeded_id(header: &Value) -> [u8; 16] {
    base64::decode_exact(header["note"]["id"].as_str().unwrap()).unwrap()
}

pub fn wrap_sha(wrap: &Value) -> String {
    let part = |name: &str| base64::decode(wrap[name].as_str().unwrap()).unwrap();
    sha_text(&[&part("ek"), &part("encryptedKey")])
}

/// A point that is not on the curve: a good one with its last byte changed.
pub fn off_curve(point: &[u8; 65]) -> Value {
    let mut off = *point;
    off[64] ^= 1;
    jwk(&off)
}
