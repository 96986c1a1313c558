//! The ends of a note: taken back, run out, or gone with its issue. Each leaves who and when;
//! wraps and body go in the same commit, and the shred key right after, so that what a log or a
//! replica still holds of the wraps is noise.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::load::shred_id;
use super::records::{End, Note, State, encode};
use super::wraps::BLOCK;
use super::{Notes, layout, refuse, unread};
use crate::audit::{self, About, Action};
use crate::blobs::Lost;
use crate::clock::Instant;
use crate::ids::{AccountId, IssueId, NoteId, Scope, TenantId};
use crate::jobs::{self, Happened, Job, Outcome};
use crate::store::{Batch, Expect, Lane, Unavailable, Until, Version};
use crate::wire::{Kind, Problem};

/// How long a shred key may lie without a note: its note's commit came right after it, or never.
const ORPHAN: Duration = Duration::from_secs(3600);
/// Due when a note ends by itself: makes the tombstone.
#[derive(Debug, Serialize, Deserialize)]
pub struct Expire {
    pub note: NoteId,
}

impl Job for Expire {
    const KIND: &'static str = "note-expire";
}

/// Overwrites the shred key of an ended note.
#[derive(Debug, Serialize, Deserialize)]
pub struct Shred {
    pub note: NoteId,
}

impl Job for Shred {
    const KIND: &'static str = "note-shred";
}

/// The batch that ends a live note and tells everybody. Pure.
pub(super) fn ending(
    tenant: TenantId,
    note: &Note,
    version: Version,
    how: End,
    who: Option<&AccountId>,
    now: Instant,
) -> Batch {
    let blocks = note
        .live()
        .map_or(0, |live| live.wrapped.len().div_ceil(BLOCK));
    let mut delete = vec![
        layout::sealed(&note.id),
        layout::living_entry(note.issue, &note.id),
    ];
    delete.extend((0..blocks).map(|at| layout::wraps(&note.id, at)));
    delete.extend(note.people().map(|a| layout::of_account_entry(a, &note.id)));
    delete.extend(note.readers.iter().map(|a| layout::pickup(&note.id, a)));
    // However late the job came that says so.
    let at = match how {
        End::Expired | End::Used => note.ends(),
        End::TakenBack | End::Deleted | End::Shredded => now,
    };
    let tombstone = Note {
        state: State::Ended {
            how,
            at,
            shredded: None,
        },
        ..note.clone()
    };
    let action = match how {
        End::TakenBack => Action::NoteTakenBack,
        End::Deleted => Action::NoteDeleted,
        End::Expired | End::Shredded | End::Used => Action::NoteEnded,
    };
    let happened = Happened::NoteEnded {
        issue: note.issue,
        note: note.id,
    };
    let key = layout::note(&note.id);
    Batch {
        expect: vec![Expect::Is(key.clone(), version)],
        put: vec![(key, encode(&tombstone), Until::Keep)],
        delete,
        push: vec![
            jobs::envelope(
                &Shred { note: note.id },
                layout::shred_job(&note.id),
                Lane::UNORDERED,
                now,
            ),
            audit::entry(tenant, now, who, action, About::note(note.issue, note.id)),
            happened.envelope(&[&note.id.to_string()], now),
        ],
        wake: vec![layout::changed(&tenant, note)],
        ..Batch::default()
    }
}

impl Notes {
    /// Runs [`Expire`].
    pub async fn run_expire(&self, tenant: TenantId, job: &Expire, now: Instant) -> Outcome {
        let scope = Scope::tenant(tenant);
        match self.note(&scope, &job.note, now).await {
            Err(_) => later("the store did not answer"),
            Ok(Some((note, version))) if note.live().is_some() => {
                let ends = note.ends();
                if now < ends {
                    return Outcome::Later {
                        after: Some(ends),
                        batch: Batch::default(),
                        why: "not yet".to_owned(),
                    };
                }
                let how = if ends < note.expires {
                    End::Used
                } else {
                    End::Expired
                };
                let mut batch = ending(tenant, &note, version, how, None, now);
                batch.push.extend(unread::job(&note, how, now));
                Outcome::Done(batch)
            }
            Ok(_) => Outcome::Done(Batch::default()),
        }
    }

    /// Runs [`Shred`]: the tombstone says that it is done only once it is.
    pub async fn run_shred(&self, tenant: TenantId, job: &Shred, now: Instant) -> Outcome {
        let scope = Scope::tenant(tenant);
        if self
            .shred
            .shred(&shred_id(&tenant, &job.note))
            .await
            .is_err()
        {
            return later("the shred keys did not answer");
        }
        let files = [tenant.to_string(), job.note.to_string()];
        let files = self.blobs.delete_under(&[&*files[0], &*files[1]]).await;
        if files.is_err() {
            return later("the place of files did not answer");
        }
        match self.note(&scope, &job.note, now).await {
            Err(_) => later("the store did not answer"),
            Ok(None) => Outcome::Done(Batch::default()),
            Ok(Some((note, version))) => Outcome::Done(shredded(tenant, &note, version, now)),
        }
    }

    /// The issue is gone: so are its notes. Ends what it can reach in one go and comes back for
    /// the rest.
    pub async fn run_issue_deleted(
        &self,
        tenant: TenantId,
        issue: IssueId,
        now: Instant,
    ) -> Outcome {
        let scope = Scope::tenant(tenant);
        match self.end_all_of(tenant, &scope, issue, now).await {
            Ok(()) => Outcome::Done(Batch::default()),
            Err(_) => later("not all notes of the issue are ended"),
        }
    }

