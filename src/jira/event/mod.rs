//! What a Jira-compatible host tells us happened: the body of a webhook, from Cloud (people are
//! `accountId`s) or Data Center (people are keys), reduced to ids and changed values.
//!
//! Shapes: <https://developer.atlassian.com/cloud/jira/platform/webhooks/> and bodies seen in the
//! wild, which differ from it: `timestamp` may be text, comment events may or may not name their
//! issue, an id may be a number.

mod kind;
mod parse;
mod sieve;

pub use kind::EventKind;

use serde::{Deserialize, Serialize};

use crate::clock::Instant;
use crate::ids::{AccountId, IssueId, ProjectId};

/// A body that is not a webhook of any shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    #[error("the body is not JSON")]
    NotJson,
    #[error("the body is not a JSON object")]
    NotAnObject,
}

/// One event. Everything but its kind may be missing; what is malformed counts as missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    pub kind: EventKind,
    /// When it happened by the host's clock.
    pub at: Option<Instant>,
    pub issue: Option<IssueRef>,
    pub comment: Option<CommentRef>,
    pub attachment: Option<u64>,
    /// The key of the entity property that was set or deleted.
    pub property: Option<String>,
    pub project: Option<ProjectId>,
    /// The account that a `user_*` event is about.
    pub person: Option<AccountId>,
    /// Who did it. None where the host does not say: a deleted comment names its author only.
    pub actor: Option<AccountId>,
    pub changes: Vec<Change>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssueRef {
    pub id: IssueId,
    /// For people to read; it changes when the issue moves.
    pub key: Option<String>,
    pub project_id: Option<ProjectId>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommentRef {
    pub id: u64,
    pub author: Option<AccountId>,
    /// Whether customers see it: Some(false) also where it is restricted to a role or group.
    /// None where the host does not say; nothing may be shown to a customer on that ground.
    pub public: Option<bool>,
}

/// One changed field. `from` and `to` are ids where the host gives them, else its text, cut at
/// [`CHANGE_LENGTH`] characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The field's id; on Data Center its name.
    pub field: String,
    pub from: Option<String>,
    pub to: Option<String>,
}

pub const CHANGE_LENGTH: usize = 256;

impl Event {
    /// Reads a body. Never panics; refuses only what is no JSON object.
    pub fn parse(body: &[u8]) -> Result<Self, Unreadable> {
        parse::event(body)
    }

    /// Whether the issue went to another project.
    pub fn moved(&self) -> bool {
        self.kind == EventKind::IssueUpdated && self.changes.iter().any(|c| c.field == "project")
    }
}

/// A date as hosts write it, `2019-02-27T13:30:21.153+0300`. None without an offset: it could be
/// any hour.
pub fn date(text: &str) -> Option<Instant> {
    parse::date(text)
}

/// The issue that `body` is about, read without looking at the rest; for choosing a lane before
/// the event is stored.
///
/// # Errors
/// When the body is not a JSON object.
pub fn issue_of(body: &[u8]) -> Result<Option<IssueId>, Unreadable> {
    parse::issue_of(body)
}
