//! The kernel: records, ranges, counters, a change feed, conditional commits, lanes and leases,
//! over an embedded SQLite file or Redis. See [`Store`].

mod batch;
mod record;

pub use batch::{
    Add, Batch, CommitError, Envelope, Expect, JobKey, Lane, Lease, LeaseToken, Reason, StoredJob,
    Topic, Until,
};
pub use record::{Change, DeadJob, Folder, Key, Name, Page, Record, Unavailable, Version};

use std::time::Duration;

use crate::clock::Instant;
use crate::ids::{Partition, Scope, TenantId};

/// One store, of either kind. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {}

/// A stand-in until the kernel lands; every method has the final signature.
#[expect(
    clippy::todo,
    clippy::unused_async,
    unused_variables,
    reason = "replaced by the kernel"
)]
impl Store {
    pub async fn get(
        &self,
        s: &Scope,
        key: &Key,
        now: Instant,
    ) -> Result<Option<Record>, Unavailable> {
        todo!()
    }
    pub async fn get_many(
        &self,
        s: &Scope,
        keys: &[Key],
        now: Instant,
    ) -> Result<Vec<Option<Record>>, Unavailable> {
        todo!()
    }
    pub async fn range(
        &self,
        s: &Scope,
        folder: &Folder,
        after: Option<&Name>,
        limit: u16,
        now: Instant,
    ) -> Result<Page, Unavailable> {
        todo!()
    }
    pub async fn changes(
        &self,
        s: &Scope,
        folder: &Folder,
        after: Version,
        limit: u16,
    ) -> Result<Vec<Change>, Unavailable> {
        todo!()
    }
    pub async fn commit(
        &self,
        s: &Scope,
        batch: &Batch,
        now: Instant,
    ) -> Result<Version, CommitError> {
        todo!()
    }
    pub async fn lease(
        &self,
        p: Partition,
        max: u16,
        hold: Duration,
        now: Instant,
    ) -> Result<Vec<Lease>, Unavailable> {
        todo!()
    }
    /// The jobs that follow `lease` in its own lane, in order and due, at most `max`; stops
    /// before the first of another kind. For work that is cheaper together, such as the audit
    /// chain.
    pub async fn lease_next(
        &self,
        lease: &Lease,
        max: u16,
        hold: Duration,
        now: Instant,
    ) -> Result<Vec<Lease>, Unavailable> {
        todo!()
    }
    pub async fn extend(
        &self,
        lease: &Lease,
        hold: Duration,
        now: Instant,
    ) -> Result<bool, Unavailable> {
        todo!()
    }
    pub async fn tenants(
        &self,
        p: Partition,
        after: Option<&TenantId>,
        limit: u16,
    ) -> Result<Vec<TenantId>, Unavailable> {
        todo!()
    }
    pub async fn dead(
        &self,
        s: &Scope,
        after: Option<&JobKey>,
        limit: u16,
    ) -> Result<Vec<DeadJob>, Unavailable> {
        todo!()
    }
    pub async fn redrive(
        &self,
        s: &Scope,
        ids: &[JobKey],
        now: Instant,
    ) -> Result<u32, Unavailable> {
        todo!()
    }
    pub fn hints(&self) -> tokio::sync::broadcast::Receiver<Topic> {
        todo!()
    }
    pub async fn sweep(&self, p: Partition, limit: u16, now: Instant) -> Result<u32, Unavailable> {
        todo!()
    }
}
