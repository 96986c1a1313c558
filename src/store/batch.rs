use std::borrow::Cow;

use bytes::Bytes;

use super::{Key, Name, Unavailable, Version};
use crate::clock::Instant;
use crate::ids::Scope;

/// How long a record lives. There is no default: nothing is kept or lost by accident.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    Keep,
    At(Instant),
}

/// What must hold for a batch to be written.
#[derive(Clone, Debug)]
pub enum Expect {
    Absent(Key),
    Is(Key, Version),
    Live(Key),
}

/// A blind addition to a counter (a record whose value is its decimal number). Refused as a
/// whole with `LimitReached` when the sum would pass `at_most`.
#[derive(Clone, Debug)]
pub struct Add {
    pub key: Key,
    pub by: i64,
    pub at_most: Option<i64>,
    pub until: Until,
}

/// Names a job. Pushing an id that is present, or was done within 48 h, is a no-op: choose ids
/// that follow from what the job is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobKey(pub(super) Name);

impl JobKey {
    pub fn of(fields: &[&str]) -> Self {
        Self(Name::of(fields))
    }

    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

/// Jobs of one lane run one at a time, in the order of their commits. `None` as a lane is the
/// unordered set.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lane(pub(super) Option<Name>);

impl Lane {
    pub const UNORDERED: Lane = Lane(None);

    pub fn of(fields: &[&str]) -> Self {
        Self(Some(Name::of(fields)))
    }
}

/// A job to be pushed. `due` is the earliest instant at which it is leased.
#[derive(Clone, Debug)]
pub struct Envelope {
    pub id: JobKey,
    /// Borrowed where a room pushes; owned where the worker moves a job out of its lane.
    pub kind: Cow<'static, str>,
    pub lane: Lane,
    pub due: Instant,
    pub body: Bytes,
}

/// A job as it lies in the store.
#[derive(Clone, Debug)]
pub struct StoredJob {
    pub id: JobKey,
    pub kind: String,
    pub lane: Lane,
    pub scope: Scope,
    pub body: Bytes,
}

/// Fences a lease: once the lease was given to somebody else, batches that carry the old token
/// are refused with `LeaseLost`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeaseToken(pub(super) u64);

/// The right to handle one job until `held_until`. Give it to a [`Batch`] as done, retried or
/// buried; dropped, it returns to its lane when the hold ends.
#[derive(Clone, Debug)]
pub struct Lease {
    pub job: StoredJob,
    /// 1 for the first attempt.
    pub attempt: u32,
    pub(super) token: LeaseToken,
}

/// Why a job was given up; for operators, so without personal data.
#[derive(Clone, Debug)]
pub struct Reason(pub String);

/// What changed, as a hint to live panels and workers. May be lost.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Topic(pub(super) Name);

impl Topic {
    pub fn of(fields: &[&str]) -> Self {
        Self(Name::of(fields))
    }

    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

/// Everything one commit does, or does not: all of it or nothing. At most 128 operations, 1 MiB
/// together, 256 KiB a record or job body.
///
/// A commit whose answer was lost ([`CommitError::Unknown`]) is repeated as it is. Therefore a
/// batch carries an expectation that its own success breaks, a lease, or pushes with ids that
/// follow from their subject; one that only adds to a counter is not safe to repeat.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    pub expect: Vec<Expect>,
    pub put: Vec<(Key, Bytes, Until)>,
    pub delete: Vec<Key>,
    pub add: Vec<Add>,
    pub push: Vec<Envelope>,
    pub done: Vec<Lease>,
    pub retry: Vec<(Lease, Instant)>,
    pub bury: Vec<(Lease, Reason)>,
    pub wake: Vec<Topic>,
}

/// Why a commit was not written, or may not have been.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    #[error("expectation {0} of the batch does not hold")]
    Conflict(usize),
    #[error("counter {0} of the batch would pass its limit")]
    LimitReached(usize),
    #[error("lease {0} of the batch was given to somebody else")]
    LeaseLost(usize),
    /// The batch is over a limit of size. Writing it again cannot help.
    #[error("the batch is too large: {0}")]
    TooLarge(&'static str),
    /// The store, or this tenant's backlog, is full.
    #[error("no room for this tenant")]
    Full,
    /// Certainly not written.
    #[error(transparent)]
    Unavailable(Unavailable),
    /// Perhaps written: repeat the same batch.
    #[error("the store's answer was lost")]
    Unknown(#[source] Unavailable),
}
