//! The store on a Redis server, for any number of processes.
//!
//! One script call writes a batch and another gives out jobs, each within one partition.

mod check;
mod envelope;
mod erase;
mod keys;
mod link;
mod options;
mod read;
mod script;
mod survey;
mod tend;
mod together;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use redis::{Cmd, FromRedisValue, cmd};
use tokio::sync::{Notify, broadcast};
use tokio::task::AbortHandle;

pub(crate) use self::link::{Fault, Link};
pub use self::options::RedisOptions;
pub(crate) use self::tend::rewrite_log;

use self::keys::Fixed;
use self::script::{Call, Frame, Script};
use self::together::Lines;
use super::codec::Prepared;
use super::{Backlog, Batch, CommitError, Lease, OpenError, Topic, Unavailable, Version};
use crate::clock::Instant;
use crate::ids::{Partition, Scope};

pub(super) struct Redis {
    link: Arc<Link>,
    fixed: Vec<Fixed>,
    backlog: Backlog,
    commit: Script,
    lease: Script,
    channel: String,
    hints: broadcast::Sender<Topic>,
    /// Something was erased that is still in the append-only file.
    erased: Arc<Notify>,
    tasks: Vec<AbortHandle>,
    lines: Lines,
}

impl fmt::Debug for Redis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Redis")
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

impl Redis {
    pub(super) async fn open(options: &RedisOptions) -> Result<Self, OpenError> {
        let link = Arc::new(Link::open(options).await?);
        let (hints, _) = broadcast::channel(1024);
        let first = link.listen().await;
        let first = first.map_err(|error| OpenError::Unreachable(error.into()))?;
        let erased = Arc::new(Notify::new());
        let tasks = vec![
            tokio::spawn(rewrite_log(link.clone(), erased.clone())).abort_handle(),
            tokio::spawn(tend::listen(link.clone(), first, hints.clone())).abort_handle(),
            tokio::spawn(tend::recheck(link.clone())).abort_handle(),
        ];
        Ok(Self {
            channel: link.channel(),
            link,
            fixed: Partition::all().map(Fixed::of).collect(),
            backlog: options.backlog,
            commit: Script::commit(),
            lease: Script::lease(),
            hints,
            erased,
            tasks,
            lines: Lines::new(),
        })
    }

    pub(super) fn hints(&self) -> broadcast::Receiver<Topic> {
        self.hints.subscribe()
    }

    fn fixed(&self, p: Partition) -> &Fixed {
        &self.fixed[usize::from(p.number())]
    }

