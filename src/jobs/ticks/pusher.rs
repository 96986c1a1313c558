use std::borrow::Cow;
use std::time::Duration;

use bytes::Bytes;
use tokio_util::sync::CancellationToken;

use super::{Ticks, Unreadable};
use crate::clock::{Clock, Instant};
use crate::ids::Scope;
use crate::jobs::{Job, pack};
use crate::store::{Batch, CommitError, Envelope, JobKey, Lane, Store};

/// How far back a bridge that starts looks for a tick it missed. Ids of done ticks are known for
/// 48 h, so looking back never runs one twice.
const LOOK_BACK: Duration = Duration::from_secs(3600);
const EVERY: Duration = Duration::from_secs(1);

/// A job that is pushed by the clock: it belongs to no tenant.
#[derive(Clone, Debug)]
pub struct Tick {
    name: &'static str,
    ticks: Ticks,
    kind: &'static str,
    body: Bytes,
}

impl Tick {
    /// `schedule` as in [`Ticks`]; `name` is stored and stays.
    ///
    /// # Errors
    /// When the schedule cannot be read.
    pub fn new<J: Job>(name: &'static str, schedule: &str, job: &J) -> Result<Self, Unreadable> {
        Ok(Self {
            name,
            ticks: schedule.parse()?,
            kind: J::KIND,
            body: pack(J::VERSION, &serde_json::to_vec(job).unwrap_or_default()),
        })
    }

    fn scope(&self) -> Scope {
        Scope::shared(self.name.as_bytes())
    }

    fn envelope(&self, tick: Instant) -> Envelope {
        Envelope {
            id: JobKey::of(&["cron", self.name, &tick.seconds().to_string()]),
            kind: Cow::Borrowed(self.kind),
            lane: Lane::UNORDERED,
            due: tick,
            body: self.body.clone(),
        }
    }
}

/// Pushes `ticks` when they come, until `stop`. Safe to run in any number of replicas.
pub(in crate::jobs) async fn push_ticks(
    store: Store,
    clock: Clock,
    ticks: Vec<Tick>,
    started: Instant,
    stop: CancellationToken,
) {
    let from = started - LOOK_BACK;
    let mut pushed: Vec<(Tick, Instant)> = ticks.into_iter().map(|tick| (tick, from)).collect();
    loop {
        let now = clock.now();
        for (tick, until) in &mut pushed {
            if let Some(last) = tick.ticks.last_between(*until, now) {
                let batch = Batch {
                    push: vec![tick.envelope(last)],
                    ..Batch::default()
                };
                match store.commit(&tick.scope(), &batch, now).await {
                    Ok(_) => *until = last,
                    // The same id is pushed again a second later.
                    Err(CommitError::Unavailable(_) | CommitError::Unknown(_)) => {}
                    Err(error) => tracing::error!(tick = tick.name, %error, "not pushed"),
                }
            }
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}
