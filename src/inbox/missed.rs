use std::sync::Arc;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use super::catch_up::{
    CatchUp, instant_record, missed_since, question, read_instant, seen, seen_key, synthetic,
};
use crate::clock::Instant;
use crate::ids::{Partition, Scope, TenantId};
use crate::jira::event::{self, IssueRef};
use crate::jira::{FoundIssue, Jira, JiraError};
use crate::jobs::{self, Outcome};
use crate::store::{Batch, CommitError, Envelope, Key, Store, StoredJob, Unavailable, Until};
use crate::tenants::{Tenant, Tenants};

/// Tenants that are looked at together.
const TENANTS_AT_ONCE: usize = 32;
const TENANTS_PAGE: u16 = 200;
/// Pages of a hundred issues that one job asks for; the rest is for the next.
const PAGES: usize = 10;
/// Events pushed by one commit.
const EVENTS_TOGETHER: usize = 100;

/// Makes up for events that could not reach us.
#[derive(Clone)]
pub struct Missed {
    store: Store,
    tenants: Tenants,
    jira: Jira,
}

/// Written once a minute by whichever replica runs: when the bridge was last known to run.
fn alive_key() -> Key {
    Key::shared("inbox", &["alive"])
}

impl Missed {
    pub fn new(store: Store, tenants: Tenants, jira: Jira) -> Self {
        Self {
            store,
            tenants,
            jira,
        }
    }

    /// Runs a [`super::Pulse`]: after an outage all tenants are caught up; once an hour those of
    /// whom nothing was heard for a while.
    pub async fn pulse(&self, job: &StoredJob, now: Instant) -> Outcome {
        match self.look(&job.scope, now).await {
            Ok(()) => Outcome::Done(Batch {
                put: vec![(alive_key(), instant_record(now), Until::Keep)],
                ..Batch::default()
            }),
            Err(why) => Outcome::Later {
                after: None,
                batch: Batch::default(),
                why,
            },
        }
    }

    async fn look(&self, scope: &Scope, now: Instant) -> Result<(), String> {
        let record = self.store.get(scope, &alive_key(), now).await;
        let alive = record
            .map_err(|away| away.to_string())?
            .and_then(|record| read_instant(&record.value));
        let outage = missed_since(alive, now);
        let new_hour = alive.is_some_and(|alive| hour(alive) != hour(now));
        if outage.is_none() && !new_hour {
            return Ok(());
        }
        if outage.is_some() {
            tracing::warn!("the bridge was away: what changed meanwhile is asked for");
        }
        for partition in Partition::all() {
            self.look_at(partition, outage, now).await?;
        }
        Ok(())
    }

    async fn look_at(
        &self,
        partition: Partition,
        outage: Option<Instant>,
        now: Instant,
    ) -> Result<(), String> {
        let mut after: Option<TenantId> = None;
        loop {
            let page = self
                .store
                .tenants(partition, after.as_ref(), TENANTS_PAGE)
                .await
                .map_err(|away| away.to_string())?;
            stream::iter(page.clone())
                .map(|tenant| self.ask_for(tenant, outage, now))
                .buffer_unordered(TENANTS_AT_ONCE)
                .try_collect::<()>()
                .await?;
            if page.len() < usize::from(TENANTS_PAGE) {
                return Ok(());
            }
            after = page.last().copied();
        }
    }

    async fn ask_for(
        &self,
        tenant: TenantId,
        outage: Option<Instant>,
        now: Instant,
    ) -> Result<(), String> {
        let scope = Scope::tenant(tenant);
        let heard = self.heard(&scope, now).await.map_err(|e| e.to_string())?;
        // A site from which nothing ever came has nothing to catch up with.
        let since = match (heard, outage) {
            (None, _) => None,
            (Some(_), Some(outage)) => Some(outage),
            (heard, None) => missed_since(heard, now),
        };
        let Some(since) = since else {
            return Ok(());
        };
        let job = CatchUp { since }.envelope(now);
        self.push(&scope, vec![job], now)
            .await
            .map_err(|error| error.to_string())
    }

    async fn heard(&self, scope: &Scope, now: Instant) -> Result<Option<Instant>, Unavailable> {
        let record = self.store.get(scope, &seen_key(), now).await?;
        Ok(record.and_then(|record| read_instant(&record.value)))
    }

