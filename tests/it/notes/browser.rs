//! What a reader's or author's browser does, with the product's own protocol functions: keeps a
//! key, seals, lets in, opens.

use std::collections::BTreeMap;

use deskbridge::clock::Entropy;
use deskbridge::ids::{AccountId, IssueId, NoteId, TenantId};
use deskbridge::seal::{
    Author, Cek, Compact, Content, Entry, Envelope, Fill, General, Header, History, KeyEntry, Kid,
    Party, Place, Reader, Typ, Wrap, base64, canonical, commit, open_content, open_token,
    open_wrap, seal_content, seal_wrap, sha,
};
use hpke::Serializable as _;
use hpke::kem::{DhP256HkdfSha256, Kem};
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Value, json};

/// ES256 over its argument.
type Sign<'a> = &'a dyn Fn(&[u8]) -> [u8; 64];

pub struct Browser {
    pub account: AccountId,
    pub tenant: TenantId,
    pub kid: Kid,
    pub entropy: Entropy,
    enc_private: [u8; 32],
    signing: SigningKey,
}

/// A note as its author's browser sends it, and what the tests look for afterwards.
pub struct Sealed {
    pub id: NoteId,
    pub envelope: Value,
    pub seal: String,
    /// The content key, which never leaves this process.
    pub key: [u8; 32],
}

/// What may differ from the usual note.
pub struct Draft<'a> {
    pub issue: IssueId,
    pub readers: &'a [&'a AccountId],
    pub text: &'a str,
    pub now: i64,
    pub life: i64,
    pub fill: Fill,
}

fn jwk(point: &[u8]) -> Value {
    json!({
        "crv": "P-256",
        "kty": "EC",
        "x": base64::encode(&point[1..33]),
        "y": base64::encode(&point[33..]),
    })
}

/// A key that is not published yet.
pub struct Pair {
    entropy: Entropy,
    enc_private: [u8; 32],
    enc: Vec<u8>,
    signing: SigningKey,
    pub salt: [u8; 16],
}

impl Pair {
    pub fn new() -> Self {
        let entropy = Entropy::system();
        let (private, public) = <DhP256HkdfSha256 as Kem>::derive_keypair(&entropy.bytes::<32>());
        Self {
            enc_private: private.to_bytes().into(),
            enc: public.to_bytes().to_vec(),
            signing: SigningKey::from_slice(&entropy.bytes::<32>()).unwrap(),
            salt: entropy.bytes(),
            entropy,
        }
    }

    fn sig(&self) -> Vec<u8> {
        let point = self.signing.verifying_key().to_sec1_point(false);
        point.as_bytes().to_vec()
    }

    /// What commits to it before it is shown.
    pub fn commitment(&self, tenant: TenantId, account: &AccountId) -> String {
        let length = u16::try_from(account.as_str().len()).unwrap();
        let parts: [&[u8]; 7] = [
            b"deskbridge-key/1 approval\0",
            tenant.as_bytes(),
            &length.to_be_bytes(),
            account.as_str().as_bytes(),
            &self.enc,
            &self.sig(),
            &self.salt,
        ];
        sha(&parts).to_string()
    }

    /// The payload of its entry after `history`, kept and vouched for by nobody.
    pub fn payload(
        &self,
        tenant: TenantId,
        account: &AccountId,
        history: &[Value],
        now: i64,
    ) -> Value {
        let prev = history
            .last()
            .map(|entry| Entry::from_value(entry).unwrap().sha().to_string());
        json!({
            "v": 1,
            "tenant": tenant,
            "a": account,
            "kind": "browser",
            "life": "kept",
            "n": history.len() + 1,
            "prev": prev,
            "enc": jwk(&self.enc),
            "sig": jwk(&self.sig()),
            "by": null,
            "iat": now,
            "salt": base64::encode(&self.salt),
        })
    }

    pub fn browser(self, tenant: TenantId, account: &AccountId, payload: &Value) -> Browser {
        Browser {
            account: account.clone(),
            tenant,
            kid: sha(&[canonical(payload).unwrap().as_bytes()]).into(),
            entropy: self.entropy,
            enc_private: self.enc_private,
            signing: self.signing,
        }
    }
}

