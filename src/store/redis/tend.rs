//! What keeps the store going: hints, the check of each minute, the sweep, dead letters.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt as _;
use redis::aio::PubSubStream;
use redis::cmd;
use tokio::sync::{Notify, broadcast};
use tokio::time::{interval, sleep};

use super::link::{Fault, Link};
use super::{Redis, envelope, keys};
use crate::clock::Instant;
use crate::ids::{Partition, Scope};
use crate::store::{CommitError, JobKey, Key, Name, Topic, Unavailable};

const CHECK_EVERY: Duration = Duration::from_secs(60);
const LISTEN_AGAIN: Duration = Duration::from_millis(500);
/// What was deleted stays in the append-only file until that is rewritten.
const REWRITE_EVERY: Duration = Duration::from_secs(600);
const REWRITE_AGAIN: Duration = Duration::from_secs(10);
/// Records of one call of the script, so that others are not held up.
const AT_ONCE: usize = 100;

/// Passes on what any process of this store has woken.
pub(super) async fn listen(link: Arc<Link>, first: PubSubStream, hints: broadcast::Sender<Topic>) {
    let mut stream = Some(first);
    while !link.is_closed() {
        if let Some(mut stream) = stream.take() {
            while let Some(message) = stream.next().await {
                let topics: String = message.get_payload().unwrap_or_default();
                for topic in topics.split(' ').filter(|topic| !topic.is_empty()) {
                    let _ = hints.send(Topic(Name::stored(topic)));
                }
            }
        }
        sleep(LISTEN_AGAIN).await;
        stream = link.listen().await.ok();
    }
}

pub(super) async fn recheck(link: Arc<Link>) {
    let mut minutes = interval(CHECK_EVERY);
    minutes.tick().await;
    while !link.is_closed() {
        minutes.tick().await;
        link.recheck().await;
    }
}

/// Has the append-only file rewritten when `asked`, at most every ten minutes.
pub(crate) async fn rewrite_log(link: Arc<Link>, asked: Arc<Notify>) {
    loop {
        asked.notified().await;
        let rewritten: Result<String, _> = link.run(&cmd("BGREWRITEAOF")).await;
        if rewritten.is_err() {
            // One that runs already may have begun before the deletion.
            asked.notify_one();
            sleep(REWRITE_AGAIN).await;
            continue;
        }
        sleep(REWRITE_EVERY).await;
    }
}

pub(super) fn unavailable(error: CommitError) -> Unavailable {
    match error {
        CommitError::Unavailable(why) | CommitError::Unknown(why) => why,
        other => Unavailable::because(other),
    }
}

impl Redis {
    /// Listed records leave their folders, and ids of finished jobs are forgotten; the records
    /// themselves are reaped by the server.
    pub(in crate::store) async fn sweep(
        &self,
        p: Partition,
        limit: u16,
        now: Instant,
    ) -> Result<u32, Unavailable> {
        let mut list = cmd("ZRANGEBYSCORE");
        list.arg(&self.fixed(p).expiry)
            .arg("-inf")
            .arg(keys::millis(now))
            .arg("LIMIT")
            .arg(0)
            .arg(limit);
        let marks: Vec<String> = self.link.run(&list).await.map_err(Fault::unavailable)?;
        for chunk in marks.chunks(AT_ONCE) {
            self.sweep_some(p, chunk, now).await?;
        }
        let forgotten = self.forget(p, limit, now).await?;
        Ok(forgotten.saturating_add(u32::try_from(marks.len()).unwrap_or(u32::MAX)))
    }

    async fn sweep_some(
        &self,
        p: Partition,
        marks: &[String],
        now: Instant,
    ) -> Result<(), Unavailable> {
        let mut call = self.call(&Scope::commons(p), &[], now);
        for mark in marks {
            let Some((owner, folder, name)) = keys::parse_mark(mark) else {
                continue;
            };
            let scope = match owner.parse() {
                Ok(tenant) => Scope::tenant(tenant),
                Err(_) => Scope::commons(p),
            };
            let key = Key {
                folder: Some(folder),
                name,
                shared: false,
            };
            call.sweep(&scope, &key);
        }
        self.write(call).await.map_err(unavailable)?;
        Ok(())
    }

    async fn forget(&self, p: Partition, limit: u16, now: Instant) -> Result<u32, Unavailable> {
        let seen = &self.fixed(p).seen;
        let mut last = cmd("ZRANGEBYSCORE");
        last.arg(seen)
            .arg("-inf")
            .arg(keys::millis(now))
            .arg("WITHSCORES")
            .arg("LIMIT")
            .arg(limit.saturating_sub(1))
            .arg(1);
        let last: Vec<(String, i64)> = self.link.run(&last).await.map_err(Fault::unavailable)?;
        let until = last.first().map_or(keys::millis(now), |(_, at)| *at);
        let mut remove = cmd("ZREMRANGEBYSCORE");
        remove.arg(seen).arg("-inf").arg(until);
        self.link.run(&remove).await.map_err(Fault::unavailable)
    }

    pub(in crate::store) async fn redrive(
        &self,
        scope: &Scope,
        ids: &[JobKey],
        now: Instant,
    ) -> Result<u32, Unavailable> {
        let owner = keys::owner(scope, false);
        let mut raised = 0;
        for chunk in ids.chunks(AT_ONCE) {
            let fields: Vec<String> = chunk
                .iter()
                .map(|id| format!("{owner} {}", id.as_str()))
                .collect();
            let letters: Vec<Option<Bytes>> = self.letters(scope.partition(), &fields).await?;
            let mut call = self.call(scope, &[], now);
            for (id, letter) in chunk.iter().zip(&letters) {
                let Some(letter) = letter else { continue };
                let (_, opened) = envelope::dead(id.as_str(), letter)?;
                let lane = opened.lane.0.as_ref().map(Name::as_str);
                call.raise(id.as_str(), lane, opened.body.len());
            }
            raised += self.write(call).await.map_err(unavailable)?.1;
        }
        Ok(raised)
    }
}
