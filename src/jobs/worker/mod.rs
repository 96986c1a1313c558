//! Runs the jobs of a store: one task for each partition leases them, each job runs in its own.

mod dispatch;
mod partition;
mod run;
mod settle;

pub use dispatch::{Dispatch, Outcome};

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{Notify, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::clock::{Clock, Entropy};
use crate::ids::{PARTITIONS, Partition};
use crate::jobs::ticks::{self, Tick};
use crate::store::{Store, Topic};

#[derive(Clone, Debug)]
pub struct WorkerOptions {
    /// Jobs that run at the same time, over all partitions.
    pub at_once: usize,
    /// Jobs of one partition that are leased at the same time: a loud tenant can fill no more,
    /// and the next free place goes to the tenant of the partition that was served least.
    pub at_once_in_partition: usize,
    /// How long a lease holds; extended while its job runs.
    pub hold: Duration,
    /// How often a partition is asked when no hint came.
    pub poll: Duration,
    /// How long one run may take before it counts as not succeeded.
    pub longest_run: Duration,
}

impl Default for WorkerOptions {
    fn default() -> Self {
        Self {
            at_once: 256,
            at_once_in_partition: 32,
            hold: Duration::from_secs(30),
            poll: Duration::from_secs(1),
            longest_run: Duration::from_secs(120),
        }
    }
}

const SWEEP_EVERY: Duration = Duration::from_secs(60);
const SWEEP_BITE: u16 = 200;

/// What all tasks of one worker use.
struct Shared {
    store: Store,
    dispatch: Arc<dyn Dispatch>,
    clock: Clock,
    entropy: Entropy,
    options: WorkerOptions,
    /// One for each partition: there may be something to lease.
    wake: Vec<Notify>,
    at_once: Semaphore,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Shared {
    fn wake(&self, partition: Partition) {
        if let Some(notify) = self.wake.get(usize::from(partition.number())) {
            notify.notify_one();
        }
    }

    fn wake_all(&self) {
        self.wake.iter().for_each(Notify::notify_one);
    }
}

/// Starts workers; see [`Worker::spawn`].
pub struct Worker;

impl Worker {
    /// Starts to run the jobs of `store` in the background, until [`WorkerHandle::stop`].
    pub fn spawn(
        store: Store,
        dispatch: Arc<dyn Dispatch>,
        clock: Clock,
        entropy: Entropy,
        options: WorkerOptions,
    ) -> WorkerHandle {
        let shared = Arc::new(Shared {
            store,
            dispatch,
            clock,
            entropy,
            at_once: Semaphore::new(options.at_once),
            wake: (0..PARTITIONS).map(|_| Notify::new()).collect(),
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
            options,
        });
        for partition in Partition::all() {
            shared
                .tasks
                .spawn(partition::serve(Arc::clone(&shared), partition));
        }
        shared.tasks.spawn(follow_hints(Arc::clone(&shared)));
        shared.tasks.spawn(sweep(Arc::clone(&shared)));
        shared.tasks.close();
        WorkerHandle { shared }
    }
}

/// A running worker.
pub struct WorkerHandle {
    shared: Arc<Shared>,
}

impl WorkerHandle {
    /// Pushes `ticks` as they come, until the worker stops.
    pub fn tick(&self, ticks: Vec<Tick>) {
        let shared = &self.shared;
        shared.tasks.spawn(ticks::push_ticks(
            shared.store.clone(),
            shared.clock.clone(),
            ticks,
            shared.clock.now(),
            shared.stop.clone(),
        ));
    }

    /// Leases nothing more and waits for what runs, at most `deadline`. True when all of it
    /// ended; what did not is leased again, by whoever runs then, when its hold ends.
    pub async fn stop(self, deadline: Duration) -> bool {
        self.shared.stop.cancel();
        tokio::time::timeout(deadline, self.shared.tasks.wait())
            .await
            .is_ok()
    }
}

impl Drop for WorkerHandle {
    fn drop(&mut self) {
        self.shared.stop.cancel();
    }
}

/// Hints may be lost, so they only shorten the wait for the next poll.
async fn follow_hints(shared: Arc<Shared>) {
    let mut hints = shared.store.hints();
    loop {
        let hint = tokio::select! {
            () = shared.stop.cancelled() => return,
            hint = hints.recv() => hint,
        };
        match hint {
            Ok(topic) => {
                if let Some(partition) = partition_in(&topic) {
                    shared.wake(partition);
                }
            }
            Err(RecvError::Lagged(_)) => shared.wake_all(),
            Err(RecvError::Closed) => return,
        }
    }
}

/// Removes what has expired. Every read checks life by itself, so this only gives back room.
async fn sweep(shared: Arc<Shared>) {
    loop {
        for partition in Partition::all() {
            // Small bites: a sweep shares the store with webhooks that must be answered.
            while let Ok(count) = shared
                .store
                .sweep(partition, SWEEP_BITE, shared.clock.now())
                .await
            {
                if count < u32::from(SWEEP_BITE) || shared.stop.is_cancelled() {
                    break;
                }
            }
        }
        tokio::select! {
            () = shared.stop.cancelled() => return,
            () = tokio::time::sleep(SWEEP_EVERY) => {}
        }
    }
}

fn partition_in(topic: &Topic) -> Option<Partition> {
    let number: u8 = topic.as_str().strip_prefix("jobs/")?.parse().ok()?;
    Partition::new(number).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_push_names_its_partition() {
        assert_eq!(
            partition_in(&Topic::of(&["jobs", "63"])),
            Partition::new(63).ok()
        );
        for other in [
            &["jobs", "64"][..],
            &["jobs", "x"],
            &["notes", "1"],
            &["jobs"],
        ] {
            assert_eq!(partition_in(&Topic::of(other)), None);
        }
    }
}
