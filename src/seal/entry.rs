use serde_json::Value;

use super::jcs::Members;
use super::jws::General;
use super::{Hash, Kid, Party, Point, Rejected, canonical};
use crate::clock::Instant;
use crate::ids::TenantId;

/// How long a key that lives with its page is taken for alive.
const PAGE_SECONDS: i64 = 86_400;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Browser,
    /// A printed recovery code.
    Code,
    Script,
    /// The server's own automation.
    Bridge,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    Kept,
    /// Gone with the page that made it.
    Page,
}

/// How others see a key that appears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// The account's very first.
    First,
    /// An older key of the account vouches for it.
    Added,
    /// Neither: only a person may decide.
    Unconfirmed,
}

impl Class {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Added => "added",
            Self::Unconfirmed => "unconfirmed",
        }
    }
}

/// A published key. Its own signature was verified when it was parsed.
#[derive(Clone, Debug)]
pub struct KeyEntry {
    pub kid: Kid,
    pub kind: Kind,
    pub life: Life,
    /// For HPKE.
    pub enc: Point,
    /// For ES256.
    pub sig: Point,
    pub by: Option<Kid>,
    pub n: u64,
    /// Seconds since 1970, by the browser's reckoning.
    pub iat: i64,
}

impl KeyEntry {
    pub const fn class(&self) -> Class {
        match (self.n, self.by) {
            (1, _) => Class::First,
            (_, Some(_)) => Class::Added,
            (_, None) => Class::Unconfirmed,
        }
    }

    /// Whether a page's key has outlived the day it is given.
    pub const fn outlived(&self, now: Instant) -> bool {
        matches!(self.life, Life::Page) && now.seconds() >= self.iat + PAGE_SECONDS
    }
}

/// The end of a key, signed by a key of the same account.
#[derive(Clone, Copy, Debug)]
pub struct Revocation {
    pub revokes: Kid,
    pub by: Kid,
}

#[derive(Clone, Debug)]
pub(super) enum Subject {
    Key(Box<KeyEntry>),
    Revocation(Revocation),
}

/// One entry of an account's history. A key's own signature is verified on parsing; the
/// signature of the key that vouches or revokes when it joins a [`super::History`].
#[derive(Clone, Debug)]
pub struct Entry {
    pub tenant: TenantId,
    pub a: Party,
    pub n: u64,
    pub prev: Option<Hash>,
    /// Seconds since 1970, by the browser's reckoning.
    pub iat: i64,
    /// Of a key: what keeps its kid from being linked to the account.
    pub(super) salt: [u8; 16],
    pub(super) subject: Subject,
    pub(super) jws: General,
}

impl Entry {
    /// Parses the canonical JWS General JSON.
    pub fn parse(bytes: &[u8]) -> Result<Self, Rejected> {
        let entry = Self::unchecked(bytes)?;
        entry.check_itself(true)?;
        Ok(entry)
    }

    /// An entry that only the new key has signed so far, though it names one that shall vouch.
    pub(super) fn parse_half(bytes: &[u8]) -> Result<Self, Rejected> {
        let entry = Self::unchecked(bytes)?;
        entry.check_itself(false)?;
        Ok(entry)
    }

    fn unchecked(bytes: &[u8]) -> Result<Self, Rejected> {
        let jws = General::parse(bytes)?;
        let mut members = jws.members()?;
        members.version()?;
        let tenant = tenant(&mut members)?;
        let a = Party::parse(&members.text("a")?)?;
        let n = members.integer("n")?;
        let prev = members.nullable("prev", Hash::parse)?;
        let iat = members.time("iat")?;
        if n == 0 {
            return Err(Rejected::Member);
        }
        if (n == 1) != prev.is_none() {
            return Err(Rejected::Chain);
        }
        let (subject, salt) = if members.has("revokes") {
            (Subject::Revocation(revocation(&mut members)?), [0; 16])
        } else {
            let key = key(&mut members, jws.sha().into(), n, iat)?;
            (Subject::Key(Box::new(key)), members.bytes("salt")?)
        };
        members.end()?;
        Ok(Self {
            tenant,
            a,
            n,
            prev,
            iat,
            salt,
            subject,
            jws,
        })
    }

    /// The same for an entry that came inside another JSON body: its canonical form is parsed.
    pub fn from_value(value: &Value) -> Result<Self, Rejected> {
        Self::parse(canonical(value)?.as_bytes())
    }

    /// `sha` of the payload: the next entry's `prev`, and for a key its kid.
    pub fn sha(&self) -> Hash {
        self.jws.sha()
    }

    /// The canonical text, as it was parsed.
    pub fn as_str(&self) -> &str {
        self.jws.as_str()
    }

    pub fn key(&self) -> Option<&KeyEntry> {
        match &self.subject {
            Subject::Key(key) => Some(key),
            Subject::Revocation(_) => None,
        }
    }

    pub fn revocation(&self) -> Option<&Revocation> {
        match &self.subject {
            Subject::Key(_) => None,
            Subject::Revocation(revocation) => Some(revocation),
        }
    }

    /// What can be said of an entry without its history. `whole`: the voucher has signed, too.
    fn check_itself(&self, whole: bool) -> Result<(), Rejected> {
        match &self.subject {
            Subject::Revocation(_) if self.n == 1 => Err(Rejected::Chain),
            Subject::Revocation(_) if self.jws.count() != 1 => Err(Rejected::Signature),
            Subject::Revocation(_) => Ok(()),
            Subject::Key(key) => {
                let bridge = self.a == Party::App(self.tenant);
                if matches!(self.a, Party::App(_)) != bridge || bridge != (key.kind == Kind::Bridge)
                {
                    return Err(Rejected::Account);
                }
                if key.by.is_some() && self.n == 1 {
                    return Err(Rejected::Chain);
                }
                if self.jws.count() != 1 + usize::from(whole && key.by.is_some()) {
                    return Err(Rejected::Signature);
                }
                self.jws.verify(0, &key.kid, &key.sig)
            }
        }
    }
}

fn tenant(members: &mut Members) -> Result<TenantId, Rejected> {
    members.bytes("tenant").map(TenantId::from_bytes)
}

fn revocation(members: &mut Members) -> Result<Revocation, Rejected> {
    Ok(Revocation {
        revokes: Kid::parse(&members.text("revokes")?)?,
        by: Kid::parse(&members.text("by")?)?,
    })
}

fn key(members: &mut Members, kid: Kid, n: u64, iat: i64) -> Result<KeyEntry, Rejected> {
    let kind = match members.text("kind")?.as_str() {
        "browser" => Kind::Browser,
        "code" => Kind::Code,
        "script" => Kind::Script,
        "bridge" => Kind::Bridge,
        _ => return Err(Rejected::Member),
    };
    let life = match members.text("life")?.as_str() {
        "kept" => Life::Kept,
        "page" => Life::Page,
        _ => return Err(Rejected::Member),
    };
    let enc = Point::from_jwk(members.object("enc")?)?;
    let sig = Point::from_jwk(members.object("sig")?)?;
    let by = members.nullable("by", Kid::parse)?;
    // One key, one purpose; and nobody vouches for a key that lives with its page.
    if enc == sig || (life == Life::Page && by.is_some()) {
        return Err(Rejected::Member);
    }
    Ok(KeyEntry {
        kid,
        kind,
        life,
        enc,
        sig,
        by,
        n,
        iat,
    })
}
