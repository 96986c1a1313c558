//! The nightly check: webhooks get lost, so the host is asked of every issue with living notes
//! whether it is still there, and where. Each tenant has an hour of its own. A host that does not
//! answer proves nothing; it is asked again.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::conclude::{Conclusion, Facts, Ground, Seen, conclude};
use super::report::Report;
use crate::clock::Instant;
use crate::ids::{AccountId, IssueId, NoteId, Partition, ProjectId, Scope, TenantId};
use crate::jira::{JiraError, ProjectState, Site};
use crate::jobs::{self, Happened, Job, Outcome};
use crate::notes::end::later;
use crate::notes::records::{Note, decode, encode};
use crate::notes::{Notes, layout};
use crate::store::{Batch, Envelope, JobKey, Lane, Until};
use crate::tenants::Tenant;

/// Pages of notes that one job looks at; the rest is for the next.
const PAGES: usize = 5;
const PAGE: u16 = 100;
const TENANTS: u16 = 200;
/// People named by an issue's notes who are asked about.
const PEOPLE: usize = 20;
/// How long it is remembered that an issue was missed.
const REMEMBERED: Duration = Duration::from_secs(7 * 86_400);
const BROWSE: &str = "BROWSE_PROJECTS";

/// Once an hour: starts the checks of the tenants whose hour it is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Night {}

impl Job for Night {
    const KIND: &'static str = "notes-night";
}

/// The check of one tenant, from where the one before stopped.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Check {
    pub began: Instant,
    #[serde(default)]
    pub after: Option<(IssueId, NoteId)>,
}

impl Job for Check {
    const KIND: &'static str = "notes-check";
}

impl Check {
    fn envelope(&self, now: Instant) -> Envelope {
        let began = self.began.seconds().to_string();
        let after = self
            .after
            .map_or_else(|| "-".to_owned(), |(_, note)| note.to_string());
        let id = JobKey::of(&["notes", "check", &began, &after]);
        jobs::envelope(self, id, Lane::UNORDERED, now)
    }
}

/// When a tenant was last checked through; for operators, who want to know that it is.
#[derive(Debug, Serialize, Deserialize)]
struct Checked {
    #[serde(rename = "t")]
    at: Instant,
}

/// When an issue was first missed.
#[derive(Debug, Serialize, Deserialize)]
struct Missed {
    #[serde(rename = "t")]
    at: Instant,
}

/// The hour of the day, in UTC, in which this tenant is checked: tenants' ids are random.
fn hour_of(tenant: &TenantId) -> i64 {
    i64::from(tenant.as_bytes()[0]) % 24
}

/// The day of the week on which this tenant's accounts are reported.
fn weekday_of(tenant: &TenantId) -> i64 {
    i64::from(tenant.as_bytes()[1]) % 7
}

fn hour(now: Instant) -> i64 {
    now.seconds().div_euclid(3600)
}

/// The issues that one job looks at, with what the store knows of each.
#[derive(Default)]
struct Round {
    issues: BTreeMap<IssueId, Vec<Note>>,
    /// Where the next job goes on.
    next: Option<(IssueId, NoteId)>,
}

/// Why nothing was concluded this time.
enum NotNow {
    Store,
    Host(JiraError),
}

impl From<JiraError> for NotNow {
    fn from(error: JiraError) -> Self {
        Self::Host(error)
    }
}

impl Notes {
    /// Runs [`Night`].
    pub async fn run_night(&self, now: Instant) -> Outcome {
        match self.start_checks(now).await {
            Ok(()) => Outcome::Done(Batch::default()),
            Err(()) => later("the store did not answer"),
        }
    }

