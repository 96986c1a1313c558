//! The only match over job kinds, and the only place that knows who listens to a `Happened`.

use std::sync::Arc;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::life;
use super::parts::Parts;
use super::shredding;
use crate::audit;
use crate::clock::Instant;
use crate::ids::TenantId;
use crate::inbox::{CatchUp, EVENT, Events, Missed, Pulse, ReducedEvent};
use crate::jobs::ticks::Tick;
use crate::jobs::{self, Dispatch, Happened, Job, Listener, Outcome, Told, Unpark};
use crate::notes::{Announce, Expire, Night, Notes, Shred, Unread, Unwrap};
use crate::store::{Batch, StoredJob};
use crate::tenants::{self, Tenant};
use crate::wire::Problem;

/// Which rooms are told of what.
const LISTENERS: [Listener; 1] = [Listener {
    room: "notes",
    hears: life::HEARS,
}];

/// Once an hour: what was begun and never finished is swept.
#[derive(Serialize, Deserialize)]
struct Sweep {}

impl Job for Sweep {
    const KIND: &'static str = "sweep";
}

/// Runs every kind of job there is.
pub struct Jobs {
    parts: Parts,
    events: Events,
    missed: Missed,
}

impl Jobs {
    pub fn new(parts: Parts) -> Self {
        let missed = Missed::new(
            parts.store.clone(),
            parts.tenants.clone(),
            parts.jira.clone(),
        );
        Self {
            parts,
            events: Events::new(LISTENERS.to_vec()),
            missed,
        }
    }

    /// What is done by the clock: times in UTC, once per tick over all replicas.
    pub fn ticks() -> Result<Vec<Tick>, jobs::ticks::Unreadable> {
        Ok(vec![
            Tick::new("pulse", "0 * * * * *", &Pulse {})?,
            Tick::new("sweep", "0 17 * * * *", &Sweep {})?,
            Tick::new("notes-night", "0 23 * * * *", &Night {})?,
        ])
    }
}

#[async_trait]
impl Dispatch for Jobs {
    async fn run(&self, job: &StoredJob, _attempt: u32, now: Instant) -> Outcome {
        let notes = &self.parts.notes;
        match job.kind.as_str() {
            EVENT | ReducedEvent::KIND => self.events.event(job, now),
            Happened::KIND => self.events.happened(job, now),
            Told::KIND => match jobs::read::<Told>(job) {
                Ok(told) => self.tell(job, told, now).await,
                Err(error) => Outcome::failed(error.to_string()),
            },
            Pulse::KIND => self.missed.pulse(job, now).await,
            CatchUp::KIND => self.missed.catch_up(job, now).await,
            Sweep::KIND => match sweep(notes, now).await {
                Ok(()) => Outcome::Done(Batch::default()),
                Err(problem) => Outcome::later(problem.title),
            },
            Announce::KIND => match read::<Announce>(job) {
                Ok((tenant, work)) => match self.active(job, tenant, now).await {
                    Ok(tenant) => notes.run_announce(&tenant, &work, now).await,
                    Err(outcome) => outcome,
                },
                Err(why) => Outcome::failed(why),
            },
            Unread::KIND => match read::<Unread>(job) {
                Ok((tenant, work)) => match self.active(job, tenant, now).await {
                    Ok(tenant) => notes.run_unread(&tenant, &work, now).await,
                    Err(outcome) => outcome,
                },
                Err(why) => Outcome::failed(why),
            },
            Expire::KIND => match read::<Expire>(job) {
                Ok((tenant, work)) => notes.run_expire(tenant, &work, now).await,
                Err(why) => Outcome::failed(why),
            },
            Shred::KIND => match read::<Shred>(job) {
                Ok((tenant, work)) => notes.run_shred(tenant, &work, now).await,
                Err(why) => Outcome::failed(why),
            },
            Unwrap::KIND => match read::<Unwrap>(job) {
                Ok((tenant, work)) => notes.run_unwrap(tenant, &work, now).await,
                Err(why) => Outcome::failed(why),
            },
            Unpark::KIND => match read::<Unpark>(job) {
                Ok((tenant, work)) => self.unpark(job, tenant, &work, now).await,
                Err(why) => Outcome::failed(why),
            },
            tenants::Shred::KIND => shredding::run(&self.parts, job, now).await,
            kind if life::runs(kind) => life::run(&self.parts, job, now).await,
            kind => Outcome::failed(format!("this release has no job of kind {kind}")),
        }
    }

    fn together(&self, kind: &str) -> u16 {
        if kind == audit::Entry::KIND {
            audit::TOGETHER
        } else {
            1
        }
    }

    async fn run_together(&self, jobs: &[StoredJob], now: Instant) -> Outcome {
        match jobs.first() {
            Some(first) => audit::chain(&self.parts.store, &first.scope, jobs, now).await,
            None => Outcome::failed("no job"),
        }
    }
}

impl Jobs {
    /// The tenant of a job that speaks to its host; otherwise what becomes of the job.
    async fn active(
        &self,
        job: &StoredJob,
        tenant: TenantId,
        now: Instant,
    ) -> Result<Arc<Tenant>, Outcome> {
        let tenants = &self.parts.tenants;
        match tenants.get(&tenant, now).await {
            Ok(Some(tenant)) if tenant.is_active() => Ok(tenant),
            // As it is, not as it was some seconds ago: parking is decided on this very state.
            Ok(_) => match tenants.fresh(&tenant, now).await {
                Ok(Some(seen)) if seen.tenant.is_active() => Ok(seen.tenant),
                Ok(Some(seen)) => Err(jobs::park(job, seen.unchanged())),
                Ok(None) => Err(Outcome::failed("the tenant is gone")),
                Err(error) => Err(Outcome::later(error.to_string())),
            },
            Err(error) => Err(Outcome::later(error.to_string())),
        }
    }

    async fn unpark(
        &self,
        job: &StoredJob,
        tenant: TenantId,
        work: &Unpark,
        now: Instant,
    ) -> Outcome {
        match self.parts.tenants.fresh(&tenant, now).await {
            Ok(Some(seen)) if seen.tenant.is_active() => {
                jobs::unpark(&self.parts.store, job, work, seen.unchanged(), now).await
            }
            Ok(_) => Outcome::Done(Batch::default()),
            Err(error) => Outcome::later(error.to_string()),
        }
    }

    async fn tell(&self, job: &StoredJob, told: Told, now: Instant) -> Outcome {
        let Some(tenant) = job.scope.owner() else {
            return Outcome::failed("no tenant");
        };
        match (told.room.as_str(), told.happened) {
            ("notes", happened) => life::tell(&self.parts, tenant, &happened, now).await,
            (room, happened) => {
                Outcome::failed(format!("{room} does not listen to {}", happened.name()))
            }
        }
    }
}

async fn sweep(notes: &Notes, now: Instant) -> Result<(), Problem> {
    notes.sweep_orphans(now).await?;
    notes.sweep_files(now).await?;
    Ok(())
}

/// A job of a tenant, or why it cannot be read.
fn read<J: Job>(job: &StoredJob) -> Result<(TenantId, J), String> {
    let tenant = job.scope.owner().ok_or("a job of no tenant")?;
    let work = jobs::read::<J>(job).map_err(|error| error.to_string())?;
    Ok((tenant, work))
}
