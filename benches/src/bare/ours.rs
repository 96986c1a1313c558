//! Our own commit script behind a bare server: what the bridge adds around it is the difference.

use bytes::Bytes;
use deskbridge::clock::Clock;
use deskbridge::ids::{IssueId, Scope, TenantId};
use deskbridge::jobs::{event_lane, pack};
use deskbridge::store::{Backlog, Batch, Envelope, JobKey, RedisOptions, Store};

use crate::Failure;

pub struct Ours {
    store: Store,
    scope: Scope,
    clock: Clock,
}

impl Ours {
    pub async fn open(url: &str) -> Result<Self, Failure> {
        let backlog = Backlog {
            jobs: 100_000_000,
            bytes: 1 << 40,
        };
        let options = RedisOptions {
            backlog,
            ..RedisOptions::new(url)
        };
        let store = Store::open_redis(&options).await?;
        let scope = Scope::tenant(TenantId::from_bytes([7; 16]));
        Ok(Self {
            store,
            scope,
            clock: Clock::system(),
        })
    }

    /// The same one commit as a webhook's: the event's job, named by its identifier. Nobody
    /// takes these jobs, so the queue only grows.
    pub async fn accept(&self, id: &str, body: &Bytes) -> Result<(), Failure> {
        let now = self.clock.now();
        let number = id.rsplit('-').next().and_then(|n| n.parse::<u64>().ok());
        let issue = 10_000 + number.unwrap_or_default() % crate::webhooks::ISSUES;
        let batch = Batch {
            push: vec![Envelope {
                id: JobKey::of(&["event", id]),
                kind: "event".into(),
                lane: event_lane(IssueId::new(issue)),
                due: now,
                body: pack(1, body),
            }],
            ..Batch::default()
        };
        self.store.commit(&self.scope, &batch, now).await?;
        Ok(())
    }
}
