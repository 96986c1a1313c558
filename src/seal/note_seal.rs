use super::jws::{Compact, Typ};
use super::{Author, Hash, KeyEntry, Kid, Rejected};

/// The author's signature over header and body, kept beside the envelope. It stops a fellow
/// reader, who knows the content key, from putting another body in its place.
#[derive(Clone, Debug)]
pub struct NoteSeal {
    /// SHA-256 of iv, ciphertext and tag.
    pub ct: Hash,
    pub hh: Hash,
    jws: Compact,
}

impl NoteSeal {
    /// Parses; [`NoteSeal::verify`] must follow.
    pub fn parse(text: &str) -> Result<Self, Rejected> {
        let jws = Compact::parse(text, Typ::Seal)?;
        let mut members = jws.members()?;
        members.version()?;
        let (ct, hh) = (members.text("ct")?, members.text("hh")?);
        members.end()?;
        Ok(Self {
            ct: Hash::parse(&ct)?,
            hh: Hash::parse(&hh)?,
            jws,
        })
    }

    /// `author` is the header's, `key` the entry of its `kid` as this side knows it, `hh` of the
    /// header that the seal came with. The body is compared by the caller: `ct`.
    pub fn verify(&self, author: &Author, key: &KeyEntry, hh: &Hash) -> Result<(), Rejected> {
        if key.kid != author.kid {
            return Err(Rejected::Key);
        }
        self.jws.verify(&author.kid, &key.sig)?;
        if self.hh != *hh {
            return Err(Rejected::Note);
        }
        Ok(())
    }

    pub fn kid(&self) -> Kid {
        self.jws.kid()
    }

    /// The first grant's `prev`.
    pub fn sha(&self) -> Hash {
        self.jws.sha()
    }
}
