//! The record that leads from the host's name of an installation to its tenant.

use super::{DoorKind, LookupError, SaveError, Tenant, Tenants, record};
use crate::clock::{Entropy, Instant};
use crate::ids::{Scope, TenantId};
use crate::store::{Batch, CommitError, Expect, Key, Record, Until};

fn pointer_of(door: &DoorKind, install_key: &str) -> (Scope, Key) {
    let seed = format!("install/{}/{install_key}", door.as_str());
    let key = Key::shared("install", &[door.as_str(), install_key]);
    (Scope::shared(seed.as_bytes()), key)
}

fn leads_to(record: &Record) -> Result<TenantId, LookupError> {
    record::decode_pointer(&record.value)
        .map_err(|record::Unreadable(why)| LookupError::Astray(why))
}

impl Tenants {
    pub(super) async fn led_to(
        &self,
        door: &DoorKind,
        install_key: &str,
        now: Instant,
    ) -> Result<Option<TenantId>, LookupError> {
        let (scope, key) = pointer_of(door, install_key);
        let record = self.store.get(&scope, &key, now).await?;
        record.as_ref().map(leads_to).transpose()
    }

    /// The id under which a new tenant of this installation is to be saved: one that nobody had
    /// before, also not an earlier tenant of the same installation. The same for all who ask
    /// until one of them has saved it, so that an installation that is sent twice at once, or was
    /// cut off, ends in one tenant. From now on the host's name leads to it.
    pub async fn claim(
        &self,
        door: &DoorKind,
        install_key: &str,
        entropy: &Entropy,
        now: Instant,
    ) -> Result<TenantId, SaveError> {
        let (scope, key) = pointer_of(door, install_key);
        let there = self.store.get(&scope, &key, now).await;
        let there = there.map_err(LookupError::from)?;
        if let Some(record) = &there {
            let id = leads_to(record)?;
            if self.fresh(&id, now).await?.is_none() {
                return Ok(id);
            }
        }
        let id = TenantId::random(entropy);
        let batch = Batch {
            expect: vec![match there {
                Some(record) => Expect::Is(key.clone(), record.version),
                None => Expect::Absent(key.clone()),
            }],
            put: vec![(key, record::encode_pointer(id), Until::Keep)],
            ..Batch::default()
        };
        match self.store.commit(&scope, &batch, now).await {
            Ok(_) => Ok(id),
            Err(CommitError::Conflict(_)) => Err(SaveError::Conflict),
            Err(error) => Err(SaveError::Store(error)),
        }
    }

    /// Removes what leads from the host's name to `tenant`, unless it leads to another by now.
    pub async fn lose(&self, tenant: &Tenant, now: Instant) -> Result<(), SaveError> {
        let (scope, key) = pointer_of(&tenant.door, &tenant.install_key);
        let there = self.store.get(&scope, &key, now).await;
        let Some(record) = there.map_err(LookupError::from)? else {
            return Ok(());
        };
        if leads_to(&record)? != tenant.id {
            return Ok(());
        }
        let batch = Batch {
            expect: vec![Expect::Is(key.clone(), record.version)],
            delete: vec![key],
            ..Batch::default()
        };
        match self.store.commit(&scope, &batch, now).await {
            Ok(_) => Ok(()),
            Err(CommitError::Conflict(_)) => Err(SaveError::Conflict),
            Err(error) => Err(SaveError::Store(error)),
        }
    }
}
