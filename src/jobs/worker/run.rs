use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt as _;

use super::settle::{BEGUN_AT_MOST, settle};
use super::{Outcome, Shared};
use crate::store::{Batch, CommitError, Lease, StoredJob};

/// How often a job decides anew because what it decided on had changed meanwhile.
const DECISIONS: u32 = 10;
/// The wait before a batch is committed again while the store does not answer.
const COMMIT_AGAIN: [Duration; 4] = [
    Duration::from_millis(50),
    Duration::from_millis(200),
    Duration::from_millis(500),
    Duration::from_secs(1),
];

/// Runs one leased job (and those behind it that run together with it) to its end.
pub(super) async fn job(shared: &Shared, lease: Lease) {
    let mut leases = vec![lease];
    let most = shared.dispatch.together(&leases[0].job.kind);
    if most > 1 {
        let options = &shared.options;
        let now = shared.clock.now();
        match shared
            .store
            .lease_next(&leases[0], most - 1, options.hold, now)
            .await
        {
            Ok(next) => leases.extend(next),
            Err(away) => tracing::debug!(error = %away, "runs alone"),
        }
    }
    tokio::select! {
        () = decide_and_commit(shared, &leases) => {}
        () = lost(shared, &leases) => {
            tracing::warn!(kind = leases[0].job.kind, "a lease was lost while its job ran");
        }
    }
}

/// Extends the leases; returns when one was given to somebody else.
async fn lost(shared: &Shared, leases: &[Lease]) {
    let hold = shared.options.hold;
    loop {
        tokio::time::sleep(hold / 3).await;
        for lease in leases {
            // When the store does not answer, the commit decides: it is fenced.
            if let Ok(false) = shared.store.extend(lease, hold, shared.clock.now()).await {
                return;
            }
        }
    }
}

async fn decide_and_commit(shared: &Shared, leases: &[Lease]) {
    let Ok(_running) = shared.at_once.acquire().await else {
        return;
    };
    let jobs: Vec<StoredJob> = leases.iter().map(|lease| lease.job.clone()).collect();
    let mut outcome = run_once(shared, &jobs, leases[0].attempt).await;
    for decision in 1.. {
        let now = shared.clock.now();
        tell(&outcome, leases);
        let batch = settle(outcome, leases, now, shared.entropy.below(u64::MAX));
        outcome = match commit(shared, leases, &batch).await {
            Ok(()) | Err(CommitError::LeaseLost(_)) => return,
            Err(CommitError::Conflict(_) | CommitError::LimitReached(_)) => {
                if decision < DECISIONS {
                    run_once(shared, &jobs, leases[0].attempt).await
                } else {
                    Outcome::later("what it depends on keeps changing")
                }
            }
            Err(CommitError::TooLarge(what)) if decision < DECISIONS => {
                Outcome::failed(format!("its result is too large: {what}"))
            }
            Err(CommitError::Full) if decision < DECISIONS => {
                Outcome::later("no room for its effects")
            }
            // The lease returns when its hold ends.
            Err(error) => {
                tracing::error!(kind = jobs[0].kind, %error, "a job's end could not be written");
                return;
            }
        };
        if decision > DECISIONS {
            return;
        }
    }
}

/// One run; a panic or a run without end is an outcome too.
async fn run_once(shared: &Shared, jobs: &[StoredJob], attempt: u32) -> Outcome {
    if attempt > BEGUN_AT_MOST {
        return Outcome::failed(format!("was begun {attempt} times"));
    }
    let dispatch = &shared.dispatch;
    let now = shared.clock.now();
    let run = async {
        match jobs {
            [one] if dispatch.together(&one.kind) <= 1 => dispatch.run(one, attempt, now).await,
            several => dispatch.run_together(several, now).await,
        }
    };
    // Jobs share only what rooms share, and that is guarded against a holder's panic.
    let guarded = AssertUnwindSafe(run).catch_unwind();
    match tokio::time::timeout(shared.options.longest_run, guarded).await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(_panic)) => {
            metrics::counter!("deskbridge_panics_total").increment(1);
            Outcome::failed("the job's code panicked")
        }
        Err(_elapsed) => Outcome::later("the run took too long"),
    }
}

/// Commits until the store answers. A batch with a lease is safe to repeat: once written, its
/// lease is gone.
async fn commit(shared: &Shared, leases: &[Lease], batch: &Batch) -> Result<(), CommitError> {
    let scope = leases[0].job.scope;
    let mut waits = COMMIT_AGAIN.iter();
    loop {
        let error = match shared.store.commit(&scope, batch, shared.clock.now()).await {
            Ok(_) => return Ok(()),
            Err(error @ (CommitError::Unavailable(_) | CommitError::Unknown(_))) => error,
            Err(error) => return Err(error),
        };
        let wait = waits.next().unwrap_or(&COMMIT_AGAIN[3]);
        tokio::select! {
            () = tokio::time::sleep(*wait) => {}
            // Stopping: the hold ends by itself, and the job is run again elsewhere.
            () = shared.stop.cancelled(), if waits.as_slice().is_empty() => return Err(error),
        }
    }
}

/// Counts an outcome, and logs what did not succeed. Ids and our own words only.
fn tell(outcome: &Outcome, leases: &[Lease]) {
    let head = &leases[0];
    let count = u64::try_from(leases.len()).unwrap_or(u64::MAX);
    let (name, why) = match outcome {
        Outcome::Done(_) => ("done", None),
        Outcome::Later { why, .. } => ("later", Some(why)),
        Outcome::Failed { why } => ("dead", Some(why)),
    };
    metrics::counter!("deskbridge_jobs_total", "kind" => head.job.kind.clone(), "outcome" => name)
        .increment(count);
    if let Some(why) = why {
        let (kind, job, attempt) = (&head.job.kind, head.job.id.as_str(), head.attempt);
        tracing::warn!(
            kind,
            job,
            attempt,
            outcome = name,
            why,
            "a job did not succeed"
        );
    }
}
