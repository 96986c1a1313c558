//! Batches that depend on no record go to the server together: while calls of a partition are on
//! their way, what comes meanwhile waits and shares the next call, its one answer and its one
//! flush to disk. Nothing waits when the partition is idle.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use super::Redis;
use crate::clock::Instant;
use crate::ids::{PARTITIONS, Scope};
use crate::store::codec::{MAX_BATCH, MAX_OPERATIONS};
use crate::store::{Batch, CommitError, Unavailable, Version};

/// Calls of one line on their way at once: one is read by the server while the next is written.
const CALLS: u8 = 2;

/// Two lines for each partition: pushes, which the limit of the backlog holds for, and batches
/// that settle jobs, which it does not.
pub(super) struct Lines(Vec<Mutex<Line>>);

#[derive(Default)]
struct Line {
    calls: u8,
    waiting: VecDeque<Waiting>,
}

struct Waiting {
    scope: Scope,
    /// As it is stored.
    batch: Batch,
    now: Instant,
    answer: oneshot::Sender<Result<Version, CommitError>>,
}

impl Waiting {
    fn operations(&self) -> usize {
        self.batch.push.len() + self.batch.settled().count()
    }

    fn bytes(&self) -> usize {
        self.batch.push.iter().map(|e| e.body.len()).sum()
    }
}

/// Whether a batch means the same in one call with others: it reads and writes jobs only. Two
/// pushes of one id are one in any company, and a lease is in one batch at a time.
pub(super) fn independent(batch: &Batch) -> bool {
    batch.expect.is_empty()
        && batch.put.is_empty()
        && batch.delete.is_empty()
        && batch.add.is_empty()
        && batch.wake.is_empty()
        && !batch.last
}

impl Lines {
    pub(super) fn new() -> Self {
        Self((0..2 * PARTITIONS).map(|_| Mutex::default()).collect())
    }

    fn line(&self, scope: &Scope, settles: bool) -> MutexGuard<'_, Line> {
        let at = 2 * usize::from(scope.partition().number()) + usize::from(settles);
        self.0[at].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Redis {
    /// Commits a batch that is [`independent`] and prepared.
    pub(super) async fn commit_together(
        self: &Arc<Self>,
        scope: &Scope,
        batch: Batch,
        now: Instant,
    ) -> Result<Version, CommitError> {
        let settles = batch.settled().next().is_some();
        let (answer, answered) = oneshot::channel();
        let waiting = Waiting {
            scope: *scope,
            batch,
            now,
            answer,
        };
        let idle = {
            let mut line = self.lines.line(scope, settles);
            line.waiting.push_back(waiting);
            line.calls < CALLS
        };
        if idle && let Some(call) = OnItsWay::begin(self, *scope, settles) {
            // In a task of its own: whoever asked may stop waiting, others then still get theirs.
            tokio::spawn(call.work_off());
        }
        answered.await.unwrap_or_else(|_gone| {
            Err(CommitError::Unknown(Unavailable::because(
                "the call was given up",
            )))
        })
    }

    async fn call_for(&self, group: &[Waiting]) -> Result<Version, CommitError> {
        let now = group.iter().map(|one| one.now).max();
        let (Some(first), Some(now)) = (group.first(), now) else {
            return Ok(Version::START);
        };
        let mut call = self.call(&first.scope, &[], now);
        for one in group {
            call.batch(&one.batch);
        }
        self.write(call).await.map(|(version, _)| version)
    }

    async fn answer(&self, mut group: Vec<Waiting>) {
        let answer = self.call_for(&group).await;
        let refused_one = !matches!(
            answer,
            Ok(_) | Err(CommitError::Unavailable(_) | CommitError::Unknown(_))
        );
        if refused_one && group.len() > 1 {
            // Nothing was written. Each is judged by itself.
            for one in group {
                let answer = self.call_for(std::slice::from_ref(&one)).await;
                let _ = one.answer.send(answer);
            }
            return;
        }
        let last = group.pop();
        for one in group {
            let _ = one.answer.send(same(&answer));
        }
        if let Some(last) = last {
            let _ = last.answer.send(answer);
        }
    }
}

/// The answer of a group, once more. What refuses one batch never comes to several.
fn same(answer: &Result<Version, CommitError>) -> Result<Version, CommitError> {
    match answer {
        Ok(version) => Ok(*version),
        Err(CommitError::Unavailable(why)) => Err(CommitError::Unavailable(Unavailable::because(
            why.to_string(),
        ))),
        Err(other) => Err(CommitError::Unknown(Unavailable::because(
            other.to_string(),
        ))),
    }
}

/// One of the calls that a line may have on its way; gives its place free whatever happens.
struct OnItsWay {
    redis: Arc<Redis>,
    scope: Scope,
    settles: bool,
    ended: bool,
}

impl OnItsWay {
    fn begin(redis: &Arc<Redis>, scope: Scope, settles: bool) -> Option<Self> {
        let mut line = redis.lines.line(&scope, settles);
        if line.calls >= CALLS {
            return None;
        }
        line.calls += 1;
        Some(Self {
            redis: Arc::clone(redis),
            scope,
            settles,
            ended: false,
        })
    }

    async fn work_off(mut self) {
        while let Some(group) = self.next_group() {
            self.redis.answer(group).await;
        }
    }

    /// What goes in one call: of one tenant, within the limits of a batch. None: the line is
    /// empty, and this call's place in it was given free in the same moment.
    fn next_group(&mut self) -> Option<Vec<Waiting>> {
        let mut line = self.redis.lines.line(&self.scope, self.settles);
        // Nobody waits for these any more: they were certainly not written.
        while line
            .waiting
            .front()
            .is_some_and(|one| one.answer.is_closed())
        {
            line.waiting.pop_front();
        }
        let Some(first) = line.waiting.pop_front() else {
            line.calls -= 1;
            self.ended = true;
            return None;
        };
        let (scope, mut operations, mut bytes) = (first.scope, first.operations(), first.bytes());
        let mut group = vec![first];
        while let Some(next) = line.waiting.front() {
            operations += next.operations();
            bytes += next.bytes();
            if next.scope != scope || operations > MAX_OPERATIONS || bytes > MAX_BATCH {
                break;
            }
            let next = line.waiting.pop_front();
            group.extend(next.filter(|next| !next.answer.is_closed()));
        }
        Some(group)
    }
}

impl Drop for OnItsWay {
    fn drop(&mut self) {
        if !self.ended {
            let mut line = self.redis.lines.line(&self.scope, self.settles);
            line.calls -= 1;
        }
    }
}
