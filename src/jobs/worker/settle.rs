use std::borrow::Cow;

use super::Outcome;
use crate::clock::Instant;
use crate::jobs::schedule::{Decision, Tried, next_attempt};
use crate::store::{Batch, Envelope, JobKey, Lane, Lease, Reason};

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
        in_lane: lease.job.lane != Lane::UNORDERED,
        not_before: after,
    };
    match next_attempt(tried, now, jitter) {
        Decision::Again(instant) => batch.retry.push((lease.clone(), instant)),
        Decision::LeaveLane(instant) => {
            batch.done.push(lease.clone());
            batch.push.push(Envelope {
                id: JobKey::of(&["retry", lease.job.id.as_str()]),
                kind: Cow::Owned(lease.job.kind.clone()),
                lane: Lane::UNORDERED,
                due: instant,
                body: lease.job.body.clone(),
            });
        }
        Decision::GiveUp => batch.bury.push((lease.clone(), Reason(why.to_owned()))),
    }
}
