//! An issue went to another project: its notes go with it, and live no longer than that project
//! lets a note live. Who may open them is asked of the host each time anyway.

use std::sync::Arc;
use std::time::Duration;

use crate::audit::{self, About, Action};
use crate::clock::Instant;
use crate::ids::{IssueId, ProjectId, Scope, TenantId};
use crate::jira::JiraError;
use crate::jobs::{self, Outcome};
use crate::notes::end::{Expire, ending, later};
use crate::notes::records::{End, Note, encode};
use crate::notes::{Notes, layout};
use crate::store::{Batch, CommitError, Expect, Lane, Until, Version};
use crate::tenants::Tenant;

/// Tries against others who change the same note.
const TRIES: usize = 5;

/// The note in `project`, where notes live at most `longest`. None when nothing changes. Pure.
pub(in crate::notes) fn moved(note: &Note, project: ProjectId, longest: Duration) -> Option<Note> {
    let live = note.live()?;
    let expires = note.expires.min(note.created + longest);
    if live.project == project && expires == note.expires {
        return None;
    }
    let mut moved = Note {
        expires,
        ..note.clone()
    };
    moved.live_mut()?.project = project;
    Some(moved)
}

/// What is written of a moved note. Pure.
fn moving(tenant: TenantId, was: &Note, is: &Note, version: Version, now: Instant) -> Batch {
    if is.ends() <= now {
        return ending(tenant, is, version, End::Expired, None, now);
    }
    let key = layout::note(&is.id);
    let mut batch = Batch {
        expect: vec![Expect::Is(key.clone(), version)],
        put: vec![(key, encode(is), Until::Keep)],
        wake: vec![layout::changed(&tenant, is)],
        ..Batch::default()
    };
    if is.expires < was.expires {
        let about = About {
            detail: Some("moved".to_owned()),
            ..About::note(is.issue, is.id)
        };
        batch.push = vec![
            jobs::envelope(
                &Expire { note: is.id },
                layout::expire_job_at(&is.id, is.expires),
                Lane::UNORDERED,
                is.expires,
            ),
            audit::entry(tenant, now, None, Action::NoteShortened, about),
        ];
    }
    batch
}

impl Notes {
    /// The issue may lie in another project than its notes say. Where it is now is the host's to
    /// say: events come in any order.
    pub async fn run_issue_moved(
        &self,
        tenant: &Arc<Tenant>,
        issue: IssueId,
        now: Instant,
    ) -> Outcome {
        let project = match self.jira.site(Arc::clone(tenant)).issue(issue).await {
            Ok(found) => found.project.id,
            // Gone, or out of the app's reach: others look after that.
            Err(JiraError::NotFound) => return Outcome::Done(Batch::default()),
            Err(error) => {
                return Outcome::Later {
                    after: error.retry_after(),
                    batch: Batch::default(),
                    why: "the host did not say where the issue is".to_owned(),
                };
            }
        };
        match self.move_all_of(tenant.id, issue, project, now).await {
            Ok(()) => Outcome::Done(Batch::default()),
            Err(why) => later(why),
        }
    }

    async fn move_all_of(
        &self,
        tenant: TenantId,
        issue: IssueId,
        project: ProjectId,
        now: Instant,
    ) -> Result<(), &'static str> {
        const AWAY: &str = "the store did not answer";
        let scope = Scope::tenant(tenant);
        for id in self
            .ids_of_issue(&scope, issue, now)
            .await
            .map_err(|_| AWAY)?
        {
            for _ in 0..TRIES {
                let found = self.note(&scope, &id, now).await.map_err(|_| AWAY)?;
                let Some((note, version)) = found else { break };
                let Some(next) = moved(&note, project, self.options.longest_life) else {
                    break;
                };
                let batch = moving(tenant, &note, &next, version, now);
                match self.commit(&scope, &batch, now).await {
                    Ok(_) => break,
                    Err(CommitError::Conflict(_)) => {}
                    Err(_) => return Err(AWAY),
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notes::records::State;
    use crate::notes::records::tests::note;

    #[test]
    fn a_move_shortens_a_life_and_never_lengthens_it() {
        let note = note("niro", &["nero"], &[]);
        let (here, there) = (ProjectId::new(10_000), ProjectId::new(2));
        let seconds = Duration::from_secs;
        for (project, longest, expires) in [
            (here, 1000, None),
            (here, 5000, None),
            (there, 5000, Some(1000)),
            (there, 1000, Some(1000)),
            (there, 600, Some(600)),
            // A policy that was tightened while the event was lost.
            (here, 600, Some(600)),
        ] {
            let told = moved(&note, project, seconds(longest));
            let end = told.as_ref().map(|note| note.expires.seconds());
            assert_eq!(end, expires, "{project:?} {longest}");
            let lies = told
                .as_ref()
                .and_then(|n| n.live())
                .map(|live| live.project);
            assert!(lies.is_none_or(|lies| lies == project));
        }
        let mut ended = note.clone();
        ended.state = State::Ended {
            how: End::Deleted,
            at: Instant::EPOCH,
            shredded: None,
        };
        assert_eq!(moved(&ended, there, seconds(1)), None);
    }

    #[test]
    fn a_shorter_life_has_a_job_at_its_end_or_ends_at_once() {
        let (was, tenant) = (note("niro", &["nero"], &[]), TenantId::from_bytes([1; 16]));
        let is = moved(&was, ProjectId::new(2), Duration::from_secs(600)).expect("moved");
        let at = |seconds| {
            let now = Instant::from_seconds(seconds);
            moving(tenant, &was, &is, Version::START, now)
        };
        let kinds = |batch: &Batch| -> Vec<String> {
            batch.push.iter().map(|job| job.kind.to_string()).collect()
        };
        assert_eq!(kinds(&at(599)), ["note-expire", "audit"]);
        assert_eq!(at(599).push[0].due, Instant::from_seconds(600));
        assert!(kinds(&at(600)).contains(&"note-shred".to_owned()));
        let longer = moved(&was, ProjectId::new(2), Duration::from_secs(9000)).expect("moved");
        let batch = moving(tenant, &was, &longer, Version::START, Instant::EPOCH);
        assert!(batch.push.is_empty());
    }
}
