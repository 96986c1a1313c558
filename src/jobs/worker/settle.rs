use super::Outcome;
use crate::clock::Instant;
use crate::jobs::schedule::{Decision, Tried, next_attempt};
use crate::store::{Batch, Lease, Reason};

/// How often a job may be begun without an end that we know of (each time the process died or
/// lost its lease) before it is taken for the cause.
pub(super) const BEGUN_AT_MOST: u32 = 20;

/// What a run's outcome makes of its leases: the batch to commit. All leases are of one lane.
pub(super) fn settle(outcome: Outcome, leases: &[Lease], now: Instant, jitter: u64) -> Batch {
    match outcome {
        Outcome::Done(mut batch) => {
            batch.done.extend(leases.iter().cloned());
            batch
        }
        Outcome::Later {
            after,
            mut batch,
            why,
        } => {
            for lease in leases {
                put_off(&mut batch, lease, after, &why, now, jitter);
            }
            batch
        }
        Outcome::Failed { why } => Batch {
            bury: leases
                .iter()
                .map(|lease| (lease.clone(), Reason(why.clone())))
                .collect(),
            ..Batch::default()
        },
    }
}

fn put_off(
    batch: &mut Batch,
    lease: &Lease,
    after: Option<Instant>,
    why: &str,
    now: Instant,
    jitter: u64,
) {
    let tried = Tried {
        attempt: lease.attempt,
        in_lane: lease.in_lane(),
        not_before: after,
    };
    let lease = lease.clone();
    match next_attempt(tried, now, jitter) {
        Decision::Again(instant) => batch.retry.push((lease, instant)),
        Decision::LeaveLane(instant) => batch.retry_apart.push((lease, instant)),
        Decision::GiveUp => batch.bury.push((lease, Reason(why.to_owned()))),
    }
}
