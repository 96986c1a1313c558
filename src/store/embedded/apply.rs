//! What each task does inside the group's transaction. A task that is refused has changed
//! nothing; an SQL error fails the whole group.

use std::collections::HashMap;
use std::time::Duration;

use super::jobs;
use super::lanes::{Job, Way};
use super::records::{self, Owners};
use super::writer::Writer;
use crate::clock::Instant;
use crate::ids::{Partition, Scope};
use crate::store::{
    Add, Batch, CommitError, Envelope, Expect, JobKey, Key, Lease, Topic, Version, codec,
};

/// Sums beyond this are not exact in every backend.
const LARGEST_SUM: i64 = 1 << 53;

fn way_of(lease: &Lease) -> Way {
    Way::of(&lease.job.lane, lease.apart, lease.seq)
}

impl Writer {
    pub(super) fn commit(
        &mut self,
        scope: &Scope,
        batch: &Batch,
        now: Instant,
    ) -> rusqlite::Result<Result<Version, CommitError>> {
        let owners = Owners::of(scope);
        let sums = match self.judge(scope, &owners, batch, now)? {
            Ok(sums) => sums,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let version = self.next_version(scope.partition());
        for key in &batch.delete {
            records::delete(&self.conn, &owners, key, now, version)?;
        }
        for (key, value, until) in &batch.put {
            let until = until.instant();
            records::put(&self.conn, &owners, key, value, until, version)?;
        }
        for (add, sum) in batch.add.iter().zip(sums) {
            let value = codec::plain(sum.to_string().as_bytes());
            let until = add.until.instant();
            records::put(&self.conn, &owners, &add.key, &value, until, version)?;
        }
        self.settle(&owners, batch, now)?;
        for envelope in &batch.push {
            if !jobs::is_known(&self.conn, owners.own(), &envelope.id, now)? {
                self.push(scope, &owners, envelope, now)?;
            }
        }
        if batch.last {
            self.delist(scope)?;
        } else {
            self.enlist(scope)?;
        }
        self.woken.extend_from_slice(&batch.wake);
        Ok(Ok(Version(version)))
    }

    /// Whether the batch may be written, and what its counters become.
    fn judge(
        &mut self,
        scope: &Scope,
        owners: &Owners,
        batch: &Batch,
        now: Instant,
    ) -> rusqlite::Result<Result<Vec<i64>, CommitError>> {
        let mut settles = false;
        for (at, lease) in batch.settled().enumerate() {
            settles = true;
            let way = way_of(lease);
            let own = lease.job.scope == *scope;
            if !own || !self.lanes.holds(scope, &way, lease.seq, lease.attempt) {
                return Ok(Err(CommitError::LeaseLost(at)));
            }
        }
        for (at, expect) in batch.expect.iter().enumerate() {
            let (key, wanted) = match expect {
                Expect::Absent(key) => (key, None),
                Expect::Live(key) => (key, Some(None)),
                Expect::Is(key, version) => (key, Some(Some(version.0))),
            };
            let found = records::version(&self.conn, owners, key, now)?;
            let holds = match wanted {
                None => found.is_none(),
                Some(None) => found.is_some(),
                Some(version) => found == version,
            };
            if !holds {
                return Ok(Err(CommitError::Conflict(at)));
            }
        }
        let sums = match self.sums(owners, &batch.add, now)? {
            Ok(sums) => sums,
            Err(refusal) => return Ok(Err(refusal)),
        };
        if !batch.push.is_empty() && !settles && self.is_full(scope, &batch.push) {
            return Ok(Err(CommitError::Full));
        }
        Ok(Ok(sums))
    }

    fn sums(
        &self,
        owners: &Owners,
        adds: &[Add],
        now: Instant,
    ) -> rusqlite::Result<Result<Vec<i64>, CommitError>> {
        let mut latest: HashMap<&Key, i64> = HashMap::new();
        let mut sums = Vec::with_capacity(adds.len());
        for (at, add) in adds.iter().enumerate() {
            let before = match latest.get(&add.key) {
                Some(sum) => Some(*sum),
                None => records::number(&self.conn, owners, &add.key, now)?,
            };
            let most = add.at_most.unwrap_or(LARGEST_SUM).min(LARGEST_SUM);
            let sum = before.and_then(|before| before.checked_add(add.by));
            let Some(sum) = sum.filter(|sum| *sum <= most && *sum >= -LARGEST_SUM) else {
                return Ok(Err(CommitError::LimitReached(at)));
            };
            latest.insert(&add.key, sum);
            sums.push(sum);
        }
        Ok(Ok(sums))
    }

    fn is_full(&self, scope: &Scope, push: &[Envelope]) -> bool {
        let (jobs, bytes) = self.lanes.backlog(scope);
        let more: u64 = push.iter().map(|e| jobs::length(&e.body)).sum();
        jobs + u64::try_from(push.len()).unwrap_or(u64::MAX) > self.backlog.jobs
            || bytes + more > self.backlog.bytes
    }

    fn settle(&mut self, owners: &Owners, batch: &Batch, now: Instant) -> rusqlite::Result<()> {
        for lease in &batch.done {
            self.lanes
                .remove(&lease.job.scope, &way_of(lease), lease.seq, now);
            jobs::delete(&self.conn, lease.seq)?;
            if batch.last {
                jobs::forget(&self.conn, owners.own(), lease.job.id.as_str())?;
                continue;
            }
            let until = now.millis().saturating_add(jobs::SEEN_MILLIS);
            jobs::remember(&self.conn, owners.own(), &lease.job.id, Some(until))?;
        }
        for (lease, due) in &batch.retry {
            let way = way_of(lease);
            self.lanes
                .retry(&lease.job.scope, &way, lease.seq, *due, now);
            jobs::postpone(&self.conn, lease.seq, *due, lease.apart)?;
        }
        for (lease, due) in &batch.retry_apart {
            let scope = lease.job.scope;
            let way = way_of(lease);
            if let Some(mut job) = self.lanes.remove(&scope, &way, lease.seq, now) {
                job.due = *due;
                job.held_until = None;
                self.lanes.push(&scope, &Way::Apart(lease.seq), job, now);
            }
            jobs::postpone(&self.conn, lease.seq, *due, true)?;
        }
        for (lease, reason) in &batch.bury {
            self.lanes
                .remove(&lease.job.scope, &way_of(lease), lease.seq, now);
            jobs::bury(&self.conn, owners.own(), lease, reason, now)?;
        }
        Ok(())
    }

    fn push(
        &mut self,
        scope: &Scope,
        owners: &Owners,
        envelope: &Envelope,
        now: Instant,
    ) -> rusqlite::Result<()> {
        let seq = self.next_seq();
        jobs::remember(&self.conn, owners.own(), &envelope.id, None)?;
        jobs::insert(&self.conn, owners.own(), seq, envelope, now)?;
        let job = Job {
            seq,
            due: envelope.due,
            attempt: 0,
            bytes: jobs::length(&envelope.body),
            held_until: None,
        };
        let way = Way::of(&envelope.lane, false, seq);
        self.lanes.push(scope, &way, job, now);
        let topic = Topic::jobs(scope.partition());
        if self.woken.last() != Some(&topic) {
            self.woken.push(topic);
        }
        Ok(())
    }

    fn enlist(&mut self, scope: &Scope) -> rusqlite::Result<()> {
        let Some(tenant) = scope.owner() else {
            return Ok(());
        };
        if self.tenants.contains(&tenant) {
            return Ok(());
        }
        let sql = "INSERT INTO tenant(p, scope) VALUES(?1, ?2) ON CONFLICT DO NOTHING";
        self.conn.prepare_cached(sql)?.execute(rusqlite::params![
            scope.partition().number(),
            tenant.to_string()
        ])?;
        self.tenants.insert(tenant);
        Ok(())
    }

    pub(super) fn lease(
        &mut self,
        p: Partition,
        max: u16,
        hold: Duration,
        now: Instant,
    ) -> rusqlite::Result<Vec<Lease>> {
        let taken = self.lanes.take(p, usize::from(max), hold, now);
        let mut leases = Vec::with_capacity(taken.len());
        for taken in &taken {
            leases.extend(jobs::give_out(&self.conn, taken)?);
        }
        Ok(leases)
    }

    pub(super) fn lease_next(
        &mut self,
        lease: &Lease,
        max: u16,
        hold: Duration,
        now: Instant,
    ) -> rusqlite::Result<Vec<Lease>> {
        let (scope, way) = (lease.job.scope, way_of(lease));
        if !self.lanes.holds(&scope, &way, lease.seq, lease.attempt) {
            return Ok(Vec::new());
        }
        let mut leases = Vec::new();
        let behind = self.lanes.behind(&scope, &way, lease.seq, now);
        for seq in behind.into_iter().take(usize::from(max)) {
            if jobs::kind(&self.conn, seq)?.as_ref() != Some(&lease.job.kind) {
                break;
            }
            let Some(taken) = self.lanes.hold(&scope, &way, seq, now + hold) else {
                break;
            };
            leases.extend(jobs::give_out(&self.conn, &taken)?);
        }
        Ok(leases)
    }

    pub(super) fn extend(&mut self, lease: &Lease, until: Instant) -> bool {
        let (scope, way) = (lease.job.scope, way_of(lease));
        let held = self.lanes.holds(&scope, &way, lease.seq, lease.attempt);
        if held {
            self.lanes.extend(&scope, &way, lease.seq, until);
        }
        held
    }

    pub(super) fn redrive(
        &mut self,
        scope: &Scope,
        ids: &[JobKey],
        now: Instant,
    ) -> rusqlite::Result<u32> {
        let owners = Owners::of(scope);
        let mut count = 0;
        for id in ids {
            if let Some(envelope) = jobs::exhume(&self.conn, owners.own(), id, now)? {
                self.next_version(scope.partition());
                self.push(scope, &owners, &envelope, now)?;
                count += 1;
            }
        }
        Ok(count)
    }
}
