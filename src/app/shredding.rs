//! The end of a tenant over all rooms.
//!
//! When the retention of an uninstalled tenant is over, first the shred keys of its notes are
//! destroyed, so that no copy of the store opens one; then everything in its scope is erased, part
//! by part; then what leads from the host's name to it; and with one last commit its record, its
//! place in the list, and the job itself. A log line and a count are all that is left.

use super::parts::Parts;
use crate::clock::Instant;
use crate::jobs::{self, Outcome};
use crate::store::{Batch, StoredJob};
use crate::tenants::{SaveError, Seen, Shred, Step, step};

/// What one call of the store erases, and how many calls one job makes: it ends within its time,
/// and others of its partition have their turn.
const BITE: u16 = 250;
const BITES: usize = 1000;

/// Runs [`Shred`].
pub async fn run(parts: &Parts, job: &StoredJob, now: Instant) -> Outcome {
    let work = match jobs::read::<Shred>(job) {
        Ok(work) => work,
        Err(error) => return Outcome::failed(error.to_string()),
    };
    let Some(tenant) = job.scope.owner() else {
        return Outcome::failed("no tenant");
    };
    let seen = match parts.tenants.closed(&tenant, now).await {
        Ok(Some(seen)) => seen,
        Ok(None) => return nothing_left(),
        Err(error) => return Outcome::later(error.to_string()),
    };
    match step(seen.tenant.state, &work, now) {
        Step::Nothing => Outcome::Done(Batch::default()),
        Step::NotBefore(at) => go_on(&work, at),
        Step::Begin => {
            tracing::info!(%tenant, "the retention of an uninstalled tenant is over");
            Outcome::Done(parts.tenants.begin_shredding(&seen, &work, now))
        }
        Step::Erase => match erase(parts, &seen, work, now).await {
            Ok(outcome) => outcome,
            Err(why) => Outcome::later(why),
        },
    }
}

/// A job without a tenant is the last of it.
fn nothing_left() -> Outcome {
    Outcome::Done(Batch {
        last: true,
        ..Batch::default()
    })
}

fn go_on(work: &Shred, at: Instant) -> Outcome {
    Outcome::Done(Batch {
        push: vec![work.rest(at)],
        ..Batch::default()
    })
}

async fn erase(
    parts: &Parts,
    seen: &Seen,
    mut work: Shred,
    now: Instant,
) -> Result<Outcome, String> {
    let tenant = seen.tenant.id;
    if !work.keys_gone {
        let gone = parts.notes.shred_all_of(&tenant).await;
        let keys = gone.map_err(|away| away.to_string())?;
        let gone = parts.notes.delete_files_of(&tenant).await;
        let files = gone.map_err(|away| away.to_string())?;
        tracing::info!(%tenant, files, "the files of a tenant's notes are deleted");
        tracing::info!(%tenant, keys, "the keys of a tenant's notes are destroyed");
        work.keys_gone = true;
        return Ok(go_on(&work, now));
    }
    let spared = work.spared();
    for _ in 0..BITES {
        let next = parts
            .store
            .erase(&tenant, &spared, work.erasing, BITE, now)
            .await;
        match next.map_err(|away| away.to_string())? {
            Some(next) => work.erasing = next,
            None => return end(parts, seen, now).await,
        }
    }
    Ok(go_on(&work, now))
}

async fn end(parts: &Parts, seen: &Seen, now: Instant) -> Result<Outcome, String> {
    let tenant = &seen.tenant;
    match parts.tenants.lose(tenant, now).await {
        Ok(()) | Err(SaveError::Conflict) => {}
        Err(error) => return Err(error.to_string()),
    }
    metrics::counter!("deskbridge_tenants_shredded_total").increment(1);
    tracing::info!(tenant = %tenant.id, "a tenant is shredded; nothing of it is left");
    Ok(Outcome::Done(parts.tenants.end(seen)))
}
