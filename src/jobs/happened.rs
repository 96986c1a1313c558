use serde::{Deserialize, Serialize};

use super::{Job, effect_lane, envelope, event_lane, tenant_event_lane, tenant_lane};
use crate::clock::Instant;
use crate::ids::{IssueId, NoteId, ProjectId};
use crate::store::{Envelope, JobKey};

/// Something that rooms may react to: ids only, no contents. What the thing looks like now is
/// read when it matters; by then it may have changed again.
///
/// A room pushes one, by [`Happened::envelope`], in the commit that made it so; it never calls a
/// room above it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum Happened {
    IssueCreated {
        issue: IssueId,
    },
    IssueUpdated {
        issue: IssueId,
    },
    IssueMoved {
        issue: IssueId,
        project: Option<ProjectId>,
    },
    IssueDeleted {
        issue: IssueId,
    },
    CommentCreated {
        issue: IssueId,
        comment: u64,
    },
    CommentUpdated {
        issue: IssueId,
        comment: u64,
    },
    CommentDeleted {
        issue: IssueId,
        comment: u64,
    },
    /// Deleted for good, with all its issues: of those no event comes.
    ProjectDeleted {
        project: ProjectId,
    },
    NoteCreated {
        issue: IssueId,
        note: NoteId,
    },
    NoteOpened {
        issue: IssueId,
        note: NoteId,
    },
    NoteEnded {
        issue: IssueId,
        note: NoteId,
    },
    /// The host removed the app: everything of the tenant waits for its end.
    TenantUninstalled {},
    TenantInstalled {},
}

impl Job for Happened {
    const KIND: &'static str = "happened";
}

impl Happened {
    /// A stable name, for listeners to choose by.
    pub const fn name(&self) -> &'static str {
        match self {
            Happened::IssueCreated { .. } => "issue-created",
            Happened::IssueUpdated { .. } => "issue-updated",
            Happened::IssueMoved { .. } => "issue-moved",
            Happened::IssueDeleted { .. } => "issue-deleted",
            Happened::CommentCreated { .. } => "comment-created",
            Happened::CommentUpdated { .. } => "comment-updated",
            Happened::CommentDeleted { .. } => "comment-deleted",
            Happened::ProjectDeleted { .. } => "project-deleted",
            Happened::NoteCreated { .. } => "note-created",
            Happened::NoteOpened { .. } => "note-opened",
            Happened::NoteEnded { .. } => "note-ended",
            Happened::TenantUninstalled {} => "tenant-uninstalled",
            Happened::TenantInstalled {} => "tenant-installed",
        }
    }

    pub const fn issue(&self) -> Option<IssueId> {
        match self {
            Happened::IssueCreated { issue }
            | Happened::IssueUpdated { issue }
            | Happened::IssueMoved { issue, .. }
            | Happened::IssueDeleted { issue }
            | Happened::CommentCreated { issue, .. }
            | Happened::CommentUpdated { issue, .. }
            | Happened::CommentDeleted { issue, .. }
            | Happened::NoteCreated { issue, .. }
            | Happened::NoteOpened { issue, .. }
            | Happened::NoteEnded { issue, .. } => Some(*issue),
            Happened::ProjectDeleted { .. }
            | Happened::TenantUninstalled {}
            | Happened::TenantInstalled {} => None,
        }
    }

    /// Pushes it into the event lane of its issue. `cause` names the write that made it so (for
    /// example a note's id and what was done to it): the same cause is told once.
    pub fn envelope(&self, cause: &[&str], now: Instant) -> Envelope {
        let mut id = vec!["happened", self.name()];
        id.extend_from_slice(cause);
        let lane = self.issue().map_or_else(tenant_event_lane, event_lane);
        envelope(self, JobKey::of(&id), lane, now)
    }
}

/// A room that wants to know. `app` lists them; nobody else knows who listens.
#[derive(Clone, Copy, Debug)]
pub struct Listener {
    pub room: &'static str,
    /// [`Happened::name`]s.
    pub hears: &'static [&'static str],
}

/// One thing told to one room: an effect job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    pub room: String,
    pub happened: Happened,
}

impl Job for Told {
    const KIND: &'static str = "told";
}

/// The effects of one thing that happened: one for each room that listens, in that room's lane
/// of the issue. `source` names the event or job it came from, so that telling is done once.
pub fn fan_out(
    happened: &Happened,
    source: &str,
    listeners: &[Listener],
    now: Instant,
) -> Vec<Envelope> {
    listeners
        .iter()
        .filter(|listener| listener.hears.contains(&happened.name()))
        .map(|listener| {
            let told = Told {
                room: listener.room.to_owned(),
                happened: happened.clone(),
            };
            let lane = happened.issue().map_or_else(
                || tenant_lane(listener.room),
                |i| effect_lane(i, listener.room),
            );
            let id = JobKey::of(&["told", listener.room, happened.name(), source]);
            envelope(&told, id, lane, now)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_listener_is_told_once_in_its_own_lane() {
        let listeners = [
            Listener {
                room: "notes",
                hears: &["issue-deleted"],
            },
            Listener {
                room: "links",
                hears: &["issue-deleted", "comment-deleted"],
            },
        ];
        let issue = IssueId::new(7);
        let told = fan_out(
            &Happened::IssueDeleted { issue },
            "d1",
            &listeners,
            Instant::EPOCH,
        );
        let ids: Vec<_> = told.iter().map(|e| e.id.as_str().to_owned()).collect();
        assert_eq!(
            ids,
            ["told/notes/issue-deleted/d1", "told/links/issue-deleted/d1"]
        );
        assert_eq!(told[1].lane, effect_lane(issue, "links"));
        let comment = Happened::CommentDeleted { issue, comment: 1 };
        assert_eq!(fan_out(&comment, "d2", &listeners, Instant::EPOCH).len(), 1);
    }

    #[test]
    fn a_name_is_the_tag_of_its_json() {
        for happened in [
            Happened::IssueCreated {
                issue: IssueId::new(1),
            },
            Happened::NoteEnded {
                issue: IssueId::new(1),
                note: NoteId::from_bytes([0; 16]),
            },
            Happened::TenantInstalled {},
        ] {
            let json = serde_json::to_value(&happened).unwrap();
            assert_eq!(json["what"], happened.name());
            assert_eq!(serde_json::from_value::<Happened>(json).unwrap(), happened);
        }
    }
}