    async fn push(
        &self,
        scope: &Scope,
        jobs: Vec<Envelope>,
        now: Instant,
    ) -> Result<(), CommitError> {
        let batch = Batch {
            push: jobs,
            ..Batch::default()
        };
        self.store.commit(scope, &batch, now).await.map(drop)
    }

    /// Runs a [`CatchUp`]: asks which issues changed and tells of each as if its event had come.
    /// Deleted issues are not found so; whoever reads about one asks the host anyway.
    pub async fn catch_up(&self, job: &StoredJob, now: Instant) -> Outcome {
        let since = match jobs::read::<CatchUp>(job) {
            Ok(work) => work.since,
            Err(error) => return Outcome::failed(error.to_string()),
        };
        let Some(id) = job.scope.owner() else {
            return Outcome::failed("no tenant");
        };
        let tenant = match self.tenants.get(&id, now).await {
            Ok(Some(tenant)) if tenant.is_active() => tenant,
            Ok(_) => return Outcome::Done(Batch::default()),
            Err(error) => return Outcome::later(error.to_string()),
        };
        match self.replay(&job.scope, tenant, since, now).await {
            Ok(batch) => Outcome::Done(batch),
            Err(Stopped::Store(error)) => Outcome::later(error.to_string()),
            Err(Stopped::Jira(error)) if error.is_passing() => Outcome::Later {
                after: error.retry_after(),
                batch: Batch::default(),
                why: error.to_string(),
            },
            Err(Stopped::Jira(error)) => {
                tracing::warn!(%error, "a site does not let itself be asked what changed");
                Outcome::Done(Batch::default())
            }
        }
    }

    /// Pushes the events; returns what completes the job.
    async fn replay(
        &self,
        scope: &Scope,
        tenant: Arc<Tenant>,
        since: Instant,
        now: Instant,
    ) -> Result<Batch, Stopped> {
        let jql = question(since, now);
        let site = self.jira.site(tenant);
        let found = site.search(&jql, &["updated", "project"], PAGES).await?;
        let changed: Vec<(IssueRef, Instant)> = found
            .issues
            .iter()
            .map(|issue| changed(issue, since))
            .collect();
        for part in changed.chunks(EVENTS_TOGETHER) {
            let events = part
                .iter()
                .map(|(issue, updated)| synthetic(issue.clone(), *updated, now));
            self.push(scope, events.collect(), now).await?;
        }
        if found.complete {
            return Ok(Batch {
                put: vec![seen(now)],
                ..Batch::default()
            });
        }
        let last = changed.iter().map(|(_, updated)| *updated).max();
        Ok(Batch {
            push: vec![next(since, last, now)],
            ..Batch::default()
        })
    }
}

/// The job for what one did not reach. The question is in whole minutes, so each step moves on
/// by one at least.
fn next(since: Instant, last: Option<Instant>, now: Instant) -> Envelope {
    let step = since + std::time::Duration::from_secs(60);
    let since = last.map_or(step, |last| last.max(step));
    CatchUp { since }.envelope(now)
}

fn hour(instant: Instant) -> i64 {
    instant.seconds().div_euclid(3600)
}

/// An issue that was found, and when it changed.
fn changed(found: &FoundIssue, since: Instant) -> (IssueRef, Instant) {
    let project = found.fields["project"]["id"].as_str();
    let issue = IssueRef {
        id: found.id,
        key: Some(found.key.clone()).filter(|key| !key.is_empty()),
        project_id: project.and_then(|id| id.parse().ok()),
    };
    let updated = found.fields["updated"].as_str().and_then(event::date);
    (issue, updated.unwrap_or(since))
}

enum Stopped {
    Jira(JiraError),
    Store(CommitError),
}

impl From<JiraError> for Stopped {
    fn from(error: JiraError) -> Self {
        Stopped::Jira(error)
    }
}

impl From<CommitError> for Stopped {
    fn from(error: CommitError) -> Self {
        Stopped::Store(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn every_step_of_a_long_way_moves_on() {
        let since = Instant::from_seconds(600);
        let at = |seconds| since + Duration::from_secs(seconds);
        let id = |instant| CatchUp { since: instant }.envelope(since).id;
        for (last, expected) in [
            (None, at(60)),
            (Some(at(0)), at(60)),
            (Some(at(59)), at(60)),
            (Some(at(300)), at(300)),
        ] {
            assert_eq!(next(since, last, since).id, id(expected));
        }
    }
}
