//! A store to test on, and short ways to say what a test does with it.

use std::ops::Deref;
use std::time::Duration;

use bytes::Bytes;
use deskbridge::clock::{Clock, Entropy, Instant};
use deskbridge::ids::{Scope, TenantId};
use deskbridge::store::{
    Backlog, Batch, CommitError, Envelope, Expect, JobKey, Key, Lane, Lease, Record, RedisOptions,
    Store, Until, Version,
};
use tempfile::TempDir;

use super::server::{self, Server};

/// A store, a tenant nobody else has, and the time at which the test began.
pub struct Bed {
    pub store: Store,
    pub scope: Scope,
    pub now: Instant,
    pub server: Option<Server>,
    /// Of the embedded store.
    pub folder: Option<TempDir>,
}

impl Deref for Bed {
    type Target = Store;

    fn deref(&self) -> &Store {
        &self.store
    }
}

pub const HOLD: Duration = Duration::from_secs(30);
pub const BACKLOG: Backlog = Backlog {
    jobs: 1000,
    bytes: 2_000_000,
};

pub fn embedded() -> Bed {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let store = Store::open_embedded_with(&path, BACKLOG).unwrap();
    bed(store, Some(folder), None)
}

/// None where no server is installed.
pub async fn redis(options: &[&str]) -> Option<Bed> {
    if !server::installed() {
        return None;
    }
    let server = Server::start(options);
    Some(on(server).await)
}

pub fn cluster() -> Option<Server> {
    if !server::installed() {
        return None;
    }
    let server = Server::start(&["--cluster-enabled", "yes"]);
    server.own_all_slots();
    Some(server)
}

/// A new store on a server whose old one is gone.
pub async fn emptied(server: &Server) -> Bed {
    server.say("FLUSHALL");
    bed(open(server).await, None, None)
}

async fn on(server: Server) -> Bed {
    bed(open(&server).await, None, Some(server))
}

/// A bed on a store that the test opened itself.
pub fn around(store: Store, server: Server) -> Bed {
    bed(store, None, Some(server))
}

async fn open(server: &Server) -> Store {
    let mut options = RedisOptions::new(&server.url());
    options.backlog = BACKLOG;
    options.accept = vec!["no-sync".to_owned()];
    Store::open_redis(&options).await.unwrap()
}

fn bed(store: Store, folder: Option<TempDir>, server: Option<Server>) -> Bed {
    Bed {
        store,
        scope: scope(),
        now: Clock::system().now(),
        server,
        folder,
    }
}

pub fn scope() -> Scope {
    Scope::tenant(TenantId::random(&Entropy::system()))
}

/// Another tenant of the same partition.
pub fn neighbour(scope: &Scope) -> Scope {
    loop {
        let other = self::scope();
        if other.partition() == scope.partition() {
            return other;
        }
    }
}

/// A tenant of another partition.
pub fn elsewhere(scope: &Scope) -> Scope {
    loop {
        let other = self::scope();
        if other.partition() != scope.partition() {
            return other;
        }
    }
}

/// Bytes that do not pack.
pub fn noise(size: usize) -> Vec<u8> {
    let mut state = 1_u64;
    let step = |_| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        state.to_be_bytes()[0]
    };
    (0..size).map(step).collect()
}

pub const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub fn key(name: &str) -> Key {
    Key::point("test", &[name])
}

pub fn put(key: &Key, value: &str) -> Batch {
    Batch {
        put: vec![(
            key.clone(),
            Bytes::copy_from_slice(value.as_bytes()),
            Until::Keep,
        )],
        ..Batch::default()
    }
}

pub fn put_until(key: &Key, value: &str, until: Instant) -> Batch {
    let mut batch = put(key, value);
    batch.put[0].2 = Until::At(until);
    batch
}

pub fn delete(key: &Key) -> Batch {
    Batch {
        delete: vec![key.clone()],
        ..Batch::default()
    }
}

pub fn expecting(expect: Expect) -> Batch {
    Batch {
        expect: vec![expect],
        ..Batch::default()
    }
}

pub fn job(id: &str, lane: Lane, due: Instant) -> Envelope {
    Envelope {
        id: JobKey::of(&[id]),
        kind: "test".into(),
        lane,
        due,
        body: Bytes::copy_from_slice(format!("body of {id}").as_bytes()),
    }
}

pub fn push(jobs: Vec<Envelope>) -> Batch {
    Batch {
        push: jobs,
        ..Batch::default()
    }
}

pub fn done(leases: Vec<Lease>) -> Batch {
    Batch {
        done: leases,
        ..Batch::default()
    }
}

pub fn text(record: Option<&Record>) -> Option<String> {
    record.map(|record| String::from_utf8(record.value.to_vec()).unwrap())
}

pub fn ids(leases: &[Lease]) -> Vec<&str> {
    leases.iter().map(|lease| lease.job.id.as_str()).collect()
}

impl Bed {
    pub async fn write(&self, batch: Batch) -> Version {
        self.store
            .commit(&self.scope, &batch, self.now)
            .await
            .unwrap()
    }

    pub async fn refused(&self, batch: Batch) -> CommitError {
        let answer = self.store.commit(&self.scope, &batch, self.now).await;
        answer.unwrap_err()
    }

    pub async fn read(&self, key: &Key) -> Option<String> {
        let record = self.store.get(&self.scope, key, self.now).await.unwrap();
        text(record.as_ref())
    }

    pub async fn read_at(&self, key: &Key, now: Instant) -> Option<String> {
        text(
            self.store
                .get(&self.scope, key, now)
                .await
                .unwrap()
                .as_ref(),
        )
    }

    pub async fn lease_at(&self, max: u16, now: Instant) -> Vec<Lease> {
        let p = self.scope.partition();
        let leases = self.store.lease(p, max, HOLD, now).await.unwrap();
        // Other tests may use the same partition of a shared server.
        leases
            .into_iter()
            .filter(|lease| lease.job.scope == self.scope)
            .collect()
    }

    pub async fn lease_all(&self, max: u16) -> Vec<Lease> {
        self.lease_at(max, self.now).await
    }

    pub async fn one(&self) -> Lease {
        let mut leases = self.lease_all(1).await;
        assert_eq!(leases.len(), 1, "one job is due");
        leases.remove(0)
    }
}
