//! A note that expired before any of its readers opened it: its author is told, once and alone.
//! The tombstone in the panel says the same, so that where a mail may or may not have left, none
//! is sent again.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::announce::panel;
use super::end::later;
use super::records::{End, FORMAT, Note, State};
use super::{Notes, layout};
use crate::audit::{self, About, Action};
use crate::clock::Instant;
use crate::ids::{NoteId, Scope, TenantId};
use crate::jira::adf;
use crate::jira::{JiraError, Notice};
use crate::jobs::{self, Job, Outcome};
use crate::people::Freshness;
use crate::store::{Batch, CommitError, Envelope, Expect, Lane, Until};
use crate::tenants::Tenant;

/// Longer than a job is tried, and than an operator may leave it among the dead.
const REMEMBERED: Duration = Duration::from_secs(30 * 86_400);

/// Tells the author of an expired note that none of its readers opened it.
#[derive(Debug, Serialize, Deserialize)]
pub struct Unread {
    pub note: NoteId,
}

impl Job for Unread {
    const KIND: &'static str = "note-unread";
}

/// The job that follows from the end of `note`, where there is something to tell. Pure.
pub(super) fn job(note: &Note, how: End, now: Instant) -> Option<Envelope> {
    let unread = how == End::Expired && !note.opened.iter().any(|o| o.account != note.author);
    unread.then(|| {
        let work = Unread { note: note.id };
        jobs::envelope(&work, layout::unread_job(&note.id), Lane::UNORDERED, now)
    })
}

/// Why the author was not told this time.
enum NotYet {
    Store,
    /// Nothing was sent.
    Host(Option<Instant>),
    /// The host takes no more for now, and surely did not take this: the mark goes again.
    Waits(Instant),
}

impl From<JiraError> for NotYet {
    fn from(error: JiraError) -> Self {
        Self::Host(error.retry_after())
    }
}

impl Notes {
    /// Runs [`Unread`].
    pub async fn run_unread(&self, tenant: &Arc<Tenant>, job: &Unread, now: Instant) -> Outcome {
        let scope = Scope::tenant(tenant.id);
        match self.tell_unread(tenant, &scope, job, now).await {
            Ok(batch) => Outcome::Done(batch),
            Err(NotYet::Store) => later("the store did not answer"),
            Err(NotYet::Host(after)) => Outcome::Later {
                after,
                batch: Batch::default(),
                why: "the host did not say whom to tell".to_owned(),
            },
            Err(NotYet::Waits(until)) => Outcome::Later {
                after: Some(until),
                batch: Batch {
                    delete: vec![layout::unread_told(&job.note)],
                    ..Batch::default()
                },
                why: "the host asks to wait".to_owned(),
            },
        }
    }

    async fn tell_unread(
        &self,
        tenant: &Arc<Tenant>,
        scope: &Scope,
        job: &Unread,
        now: Instant,
    ) -> Result<Batch, NotYet> {
        let found = self.note(scope, &job.note, now).await;
        let Some((note, _)) = found.map_err(|_| NotYet::Store)? else {
            return Ok(Batch::default());
        };
        let State::Ended { .. } = note.state else {
            return Ok(Batch::default());
        };
        let Some(notice) = self.unread_notice(tenant, &note).await? else {
            return Ok(Batch::default());
        };
        // The host cannot be asked afterwards whether it sent a mail: who finds the mark of an
        // earlier try leaves it at that.
        if !self.mark_told(scope, &note, now).await? {
            return Ok(Batch::default());
        }
        let site = self.jira.site(Arc::clone(tenant));
        match site.notify(note.issue, &notice).await {
            Ok(()) => {
                metrics::counter!("deskbridge_unread_notices_total").increment(1);
                Ok(told(tenant.id, &note, now))
            }
            Err(JiraError::RateLimited { until }) => Err(NotYet::Waits(until)),
            Err(_) => {
                metrics::counter!("deskbridge_notices_refused_total").increment(1);
                Ok(Batch::default())
            }
        }
    }

    /// None where the author no longer sees the issue: then it is no business of theirs.
    async fn unread_notice(
        &self,
        tenant: &Arc<Tenant>,
        note: &Note,
    ) -> Result<Option<Notice>, NotYet> {
        let silent = |error: crate::people::Unreachable| NotYet::Host(error.until);
        let standing = self
            .people
            .standing(tenant, &note.author, note.issue, Freshness::Now)
            .await
            .map_err(silent)?;
        if !standing.may_see() {
            return Ok(None);
        }
        let readers = self.people.persons(tenant, &note.readers).await;
        let readers = readers.map_err(silent)?;
        let site = self.jira.site(Arc::clone(tenant));
        let by_customer = note.customers.contains(&note.author);
        let unread = adf::Unread {
            readers: readers.into_iter().map(|person| person.name).collect(),
            panel: panel(tenant, &site, note, by_customer).await?,
        };
        Ok(Some(Notice {
            subject: unread.subject(),
            text: unread.text(),
            html: unread.html(),
            to: vec![note.author.clone()],
        }))
    }

    /// False when it was marked before.
    async fn mark_told(&self, scope: &Scope, note: &Note, now: Instant) -> Result<bool, NotYet> {
        let key = layout::unread_told(&note.id);
        let batch = Batch {
            expect: vec![Expect::Absent(key.clone())],
            put: vec![(
                key,
                Bytes::from_static(&[FORMAT]),
                Until::At(now + REMEMBERED),
            )],
            ..Batch::default()
        };
        // Not tried again by itself when its outcome is unknown: the second try would find the
        // mark of the first and take it for another's.
        match self.store.commit(scope, &batch, now).await {
            Ok(_) => Ok(true),
            Err(CommitError::Conflict(_)) => Ok(false),
            Err(_) => Err(NotYet::Store),
        }
    }
}

fn told(tenant: TenantId, note: &Note, now: Instant) -> Batch {
    let about = About::note(note.issue, note.id);
    Batch {
        push: vec![audit::entry(
            tenant,
            now,
            None,
            Action::NoteUnreadTold,
            about,
        )],
        ..Batch::default()
    }
}

#[cfg(test)]
mod tests {
    use super::super::records::Opened;
    use super::super::records::tests::{account, note};
    use super::*;

    #[test]
    fn only_an_end_by_time_that_no_reader_saw_is_told() {
        let unread = note("niro", &["nero", "kofi"], &["kofi"]);
        let opened_by = |who: &str| {
            let mut note = unread.clone();
            note.opened.push(Opened {
                account: account(who),
                at: Instant::EPOCH,
                count: 1,
            });
            note
        };
        let now = Instant::from_seconds(1000);
        for (note, how, told) in [
            (&unread, End::Expired, true),
            (&opened_by("niro"), End::Expired, true),
            (&opened_by("nero"), End::Expired, false),
            (&unread, End::Deleted, false),
            (&unread, End::TakenBack, false),
            (&unread, End::Shredded, false),
            (&opened_by("nero"), End::Used, false),
        ] {
            assert_eq!(job(note, how, now).is_some(), told, "{how:?} {note:?}");
        }
        assert_eq!(
            job(&unread, End::Expired, now).map(|job| job.id),
            job(&unread, End::Expired, now + REMEMBERED).map(|job| job.id),
            "however often the end is found out"
        );
    }
}
