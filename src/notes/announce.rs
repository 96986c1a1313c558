//! Telling people that there is a note: one comment on the issue, ten seconds after the note was
//! made, and a mail for those whom the comment does not reach. Names and a link; never a byte of
//! the note.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use url::Url;

use super::decide::{self, Tie};
use super::end::later;
use super::life::{kept_of, untold};
use super::records::{Announce as Told, Note, encode};
use super::{Notes, layout};
use crate::audit::{self, About, Action};
use crate::clock::Instant;
use crate::ids::{AccountId, NoteId, Scope, TenantId};
use crate::jira::adf::{Announcement, Language, Named};
use crate::jira::{Attempt, JiraError, Notice, Posting, Site};
use crate::jobs::{Job, Outcome};
use crate::people::{self, Freshness, Standing};
use crate::store::{Batch, CommitError, Expect, Until, Version};
use crate::tenants::Tenant;

/// How far the host's clock may be behind ours when a retry looks for its comment.
const MARGIN: Duration = Duration::from_secs(300);

/// Due when a note can no longer be taken back.
#[derive(Debug, Serialize, Deserialize)]
pub struct Announce {
    pub note: NoteId,
}

impl Job for Announce {
    const KIND: &'static str = "note-announce";
}

/// Why it was not done this time.
enum NotYet {
    Store,
    Changed,
    Host(JiraError),
    People(Option<Instant>),
}

impl From<JiraError> for NotYet {
    fn from(error: JiraError) -> Self {
        Self::Host(error)
    }
}

impl From<people::Unreachable> for NotYet {
    fn from(error: people::Unreachable) -> Self {
        Self::People(error.until)
    }
}

impl Notes {
    /// Runs [`Announce`]. Whatever is tried again finds the comment it may have posted by the
    /// comment's property, so that there is one.
    pub async fn run_announce(
        &self,
        tenant: &Arc<Tenant>,
        job: &Announce,
        now: Instant,
    ) -> Outcome {
        let scope = Scope::tenant(tenant.id);
        match self.announce(tenant, &scope, job, now).await {
            Ok(batch) => Outcome::Done(batch),
            Err(NotYet::Store) => later("the store did not answer"),
            Err(NotYet::Changed) => later("the note changed meanwhile"),
            Err(NotYet::People(after)) => Outcome::Later {
                after,
                batch: Batch::default(),
                why: "the host did not say who may see the issue".to_owned(),
            },
            Err(NotYet::Host(error)) => {
                metrics::counter!("deskbridge_announcements_failed_total").increment(1);
                Outcome::Later {
                    after: error.retry_after(),
                    batch: Batch::default(),
                    why: format!("the host did not take the comment: {error}"),
                }
            }
        }
    }

    async fn announce(
        &self,
        tenant: &Arc<Tenant>,
        scope: &Scope,
        job: &Announce,
        now: Instant,
    ) -> Result<Batch, NotYet> {
        let found = self.note(scope, &job.note, now).await;
        let Some((note, version)) = found.map_err(|_| NotYet::Store)? else {
            return Ok(Batch::default());
        };
        let Some(live) = note.live() else {
            return Ok(Batch::default());
        };
        let archived = self.people.place(tenant, note.issue, people::SHOWN).await?;
        if archived == Some(people::Place::Archived) && matches!(live.announce, Told::Due(_)) {
            return Ok(untold(&note, version, now));
        }
        let (note, attempt) = match live.announce {
            Told::Done { .. } => return Ok(Batch::default()),
            Told::Begun => {
                let since = note.created - MARGIN;
                (note, Attempt::Again { since })
            }
            // From this commit on the note cannot be taken back, so nothing taken back is told.
            Told::Due(_) => {
                let note = self.begin(scope, note, version, now).await?;
                (note, Attempt::First)
            }
        };
        let public = decide::announced_publicly(&note);
        self.tell(tenant, &note, public, attempt).await?;
        metrics::counter!("deskbridge_announcements_total").increment(1);
        // A reader may have opened it meanwhile: marking an older state would fail, and the next
        // try would mail everybody again.
        let found = self.note(scope, &job.note, now).await;
        let Some((note, version)) = found.map_err(|_| NotYet::Store)? else {
            return Ok(Batch::default());
        };
        Ok(done(tenant.id, &note, version, public, now))
    }

    async fn begin(
        &self,
        scope: &Scope,
        mut note: Note,
        version: Version,
        now: Instant,
    ) -> Result<Note, NotYet> {
        if let Some(live) = note.live_mut() {
            live.announce = Told::Begun;
        }
        let key = layout::note(&note.id);
        let batch = Batch {
            expect: vec![Expect::Is(key.clone(), version)],
            put: vec![(key, encode(&note), Until::Keep)],
            ..Batch::default()
        };
        match self.commit(scope, &batch, now).await {
            Ok(_) => Ok(note),
            Err(CommitError::Conflict(_)) => Err(NotYet::Changed),
            Err(_) => Err(NotYet::Store),
        }
    }