    fn call(&self, scope: &Scope, topics: &[Topic], now: Instant) -> Call<'_> {
        let jobs = &self.fixed(scope.partition()).topic;
        let frame = Frame {
            scope: *scope,
            now,
            channel: &self.channel,
            topics,
            jobs,
            backlog: self.backlog,
        };
        Call::new(self.fixed(scope.partition()), &frame)
    }

    /// Runs a script, loading it first where the server does not have it.
    async fn evaluate<T: FromRedisValue>(
        &self,
        script: &Script,
        command: &Cmd,
    ) -> Result<T, Fault> {
        match self.link.write(command).await {
            Err(Fault::Refused(code, _)) if code == "NOSCRIPT" => {
                let mut load = cmd("SCRIPT");
                load.arg("LOAD").arg(script.text);
                let _: String = self.link.run(&load).await?;
                self.link.write(command).await
            }
            answer => answer,
        }
    }

    async fn write(&self, call: Call<'_>) -> Result<(Version, u32), CommitError> {
        let command = call.finish(&self.commit);
        let answer = self.evaluate(&self.commit, &command).await;
        let (word, at, raised): (String, u64, u32) = answer.map_err(|fault| match fault {
            Fault::Unsent(why) => CommitError::Unavailable(why),
            Fault::Refused(code, _) if code == "OOM" => CommitError::Full,
            Fault::Refused(_, why) => CommitError::Unavailable(why),
            Fault::Lost(why) => CommitError::Unknown(why),
        })?;
        let index = usize::try_from(at).unwrap_or(usize::MAX);
        match word.as_str() {
            "ok" => Ok((Version(at), raised)),
            "conflict" => Err(CommitError::Conflict(index)),
            "limit" => Err(CommitError::LimitReached(index)),
            "lost" => Err(CommitError::LeaseLost(index)),
            "full" => Err(CommitError::Full),
            _ => Err(CommitError::Unknown(Unavailable::because(
                "the script answered something else",
            ))),
        }
    }

    pub(super) async fn commit(
        self: &Arc<Self>,
        scope: &Scope,
        batch: &Batch,
        now: Instant,
    ) -> Result<Version, CommitError> {
        let Prepared(batch) = Prepared::new(batch)?;
        let foreign = batch.settled().position(|lease| lease.job.scope != *scope);
        if let Some(at) = foreign {
            return Err(CommitError::LeaseLost(at));
        }
        if together::independent(&batch) {
            return self.commit_together(scope, batch, now).await;
        }
        let mut call = self.call(scope, &batch.wake, now);
        call.batch(&batch);
        let written = self.write(call).await;
        // Also where the answer was lost: it may be written.
        if batch.last {
            self.erased.notify_one();
        }
        written.map(|(version, _)| version)
    }

    pub(super) async fn lease(
        &self,
        p: Partition,
        max: u16,
        hold: Duration,
        now: Instant,
    ) -> Result<Vec<Lease>, Unavailable> {
        self.give_out(p, max, hold, now, &[]).await
    }

    pub(super) async fn lease_next(
        &self,
        lease: &Lease,
        max: u16,
        hold: Duration,
        now: Instant,
    ) -> Result<Vec<Lease>, Unavailable> {
        let Some(lane) = lease.job.lane.0.as_ref().filter(|_| !lease.apart) else {
            return Ok(Vec::new());
        };
        let owner = keys::owner(&lease.job.scope, false);
        let seq = script::seq_text(lease.seq);
        let attempt = lease.attempt.to_string();
        let kind = envelope::beginning(&lease.job.kind);
        let more = [
            owner.as_bytes(),
            seq.as_bytes(),
            lane.as_str().as_bytes(),
            lease.job.id.as_str().as_bytes(),
            attempt.as_bytes(),
            &kind,
        ];
        self.give_out(lease.job.scope.partition(), max, hold, now, &more)
            .await
    }

    async fn give_out(
        &self,
        p: Partition,
        max: u16,
        hold: Duration,
        now: Instant,
        more: &[&[u8]],
    ) -> Result<Vec<Lease>, Unavailable> {
        let held_until = now + hold;
        let head = [keys::millis(now), keys::millis(held_until), i64::from(max)];
        let command = script::lease_call(&self.lease, self.fixed(p), head, more);
        let answer = self.evaluate(&self.lease, &command).await;
        let given: Vec<(String, u32, Bytes)> = answer.map_err(Fault::unavailable)?;
        let leases = given
            .iter()
            .map(|(mark, attempt, stored)| envelope::lease(p, mark, *attempt, stored, held_until));
        leases.collect()
    }

    pub(super) async fn extend(
        &self,
        lease: &Lease,
        hold: Duration,
        now: Instant,
    ) -> Result<bool, Unavailable> {
        let mut call = self.call(&lease.job.scope, &[], now);
        call.settle("H", lease, keys::millis(now + hold));
        match self.write(call).await {
            Ok(_) => Ok(true),
            Err(CommitError::LeaseLost(_)) => Ok(false),
            Err(CommitError::Unavailable(why) | CommitError::Unknown(why)) => Err(why),
            Err(other) => Err(Unavailable::because(other)),
        }
    }

    pub(super) fn close(&self) {
        self.link.close();
        for task in &self.tasks {
            task.abort();
        }
    }
}