    async fn end_all_of(
        &self,
        tenant: TenantId,
        scope: &Scope,
        issue: IssueId,
        now: Instant,
    ) -> Result<(), Problem> {
        for id in self.ids_of_issue(scope, issue, now).await? {
            let Some((note, version)) = self.note(scope, &id, now).await? else {
                continue;
            };
            if note.live().is_none() {
                continue;
            }
            let batch = ending(tenant, &note, version, End::Shredded, None, now);
            self.commit(scope, &batch, now)
                .await
                .map_err(|error| refuse::commit(&error))?;
        }
        Ok(())
    }

    /// Destroys the shred keys of all notes of a tenant, whatever became of them: from then on no
    /// copy of a store opens one. Says how many there were.
    pub async fn shred_all_of(&self, tenant: &TenantId) -> Result<u64, Unavailable> {
        self.shred.shred_all(tenant.as_bytes()).await
    }

    /// Deletes the files of all notes of a tenant. Says of how many parts they were.
    pub async fn delete_files_of(&self, tenant: &TenantId) -> Result<u64, Lost> {
        self.blobs.delete_under(&[&tenant.to_string()]).await
    }

    /// Shreds keys whose note was never committed, or has ended. Runs each hour.
    pub async fn sweep_orphans(&self, now: Instant) -> Result<u32, Problem> {
        let lost = |_| Problem::new(Kind::Unavailable);
        let mut swept = 0;
        for id in self.shred.orphans(now - ORPHAN).await.map_err(lost)? {
            let Some((tenant, note)) = of_shred_id(&id) else {
                continue;
            };
            let found = self.note(&Scope::tenant(tenant), &note, now).await?;
            if found.is_none_or(|(note, _)| note.live().is_none()) {
                self.shred.shred(&id).await.map_err(lost)?;
                swept += 1;
            }
        }
        Ok(swept)
    }
}

/// The tombstone once the note's shred key is gone. Pure.
fn shredded(tenant: TenantId, note: &Note, version: Version, now: Instant) -> Batch {
    let State::Ended {
        how,
        at,
        shredded: None,
    } = note.state
    else {
        return Batch::default();
    };
    let tombstone = Note {
        state: State::Ended {
            how,
            at,
            shredded: Some(now),
        },
        ..note.clone()
    };
    let key = layout::note(&note.id);
    Batch {
        expect: vec![Expect::Is(key.clone(), version)],
        put: vec![(key, encode(&tombstone), Until::Keep)],
        wake: vec![layout::changed(&tenant, note)],
        ..Batch::default()
    }
}

fn of_shred_id(id: &[u8]) -> Option<(TenantId, NoteId)> {
    let (tenant, note) = id.split_first_chunk::<16>()?;
    Some((
        TenantId::from_bytes(*tenant),
        NoteId::from_bytes(note.try_into().ok()?),
    ))
}

pub(super) fn later(why: &str) -> Outcome {
    Outcome::Later {
        after: None,
        batch: Batch::default(),
        why: why.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::records::decode;
    use super::super::records::tests::{account, note};
    use super::*;

    #[test]
    fn a_tombstone_says_who_and_when_only() {
        let note = note("niro", &["nero", "jonathan"], &["jonathan"]);
        let tenant = TenantId::from_bytes([1; 16]);
        let (how, now) = (End::TakenBack, Instant::from_seconds(5));
        let batch = ending(
            tenant,
            &note,
            Version::START,
            how,
            Some(&account("niro")),
            now,
        );
        let [(key, stored, Until::Keep)] = &batch.put[..] else {
            panic!("one record: {:?}", batch.put);
        };
        assert_eq!(*key, layout::note(&note.id));
        let text = String::from_utf8_lossy(stored);
        for gone in ["a.b.c", "e30", "\"p\"", "\"js\""] {
            assert!(!text.contains(gone), "{gone} in {text}");
        }
        let tombstone: Note = decode("note", stored).expect("readable");
        assert_eq!(tombstone.readers, note.readers);
        let ended = |shredded| State::Ended {
            how,
            at: now,
            shredded,
        };
        assert_eq!(tombstone.state, ended(None));
        assert!(batch.delete.contains(&layout::sealed(&note.id)));
        assert!(!batch.expect.is_empty());

        let late = Instant::from_seconds(5000);
        let batch = ending(tenant, &note, Version::START, End::Expired, None, late);
        let tombstone: Note = decode("note", &batch.put[0].1).expect("readable");
        let (how, at) = (End::Expired, note.expires);
        let shredded = None;
        assert_eq!(tombstone.state, State::Ended { how, at, shredded });
    }

    #[test]
    fn a_tombstone_says_once_that_the_key_is_gone() {
        let tenant = TenantId::from_bytes([1; 16]);
        let at = |seconds| Instant::from_seconds(seconds);
        let mut note = note("niro", &["nero"], &[]);
        assert!(
            shredded(tenant, &note, Version::START, at(5))
                .put
                .is_empty()
        );
        note.state = State::Ended {
            how: End::Deleted,
            at: at(5),
            shredded: None,
        };
        let batch = shredded(tenant, &note, Version::START, at(6));
        let stored: Note = decode("note", &batch.put[0].1).expect("readable");
        assert_eq!(
            stored.state,
            State::Ended {
                how: End::Deleted,
                at: at(5),
                shredded: Some(at(6)),
            }
        );
        assert!(
            shredded(tenant, &stored, Version::START, at(7))
                .put
                .is_empty()
        );
    }

    #[test]
    fn a_shred_key_is_found_by_tenant_and_note() {
        let (tenant, note) = (TenantId::from_bytes([1; 16]), NoteId::from_bytes([2; 16]));
        assert_eq!(of_shred_id(&shred_id(&tenant, &note)), Some((tenant, note)));
        assert_eq!(of_shred_id(&[1; 31]), None);
    }
}
