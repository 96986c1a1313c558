use std::borrow::Cow;

use bytes::Bytes;

use super::{Key, Name, Unavailable, Version};
use crate::clock::Instant;
use crate::ids::{Partition, Scope};

/// How long a record lives. There is no default: nothing is kept or lost by accident.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    Keep,
    At(Instant),
}

impl Until {
    pub(super) fn instant(self) -> Option<Instant> {
        match self {
            Self::Keep => None,
            Self::At(at) => Some(at),
        }
    }
}

/// What must hold for a batch to be written.
#[derive(Clone, Debug)]
pub enum Expect {
    Absent(Key),
    Is(Key, Version),
    Live(Key),
}

/// A blind addition to a counter (a record whose value is its decimal number, 0 where there is
/// none). The whole batch is refused with `LimitReached` when the sum would pass `at_most`, or
/// 2^53 in either direction, or when the record is no number. `until` is set by each addition.
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

    /// For whoever writes a job down elsewhere; none for the unordered set.
    pub fn as_str(&self) -> Option<&str> {
        self.0.as_ref().map(Name::as_str)
    }

    /// The lane that [`Lane::as_str`] told of.
    pub fn told(text: Option<&str>) -> Self {
        Self(text.map(Name::stored))
    }
}

/// A job to be pushed. `due` is the earliest instant at which it is leased.
#[derive(Clone, Debug)]
pub struct Envelope {
    pub id: JobKey,
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
    /// When it was pushed, by the clock of whoever pushed it.
    pub pushed_at: Instant,
    pub body: Bytes,
}

/// The right to handle one job until `held_until`. Give it to a [`Batch`] as done, retried or
/// buried; dropped, the job returns to its lane when the hold ends. It is fenced: once the job
/// was leased again or settled, a batch that carries this lease is refused with `LeaseLost`.
#[derive(Clone, Debug)]
pub struct Lease {
    pub job: StoredJob,
    /// How often the job was leased, this time included. With `seq` it is the fencing token.
    pub attempt: u32,
    pub held_until: Instant,
    /// The job's place in the order of commits.
    pub(super) seq: u64,
    /// The job has left its lane for the unordered set.
    pub(super) apart: bool,
}

impl Lease {
    /// Whether successors wait behind this job.
    pub fn in_lane(&self) -> bool {
        !self.apart && self.job.lane.0.is_some()
    }
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

    /// Told whenever a job is pushed into `p`.
    pub fn jobs(p: Partition) -> Self {
        Self::of(&["jobs", &p.number().to_string()])
    }

    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

/// Everything one commit does, or does not: all of it or nothing. At most 128 operations, 1 MiB
/// together, 256 KiB a record or job body, each as stored (record values above 512 B are lz4).
///
/// Expectations are judged before anything is written. A key is named at most once among `put`,
/// `delete` and `add`.
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
    /// The job stays the head of its lane, which waits until the instant.
    pub retry: Vec<(Lease, Instant)>,
    /// The job leaves its lane for the unordered set; its successors go on.
    pub retry_apart: Vec<(Lease, Instant)>,
    /// The job becomes a dead letter; its successors go on.
    pub bury: Vec<(Lease, Reason)>,
    pub wake: Vec<Topic>,
    /// Nothing of the scope is left after this batch, which deletes its last records and completes
    /// its last job: the job's id is not remembered, the tenant is no longer listed, and the
    /// backend is asked to write its files anew, without what was erased. See [`super::Store::erase`].
    pub last: bool,
}

impl Batch {
    /// Every lease the batch settles, in the order in which `LeaseLost` counts them.
    pub(super) fn settled(&self) -> impl Iterator<Item = &Lease> {
        let retried = self.retry.iter().chain(&self.retry_apart);
        let retried = retried.map(|(lease, _)| lease);
        let buried = self.bury.iter().map(|(lease, _)| lease);
        self.done.iter().chain(retried).chain(buried)
    }
}

/// Why a commit was not written, or may not have been.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    #[error("expectation {0} of the batch does not hold")]
    Conflict(usize),
    #[error("counter {0} of the batch would pass its limit")]
    LimitReached(usize),
    /// Counted over `done`, `retry`, `retry_apart` and `bury`, in this order.
    #[error("lease {0} of the batch was given to somebody else, or is settled")]
    LeaseLost(usize),
    /// The batch is over a limit of size. Writing it again cannot help.
    #[error("the batch is too large: {0}")]
    TooLarge(&'static str),
    /// The store, or this tenant's backlog of jobs, is full. A batch that settles a lease is never
    /// refused for the backlog, so that it can always be worked off.
    #[error("no room for this tenant")]
    Full,
    /// Certainly not written.
    #[error(transparent)]
    Unavailable(Unavailable),
    /// Perhaps written: repeat the same batch.
    #[error("the store's answer was lost")]
    Unknown(#[source] Unavailable),
}
