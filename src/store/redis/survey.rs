//! How the store is, for health checks and metrics.

use bytes::Bytes;
use redis::{FromRedisValue, Pipeline, pipe};

use super::keys::Fixed;
use super::link::Fault;
use super::{Redis, envelope, keys};
use crate::clock::Instant;
use crate::store::{Health, Unavailable};

/// Tenants of a partition whose oldest job is looked at.
const LOOKED_AT: isize = 8;

impl Redis {
    pub(in crate::store) async fn health(&self, now: Instant) -> Health {
        let counted = self.count().await;
        let oldest = self.oldest_due(now).await;
        let reachable = counted.is_ok() && oldest.is_ok();
        let (jobs, dead) = counted.unwrap_or((0, 0));
        Health {
            reachable,
            persistence: self.link.verdict(),
            oldest_due: oldest.ok().flatten().map(|due| now.since(due)),
            jobs,
            dead,
        }
    }

    async fn count(&self) -> Result<(u64, u64), Unavailable> {
        let mut counts = pipe();
        for fixed in &self.fixed {
            counts.cmd("HLEN").arg(&fixed.job);
            counts.cmd("HLEN").arg(&fixed.dead);
        }
        let found: Vec<u64> = self.ask(&counts).await?;
        let sum = |first| found.iter().skip(first).step_by(2).sum();
        Ok((sum(0), sum(1)))
    }

    /// The earliest instant at which something was due that nobody holds; of a few tenants of
    /// each partition.
    async fn oldest_due(&self, now: Instant) -> Result<Option<Instant>, Unavailable> {
        let mut first = pipe();
        for fixed in &self.fixed {
            first
                .cmd("ZRANGEBYSCORE")
                .arg(&fixed.wait)
                .arg("-inf")
                .arg(keys::millis(now))
                .arg("WITHSCORES")
                .arg("LIMIT")
                .arg(0)
                .arg(1);
            first
                .cmd("ZRANGE")
                .arg(&fixed.ring)
                .arg(0)
                .arg(LOOKED_AT - 1);
        }
        let found: Vec<Vec<String>> = self.ask(&first).await?;
        let mut oldest: Option<Instant> = None;
        let mut tenants = Vec::new();
        for (fixed, found) in self.fixed.iter().zip(found.chunks(2)) {
            let [waiting, ring] = found else { continue };
            let at = waiting.get(1).and_then(|at| at.parse().ok());
            oldest = earlier(oldest, at.map(Instant::from_millis));
            tenants.extend(ring.iter().map(|tenant| (fixed, tenant.as_str())));
        }
        if tenants.is_empty() {
            return Ok(oldest);
        }
        Ok(earlier(oldest, self.oldest_ready(&tenants).await?))
    }

    async fn oldest_ready(
        &self,
        tenants: &[(&Fixed, &str)],
    ) -> Result<Option<Instant>, Unavailable> {
        let mut heads = pipe();
        for (fixed, tenant) in tenants {
            heads
                .cmd("ZRANGEBYLEX")
                .arg(&fixed.ready)
                .arg(format!("[{tenant} "))
                .arg(format!("({tenant}!"))
                .arg("LIMIT")
                .arg(0)
                .arg(1);
        }
        let marks: Vec<Vec<String>> = self.ask(&heads).await?;
        let mut jobs = pipe();
        for ((fixed, tenant), mark) in tenants.iter().zip(&marks) {
            let id = mark.first().and_then(|mark| mark.rsplit(' ').next());
            let field = format!("{tenant} {}", id.unwrap_or_default());
            jobs.cmd("HGET").arg(&fixed.job).arg(&field);
            jobs.cmd("HGET").arg(&fixed.state).arg(&field);
        }
        let found: Vec<Option<Bytes>> = self.ask(&jobs).await?;
        Ok(found.chunks(2).filter_map(due).min())
    }

    async fn ask<T: FromRedisValue>(&self, pipe: &Pipeline) -> Result<T, Unavailable> {
        self.link.run_all(pipe).await.map_err(Fault::unavailable)
    }
}

/// When a job was due: as its state says, else since it was pushed.
fn due(job: &[Option<Bytes>]) -> Option<Instant> {
    let [Some(envelope), state] = job else {
        return None;
    };
    let state = state
        .as_ref()
        .and_then(|state| std::str::from_utf8(state).ok());
    let written = state.and_then(|state| state.rsplit(' ').next()?.parse().ok());
    match written {
        Some(due) if due > 0 => Some(Instant::from_millis(due)),
        _ => envelope::decode(envelope)
            .ok()
            .map(|opened| opened.pushed_at),
    }
}

fn earlier(one: Option<Instant>, other: Option<Instant>) -> Option<Instant> {
    one.into_iter().chain(other).min()
}
