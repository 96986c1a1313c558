use async_trait::async_trait;

use crate::clock::Instant;
use crate::store::{Batch, StoredJob};

/// What a job's run came to. The worker adds the lease and commits, so that the job's writes and
/// its completion are one. When the commit says that an expectation of the batch does not hold,
/// the job is run again: it decides anew on what is there now.
#[derive(Debug)]
pub enum Outcome {
    Done(Batch),
    /// Not now. `after` is what the other side asked for and is never shortened. `batch` is
    /// written with the retry. `why` is for operators: no personal data, no secret.
    Later {
        after: Option<Instant>,
        batch: Batch,
        why: String,
    },
    /// Trying again cannot help: a dead letter.
    Failed {
        why: String,
    },
}

impl Outcome {
    /// Not now, with nothing to write and nothing asked for.
    pub fn later(why: impl Into<String>) -> Self {
        Outcome::Later {
            after: None,
            batch: Batch::default(),
            why: why.into(),
        }
    }

    pub fn failed(why: impl Into<String>) -> Self {
        Outcome::Failed { why: why.into() }
    }
}

/// Runs jobs by their kind; `app` has the only implementation of the product.
#[async_trait]
pub trait Dispatch: Send + Sync + 'static {
    async fn run(&self, job: &StoredJob, attempt: u32, now: Instant) -> Outcome;

    /// How many jobs of this kind, next to each other in a lane, are run as one.
    fn together(&self, _kind: &str) -> u16 {
        1
    }

    /// Runs several of one kind and lane, in order, as one commit. Only called for kinds of which
    /// [`Dispatch::together`] says more than 1; then for single ones as well.
    async fn run_together(&self, jobs: &[StoredJob], _now: Instant) -> Outcome {
        Outcome::failed(format!("{} jobs of a kind that runs alone", jobs.len()))
    }
}
