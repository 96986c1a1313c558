//! The wraps of keys that ended go from every note of their account: a key that was removed opens
//! nothing again, whatever becomes of it. That it no longer unlocks is so at once, by its end.

use serde::{Deserialize, Serialize};

use crate::clock::Instant;
use crate::ids::{AccountId, NoteId, Scope, TenantId};
use crate::jobs::{self, Job, Outcome};
use crate::notes::records::{Live, Note, encode};
use crate::notes::wraps::{self, BLOCK, StoredWrap};
use crate::notes::{Notes, layout, refuse};
use crate::seal::Kid;
use crate::store::{Batch, CommitError, Expect, JobKey, Lane, Until, Version};
use crate::wire::Problem;

/// Notes that one run of the job changes.
const TOGETHER: usize = 50;

/// Takes the wraps of ended keys out of the notes of their account.
#[derive(Debug, Serialize, Deserialize)]
pub struct Unwrap {
    pub account: AccountId,
    pub kids: Vec<Kid>,
    /// The place of the entry that ended them.
    pub n: u64,
    /// A long work is done in parts.
    pub part: u32,
}

impl Job for Unwrap {
    const KIND: &'static str = "note-unwrap";
}

impl Unwrap {
    pub(super) fn id(&self) -> JobKey {
        layout::unwrap_job(&self.account, self.n, self.part)
    }
}

/// Where a wrap of one of `kids` stands. Pure.
fn found(live: &Live, kids: &[Kid]) -> Option<usize> {
    live.wrapped.iter().position(|w| kids.contains(&w.kid))
}

impl Notes {
    /// Runs [`Unwrap`].
    pub async fn run_unwrap(&self, tenant: TenantId, job: &Unwrap, now: Instant) -> Outcome {
        let scope = Scope::tenant(tenant);
        match self.unwrap_some(tenant, &scope, job, now).await {
            Err(_) => Outcome::later("not all wraps of an ended key are gone"),
            Ok(true) => Outcome::Done(Batch::default()),
            Ok(false) => {
                let next = Unwrap {
                    account: job.account.clone(),
                    kids: job.kids.clone(),
                    n: job.n,
                    part: job.part + 1,
                };
                Outcome::Done(Batch {
                    push: vec![jobs::envelope(&next, next.id(), Lane::UNORDERED, now)],
                    ..Batch::default()
                })
            }
        }
    }

    /// True when none is left.
    async fn unwrap_some(
        &self,
        tenant: TenantId,
        scope: &Scope,
        job: &Unwrap,
        now: Instant,
    ) -> Result<bool, Problem> {
        let mut changed = 0;
        for id in self.ids_of_account(scope, &job.account, now).await? {
            let before = changed;
            while self.unwrap_one(tenant, scope, &id, &job.kids, now).await? {
                changed = before + 1;
            }
            if changed >= TOGETHER {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Takes one wrap out of a note: the last one takes its place. False when there is none.
    async fn unwrap_one(
        &self,
        tenant: TenantId,
        scope: &Scope,
        id: &NoteId,
        kids: &[Kid],
        now: Instant,
    ) -> Result<bool, Problem> {
        let Some((note, version)) = self.note(scope, id, now).await? else {
            return Ok(false);
        };
        let Some((at, last)) = note
            .live()
            .and_then(|live| Some((found(live, kids)?, live.wrapped.len() - 1)))
        else {
            return Ok(false);
        };
        let mut hole = self.block(scope, &note, at / BLOCK, now).await?;
        let mut tail = if at / BLOCK == last / BLOCK {
            Vec::new()
        } else {
            self.block(scope, &note, last / BLOCK, now).await?
        };
        let moved = tail.pop();
        if hole.len() <= at % BLOCK {
            return Err(Problem::new(crate::wire::Kind::Internal));
        }
        match moved {
            Some(moved) => hole[at % BLOCK] = moved,
            None => drop(hole.swap_remove(at % BLOCK)),
        }
        let mut batch = without(tenant, &note, version, at);
        let same = at / BLOCK == last / BLOCK;
        self.put_block(scope, &note, at / BLOCK, &hole, &mut batch)
            .await?;
        if !same {
            self.put_block(scope, &note, last / BLOCK, &tail, &mut batch)
                .await?;
        }
        match self.commit(scope, &batch, now).await {
            // Somebody changed the note meanwhile: it is looked at again.
            Ok(_) | Err(CommitError::Conflict(_)) => Ok(true),
            Err(error) => Err(refuse::commit(&error)),
        }
    }

    async fn put_block(
        &self,
        scope: &Scope,
        note: &Note,
        at: usize,
        wraps: &[StoredWrap],
        batch: &mut Batch,
    ) -> Result<(), Problem> {
        let place = layout::wraps(&note.id, at);
        if wraps.is_empty() {
            batch.delete.push(place);
            return Ok(());
        }
        let key = self.shred_key(scope, &note.id).await?;
        let closed = wraps::close(&key, &note.id, at, wraps, &self.entropy)
            .map_err(|e| refuse::unreadable(&e))?;
        batch.put.push((place, closed, Until::At(note.expires)));
        Ok(())
    }
}

/// The note without its wrap at `at`. Pure.
fn without(tenant: TenantId, note: &Note, version: Version, at: usize) -> Batch {
    let mut note = note.clone();
    if let Some(live) = note.live_mut() {
        live.wrapped.swap_remove(at);
    }
    let place = layout::note(&note.id);
    Batch {
        expect: vec![Expect::Is(place.clone(), version)],
        put: vec![(place, encode(&note), Until::Keep)],
        wake: vec![layout::changed(&tenant, &note)],
        ..Batch::default()
    }
}
