//! The kernel: records, ranges, counters, a change feed, conditional commits, lanes and leases,
//! over an embedded SQLite file or Redis. See [`Store`].

mod batch;
mod codec;
mod embedded;
mod erase;
mod health;
mod lock;
mod record;
mod redis;

pub use batch::{
    Add, Batch, CommitError, Envelope, Expect, JobKey, Lane, Lease, Reason, StoredJob, Topic, Until,
};
pub use erase::{Erasing, Spared};
pub use health::{Backlog, Health, OpenError, Persistence};
pub(crate) use lock::lock_file;
pub use record::{Change, DeadJob, Folder, Key, Name, Page, Record, Unavailable, Version};
pub use redis::RedisOptions;
pub(crate) use redis::{Fault, Link, rewrite_log};

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use self::embedded::Embedded;
use self::redis::Redis;
use crate::clock::Instant;
use crate::ids::{Partition, Scope, TenantId};

/// One store, of either kind. Cheap to clone.
///
/// Time is the caller's: `now` decides what has expired and which jobs are due. Every call ends
/// within 1.5 s.
#[derive(Clone, Debug)]
pub struct Store {
    backend: Backend,
}

#[derive(Clone, Debug)]
enum Backend {
    Embedded(Arc<Embedded>),
    Redis(Arc<Redis>),
}

/// Calls the method of whichever backend it is.
macro_rules! either {
    ($store:expr, $backend:ident => $call:expr) => {
        match &$store.backend {
            Backend::Embedded($backend) => $call,
            Backend::Redis($backend) => $call,
        }
    };
}

impl Store {
    /// Opens the file at `path`, made if missing; one process at a time.
    ///
    /// Blocks while it reads the index of waiting jobs.
    pub fn open_embedded(path: &Path) -> Result<Self, OpenError> {
        Self::open_embedded_with(path, Backlog::default())
    }

    /// The same with another limit to what a tenant may have waiting.
    pub fn open_embedded_with(path: &Path, backlog: Backlog) -> Result<Self, OpenError> {
        let embedded = Embedded::open(path, backlog)?;
        Ok(Self {
            backend: Backend::Embedded(Arc::new(embedded)),
        })
    }

    /// Opens the store on a server, made if the server holds none; for any number of processes.
    /// `now` must be near the server's own time, which reaps what has expired.
    pub async fn open_redis(options: &RedisOptions) -> Result<Self, OpenError> {
        let redis = Redis::open(options).await?;
        Ok(Self {
            backend: Backend::Redis(Arc::new(redis)),
        })
    }

    pub async fn get(
        &self,
        s: &Scope,
        key: &Key,
        now: Instant,
    ) -> Result<Option<Record>, Unavailable> {
        either!(self, b => b.get(s, key, now).await)
    }

    /// In the order of `keys`, all from one state of the store.
    pub async fn get_many(
        &self,
        s: &Scope,
        keys: &[Key],
        now: Instant,
    ) -> Result<Vec<Option<Record>>, Unavailable> {
        either!(self, b => b.get_many(s, keys, now).await)
    }

    /// Up to `limit` records of `folder` whose names come after `after`. A page may hold fewer,
    /// even none, and still have a `next`.
    pub async fn range(
        &self,
        s: &Scope,
        folder: &Folder,
        after: Option<&Name>,
        limit: u16,
        now: Instant,
    ) -> Result<Page, Unavailable> {
        either!(self, b => b.range(s, folder, after, limit, now).await)
    }

    /// What changed in a followed folder after version `after`, in order: the last change of each
    /// record. About `limit`: the changes of one version are never parted.
    pub async fn changes(
        &self,
        s: &Scope,
        folder: &Folder,
        after: Version,
        limit: u16,
    ) -> Result<Vec<Change>, Unavailable> {
        either!(self, b => b.changes(s, folder, after, limit).await)
    }

    /// Writes all of `batch` or nothing, and answers when it is on disk. The version is that of
    /// every record the batch wrote.
    pub async fn commit(
        &self,
        s: &Scope,
        batch: &Batch,
        now: Instant,
    ) -> Result<Version, CommitError> {
        either!(self, b => b.commit(s, batch, now).await)
    }

