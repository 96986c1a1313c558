//! What the author alone does to a note that is there: take it back, delete it, let it end
//! sooner. None of it needs a key; authorship is what the door proved.

use super::api::Card;
use super::decide::{self, Denied, NotSooner, TooLate};
use super::end::{Expire, ending};
use super::load::shred_id;
use super::records::{End, Note, State, encode};
use super::visit::Visit;
use super::{Notes, layout, refuse};
use crate::audit::{self, About, Action};
use crate::clock::Instant;
use crate::ids::{NoteId, TenantId};
use crate::jobs;
use crate::people::Freshness;
use crate::store::{Batch, CommitError, Expect, Lane, Until, Version};
use crate::tenants::Caller;
use crate::wire::{Kind, Problem};

/// Tries against others who change the same note.
const TRIES: usize = 5;

impl Notes {
    pub(super) async fn take_back(&self, caller: &Caller, id: &NoteId) -> Result<(), Problem> {
        let visit = self.recent_visit(caller).await?;
        for _ in 0..TRIES {
            let (note, version) = self.known_note(&visit, id).await?;
            match decide::may_take_back(&note, &visit.viewer.account, visit.now) {
                Ok(()) => {}
                Err(TooLate::NotAuthor) => {
                    return Err(self.refuse(&visit, &note, Denied::NotReader).await);
                }
                // The same click again, after a lost answer.
                Err(TooLate::Announced) if ended_by(&note, End::TakenBack) => return Ok(()),
                Err(TooLate::Announced) => {
                    let detail = "It was announced already.";
                    return Err(Problem::with_detail(Kind::Conflict, detail));
                }
            }
            if self.end_by(&visit, &note, version, End::TakenBack).await? {
                metrics::counter!("deskbridge_notes_taken_back_total").increment(1);
                return Ok(());
            }
        }
        Err(refuse::busy())
    }

    /// However the note ended meanwhile, it is gone, which is what was asked for.
    pub(super) async fn delete(&self, caller: &Caller, id: &NoteId) -> Result<(), Problem> {
        let visit = self.recent_visit(caller).await?;
        for _ in 0..TRIES {
            let (note, version) = self.known_note(&visit, id).await?;
            if note.author != visit.viewer.account {
                return Err(self.refuse(&visit, &note, Denied::NotAuthor).await);
            }
            if note.live().is_none() {
                return Ok(());
            }
            if self.end_by(&visit, &note, version, End::Deleted).await? {
                metrics::counter!("deskbridge_notes_deleted_total").increment(1);
                return Ok(());
            }
        }
        Err(refuse::busy())
    }

    /// The sealed header keeps the end that it had; the server holds the note to the sooner one.
    pub(super) async fn shorten(
        &self,
        caller: &Caller,
        id: &NoteId,
        expires_at: i64,
    ) -> Result<Card, Problem> {
        let end = Instant::from_seconds(expires_at);
        let visit = self.recent_visit(caller).await?;
        for _ in 0..TRIES {
            let (note, version) = self.known_note(&visit, id).await?;
            match decide::may_shorten(&note, &visit.viewer.account, end, visit.now) {
                Ok(()) => {}
                Err(NotSooner::Denied(denied)) => {
                    return Err(self.refuse(&visit, &note, denied).await);
                }
                Err(NotSooner::Same) => return self.card_of(&visit, &note).await,
                Err(NotSooner::Past) => {
                    let detail = "Choose a moment to come, or delete the note.";
                    return Err(refuse::field("expiresAt", detail));
                }
                Err(NotSooner::Later) => {
                    let detail = "A note can end sooner, never later.";
                    return Err(refuse::field("expiresAt", detail));
                }
            }
            let shorter = Note {
                expires: end,
                ..note.clone()
            };
            let batch = shortening(visit.tenant.id, &shorter, version, visit.now);
            match self.commit(&visit.scope, &batch, visit.now).await {
                Ok(_) => return self.card_of(&visit, &shorter).await,
                Err(CommitError::Conflict(_)) => {}
                Err(error) => return Err(refuse::commit(&error)),
            }
        }
        Err(refuse::busy())
    }

    async fn recent_visit(&self, caller: &Caller) -> Result<Visit, Problem> {
        self.visit(caller, Freshness::Within(super::authorise::RECENT))
            .await
    }

    async fn known_note(&self, visit: &Visit, id: &NoteId) -> Result<(Note, Version), Problem> {
        let (note, version) = self.note_here(visit, id).await?;
        if decide::knows_of(&note, &visit.viewer) {
            Ok((note, version))
        } else {
            Err(refuse::unknown_note())
        }
    }

    /// False when somebody else changed the note first.
    async fn end_by(
        &self,
        visit: &Visit,
        note: &Note,
        version: Version,
        how: End,
    ) -> Result<bool, Problem> {
        let who = Some(&visit.viewer.account);
        let tenant = visit.tenant.id;
        let batch = ending(tenant, note, version, how, who, visit.now);
        match self.commit(&visit.scope, &batch, visit.now).await {
            Ok(_) => {
                // At once, and again by the job should this fail.
                let shred = self.shred.shred(&shred_id(&tenant, &note.id)).await;
                if shred.is_err() {
                    tracing::warn!("a shred key is left to its job");
                }
                Ok(true)
            }
            Err(CommitError::Conflict(_)) => Ok(false),
            Err(error) => Err(refuse::commit(&error)),
        }
    }
}

fn ended_by(note: &Note, wanted: End) -> bool {
    matches!(note.state, State::Ended { how, .. } if how == wanted)
}

/// The note with its sooner end, and a job due then: the one pushed before comes too late. Pure.
fn shortening(tenant: TenantId, note: &Note, version: Version, now: Instant) -> Batch {
    let key = layout::note(&note.id);
    let ends = Expire { note: note.id };
    let job = layout::expire_job_at(&note.id, note.expires);
    let about = About::note(note.issue, note.id);
    Batch {
        expect: vec![Expect::Is(key.clone(), version)],
        put: vec![(key, encode(note), Until::Keep)],
        push: vec![
            jobs::envelope(&ends, job, Lane::UNORDERED, note.expires),
            audit::entry(
                tenant,
                now,
                Some(&note.author),
                Action::NoteShortened,
                about,
            ),
        ],
        wake: vec![layout::changed(&tenant, note)],
        ..Batch::default()
    }
}
