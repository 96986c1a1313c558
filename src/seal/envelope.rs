use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::jcs::Members;
use super::{Hash, Header, Kid, Point, Rejected, base64, canonical, content, sha};

const ENVELOPE: usize = 524_288;
const WRAPS: usize = 500;

/// The content key, sealed for one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrap {
    pub kid: Kid,
    /// HPKE's encapsulated key.
    pub ek: Point,
    pub encrypted_key: [u8; 48],
}

impl Wrap {
    /// Parses the three parts as the panels' API carries them.
    pub fn from_parts(kid: &str, ek: &str, encrypted_key: &str) -> Result<Self, Rejected> {
        Ok(Self {
            kid: Kid::parse(kid)?,
            ek: Point::from_bytes(&base64::decode(ek)?)?,
            encrypted_key: base64::decode_exact(encrypted_key)?,
        })
    }

    /// What a grant names this wrap by.
    pub fn sha(&self) -> Hash {
        sha(&[self.ek.as_bytes(), &self.encrypted_key])
    }

    fn parse(value: Value) -> Result<Self, Rejected> {
        let mut members = Members::of(value)?;
        let mut header = members.object("header")?;
        let (alg, kid, ek) = (header.text("alg")?, header.text("kid")?, header.text("ek")?);
        header.end()?;
        let wrap = Self::from_parts(&kid, &ek, &members.text("encrypted_key")?)?;
        members.end()?;
        if alg != "HPKE-7-KE" {
            return Err(Rejected::Algorithm);
        }
        Ok(wrap)
    }

    fn to_value(&self) -> Value {
        json!({
            "header": {
                "alg": "HPKE-7-KE",
                "ek": base64::encode(self.ek.as_bytes()),
                "kid": self.kid,
            },
            "encrypted_key": base64::encode(&self.encrypted_key),
        })
    }
}

/// A sealed note as it is created: JWE General JSON, parsed strictly, nothing verified yet.
#[derive(Clone, Debug)]
pub struct Envelope {
    pub header: Header,
    /// `protected` exactly as received; it is what everything is bound to.
    pub protected: String,
    pub hh: Hash,
    pub iv: [u8; 12],
    pub ciphertext: Vec<u8>,
    pub tag: [u8; 16],
    pub recipients: Vec<Wrap>,
}

impl Envelope {
    /// Parses the canonical bytes.
    pub fn parse(bytes: &[u8]) -> Result<Self, Rejected> {
        let mut members = Members::parse(bytes, ENVELOPE)?;
        let protected = members.text("protected")?;
        let iv = members.bytes("iv")?;
        let ciphertext = base64::decode(&members.text("ciphertext")?)?;
        let tag = members.bytes("tag")?;
        let list = members.list("recipients")?;
        members.end()?;
        if !(1..=WRAPS).contains(&list.len()) {
            return Err(Rejected::Member);
        }
        let header = Header::parse(&protected)?;
        if !content::is_bucket(ciphertext.len()) {
            return Err(Rejected::Plaintext);
        }
        let recipients = list
            .into_iter()
            .map(Wrap::parse)
            .collect::<Result<Vec<_>, _>>()?;
        let kids: BTreeSet<&Kid> = recipients.iter().map(|wrap| &wrap.kid).collect();
        if kids.len() != recipients.len() {
            return Err(Rejected::Member);
        }
        Ok(Self {
            header,
            hh: sha(&[protected.as_bytes()]),
            protected,
            iv,
            ciphertext,
            tag,
            recipients,
        })
    }

    /// The same for an envelope that came inside another JSON body: its canonical form is parsed.
    pub fn from_value(value: &Value) -> Result<Self, Rejected> {
        Self::parse(canonical(value)?.as_bytes())
    }

    /// What the author's seal calls `ct`.
    pub fn body_sha(&self) -> Hash {
        sha(&[&self.iv, &self.ciphertext, &self.tag])
    }

    /// The canonical JSON.
    pub fn to_json(&self) -> Result<String, Rejected> {
        canonical(&json!({
            "protected": self.protected,
            "iv": base64::encode(&self.iv),
            "ciphertext": base64::encode(&self.ciphertext),
            "tag": base64::encode(&self.tag),
            "recipients": self.recipients.iter().map(Wrap::to_value).collect::<Vec<_>>(),
        }))
    }
}
