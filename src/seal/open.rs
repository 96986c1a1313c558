use std::time::Duration;

use aws_lc_rs::constant_time::verify_slices_are_equal;

use super::jws::{Compact, Typ};
use super::{Hash, Header, KeyEntry, Kid, Party, Rejected, base64, sha};
use crate::clock::Instant;

/// A lost answer may be asked for again within this time, and counts once.
pub const REPEAT: Duration = Duration::from_secs(120);

/// A reader's signed consent. Kept as the receipt.
#[derive(Clone, Debug)]
pub struct OpenRequest {
    pub a: Party,
    pub hh: Hash,
    pub jti: [u8; 16],
    /// Seconds since 1970, as the server told the browser.
    pub iat: i64,
    jws: Compact,
}

impl OpenRequest {
    /// Parses; [`OpenRequest::verify`] must follow.
    pub fn parse(text: &str) -> Result<Self, Rejected> {
        let jws = Compact::parse(text, Typ::Open)?;
        let mut members = jws.members()?;
        members.version()?;
        let request = Self {
            a: Party::parse(&members.text("a")?)?,
            hh: Hash::parse(&members.text("hh")?)?,
            jti: members.bytes("jti")?,
            iat: members.time("iat")?,
            jws,
        };
        members.end()?;
        Ok(request)
    }

    /// `reader` is the verified caller, `key` one of the reader's live keys (look it up by
    /// [`OpenRequest::kid`]), `hh` of the stored note.
    pub fn verify(
        &self,
        reader: &Party,
        key: &KeyEntry,
        hh: &Hash,
        now: Instant,
    ) -> Result<(), Rejected> {
        if self.a != *reader {
            return Err(Rejected::Account);
        }
        if self.hh != *hh {
            return Err(Rejected::Note);
        }
        self.jws.verify(&key.kid, &key.sig)?;
        super::fresh(self.iat, now)
    }

    /// The key the signer claims.
    pub fn kid(&self) -> Kid {
        self.jws.kid()
    }

    /// Two requests with one `jti` are the same only if this is the same.
    pub fn sha(&self) -> Hash {
        self.jws.sha()
    }

    pub fn as_str(&self) -> &str {
        self.jws.as_str()
    }
}

/// Whether the base64url `open` is the token whose hash the header holds, in constant time.
pub fn token_matches(header: &Header, open: &str) -> Result<(), Rejected> {
    let token: [u8; 32] = base64::decode_exact(open)?;
    verify_slices_are_equal(sha(&[&token]).as_bytes(), header.oth.as_bytes())
        .map_err(|_| Rejected::Token)
}

/// An opening that the store remembers under its `jti`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    pub sha: Hash,
    pub at: Instant,
}

/// What a `jti` that was seen before means: the same request again soon is answered again and
/// not counted; anything else is refused.
pub fn repeated(seen: &Seen, request: &OpenRequest, now: Instant) -> Result<(), Rejected> {
    if seen.sha == request.sha() && now.since(seen.at) < REPEAT {
        Ok(())
    } else {
        Err(Rejected::Replay)
    }
}
