use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::{DoorKind, Tenant};
use crate::clock::Instant;
use crate::ids::TenantId;

/// How old an answer from the cache may be: what disabling a tenant takes at most to be known
/// by every replica.
const FRESH_FOR: Duration = Duration::from_secs(5);
const MOST: usize = 10_000;

/// Tenants that were read a moment ago. Unknown installations are not kept, so that asking for
/// many of them cannot push out the known ones.
#[derive(Debug, Default)]
pub(super) struct Cache {
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    tenants: HashMap<TenantId, (Arc<Tenant>, Instant)>,
    installs: HashMap<(DoorKind, String), TenantId>,
}

impl Cache {
    pub(super) fn by_id(&self, id: &TenantId, now: Instant) -> Option<Arc<Tenant>> {
        self.with(|kept| kept.fresh(id, now))
    }

    pub(super) fn by_install(
        &self,
        door: &DoorKind,
        install_key: &str,
        now: Instant,
    ) -> Option<Arc<Tenant>> {
        let name = (door.clone(), install_key.to_owned());
        self.with(|kept| {
            let id = *kept.installs.get(&name)?;
            kept.fresh(&id, now)
        })
    }

    pub(super) fn keep(&self, tenant: &Arc<Tenant>, now: Instant) {
        self.with(|kept| {
            if kept.tenants.len() >= MOST {
                *kept = Kept::default();
            }
            kept.tenants.insert(tenant.id, (Arc::clone(tenant), now));
        });
    }

    /// Remembers where the host's name leads. Only for whoever has just read or written that:
    /// an installation's earlier life bears the same name.
    pub(super) fn name(&self, tenant: &Tenant) {
        let name = (tenant.door.clone(), tenant.install_key.clone());
        self.with(|kept| {
            if kept.installs.len() >= MOST {
                kept.installs.clear();
            }
            kept.installs.insert(name, tenant.id);
        });
    }

    pub(super) fn forget(&self, id: &TenantId) {
        self.with(|kept| kept.tenants.remove(id));
    }

    fn with<T>(&self, change: impl FnOnce(&mut Kept) -> T) -> T {
        change(&mut self.kept.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Kept {
    fn fresh(&self, id: &TenantId, now: Instant) -> Option<Arc<Tenant>> {
        let (tenant, read_at) = self.tenants.get(id)?;
        (now >= *read_at && now.since(*read_at) < FRESH_FOR).then(|| Arc::clone(tenant))
    }
}