impl Browser {
    /// Both private halves, as a recovery code wraps them.
    pub fn halves(&self) -> [[u8; 32]; 2] {
        [self.enc_private, self.signing.to_bytes().into()]
    }

    /// A new key after `history`, and the entry that publishes it. `by` is an older browser of
    /// the same person that vouches.
    pub fn new(
        tenant: TenantId,
        account: &AccountId,
        history: &[Value],
        by: Option<&Browser>,
        now: i64,
        life: &str,
    ) -> (Self, Value) {
        let pair = Pair::new();
        let mut payload = pair.payload(tenant, account, history, now);
        payload["life"] = json!(life);
        payload["by"] = json!(by.map(|by| by.kid));
        let browser = pair.browser(tenant, account, &payload);
        let entry = browser.entry(&payload, by);
        (browser, entry)
    }

    /// The entry with this browser's signature, and with that of who vouches.
    pub fn entry(&self, payload: &Value, by: Option<&Browser>) -> Value {
        let own = |input: &[u8]| self.sign(input);
        let theirs = |input: &[u8]| by.map_or([0; 64], |by| by.sign(input));
        let mut signers: Vec<(Kid, Sign<'_>)> = vec![(self.kid, &own)];
        if let Some(by) = by {
            signers.push((by.kid, &theirs));
        }
        let payload = canonical(payload).unwrap();
        serde_json::from_str(&General::make(&payload, &signers)).unwrap()
    }

    /// The entry that ends `revokes`.
    pub fn revocation(&self, revokes: &Kid, n: usize, prev: &str, now: i64) -> Value {
        let payload = json!({
            "v": 1, "tenant": self.tenant, "a": self.account, "n": n, "prev": prev,
            "by": self.kid, "iat": now, "revokes": revokes,
        });
        self.entry(&payload, None)
    }

    /// What never leaves a browser.
    pub fn private_halves(&self) -> [[u8; 32]; 2] {
        [self.enc_private, self.signing.to_bytes().into()]
    }

    fn sign(&self, input: &[u8]) -> [u8; 64] {
        let signature: Signature = self.signing.sign(input);
        signature.to_bytes().into()
    }

    pub fn record(&self, typ: Typ, payload: &Value) -> String {
        let payload = canonical(payload).unwrap();
        Compact::make(typ, &self.kid, &payload, &|input| self.sign(input))
    }

    /// Seals for every live key in `histories`.
    pub fn seal(&self, draft: &Draft<'_>, histories: &Histories) -> Sealed {
        self.seal_for(None, draft, histories)
    }

    /// The same for so many openings by each reader.
    pub fn seal_for(&self, opens: Option<u64>, draft: &Draft<'_>, histories: &Histories) -> Sealed {
        let key = self.entropy.bytes();
        let cek = Cek::from_bytes(key);
        let id = NoteId::random(&self.entropy);
        let mut readers: Vec<AccountId> = draft.readers.iter().map(|a| (*a).clone()).collect();
        readers.sort();
        let header = Header {
            id,
            tenant: self.tenant,
            place: Place::Issue(draft.issue),
            by: Author {
                a: Party::Account(self.account.clone()),
                kid: self.kid,
            },
            readers: readers.into_iter().map(Reader::Account).collect(),
            fill: draft.fill,
            opens,
            ask: None,
            iat: draft.now,
            exp: draft.now + draft.life,
            com: commit(&cek, id),
            oth: sha(&[&open_token(&cek, id)]),
        };
        let protected = header.to_protected().unwrap();
        let hh = sha(&[protected.as_bytes()]);
        let iv = self.entropy.bytes();
        let content = Content {
            text: draft.text.to_owned(),
            files: Vec::new(),
        };
        let (ciphertext, tag) = seal_content(&content, &cek, iv, &protected).unwrap();
        let recipients = histories
            .live(draft.now)
            .into_iter()
            .map(|(party, key)| seal_wrap(&cek, &hh, &party, &key, &self.entropy).unwrap())
            .collect();
        let envelope = Envelope {
            header,
            protected,
            hh,
            iv,
            ciphertext,
            tag,
            recipients,
        };
        let seal = self.record(
            Typ::Seal,
            &json!({"v": 1, "hh": hh, "ct": envelope.body_sha()}),
        );
        Sealed {
            id,
            envelope: serde_json::from_str(&envelope.to_json().unwrap()).unwrap(),
            seal,
            key,
        }
    }

    /// The content key, from an answer of the first stage; checks what a browser checks of it.
    pub fn unwrap_key(&self, authorised: &Value) -> Option<(Header, Cek)> {
        let protected = authorised["protected"].as_str()?;
        let header = Header::parse(protected).ok()?;
        let mut own = authorised["recipients"].as_array()?.iter();
        let own = own.find(|r| r["kid"] == self.kid.to_string())?;
        let wrap = Wrap::from_parts(
            own["kid"].as_str()?,
            own["ek"].as_str()?,
            own["encryptedKey"].as_str()?,
        )
        .ok()?;
        let hh = sha(&[protected.as_bytes()]);
        let me = Party::Account(self.account.clone());
        let cek = open_wrap(&wrap, &hh, &me, &self.enc_private).ok()?;
        (commit(&cek, header.id) == header.com).then_some((header, cek))
    }

    /// The body of a consent: token and signed request.
    pub fn consent(&self, authorised: &Value, jti: [u8; 16], iat: i64) -> Value {
        let (header, cek) = self.unwrap_key(authorised).unwrap();
        let protected = authorised["protected"].as_str().unwrap();
        let hh = sha(&[protected.as_bytes()]);
        json!({
            "open": base64::encode(&open_token(&cek, header.id)),
            "request": self.request(&hh.to_string(), jti, iat),
        })
    }

    pub fn request(&self, hh: &str, jti: [u8; 16], iat: i64) -> String {
        self.record(
            Typ::Open,
            &json!({"v": 1, "hh": hh, "a": self.account, "jti": base64::encode(&jti), "iat": iat}),
        )
    }

    /// The text, from both stages' answers.
    pub fn read(&self, authorised: &Value, released: &Value) -> Option<String> {
        let (_, cek) = self.unwrap_key(authorised)?;
        let text = |name: &str| released[name].as_str();
        let content = open_content(
            base64::decode_exact(text("iv")?).ok()?,
            &base64::decode(text("ciphertext")?).ok()?,
            &base64::decode_exact(text("tag")?).ok()?,
            &cek,
            authorised["protected"].as_str()?,
        );
        content.ok().map(|content| content.text)
    }

    /// Lets `key` of `target` in, from an answer of the let-in route.
    pub fn fill(&self, let_in: &Value, target: &AccountId, key: &KeyEntry, now: i64) -> Value {
        let (_, cek) = self.unwrap_key(let_in).unwrap();
        let hh = sha(&[let_in["protected"].as_str().unwrap().as_bytes()]);
        let party = Party::Account(target.clone());
        let wrap = seal_wrap(&cek, &hh, &party, key, &self.entropy).unwrap();
        let n = let_in["grants"].as_array().unwrap().len() + 1;
        let grant = self.record(
            Typ::Grant,
            &json!({
                "v": 1, "hh": hh, "n": n, "prev": let_in["head"], "act": "fill",
                "by": self.account, "a": target, "kid": key.kid, "wrap": wrap.sha(), "iat": now,
            }),
        );
        json!({
            "grant": grant,
            "ek": base64::encode(wrap.ek.as_bytes()),
            "encryptedKey": base64::encode(&wrap.encrypted_key),
        })
    }
}

/// Histories as the API answers them, verified.
pub struct Histories(BTreeMap<AccountId, History>);

impl Histories {
    pub fn read(tenant: TenantId, answer: &Value) -> Self {
        let all = answer["histories"].as_object().unwrap().iter();
        let parsed = all.map(|(account, entries)| {
            let account: AccountId = account.parse().unwrap();
            let mut history = History::new(tenant, Party::Account(account.clone()));
            for entry in entries.as_array().unwrap() {
                history.append(Entry::from_value(entry).unwrap()).unwrap();
            }
            (account, history)
        });
        Self(parsed.collect())
    }

    fn live(&self, now: i64) -> Vec<(Party, KeyEntry)> {
        let now = deskbridge::clock::Instant::from_seconds(now);
        self.0
            .iter()
            .flat_map(|(account, history)| {
                let party = Party::Account(account.clone());
                let live: Vec<_> = history.live(&[], now).cloned().collect();
                live.into_iter().map(move |key| (party.clone(), key))
            })
            .collect()
    }
}