    async fn tell(
        &self,
        tenant: &Arc<Tenant>,
        note: &Note,
        public: bool,
        attempt: Attempt,
    ) -> Result<(), NotYet> {
        let site = self.jira.site(Arc::clone(tenant));
        let (announcement, in_own_name) = self.announcement(tenant, &site, note, public).await?;
        let posting = Posting {
            body: &announcement.comment(),
            public,
            key: &format!("note/{}", note.id),
            author: in_own_name.then_some(&note.author),
        };
        site.comment_once(note.issue, posting, attempt).await?;
        let to = self.unreached(tenant, note, public).await?;
        if to.is_empty() {
            return Ok(());
        }
        let notice = Notice {
            subject: announcement.subject(),
            text: announcement.text(),
            html: announcement.html(),
            to,
        };
        match site.notify(note.issue, &notice).await {
            // The site sends no mail, or not to them: the comment stands, and a second try
            // would end the same.
            Err(JiraError::Forbidden | JiraError::Refused { .. }) => {
                metrics::counter!("deskbridge_notices_refused_total").increment(1);
                Ok(())
            }
            other => Ok(other?),
        }
    }

    /// What is said, and whether the author may say it.
    async fn announcement(
        &self,
        tenant: &Arc<Tenant>,
        site: &Site,
        note: &Note,
        public: bool,
    ) -> Result<(Announcement, bool), NotYet> {
        let accounts: Vec<_> = note.people().cloned().collect();
        let persons = self.people.persons(tenant, &accounts).await?;
        let author = persons.first();
        let in_own_name = author.is_some_and(|person| {
            decide::told_in_own_name(person.kind == people::PersonKind::Customer, person.active)
        });
        // Which language is no reason to be late.
        let locale = site.locale().await.unwrap_or_default();
        let mut named = persons.into_iter().map(|person| Named {
            portal_only: person.kind == people::PersonKind::Customer,
            account: person.account,
            name: person.name,
        });
        let author = named.next().unwrap_or_else(|| Named {
            account: note.author.clone(),
            name: String::new(),
            portal_only: false,
        });
        let announcement = Announcement {
            author,
            readers: named.collect(),
            panel: panel(tenant, site, note, public).await?,
            language: Language::of(locale.as_deref()),
        };
        Ok((announcement, in_own_name))
    }

    /// Readers whom the comment does not reach.
    async fn unreached(
        &self,
        tenant: &Arc<Tenant>,
        note: &Note,
        public: bool,
    ) -> Result<Vec<AccountId>, NotYet> {
        let standings: HashMap<_, _> = self
            .people
            .standings(tenant, &note.readers, note.issue, Freshness::Now)
            .await?;
        Ok(note
            .readers
            .iter()
            .filter(|reader| {
                let tie = match standings.get(*reader) {
                    Some(Standing::Agent) => Tie::Agent,
                    Some(Standing::Customer(people::Tie::Organization)) => Tie::Organization,
                    Some(Standing::Customer(_)) => Tie::OnRequest,
                    Some(Standing::Outside) | None => Tie::Gone,
                };
                decide::notify_apart(tie, public)
            })
            .cloned()
            .collect())
    }
}

/// Where *Secure Notes* leads: what customers read leads to the request in the portal, what only
/// agents read to the issue.
pub(super) async fn panel(
    tenant: &Tenant,
    site: &Site,
    note: &Note,
    public: bool,
) -> Result<Url, JiraError> {
    if public
        && let Some(request) = site.request(note.issue).await?
        && let Some(url) = request.web_url
    {
        return Ok(url);
    }
    let key = site.issue(note.issue).await?.key;
    let text = format!("{}/browse/{key}", tenant.site.display());
    text.parse().map_err(|_| JiraError::Unreadable)
}

fn done(tenant: TenantId, note: &Note, version: Version, public: bool, now: Instant) -> Batch {
    let mut note = note.clone();
    if let Some(live) = note.live_mut() {
        live.announce = Told::Done { at: now, public };
    }
    let key = layout::note(&note.id);
    let mut put = kept_of(&note);
    put.push((key.clone(), encode(&note), Until::Keep));
    Batch {
        expect: vec![Expect::Is(key, version)],
        put,
        push: vec![audit::entry(
            tenant,
            now,
            None,
            Action::NoteAnnounced,
            About::note(note.issue, note.id),
        )],
        wake: vec![layout::changed(&tenant, &note)],
        ..Batch::default()
    }
}
