use std::time::Duration;

use async_trait::async_trait;

use crate::clock::Instant;
use crate::store::{Batch, StoredJob};

/// What a job's run came to. The worker adds the lease and commits, so that the job's writes and
/// its completion are one.
#[derive(Debug)]
pub enum Outcome {
    Done(Batch),
    /// Not now: `after` is what the other side asked for and is never shortened. `batch` is
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

/// Runs jobs by their kind; `app` has the only implementation of the product.
#[async_trait]
pub trait Dispatch: Send + Sync + 'static {
    async fn run(&self, job: &StoredJob, attempt: u32, now: Instant) -> Outcome;

    /// How many jobs of this kind, next to each other in a lane, are run as one.
    fn together(&self, _kind: &str) -> u16 {
        1
    }

    /// Runs several of one kind and lane, in order, as one commit. Only called for kinds of which
    /// [`Dispatch::together`] says more than 1.
    async fn run_together(&self, jobs: &[StoredJob], _now: Instant) -> Outcome {
        Outcome::Failed {
            why: format!("{} jobs of a kind that runs alone", jobs.len()),
        }
    }
}

#[derive(Clone, Debug)]
pub struct WorkerOptions {
    /// Jobs that run at the same time, over all partitions.
    pub at_once: usize,
    /// Jobs of one partition that run at the same time: a loud tenant can fill no more.
    pub at_once_in_partition: usize,
    /// How long a lease holds; extended while its job runs.
    pub hold: Duration,
    /// How often a partition is asked when no hint came.
    pub poll: Duration,
}

impl Default for WorkerOptions {
    fn default() -> Self {
        Self {
            at_once: 256,
            at_once_in_partition: 32,
            hold: Duration::from_secs(30),
            poll: Duration::from_secs(1),
        }
    }
}

/// Runs the jobs of a store.
pub struct Worker {}

/// A running worker.
pub struct WorkerHandle {}
