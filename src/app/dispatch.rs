//! The only match over job kinds, and the only place that knows who listens to a `Happened`.

use async_trait::async_trait;

use super::parts::Parts;
use crate::audit;
use crate::clock::Instant;
use crate::ids::TenantId;
use crate::inbox::{EVENT, Events, Pulse, ReducedEvent};
use crate::jobs::ticks::Tick;
use crate::jobs::{self, Dispatch, Happened, Job, Listener, Outcome, Told};
use crate::store::StoredJob;

/// Which rooms are told of what.
const LISTENERS: [Listener; 1] = [Listener {
    room: "notes",
    hears: &["issue-deleted"],
}];

/// Runs every kind of job there is.
pub struct Jobs {
    parts: Parts,
    events: Events,
}

impl Jobs {
    pub fn new(parts: Parts) -> Self {
        Self {
            parts,
            events: Events::new(LISTENERS.to_vec()),
        }
    }

    /// What is done by the clock: times in UTC, once per tick over all replicas.
    pub fn ticks() -> Result<Vec<Tick>, jobs::ticks::Unreadable> {
        Ok(vec![Tick::new("pulse", "0 * * * * *", &Pulse {})?])
    }
}

#[async_trait]
impl Dispatch for Jobs {
    async fn run(&self, job: &StoredJob, _attempt: u32, now: Instant) -> Outcome {
        match job.kind.as_str() {
            EVENT | ReducedEvent::KIND => self.events.event(job, now),
            Happened::KIND => self.events.happened(job, now),
            Told::KIND => match jobs::read::<Told>(job) {
                Ok(told) => self.tell(job, told, now).await,
                Err(error) => Outcome::failed(error.to_string()),
            },
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
    async fn tell(&self, job: &StoredJob, told: Told, now: Instant) -> Outcome {
        let _ = (job, now);
        Outcome::failed(format!(
            "{} does not listen to {}",
            told.room,
            told.happened.name()
        ))
    }
}

/// A job of a tenant, or why it cannot be read.
fn read<J: Job>(job: &StoredJob) -> Result<(TenantId, J), String> {
    let tenant = job.scope.owner().ok_or("a job of no tenant")?;
    let work = jobs::read::<J>(job).map_err(|error| error.to_string())?;
    Ok((tenant, work))
}
