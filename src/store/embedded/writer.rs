//! The one thread that writes: it collects what came in while the last group was being synced,
//! applies it in one transaction, and answers after the sync.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::mpsc::Receiver;
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::{broadcast, oneshot};

use super::jobs;
use super::lanes::Lanes;
use super::schema::{int, num};
use crate::clock::Instant;
use crate::ids::{PARTITIONS, Partition, Scope, TenantId};
use crate::store::codec::Prepared;
use crate::store::{Backlog, CommitError, JobKey, Lease, Spared, Topic, Unavailable, Version};

/// Commits of one group, and how long a group waits for as many as the last one had.
const GROUP: usize = 256;
const GATHER: Duration = Duration::from_millis(1);

pub(super) enum Task {
    Commit(Scope, Prepared, Instant),
    Lease(Partition, u16, Duration, Instant),
    Next(Lease, u16, Duration, Instant),
    Extend(Lease, Instant),
    Redrive(Scope, Vec<JobKey>, Instant),
    Sweep(u16, Instant),
    Erase(Scope, Spared, u16, Instant),
    Survey,
    Rewrite,
    Close,
}

#[derive(Debug)]
pub(super) enum Outcome {
    Committed(Result<Version, CommitError>),
    Leased(Vec<Lease>),
    Held(bool),
    Count(u32),
    Survey(Option<Instant>, u64),
}

/// The group was not written (or, where `perhaps`, it is not known).
#[derive(Clone, Debug)]
pub(super) struct Failure {
    pub perhaps: bool,
    pub full: bool,
    pub why: String,
}

pub(super) struct Op {
    pub task: Task,
    pub reply: oneshot::Sender<Result<Outcome, Failure>>,
}

/// When each partition can give out a job; lets a lease that would get nothing return at once.
pub(super) type Ripe = Arc<[AtomicI64; PARTITIONS as usize]>;

pub(super) struct Writer {
    pub(super) conn: Connection,
    pub(super) lanes: Lanes,
    pub(super) backlog: Backlog,
    pub(super) tenants: HashSet<TenantId>,
    /// Topics of commits of this group, told after the sync.
    pub(super) woken: Vec<Topic>,
    versions: Vec<u64>,
    seq: u64,
    touched: HashSet<Partition>,
    ripe: Ripe,
    hints: broadcast::Sender<Topic>,
}

impl Writer {
    pub(super) fn new(
        conn: Connection,
        backlog: Backlog,
        ripe: Ripe,
        hints: broadcast::Sender<Topic>,
    ) -> rusqlite::Result<Self> {
        let mut writer = Self {
            conn,
            lanes: Lanes::new(),
            backlog,
            tenants: HashSet::new(),
            woken: Vec::new(),
            versions: vec![0; usize::from(PARTITIONS)],
            seq: 0,
            touched: HashSet::new(),
            ripe,
            hints,
        };
        writer.reload()?;
        Ok(writer)
    }

    /// Reads from the file what this thread keeps in memory.
    fn reload(&mut self) -> rusqlite::Result<()> {
        self.lanes = jobs::index(&self.conn)?;
        self.tenants.clear();
        self.touched.clear();
        self.woken.clear();
        self.versions.fill(0);
        let mut versions = self.conn.prepare("SELECT p, version FROM part")?;
        let mut rows = versions.query([])?;
        while let Some(row) = rows.next()? {
            if let Some(version) = self.versions.get_mut(usize::from(row.get::<_, u8>(0)?)) {
                *version = num(row.get(1)?);
            }
        }
        let sql = "SELECT value FROM meta WHERE name = 'seq'";
        self.seq = num(self.conn.query_row(sql, [], |row| row.get(0))?);
        for p in Partition::all() {
            self.tell_ripe(p);
        }
        Ok(())
    }

    pub(super) fn run(mut self, inbox: &Receiver<Op>) {
        let mut expected = 0;
        while let Ok(first) = inbox.recv() {
            let mut group = gather(inbox, first, expected);
            expected = group.len();
            while !group.is_empty() {
                let alone = |op: &Op| matches!(op.task, Task::Close | Task::Rewrite);
                let cut = group.iter().position(alone).unwrap_or(group.len());
                let mut rest = group.split_off(cut).into_iter();
                self.group(group);
                match rest.next() {
                    Some(op) if matches!(op.task, Task::Close) => {
                        // The connection is closed before the one who asked is told.
                        drop(self);
                        let _ = op.reply.send(Ok(Outcome::Count(0)));
                        return;
                    }
                    Some(op) => {
                        let rewritten = self.rewrite().map_err(|e| Failure::from(false, &e));
                        let _ = op.reply.send(rewritten);
                    }
                    None => {}
                }
                group = rest.collect();
            }
        }
    }

    fn group(&mut self, group: Vec<Op>) {
        // Nobody waits for these any more, and nothing of them has begun.
        let group: Vec<Op> = group
            .into_iter()
            .filter(|op| !op.reply.is_closed())
            .collect();
        match self.write(&group) {
            Ok(outcomes) => {
                for (op, outcome) in group.into_iter().zip(outcomes) {
                    let _ = op.reply.send(Ok(outcome));
                }
                for topic in self.woken.drain(..) {
                    let _ = self.hints.send(topic);
                }
            }
            Err(failure) => {
                tracing::error!(why = failure.why, "a group of commits was not written");
                let _ = self.conn.execute_batch("ROLLBACK");
                if let Err(error) = self.reload() {
                    tracing::error!(%error, "the store cannot be read");
                }
                for op in group {
                    let _ = op.reply.send(Err(failure.clone()));
                }
            }
        }
    }

