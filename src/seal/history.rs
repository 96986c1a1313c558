use super::entry::Subject;
use super::{Entry, Hash, KeyEntry, Kid, Kind, Life, Party, Rejected};
use crate::clock::Instant;
use crate::ids::TenantId;

/// More entries than any account makes.
const ENTRIES: usize = 1000;

/// All entries of one account in order, each verified as it joined.
#[derive(Clone, Debug)]
pub struct History {
    tenant: TenantId,
    a: Party,
    entries: Vec<Entry>,
}

impl History {
    pub const fn new(tenant: TenantId, a: Party) -> Self {
        Self {
            tenant,
            a,
            entries: Vec::new(),
        }
    }

    /// Reads a whole history, front to back.
    pub fn parse<'a>(
        tenant: TenantId,
        a: Party,
        entries: impl IntoIterator<Item = &'a [u8]>,
    ) -> Result<Self, Rejected> {
        let mut history = Self::new(tenant, a);
        for bytes in entries {
            history.append(Entry::parse(bytes)?)?;
        }
        Ok(history)
    }

    /// Adds the next entry, or says why it is none. `Chain` means that it does not follow the
    /// last one: somebody else's came first.
    pub fn append(&mut self, entry: Entry) -> Result<(), Rejected> {
        if entry.tenant != self.tenant {
            return Err(Rejected::Tenant);
        }
        if entry.a != self.a {
            return Err(Rejected::Account);
        }
        if self.entries.len() >= ENTRIES {
            return Err(Rejected::TooLarge);
        }
        let (n, prev) = self.head();
        if entry.n != n + 1 || entry.prev != prev {
            return Err(Rejected::Chain);
        }
        match &entry.subject {
            Subject::Key(key) => self.check_key(key, &entry)?,
            Subject::Revocation(revocation) => {
                self.standing(&revocation.revokes)?;
                let by = self.voucher(&revocation.by)?;
                entry.jws.verify(0, &by.kid, &by.sig)?;
            }
        }
        self.entries.push(entry);
        Ok(())
    }

    fn check_key(&self, key: &KeyEntry, entry: &Entry) -> Result<(), Rejected> {
        let fresh = [key.enc, key.sig];
        if self
            .keys()
            .any(|old| fresh.contains(&old.enc) || fresh.contains(&old.sig))
        {
            return Err(Rejected::Key);
        }
        if let Some(by) = &key.by {
            let by = self.voucher(by)?;
            entry.jws.verify(1, &by.kid, &by.sig)?;
        }
        Ok(())
    }

    /// A key that stands in this history and is not revoked.
    fn standing(&self, kid: &Kid) -> Result<&KeyEntry, Rejected> {
        self.key(kid)
            .filter(|key| !self.revoked(&key.kid))
            .ok_or(Rejected::Key)
    }

    /// A standing key that may sign other entries.
    fn voucher(&self, kid: &Kid) -> Result<&KeyEntry, Rejected> {
        let key = self.standing(kid)?;
        if key.life == Life::Kept && matches!(key.kind, Kind::Browser | Kind::Code) {
            Ok(key)
        } else {
            Err(Rejected::Key)
        }
    }

    /// Number and hash of the last entry; `(0, None)` when there is none.
    pub fn head(&self) -> (u64, Option<Hash>) {
        match self.entries.last() {
            None => (0, None),
            Some(last) => (last.n, Some(last.sha())),
        }
    }

    pub const fn tenant(&self) -> TenantId {
        self.tenant
    }

    pub const fn party(&self) -> &Party {
        &self.a
    }

    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Every key ever published, also those that ended.
    pub fn keys(&self) -> impl Iterator<Item = &KeyEntry> {
        self.entries.iter().filter_map(Entry::key)
    }

    pub fn key(&self, kid: &Kid) -> Option<&KeyEntry> {
        self.keys().find(|key| key.kid == *kid)
    }

    pub fn revoked(&self, kid: &Kid) -> bool {
        self.entries
            .iter()
            .filter_map(Entry::revocation)
            .any(|revocation| revocation.revokes == *kid)
    }

    /// The keys that may sign and be sealed for: not revoked, not retired by the server, and not
    /// a page's that is a day old.
    pub fn live<'a>(
        &'a self,
        retired: &'a [Kid],
        now: Instant,
    ) -> impl Iterator<Item = &'a KeyEntry> {
        self.keys().filter(move |key| {
            !self.revoked(&key.kid) && !retired.contains(&key.kid) && !key.outlived(now)
        })
    }
}
