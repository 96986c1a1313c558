use serde_json::json;

use super::jcs::Members;
use super::{Hash, Kid, Point, Rejected, base64, canonical, sha};

/// Longer than any record of ours.
const COMPACT_LIMIT: usize = 2048;
const ENTRY_LIMIT: usize = 4096;

/// ES256 over its argument: r and s, 32 bytes each.
pub type Signer<'a> = &'a dyn Fn(&[u8]) -> [u8; 64];

/// What a signature is about. A verifier names the one it expects, so that no record can stand
/// in for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Typ {
    Key,
    Seal,
    Grant,
    Open,
    Place,
}

impl Typ {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Key => "deskbridge-key",
            Self::Seal => "deskbridge-seal",
            Self::Grant => "deskbridge-grant",
            Self::Open => "deskbridge-open",
            Self::Place => "deskbridge-place",
        }
    }

    /// The protected header, as base64url.
    fn protected(self, kid: &Kid) -> String {
        let header = format!(
            r#"{{"alg":"ES256","kid":"{kid}","typ":"{}"}}"#,
            self.as_str()
        );
        base64::encode(header.as_bytes())
    }
}

/// One signature over one payload; parsed, not yet verified.
#[derive(Clone, Debug)]
struct Signature {
    kid: Kid,
    input: String,
    value: [u8; 64],
}

impl Signature {
    fn parse(protected: &str, payload: &str, value: &str, typ: Typ) -> Result<Self, Rejected> {
        let header = base64::decode(protected)?;
        let value = base64::decode_exact(value)?;
        let mut members = Members::parse(&header, COMPACT_LIMIT)?;
        let (alg, kid, found) = (
            members.text("alg")?,
            Kid::parse(&members.text("kid")?)?,
            members.text("typ")?,
        );
        members.end()?;
        if alg != "ES256" {
            return Err(Rejected::Algorithm);
        }
        if found != typ.as_str() {
            return Err(Rejected::Typ);
        }
        Ok(Self {
            kid,
            input: format!("{protected}.{payload}"),
            value,
        })
    }

    fn verify(&self, kid: &Kid, key: &Point) -> Result<(), Rejected> {
        if self.kid != *kid {
            return Err(Rejected::Key);
        }
        key.verify(self.input.as_bytes(), &self.value)
    }
}

/// A compact JWS of a known type. Parsing does not verify: nothing in it may be believed before
/// [`Compact::verify`] with a key that the caller chose.
#[derive(Clone, Debug)]
pub struct Compact {
    signature: Signature,
    payload: Vec<u8>,
    text: String,
}

impl Compact {
    pub fn parse(text: &str, typ: Typ) -> Result<Self, Rejected> {
        if text.len() > COMPACT_LIMIT {
            return Err(Rejected::TooLarge);
        }
        let mut parts = text.split('.');
        let (Some(protected), Some(payload), Some(value), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(Rejected::Member);
        };
        let decoded = base64::decode(payload)?;
        Ok(Self {
            signature: Signature::parse(protected, payload, value, typ)?,
            payload: decoded,
            text: text.to_owned(),
        })
    }

    /// The key id the signer claims; use it to look the key up, never as an identity.
    pub fn kid(&self) -> Kid {
        self.signature.kid
    }

    /// The hash that names this record.
    pub fn sha(&self) -> Hash {
        sha(&[&self.payload])
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Verifies with the signing key of the entry `kid`.
    pub fn verify(&self, kid: &Kid, key: &Point) -> Result<(), Rejected> {
        self.signature.verify(kid, key)
    }

    pub(super) fn members(&self) -> Result<Members, Rejected> {
        Members::parse(&self.payload, COMPACT_LIMIT)
    }

    /// Makes a record.
    pub fn make(typ: Typ, kid: &Kid, payload: &str, sign: Signer<'_>) -> String {
        let input = format!(
            "{}.{}",
            typ.protected(kid),
            base64::encode(payload.as_bytes())
        );
        let value = base64::encode(&sign(input.as_bytes()));
        format!("{input}.{value}")
    }
}

/// A key entry as it travels: JWS General JSON with one or two signatures. Parsed, not verified.
#[derive(Clone, Debug)]
pub struct General {
    signatures: Vec<Signature>,
    payload: Vec<u8>,
    text: String,
}

impl General {
    pub fn parse(bytes: &[u8]) -> Result<Self, Rejected> {
        let mut members = Members::parse(bytes, ENTRY_LIMIT)?;
        let payload = members.text("payload")?;
        let list = members.list("signatures")?;
        members.end()?;
        let decoded = base64::decode(&payload)?;
        if !(1..=2).contains(&list.len()) {
            return Err(Rejected::Signature);
        }
        let signatures = list.into_iter().map(|one| {
            let mut one = Members::of(one)?;
            let (protected, value) = (one.text("protected")?, one.text("signature")?);
            one.end()?;
            Signature::parse(&protected, &payload, &value, Typ::Key)
        });
        Ok(Self {
            signatures: signatures.collect::<Result<_, _>>()?,
            payload: decoded,
            // Canonical JSON is UTF-8.
            text: String::from_utf8_lossy(bytes).into_owned(),
        })
    }

    pub fn sha(&self) -> Hash {
        sha(&[&self.payload])
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub(super) fn count(&self) -> usize {
        self.signatures.len()
    }

    /// Verifies the signature at `index` with the signing key of the entry `kid`.
    pub(super) fn verify(&self, index: usize, kid: &Kid, key: &Point) -> Result<(), Rejected> {
        let signature = self.signatures.get(index).ok_or(Rejected::Signature)?;
        signature.verify(kid, key)
    }

    pub(super) fn members(&self) -> Result<Members, Rejected> {
        Members::parse(&self.payload, ENTRY_LIMIT)
    }

    /// Makes an entry; the new key signs first, then the one that vouches.
    pub fn make(payload: &str, signers: &[(Kid, Signer<'_>)]) -> String {
        let payload = base64::encode(payload.as_bytes());
        let signatures: Vec<_> = signers
            .iter()
            .map(|(kid, sign)| {
                let protected = Typ::Key.protected(kid);
                let value = sign(format!("{protected}.{payload}").as_bytes());
                json!({"protected": protected, "signature": base64::encode(&value)})
            })
            .collect();
        canonical(&json!({"payload": payload, "signatures": signatures})).unwrap_or_default()
    }
}
