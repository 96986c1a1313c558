//! Installations and the people who come through them: [`Tenant`], [`Tenants`], [`Caller`]. And
//! how an installation ends: [`Shred`].

mod caller;
mod cache;
mod install;
mod record;
mod shred;
mod tenant;

pub use caller::{Caller, NoSuchSurface, Proof, Surface};
pub use shred::{SETTLED, Shred, Step, step};
pub use tenant::{Credentials, DoorKind, SiteUrls, Tenant, TenantState};

use std::sync::Arc;

use bytes::Bytes;

use crate::clock::Instant;
use crate::ids::{Partition, Scope, TenantId};
use crate::store::{Batch, CommitError, Expect, Key, Store, Unavailable, Until, Version};
use crate::vault::Vault;
use crate::wire::{Kind, Problem};

use cache::Cache;

/// The tenants of a store. Cheap to clone; clones share one cache.
///
/// A tenant's record lies with the tenant; a second, shared record in the partition of the
/// installation's name leads to it. That one is written first, see [`Tenants::claim`]: where it
/// leads to nothing, an installation was cut off, and the next one finishes it.
#[derive(Clone, Debug)]
pub struct Tenants {
    store: Store,
    vault: Vault,
    cache: Arc<Cache>,
}

/// A tenant as it lies in the store, for a conditional change.
#[derive(Clone, Debug)]
pub struct Seen {
    pub tenant: Arc<Tenant>,
    version: Version,
    current: bool,
}

/// Why a tenant could not be read.
#[derive(Debug, thiserror::Error)]
pub enum LookupError {
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
    #[error("the record that leads to a tenant cannot be read: {0}")]
    Astray(&'static str),
    /// The record is damaged, or the key ring lacks its key. An operator has to act.
    #[error("the record of tenant {tenant} cannot be read: {why}")]
    Unreadable { tenant: TenantId, why: &'static str },
}

/// Why a tenant could not be written.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    #[error("somebody else changed the tenant first")]
    Conflict,
    #[error(transparent)]
    Store(CommitError),
    #[error(transparent)]
    Lookup(#[from] LookupError),
}

impl From<LookupError> for Problem {
    fn from(error: LookupError) -> Self {
        match error {
            LookupError::Unavailable(_) => Problem::new(Kind::Unavailable),
            LookupError::Astray(_) | LookupError::Unreadable { .. } => Problem::new(Kind::Internal),
        }
    }
}

impl From<SaveError> for Problem {
    fn from(error: SaveError) -> Self {
        match error {
            SaveError::Conflict => Problem::new(Kind::Conflict),
            SaveError::Store(CommitError::Unavailable(_) | CommitError::Unknown(_)) => {
                Problem::new(Kind::Unavailable)
            }
            SaveError::Store(_) => Problem::new(Kind::Internal),
            SaveError::Lookup(error) => error.into(),
        }
    }
}

fn record_key() -> Key {
    Key::point("tenant", &["record"])
}

impl Seen {
    /// What holds while nobody has changed the tenant.
    pub fn unchanged(&self) -> Expect {
        Expect::Is(record_key(), self.version)
    }
}

impl Tenants {
    pub fn new(store: Store, vault: Vault) -> Self {
        Self {
            store,
            vault,
            cache: Arc::new(Cache::default()),
        }
    }

    /// The tenant as it was at most five seconds ago.
    pub async fn get(
        &self,
        id: &TenantId,
        now: Instant,
    ) -> Result<Option<Arc<Tenant>>, LookupError> {
        match self.cache.by_id(id, now) {
            Some(tenant) => Ok(Some(tenant)),
            None => Ok(self.fresh(id, now).await?.map(|seen| seen.tenant)),
        }
    }

    /// The tenant as it is.
    pub async fn fresh(&self, id: &TenantId, now: Instant) -> Result<Option<Seen>, LookupError> {
        let scope = Scope::tenant(*id);
        let Some(record) = self.store.get(&scope, &record_key(), now).await? else {
            self.cache.forget(id);
            return Ok(None);
        };
        let (tenant, current) = record::decode(&record.value, &self.vault)
            .map_err(|record::Unreadable(why)| LookupError::Unreadable { tenant: *id, why })?;
        let tenant = Arc::new(tenant);
        self.cache.keep(&tenant, now);
        Ok(Some(Seen {
            tenant,
            version: record.version,
            current,
        }))
    }

    /// The tenant that the host calls `install_key`, as it was at most five seconds ago.
    pub async fn by_install(
        &self,
        door: &DoorKind,
        install_key: &str,
        now: Instant,
    ) -> Result<Option<Arc<Tenant>>, LookupError> {
        match self.cache.by_install(door, install_key, now) {
            Some(tenant) => Ok(Some(tenant)),
            None => Ok(self
                .fresh_by_install(door, install_key, now)
                .await?
                .map(|seen| seen.tenant)),
        }
    }

    /// The tenant that the host calls `install_key`, as it is. For changes, and for a proof that
    /// did not hold against the cached one: its secret may have changed a moment ago.
    pub async fn fresh_by_install(
        &self,
        door: &DoorKind,
        install_key: &str,
        now: Instant,
    ) -> Result<Option<Seen>, LookupError> {
        let Some(id) = self.led_to(door, install_key, now).await? else {
            return Ok(None);
        };
        let found = self.fresh(&id, now).await?;
        if let Some(seen) = &found {
            self.cache.name(&seen.tenant);
        }
        Ok(found)
    }

    /// Writes `tenant` and everything in `with` at once, if it is still as `seen`, or still
    /// absent. Safe to repeat with the same arguments after an unknown outcome.
    pub async fn save(
        &self,
        tenant: Tenant,
        seen: Option<&Seen>,
        mut with: Batch,
        now: Instant,
    ) -> Result<Arc<Tenant>, SaveError> {
        let own = with.expect.len();
        with.expect.push(match seen {
            Some(seen) => seen.unchanged(),
            None => Expect::Absent(record_key()),
        });
        with.put.push(self.stored(&tenant));
        let scope = Scope::tenant(tenant.id);
        match self.store.commit(&scope, &with, now).await {
            Ok(_) => {}
            Err(CommitError::Conflict(at)) if at == own => return Err(SaveError::Conflict),
            Err(error) => return Err(SaveError::Store(error)),
        }
        let tenant = Arc::new(tenant);
        self.cache.keep(&tenant, now);
        Ok(tenant)
    }

    fn stored(&self, tenant: &Tenant) -> (Key, Bytes, Until) {
        let value = record::encode(tenant, &self.vault);
        (record_key(), value, Until::Keep)
    }

    /// Seals the credentials of every tenant of a partition that an older key sealed again.
    /// Gives how many were; a tenant that somebody changes meanwhile is sealed by that change.
    pub async fn reseal(&self, partition: Partition, now: Instant) -> Result<u32, SaveError> {
        let mut count = 0;
        let mut after: Option<TenantId> = None;
        loop {
            let ids = self.store.tenants(partition, after.as_ref(), 100).await;
            let ids = ids.map_err(LookupError::from)?;
            let Some(last) = ids.last().copied() else {
                return Ok(count);
            };
            for id in &ids {
                let Some(seen) = self.fresh(id, now).await? else {
                    continue;
                };
                if seen.current {
                    continue;
                }
                let tenant = Tenant::clone(&seen.tenant);
                match self.save(tenant, Some(&seen), Batch::default(), now).await {
                    Ok(_) => count += 1,
                    Err(SaveError::Conflict) => {}
                    Err(error) => return Err(error),
                }
            }
            after = Some(last);
        }
    }
}
