//! The end of a tenant: what is decided when its retention is over, and the commits that mark it.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Credentials, LookupError, Seen, Tenant, TenantState, Tenants, record, record_key};
use crate::clock::Instant;
use crate::ids::{Scope, TenantId};
use crate::jobs::{self, Job};
use crate::store::{Batch, Envelope, Erasing, JobKey, Lane, Spared};

/// How long after its last state is written nothing of a tenant is touched: by then no replica
/// takes it for installed any more, and whatever ran for it has ended.
pub const SETTLED: Duration = Duration::from_secs(150);

/// Due when the retention of an uninstalled tenant ends: erases everything of it. Each run does a
/// part and leaves the rest to a job of its own, so that no number of tries is used up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shred {
    /// The uninstallation that it follows from.
    pub uninstalled_at: Instant,
    /// Counts the jobs of one erasure.
    pub part: u32,
    /// All shred keys of the tenant's notes are destroyed.
    pub keys_gone: bool,
    pub erasing: Erasing,
}

impl Job for Shred {
    const KIND: &'static str = "tenant-shred";
}

impl Shred {
    pub fn after(uninstalled_at: Instant) -> Self {
        Self {
            uninstalled_at,
            part: 0,
            keys_gone: false,
            erasing: Erasing::default(),
        }
    }

    fn id(&self) -> JobKey {
        let at = self.uninstalled_at.millis().to_string();
        JobKey::of(&["tenant-shred", &at, &self.part.to_string()])
    }

    pub fn envelope(&self, due: Instant) -> Envelope {
        jobs::envelope(self, self.id(), Lane::UNORDERED, due)
    }

    /// The rest of the work, as a job of its own.
    pub fn rest(&self, due: Instant) -> Envelope {
        let next = Self {
            part: self.part.saturating_add(1),
            ..self.clone()
        };
        next.envelope(due)
    }

    /// What the erasure leaves to the tenant's last commit: its record and this job.
    pub fn spared(&self) -> Spared {
        Spared {
            records: vec![record_key()],
            job: Some(self.id()),
        }
    }
}

/// What a [`Shred`] has to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The tenant was installed again, or it is another uninstallation's turn.
    Nothing,
    NotBefore(Instant),
    /// The retention is over: from now on nothing comes back.
    Begin,
    Erase,
}

pub fn step(state: TenantState, work: &Shred, now: Instant) -> Step {
    match state {
        TenantState::Uninstalled { at, .. } | TenantState::Shredding { at, .. }
            if at != work.uninstalled_at =>
        {
            Step::Nothing
        }
        TenantState::Uninstalled { shred_at, .. } if shred_at > now => Step::NotBefore(shred_at),
        TenantState::Uninstalled { .. } => Step::Begin,
        TenantState::Shredding { since, .. } if since + SETTLED > now => {
            Step::NotBefore(since + SETTLED)
        }
        TenantState::Shredding { .. } => Step::Erase,
        TenantState::Active | TenantState::Disabled => Step::Nothing,
    }
}

impl Tenants {
    /// The tenant as it is, without its credentials: its end must not hang on a key that was lost.
    pub async fn closed(&self, id: &TenantId, now: Instant) -> Result<Option<Seen>, LookupError> {
        let scope = Scope::tenant(*id);
        let Some(record) = self.store.get(&scope, &record_key(), now).await? else {
            return Ok(None);
        };
        let tenant = record::decode_closed(&record.value)
            .map_err(|record::Unreadable(why)| LookupError::Unreadable { tenant: *id, why })?;
        Ok(Some(Seen {
            tenant: Arc::new(tenant),
            version: record.version,
            current: false,
        }))
    }

    /// The commit after which nothing of the tenant comes back. Its credentials go first.
    pub fn begin_shredding(&self, seen: &Seen, work: &Shred, now: Instant) -> Batch {
        let tenant = Tenant {
            state: TenantState::Shredding {
                at: work.uninstalled_at,
                since: now,
            },
            credentials: Credentials::default(),
            changed_at: now,
            ..Tenant::clone(&seen.tenant)
        };
        Batch {
            expect: vec![seen.unchanged()],
            put: vec![self.stored(&tenant)],
            push: vec![work.rest(now + SETTLED)],
            ..Batch::default()
        }
    }

    /// The tenant's last commit, once all else is erased.
    pub fn end(&self, seen: &Seen) -> Batch {
        self.cache.forget(&seen.tenant.id);
        Batch {
            expect: vec![seen.unchanged()],
            delete: vec![record_key()],
            last: true,
            ..Batch::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Instant = Instant::from_seconds(1_000_000);
    const DAY: Duration = Duration::from_secs(86_400);

    #[test]
    fn what_is_shredded_and_when() {
        let end = AT + 30 * DAY;
        let gone = |at| TenantState::Uninstalled { at, shred_at: end };
        let going = |at, since| TenantState::Shredding { at, since };
        let work = Shred::after(AT);
        let second = Duration::from_secs(1);
        let table = [
            (TenantState::Active, end, Step::Nothing),
            (TenantState::Disabled, end, Step::Nothing),
            (gone(AT), end - second, Step::NotBefore(end)),
            (gone(AT), end, Step::Begin),
            (gone(AT), end + 100 * DAY, Step::Begin),
            (gone(AT + second), end + DAY, Step::Nothing),
            (gone(AT - second), end + DAY, Step::Nothing),
            (going(AT, end), end, Step::NotBefore(end + SETTLED)),
            (going(AT, end), end + SETTLED, Step::Erase),
            (going(AT + second, end), end + DAY, Step::Nothing),
        ];
        for (state, now, expected) in table {
            assert_eq!(step(state, &work, now), expected, "{state:?} {now:?}");
        }
    }

    #[test]
    fn each_part_has_an_id_of_its_own_that_follows_from_the_uninstallation() {
        let work = Shred::after(AT);
        assert_eq!(work.envelope(AT).id, Shred::after(AT).envelope(AT + DAY).id);
        assert_ne!(work.rest(AT).id, work.envelope(AT).id);
        assert_ne!(Shred::after(AT + DAY).envelope(AT).id, work.envelope(AT).id);
    }
}
