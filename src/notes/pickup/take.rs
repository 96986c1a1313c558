//! A reader's words: the token they give releases what is closed, once, before too many tries.

use super::api::{PickupTry, PickupUnlocked};
use super::slot::{Slot, Tried};
use crate::audit::{self, About, Action};
use crate::ids::NoteId;
use crate::notes::decide;
use crate::notes::records::{Note, decode, encode};
use crate::notes::visit::Visit;
use crate::notes::{Notes, layout, refuse};
use crate::people::Freshness;
use crate::store::{Batch, CommitError, Expect, Key, Until, Version};
use crate::tenants::Caller;
use crate::wire::{Kind, Problem};

/// Tries against another replica that counts at the same time.
const TRIES: usize = 8;

impl Notes {
    pub(super) async fn try_code(
        &self,
        caller: &Caller,
        id: &NoteId,
        tried: &PickupTry,
    ) -> Result<PickupUnlocked, Problem> {
        let visit = self.visit(caller, Freshness::Now).await?;
        for _ in 0..TRIES {
            let (note, _) = self.note_here(&visit, id).await?;
            if let Err(denied) = decide::may_read(&note, &visit.viewer, visit.now) {
                return Err(self.refuse(&visit, &note, denied).await);
            }
            let place = layout::pickup(&note.id, &visit.viewer.account);
            let Some(record) = self.read(&visit.scope, &place, visit.now).await? else {
                return Err(no_code());
            };
            let slot: Slot = decode("code", &record.value).map_err(|e| refuse::unreadable(&e))?;
            if visit.now >= slot.ends {
                return Err(no_code());
            }
            let came = slot.tried(&tried.token, &tried.id, visit.now);
            let came = came.map_err(|_| refuse::field("token", "This is no token."))?;
            let key = self.shred_key(&visit.scope, &note.id).await?;
            let kept = match &came {
                Tried::Again => return open(&slot, &key, &note),
                Tried::StillWrong => return Err(wrong()),
                Tried::Used => return Err(no_code()),
                Tried::Release(next, until) => Some((next, Until::At(*until))),
                Tried::Wrong(next) => Some((next, Until::At(next.ends))),
                Tried::Spent => None,
            };
            if !self
                .keep_try(&visit, &note, place, record.version, kept)
                .await?
            {
                continue;
            }
            return match came {
                Tried::Release(..) => open(&slot, &key, &note),
                Tried::Spent => Err(no_code()),
                _ => Err(wrong()),
            };
        }
        Err(refuse::busy())
    }

    /// Writes what a try did; false when another try was counted first.
    async fn keep_try(
        &self,
        visit: &Visit,
        note: &Note,
        place: Key,
        version: Version,
        kept: Option<(&Slot, Until)>,
    ) -> Result<bool, Problem> {
        let released = kept.is_some_and(|(slot, _)| slot.released.is_some());
        let mut about = About::note(note.issue, note.id);
        about.detail = kept.is_none().then(|| "too-many".to_owned());
        let action = if released {
            Action::PickupUsed
        } else {
            Action::PickupRefused
        };
        let who = Some(&visit.viewer.account);
        let mut batch = Batch {
            expect: vec![Expect::Is(place.clone(), version)],
            push: vec![audit::entry(visit.tenant.id, visit.now, who, action, about)],
            ..Batch::default()
        };
        match kept {
            Some((slot, until)) => batch.put.push((place, encode(slot), until)),
            None => batch.delete.push(place),
        }
        match self.commit(&visit.scope, &batch, visit.now).await {
            Ok(_) => {
                let name = if released { "released" } else { "wrong" };
                metrics::counter!("deskbridge_pickups_tried_total", "what" => name).increment(1);
                Ok(true)
            }
            Err(CommitError::Conflict(_)) => Ok(false),
            Err(error) => Err(refuse::commit(&error)),
        }
    }
}

fn open(slot: &Slot, key: &[u8; 32], note: &Note) -> Result<PickupUnlocked, Problem> {
    slot.open(key, &note.id).map_err(|e| refuse::unreadable(&e))
}

/// The same whether there never was one, or it ended in any way.
fn no_code() -> Problem {
    Problem::with_detail(
        Kind::Gone,
        "There is no code for you here any longer. Ask for a new one.",
    )
}

fn wrong() -> Problem {
    Problem::with_detail(
        Kind::Forbidden,
        "These are not the words. After five wrong tries the code ends.",
    )
}
