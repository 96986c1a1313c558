//! Who stands before a route: proved by the door, and placed by the host at the issue.

use std::sync::Arc;

use super::decide::{Denied, Viewer};
use super::records::Note;
use super::{Notes, refuse};
use crate::audit::{self, About, Action};
use crate::clock::Instant;
use crate::ids::{AccountId, IssueId, NoteId, Scope};
use crate::people::{Freshness, Standing};
use crate::store::{Batch, Version};
use crate::tenants::{Caller, Tenant};
use crate::wire::{Kind, Problem};

/// A caller who may see the issue.
pub(super) struct Visit {
    pub tenant: Arc<Tenant>,
    pub scope: Scope,
    pub issue: IssueId,
    pub viewer: Viewer,
    pub now: Instant,
}

impl Notes {
    /// The caller at the issue that their proof names. Refused without one, and where the host
    /// says that they may not see it.
    pub(super) async fn visit(
        &self,
        caller: &Caller,
        freshness: Freshness,
    ) -> Result<Visit, Problem> {
        let Some(issue) = caller.issue else {
            let detail = "This works inside an issue only.";
            return Err(Problem::with_detail(Kind::Forbidden, detail));
        };
        match self.visit_at(caller, issue, freshness).await {
            Err(problem) if problem.status == Kind::Forbidden.status().as_u16() => {
                Err(self.kept_out(caller, issue).await)
            }
            visited => visited,
        }
    }

    /// The caller at an issue that their proof does not name: for letting somebody in alone.
    pub(super) async fn visit_at(
        &self,
        caller: &Caller,
        issue: IssueId,
        freshness: Freshness,
    ) -> Result<Visit, Problem> {
        let standing = self
            .people
            .standing(&caller.tenant, &caller.account, issue, freshness)
            .await
            .map_err(|_| refuse::host_silent())?;
        let customer = match standing {
            Standing::Agent => false,
            Standing::Customer(_) => true,
            Standing::Outside => {
                let detail = "You cannot see this issue.";
                return Err(Problem::with_detail(Kind::Forbidden, detail));
            }
        };
        Ok(Visit {
            tenant: Arc::clone(&caller.tenant),
            scope: Scope::tenant(caller.tenant.id),
            issue,
            viewer: Viewer {
                account: caller.account.clone(),
                customer,
            },
            now: self.clock.now(),
        })
    }

    /// A note of the visited issue. One that lies elsewhere is not there, as one unknown.
    pub(super) async fn note_here(
        &self,
        visit: &Visit,
        id: &NoteId,
    ) -> Result<(Note, Version), Problem> {
        match self.note(&visit.scope, id, visit.now).await? {
            Some((note, version)) if note.issue == visit.issue => Ok((note, version)),
            _ => Err(refuse::unknown_note()),
        }
    }

    /// The answer to somebody who may not; an attempt at a note of others is written down, once
    /// for each person, note and hour.
    pub(super) async fn refuse(&self, visit: &Visit, note: &Note, denied: Denied) -> Problem {
        if matches!(denied, Denied::NotReader | Denied::NotAuthor) {
            let about = About::note(note.issue, note.id);
            let who: &AccountId = &visit.viewer.account;
            let entry = audit::once_an_hour(visit.now, who, Action::NoteRefused, about);
            let batch = Batch {
                push: vec![entry],
                ..Batch::default()
            };
            metrics::counter!("deskbridge_notes_refused_total").increment(1);
            if let Err(error) = self.store.commit(&visit.scope, &batch, visit.now).await {
                return refuse::commit(&error);
            }
        }
        refuse::denied(denied)
    }

    /// Writes; an unknown outcome is tried once more, because every batch of this room breaks
    /// its own expectation.
    pub(super) async fn commit(
        &self,
        scope: &Scope,
        batch: &Batch,
        now: Instant,
    ) -> Result<Version, crate::store::CommitError> {
        match self.store.commit(scope, batch, now).await {
            Err(crate::store::CommitError::Unknown(_)) => {
                self.store.commit(scope, batch, now).await
            }
            other => other,
        }
    }
}
