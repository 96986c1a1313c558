//! What the place of notes means for them: an archived issue takes none, one without a request
//! type is no customer's, and one in the trash is nobody's until it comes back.

use std::sync::Arc;

use super::report::kept_of;
use crate::clock::Instant;
use crate::ids::IssueId;
use crate::jira::Linked;
use crate::notes::api::{Duplicate, IssueName};
use crate::notes::decide::{Viewer, has_ended};
use crate::notes::records::{Announce, Note, encode};
use crate::notes::visit::Visit;
use crate::notes::{Notes, layout, refuse};
use crate::people::{LISTS, Place, SHOWN, Standing};
use crate::store::{Batch, Expect, Until, Version};
use crate::tenants::Caller;
use crate::wire::{Kind, Problem};

/// Issues closed as duplicates that a panel points to.
const DUPLICATES: usize = 10;

const fn name(place: Place) -> Option<&'static str> {
    match place {
        Place::Open => None,
        Place::Archived => Some("archived"),
        Place::NotInPortal => Some("not-in-portal"),
    }
}

impl Notes {
    /// How the visited issue stands, by the name that panels know; None where all is as usual.
    pub(in crate::notes) async fn place_of(
        &self,
        visit: &Visit,
    ) -> Result<Option<&'static str>, Problem> {
        let place = self.people.place(&visit.tenant, visit.issue, LISTS).await;
        let place = place.map_err(|_| refuse::host_silent())?;
        Ok(name(place.unwrap_or(Place::Open)))
    }

    /// Refused where nothing is added any more.
    pub(in crate::notes) async fn accepts_notes(&self, visit: &Visit) -> Result<(), Problem> {
        let place = self.people.place(&visit.tenant, visit.issue, SHOWN).await;
        match place.map_err(|_| refuse::host_silent())? {
            Some(Place::Archived) => Err(Problem::with_detail(
                Kind::Locked,
                "This issue is archived. Its notes can be read; no new ones can be added.",
            )),
            Some(Place::Open | Place::NotInPortal) => Ok(()),
            None => Err(locked()),
        }
    }

    /// Why somebody to whom the host showed a panel of the issue may not see it. Says nothing of
    /// whether there are notes.
    pub(in crate::notes) async fn kept_out(&self, caller: &Caller, issue: IssueId) -> Problem {
        match self.people.place(&caller.tenant, issue, SHOWN).await {
            Err(_) => refuse::host_silent(),
            Ok(None) => locked(),
            Ok(Some(Place::NotInPortal)) => Problem::with_detail(
                Kind::NotInPortal,
                "This request is no longer in the portal. Its notes are kept.",
            ),
            Ok(Some(Place::Open | Place::Archived)) => {
                Problem::with_detail(Kind::Forbidden, "You cannot see this issue.")
            }
        }
    }

    /// The duplicates that have living notes of which the visitor, who may be another kind of
    /// person there, may know.
    pub(in crate::notes) async fn duplicates(
        &self,
        visit: &Visit,
        linked: &[Linked],
    ) -> Result<Vec<Duplicate>, Problem> {
        let mut out = Vec::new();
        for issue in linked.iter().take(DUPLICATES) {
            if self
                .ids_of_issue(&visit.scope, issue.id, visit.now)
                .await?
                .is_empty()
            {
                continue;
            }
            let account = &visit.viewer.account;
            let standing = self
                .people
                .standing(&visit.tenant, account, issue.id, SHOWN);
            let standing = standing.await.map_err(|_| refuse::host_silent())?;
            if !standing.may_see() {
                continue;
            }
            let viewer = Viewer {
                account: account.clone(),
                customer: !standing.is_agent(),
            };
            let notes = self
                .notes_of_issue(&visit.scope, issue.id, &viewer, visit.now)
                .await?;
            let living = notes
                .iter()
                .filter(|note| !has_ended(note, visit.now))
                .count();
            if living > 0 {
                out.push(Duplicate {
                    issue: IssueName {
                        id: issue.id.to_string(),
                        key: issue.key.clone(),
                    },
                    notes: u32::try_from(living).unwrap_or(u32::MAX),
                    url: self.url_of(visit, issue, standing).await,
                });
            }
        }
        Ok(out)
    }

    /// Where the visitor finds another issue. None where that cannot be said now.
    async fn url_of(&self, visit: &Visit, issue: &Linked, standing: Standing) -> Option<String> {
        if standing.is_agent() {
            return Some(format!(
                "{}/browse/{}",
                visit.tenant.site.display(),
                issue.key
            ));
        }
        let site = self.jira.site(Arc::clone(&visit.tenant));
        let request = site.request(issue.id).await.ok()??;
        request.web_url.map(String::from)
    }
}

fn locked() -> Problem {
    Problem::with_detail(
        Kind::Locked,
        "This issue cannot be found now. If its project is in the trash, its notes come back with it.",
    )
}

/// The note as announced, though nobody was told: its issue was archived first. Pure.
pub(in crate::notes) fn untold(note: &Note, version: Version, now: Instant) -> Batch {
    let mut note = note.clone();
    if let Some(live) = note.live_mut() {
        live.announce = Announce::Done {
            at: now,
            public: false,
        };
    }
    let key = layout::note(&note.id);
    let mut put = kept_of(&note);
    put.push((key.clone(), encode(&note), Until::Keep));
    Batch {
        expect: vec![Expect::Is(key, version)],
        put,
        ..Batch::default()
    }
}
