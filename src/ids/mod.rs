//! Identifiers: parse, print, compare. No behaviour beyond that.

mod bytes16;
mod host;
mod scope;

pub use bytes16::{NoteId, TenantId};
pub use host::{AccountId, IssueId, ProjectId};
pub use scope::{PARTITIONS, Partition, Scope};

/// Text that is not an identifier of the expected kind. Says which kind, never the text itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a valid {0}")]
pub struct Malformed(pub &'static str);