    async fn start_checks(&self, now: Instant) -> Result<(), ()> {
        for partition in Partition::all() {
            let mut after: Option<TenantId> = None;
            loop {
                let page = self.store.tenants(partition, after.as_ref(), TENANTS);
                let page = page.await.map_err(|_| ())?;
                for tenant in page.iter().filter(|t| hour_of(t) == hour(now) % 24) {
                    let check = Check {
                        began: Instant::from_seconds(hour(now) * 3600),
                        after: None,
                    };
                    let mut push = vec![check.envelope(now)];
                    if weekday_of(tenant) == now.seconds().div_euclid(86_400).rem_euclid(7) {
                        let report = Report {
                            began: check.began,
                            after: None,
                        };
                        push.push(report.envelope(now));
                    }
                    let batch = Batch {
                        push,
                        ..Batch::default()
                    };
                    let scope = Scope::tenant(*tenant);
                    let pushed = self.store.commit(&scope, &batch, now);
                    pushed.await.map_err(|_| ())?;
                }
                after = page.last().copied();
                if page.len() < usize::from(TENANTS) {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Runs [`Check`].
    pub async fn run_check(&self, tenant: &Arc<Tenant>, job: &Check, now: Instant) -> Outcome {
        match self.look(tenant, job, now).await {
            Ok(batch) => Outcome::Done(batch),
            Err(NotNow::Store) => later("the store did not answer"),
            Err(NotNow::Host(error)) => Outcome::Later {
                after: error.retry_after(),
                batch: Batch::default(),
                why: format!("the host did not say which issues are there: {error}"),
            },
        }
    }

    async fn look(&self, tenant: &Arc<Tenant>, job: &Check, now: Instant) -> Result<Batch, NotNow> {
        let scope = Scope::tenant(tenant.id);
        let round = self.round(&scope, job.after.as_ref(), now).await?;
        let site = self.jira.site(Arc::clone(tenant));
        let issues: Vec<IssueId> = round.issues.keys().copied().collect();
        let found = site.whereabouts(&issues).await?;
        let grounds = grounds(&site, &round, &found.projects).await?;
        for (issue, notes) in &round.issues {
            let seen = match found.projects.get(issue) {
                Some(project) => Seen::There(*project),
                None if found.unsure.contains(issue) => Seen::Unsure,
                None => Seen::NotThere,
            };
            let ground = notes
                .iter()
                .find_map(|note| grounds.get(&project_of(note)?));
            let facts = Facts {
                seen,
                ground: ground.copied().unwrap_or(Ground::Closed),
                others_see_it: false,
                missed: self.missed(&scope, *issue, now).await?,
            };
            let facts = confirmed(&site, *issue, notes, facts).await?;
            let batch = follows(*issue, notes, &facts, now);
            if let Some(batch) = batch {
                let written = self.store.commit(&scope, &batch, now).await;
                written.map_err(|_| NotNow::Store)?;
            }
        }
        Ok(match round.next {
            Some(after) => Batch {
                push: vec![
                    Check {
                        began: job.began,
                        after: Some(after),
                    }
                    .envelope(now),
                ],
                ..Batch::default()
            },
            None => Batch {
                put: vec![(layout::checked(), encode(&Checked { at: now }), Until::Keep)],
                ..Batch::default()
            },
        })
    }

    /// The next living notes, by issue. One issue's may be torn apart: each part is told alike.
    async fn round(
        &self,
        scope: &Scope,
        after: Option<&(IssueId, NoteId)>,
        now: Instant,
    ) -> Result<Round, NotNow> {
        let mut round = Round::default();
        let mut from = after.map(|(issue, note)| layout::living_name(*issue, note));
        for _ in 0..PAGES {
            let folder = layout::living();
            let page = self.store.range(scope, &folder, from.as_ref(), PAGE, now);
            let page = page.await.map_err(|_| NotNow::Store)?;
            let named: Vec<_> = page
                .items
                .iter()
                .filter_map(|(n, _)| layout::of_living(n))
                .collect();
            let ids: Vec<_> = named.iter().map(|(_, note)| *note).collect();
            let notes = self.notes_by_id(scope, &ids, now).await;
            for note in notes.map_err(|_| NotNow::Store)? {
                if note.live().is_some() {
                    round.issues.entry(note.issue).or_default().push(note);
                }
            }
            round.next = page.next.as_ref().and(named.last().copied());
            from = page.next;
            if from.is_none() {
                break;
            }
        }
        Ok(round)
    }

    async fn missed(
        &self,
        scope: &Scope,
        issue: IssueId,
        now: Instant,
    ) -> Result<Option<Instant>, NotNow> {
        let found = self.read(scope, &layout::missed(issue), now).await;
        let record = found.map_err(|_| NotNow::Store)?;
        let missed = record.and_then(|r| decode::<Missed>("missed issue", &r.value).ok());
        Ok(missed.map(|missed| missed.at))
    }
}

fn project_of(note: &Note) -> Option<ProjectId> {
    note.live().map(|live| live.project)
}

/// What the projects are like of which an issue was not seen.
async fn grounds(
    site: &Site,
    round: &Round,
    seen: &HashMap<IssueId, ProjectId>,
) -> Result<HashMap<ProjectId, Ground>, NotNow> {
    let away = round
        .issues
        .iter()
        .filter(|(issue, _)| !seen.contains_key(issue));
    let projects: BTreeSet<_> = away
        .flat_map(|(_, notes)| notes)
        .filter_map(project_of)
        .collect();
    let projects: Vec<_> = projects.into_iter().collect();
    if projects.is_empty() {
        return Ok(HashMap::new());
    }
    let own = site.own_account().await?;
    let states = site.projects(&projects).await?;
    let held = site.permissions(&own, &[BROWSE], &[], &projects).await?;
    let administers = site.administers(&own, None).await?.site;
    let ground = |project| match states.get(&project) {
        Some(ProjectState::Live) if held.on_project(BROWSE, project) => Ground::Open,
        None if administers => Ground::Gone,
        _ => Ground::Closed,
    };
    Ok(projects.into_iter().map(|p| (p, ground(p))).collect())
}

/// Before anything follows from its absence an issue is asked for by itself, and those whom its
/// notes name are asked about.
async fn confirmed(
    site: &Site,
    issue: IssueId,
    notes: &[Note],
    facts: Facts,
) -> Result<Facts, NotNow> {
    if facts.seen != Seen::NotThere || facts.ground == Ground::Closed {
        return Ok(facts);
    }
    let seen = match site.issue(issue).await {
        Ok(found) => Seen::There(found.project.id),
        Err(JiraError::NotFound) => Seen::NotThere,
        // A host that hides what it does not have is not sure either.
        Err(JiraError::Forbidden | JiraError::Refused { .. }) => Seen::Unsure,
        Err(error) => return Err(error.into()),
    };
    let named: BTreeSet<&AccountId> = notes.iter().flat_map(Note::people).collect();
    let mut others_see_it = false;
    for account in named.into_iter().take(PEOPLE) {
        let held = site.permissions(account, &[BROWSE], &[issue], &[]).await?;
        others_see_it |= held.on_issue(BROWSE, issue);
    }
    Ok(Facts {
        seen,
        others_see_it,
        ..facts
    })
}

/// What is written, if anything, and who is told.
fn follows(issue: IssueId, notes: &[Note], facts: &Facts, now: Instant) -> Option<Batch> {
    let forget = || {
        let noted = facts.missed.is_some();
        noted.then(|| layout::missed(issue)).into_iter().collect()
    };
    let told = |happened: Happened| {
        happened.envelope(
            &["night", &issue.to_string(), &now.millis().to_string()],
            now,
        )
    };
    let batch = match conclude(facts, now) {
        Conclusion::Nothing => Batch::default(),
        Conclusion::Hidden => Batch {
            delete: forget(),
            ..Batch::default()
        },
        Conclusion::There(project) => {
            let moved = notes.iter().any(|note| project_of(note) != Some(project));
            let project = Some(project);
            let happened = moved.then(|| told(Happened::IssueMoved { issue, project }));
            Batch {
                delete: forget(),
                push: happened.into_iter().collect(),
                ..Batch::default()
            }
        }
        Conclusion::Missed => Batch {
            put: vec![(
                layout::missed(issue),
                encode(&Missed { at: now }),
                Until::At(now + REMEMBERED),
            )],
            ..Batch::default()
        },
        Conclusion::Gone => {
            tracing::info!(%issue, "an issue is gone, and no event said so");
            metrics::counter!("deskbridge_issues_found_gone_total").increment(1);
            Batch {
                delete: forget(),
                push: vec![told(Happened::IssueDeleted { issue })],
                ..Batch::default()
            }
        }
    };
    let empty = batch.put.is_empty() && batch.delete.is_empty() && batch.push.is_empty();
    (!empty).then_some(batch)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tenants_are_spread_over_the_day() {
        let hours: BTreeSet<_> = (0..=255_u8)
            .map(|first| hour_of(&TenantId::from_bytes([first; 16])))
            .collect();
        assert_eq!(hours, (0..24).collect());
    }
}
