//! A project was deleted for good: so were its issues, of which nothing is told one by one.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::clock::Instant;
use crate::ids::{IssueId, ProjectId, Scope};
use crate::jobs::{Happened, Outcome};
use crate::notes::end::later;
use crate::notes::{Notes, layout};
use crate::store::Batch;
use crate::tenants::Tenant;

const PAGE: u16 = 100;

impl Notes {
    /// Believed only where the host does not know the project in any state: what lies in the
    /// trash may come back.
    pub async fn run_project_deleted(
        &self,
        tenant: &Arc<Tenant>,
        project: ProjectId,
        now: Instant,
    ) -> Outcome {
        match self
            .jira
            .site(Arc::clone(tenant))
            .projects(&[project])
            .await
        {
            Ok(states) if states.contains_key(&project) => {
                return Outcome::Done(Batch::default());
            }
            Ok(_) => {}
            Err(error) => {
                return Outcome::Later {
                    after: error.retry_after(),
                    batch: Batch::default(),
                    why: "the host did not say whether the project is there".to_owned(),
                };
            }
        }
        let scope = Scope::tenant(tenant.id);
        let Ok(issues) = self.issues_in(&scope, project, now).await else {
            return later("the store did not answer");
        };
        // A move out of it may not have been told.
        let site = self.jira.site(Arc::clone(tenant));
        let elsewhere = match site.whereabouts(&issues).await {
            Ok(found) if found.unsure.is_empty() => found.projects,
            _ => return later("the host did not say whether the issues are there"),
        };
        let cause = format!("project/{project}");
        for some in issues.chunks(usize::from(PAGE)) {
            let told = some.iter().map(|issue| {
                let issue = *issue;
                let happened = match elsewhere.get(&issue).copied() {
                    None => Happened::IssueDeleted { issue },
                    project => Happened::IssueMoved { issue, project },
                };
                happened.envelope(&[&cause, &issue.to_string()], now)
            });
            let batch = Batch {
                push: told.collect(),
                ..Batch::default()
            };
            if self.store.commit(&scope, &batch, now).await.is_err() {
                return later("the store did not take all issues of the project");
            }
        }
        Outcome::Done(Batch::default())
    }

    /// The issues with living notes that lie in `project`, as far as the notes know.
    async fn issues_in(
        &self,
        scope: &Scope,
        project: ProjectId,
        now: Instant,
    ) -> Result<Vec<IssueId>, ()> {
        let mut issues = BTreeSet::new();
        let mut after = None;
        loop {
            let folder = layout::living();
            let page = self.store.range(scope, &folder, after.as_ref(), PAGE, now);
            let page = page.await.map_err(|_| ())?;
            let named = page
                .items
                .iter()
                .filter_map(|(name, _)| layout::of_living(name));
            let ids: Vec<_> = named.map(|(_, note)| note).collect();
            let notes = self.notes_by_id(scope, &ids, now).await.map_err(|_| ())?;
            let there = notes
                .iter()
                .filter(|note| note.live().is_some_and(|live| live.project == project));
            issues.extend(there.map(|note| note.issue));
            after = page.next;
            if after.is_none() {
                return Ok(issues.into_iter().collect());
            }
        }
    }
}
