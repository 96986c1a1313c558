use serde_json::Value;

use super::{Entry, Hash, KeyEntry, Kid, Kind, Life, Party, Rejected, canonical, sha};
use crate::ids::TenantId;

/// How many different digits there are.
const DIGITS: u64 = 1_000_000;

/// The entry of a new browser that waits for the signature of an older one of the same account.
/// Its own signature is verified.
#[derive(Clone, Debug)]
pub struct Half(Entry);

impl Half {
    /// Parses the canonical JWS General JSON with one signature.
    pub fn parse(bytes: &[u8]) -> Result<Self, Rejected> {
        let entry = Entry::parse_half(bytes)?;
        let key = entry.key().ok_or(Rejected::Member)?;
        if key.by.is_none() || key.kind != Kind::Browser || key.life != Life::Kept {
            return Err(Rejected::Member);
        }
        Ok(Self(entry))
    }

    /// The same for one that came inside another JSON body.
    pub fn from_value(value: &Value) -> Result<Self, Rejected> {
        Self::parse(canonical(value)?.as_bytes())
    }

    /// What the older browser checks before it shows the digits: that this follows the `head` of
    /// the history, names `by`, and is the key that `asked` committed to.
    pub fn check(
        &self,
        whose: (TenantId, &Party),
        head: (u64, Option<Hash>),
        by: &Kid,
        asked: &Hash,
    ) -> Result<(), Rejected> {
        if self.0.tenant != whose.0 {
            return Err(Rejected::Tenant);
        }
        if self.0.a != *whose.1 {
            return Err(Rejected::Account);
        }
        if (self.0.n, self.0.prev) != (head.0 + 1, head.1) {
            return Err(Rejected::Chain);
        }
        self.answers(by, asked)
    }

    /// Whether this is the key that `asked` committed to, for the voucher that answered.
    pub fn answers(&self, by: &Kid, asked: &Hash) -> Result<(), Rejected> {
        let key = self.0.key().ok_or(Rejected::Member)?;
        if key.by != Some(*by) {
            return Err(Rejected::Key);
        }
        if commitment(&self.0, key) == *asked {
            Ok(())
        } else {
            Err(Rejected::Commit)
        }
    }

    /// The kid that the entry will have.
    pub fn kid(&self) -> Kid {
        self.0.sha().into()
    }

    pub const fn iat(&self) -> i64 {
        self.0.iat
    }

    pub const fn n(&self) -> u64 {
        self.0.n
    }

    pub const fn tenant(&self) -> TenantId {
        self.0.tenant
    }

    pub const fn party(&self) -> &Party {
        &self.0.a
    }

    /// The canonical text, as it was parsed.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

/// What the new browser sends before anybody can know its key or the other side's nonce.
fn commitment(entry: &Entry, key: &KeyEntry) -> Hash {
    sha(&[
        b"deskbridge-key/1 approval\0",
        &whose(entry.tenant, &entry.a),
        key.enc.as_bytes(),
        key.sig.as_bytes(),
        &entry.salt,
    ])
}

/// `tenant u16be(len a) a`.
pub(super) fn whose(tenant: TenantId, a: &Party) -> Vec<u8> {
    let a = a.to_string();
    // A party is at most 128 bytes.
    let length = u16::try_from(a.len()).unwrap_or(u16::MAX).to_be_bytes();
    [&tenant.as_bytes()[..], &length, a.as_bytes()].concat()
}

/// The six digits that both browsers show.
pub fn digits(asked: &Hash, by: &Kid, nonce: &[u8; 16]) -> String {
    let hash = sha(&[
        b"deskbridge-key/1 digits\0",
        asked.as_bytes(),
        by.as_bytes(),
        nonce,
    ]);
    let first = hash.as_bytes().first_chunk().copied().unwrap_or_default();
    format!("{:06}", u64::from_be_bytes(first) % DIGITS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_six_and_follow_from_all_three() {
        let of = |c: u8, by: u8, nonce: u8| {
            let (c, by) = (Hash::from_bytes([c; 32]), Kid::from_bytes([by; 32]));
            digits(&c, &by, &[nonce; 16])
        };
        let all = [of(1, 1, 1), of(2, 1, 1), of(1, 2, 1), of(1, 1, 2)];
        for (i, one) in all.iter().enumerate() {
            assert!(one.len() == 6 && one.bytes().all(|b| b.is_ascii_digit()));
            assert!(!all[..i].contains(one));
        }
    }
}