    /// Up to `max` due jobs of `p`, each the head of its lane, held until `now + hold`: turn by
    /// turn among the tenants that have any, the oldest first within a tenant.
    pub async fn lease(
        &self,
        p: Partition,
        max: u16,
        hold: Duration,
        now: Instant,
    ) -> Result<Vec<Lease>, Unavailable> {
        either!(self, b => b.lease(p, max, hold, now).await)
    }

    /// The jobs that follow `lease` in its own lane, in order and due, at most `max`; stops
    /// before the first of another kind. For work that is cheaper together, such as the audit
    /// chain. Nothing if `lease` is no longer the caller's.
    pub async fn lease_next(
        &self,
        lease: &Lease,
        max: u16,
        hold: Duration,
        now: Instant,
    ) -> Result<Vec<Lease>, Unavailable> {
        either!(self, b => b.lease_next(lease, max, hold, now).await)
    }

    /// Holds the job until `now + hold`. False: it is no longer the caller's.
    pub async fn extend(
        &self,
        lease: &Lease,
        hold: Duration,
        now: Instant,
    ) -> Result<bool, Unavailable> {
        either!(self, b => b.extend(lease, hold, now).await)
    }

    /// Tenants of `p` that committed and did not end, in order of their printed ids.
    pub async fn tenants(
        &self,
        p: Partition,
        after: Option<&TenantId>,
        limit: u16,
    ) -> Result<Vec<TenantId>, Unavailable> {
        either!(self, b => b.tenants(p, after, limit).await)
    }

    /// Dead letters in order of their ids.
    pub async fn dead(
        &self,
        s: &Scope,
        after: Option<&JobKey>,
        limit: u16,
    ) -> Result<Vec<DeadJob>, Unavailable> {
        either!(self, b => b.dead(s, after, limit).await)
    }

    /// Pushes dead letters anew, due now, behind what waits in their lanes. Says how many of
    /// `ids` were dead.
    pub async fn redrive(
        &self,
        s: &Scope,
        ids: &[JobKey],
        now: Instant,
    ) -> Result<u32, Unavailable> {
        either!(self, b => b.redrive(s, ids, now).await)
    }

    /// Erases what the tenant has: records, listed, followed or not, with what folders remember of
    /// deleted ones; counters; jobs, leased or not; dead letters; ids of jobs that were done. All
    /// but what is `spared`, and the tenant's place among [`Store::tenants`], which it loses by
    /// a commit with [`Batch::last`]. A lease of an erased job is lost.
    ///
    /// Looks at, or removes, about `limit` things and says how to go on; `None` when a walk over
    /// all places found nothing to remove. Whoever writes for the tenant at the same time makes
    /// that walk longer, and what is written after it stays: end the tenant first.
    ///
    /// Safe to repeat, to begin anew and to do twice at once. On Redis it walks the names of all
    /// keys of the server, as records that no folder lists are found in no other way; what was
    /// removed is found in the server's append-only file, and in the file of the embedded store and
    /// its log, until that commit has them rewritten, at most every ten minutes.
    pub async fn erase(
        &self,
        tenant: &TenantId,
        spared: &Spared,
        from: Erasing,
        limit: u16,
        now: Instant,
    ) -> Result<Option<Erasing>, Unavailable> {
        let s = Scope::tenant(*tenant);
        either!(self, b => b.erase(&s, spared, from, limit, now).await)
    }

    /// Topics that were woken, by whatever process; slow receivers lose some.
    pub fn hints(&self) -> tokio::sync::broadcast::Receiver<Topic> {
        either!(self, b => b.hints())
    }

    /// Removes up to about `limit` of what has expired and says how much it was; 0 means done.
    pub async fn sweep(&self, p: Partition, limit: u16, now: Instant) -> Result<u32, Unavailable> {
        match &self.backend {
            // One file, one sweep for all partitions.
            Backend::Embedded(embedded) => embedded.sweep(limit, now).await,
            Backend::Redis(redis) => redis.sweep(p, limit, now).await,
        }
    }

    /// How the store is; answers within the deadline also when it is not well.
    pub async fn health(&self, now: Instant) -> Health {
        either!(self, b => b.health(now).await)
    }

    /// Ends what was begun and gives the file or the connections free. Later calls are
    /// `Unavailable`.
    pub async fn close(&self) {
        match &self.backend {
            Backend::Embedded(embedded) => embedded.close().await,
            Backend::Redis(redis) => redis.close(),
        }
    }
}