    fn write(&mut self, group: &[Op]) -> Result<Vec<Outcome>, Failure> {
        let certainly = |error| Failure::from(false, &error);
        self.begin().map_err(certainly)?;
        let mut outcomes = Vec::with_capacity(group.len());
        for op in group {
            outcomes.push(self.apply(&op.task).map_err(certainly)?);
        }
        self.write_numbers().map_err(certainly)?;
        // When the sync fails the group may or may not be found at the next start.
        self.conn
            .prepare_cached("COMMIT")
            .and_then(|mut commit| commit.execute([]))
            .map_err(|error| Failure::from(true, &error))?;
        Ok(outcomes)
    }

    fn begin(&self) -> rusqlite::Result<()> {
        self.conn.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        Ok(())
    }

    fn apply(&mut self, task: &Task) -> rusqlite::Result<Outcome> {
        Ok(match task {
            Task::Commit(scope, prepared, now) => {
                let written = self.commit(scope, &prepared.0, *now)?;
                self.tell_ripe(scope.partition());
                Outcome::Committed(written)
            }
            Task::Lease(p, max, hold, now) => {
                let leases = self.lease(*p, *max, *hold, *now)?;
                self.tell_ripe(*p);
                Outcome::Leased(leases)
            }
            Task::Next(lease, max, hold, now) => {
                Outcome::Leased(self.lease_next(lease, *max, *hold, *now)?)
            }
            Task::Extend(lease, until) => {
                let held = self.extend(lease, *until);
                self.tell_ripe(lease.job.scope.partition());
                Outcome::Held(held)
            }
            Task::Redrive(scope, ids, now) => {
                let count = self.redrive(scope, ids, *now)?;
                self.tell_ripe(scope.partition());
                Outcome::Count(count)
            }
            Task::Sweep(limit, now) => Outcome::Count(self.sweep(*limit, *now)?),
            Task::Erase(scope, spared, limit, now) => {
                let count = self.erase(scope, spared, *limit, *now)?;
                self.tell_ripe(scope.partition());
                Outcome::Count(count)
            }
            Task::Survey => {
                let (oldest, jobs) = self.lanes.survey();
                Outcome::Survey(oldest, jobs)
            }
            // These come alone, outside a transaction.
            Task::Rewrite | Task::Close => Outcome::Count(0),
        })
    }

    /// The next version of `p`; written with the group.
    pub(super) fn next_version(&mut self, p: Partition) -> u64 {
        self.touched.insert(p);
        let version = &mut self.versions[usize::from(p.number())];
        *version += 1;
        *version
    }

    /// The next place in the order of jobs; written with the group.
    pub(super) fn next_seq(&mut self) -> u64 {
        self.seq += 1;
        self.seq
    }

    fn write_numbers(&mut self) -> rusqlite::Result<()> {
        if self.touched.is_empty() {
            return Ok(());
        }
        let sql = "INSERT INTO part(p, version) VALUES(?1, ?2)
                   ON CONFLICT(p) DO UPDATE SET version = excluded.version";
        let mut part = self.conn.prepare_cached(sql)?;
        for p in self.touched.drain() {
            let version = self.versions[usize::from(p.number())];
            part.execute([i64::from(p.number()), int(version)])?;
        }
        self.conn
            .prepare_cached("UPDATE meta SET value = ?1 WHERE name = 'seq'")?
            .execute([int(self.seq)])?;
        Ok(())
    }

    fn tell_ripe(&self, p: Partition) {
        let at = self.lanes.ripe_at(p).map_or(i64::MAX, Instant::millis);
        self.ripe[usize::from(p.number())].store(at, Ordering::Release);
    }
}

impl Outcome {
    pub(super) fn leases(self) -> Option<Vec<Lease>> {
        match self {
            Self::Leased(leases) => Some(leases),
            _ => None,
        }
    }

    pub(super) fn held(self) -> Option<bool> {
        match self {
            Self::Held(held) => Some(held),
            _ => None,
        }
    }

    pub(super) fn count(self) -> Option<u32> {
        match self {
            Self::Count(count) => Some(count),
            _ => None,
        }
    }

    pub(super) fn survey(self) -> Option<(Option<Instant>, u64)> {
        match self {
            Self::Survey(oldest, jobs) => Some((oldest, jobs)),
            _ => None,
        }
    }
}

impl Failure {
    pub(super) fn new(perhaps: bool, why: &str) -> Self {
        Self {
            perhaps,
            full: false,
            why: why.to_owned(),
        }
    }

    pub(super) fn unavailable(self) -> Unavailable {
        Unavailable::because(self.why)
    }

    fn from(perhaps: bool, error: &rusqlite::Error) -> Self {
        let full = error.sqlite_error_code() == Some(rusqlite::ErrorCode::DiskFull);
        Self {
            perhaps,
            full,
            why: error.to_string(),
        }
    }
}

/// `first` and what else is there. Where the last group was larger it waits a moment for those
/// who were just answered, or groups would alternate between one and many.
#[expect(
    clippy::disallowed_methods,
    reason = "measures a wait; no decision about a record depends on it"
)]
fn gather(inbox: &Receiver<Op>, first: Op, expected: usize) -> Vec<Op> {
    let mut group = Vec::with_capacity(expected.max(8));
    group.push(first);
    let until = std::time::Instant::now() + GATHER;
    while group.len() < GROUP {
        if let Ok(op) = inbox.try_recv() {
            group.push(op);
            continue;
        }
        if group.len() * 4 >= expected * 3 {
            break;
        }
        let left = until.saturating_duration_since(std::time::Instant::now());
        match inbox.recv_timeout(left) {
            Ok(op) => group.push(op),
            Err(_) => break,
        }
    }
    group
}
