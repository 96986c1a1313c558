//! Shred keys: one key per note, kept apart from everything else, so that destroying 32 bytes
//! destroys the note in every copy of the store that was ever made.

mod file;
mod redis;

use std::path::Path;
use std::sync::Arc;

use self::file::FileKeys;
use self::redis::RedisKeys;
use crate::clock::{Clock, Instant};
use crate::store::{OpenError, RedisOptions, Unavailable};

/// Keeps shred keys by ids of the caller's choice, at most 64 bytes. Cheap to clone; every answer
/// comes after the sync.
#[derive(Clone, Debug)]
pub struct ShredKeys {
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    File(Arc<FileKeys>),
    Redis(Arc<RedisKeys>),
}

impl ShredKeys {
    /// In a file of its own, made if missing; one process at a time.
    ///
    /// Blocks while it opens.
    pub fn in_file(path: &Path, clock: &Clock) -> Result<Self, OpenError> {
        let keys = FileKeys::open(path, clock.clone())?;
        Ok(Self {
            kind: Kind::File(Arc::new(keys)),
        })
    }

    /// On the server of the store, under keys of their own. The server must make no dumps.
    pub async fn in_redis(options: &RedisOptions, clock: &Clock) -> Result<Self, OpenError> {
        let keys = RedisKeys::open(options, clock.clone()).await?;
        Ok(Self {
            kind: Kind::Redis(Arc::new(keys)),
        })
    }

    /// Keeps `key` under `id`, unless `id` has one already: then that one stays.
    pub async fn put(&self, id: &[u8], key: &[u8; 32]) -> Result<(), Unavailable> {
        match &self.kind {
            Kind::File(keys) => keys.put(id, key).await,
            Kind::Redis(keys) => keys.put(id, key).await,
        }
    }

    pub async fn get(&self, id: &[u8]) -> Result<Option<[u8; 32]>, Unavailable> {
        match &self.kind {
            Kind::File(keys) => keys.get(id).await,
            Kind::Redis(keys) => keys.get(id).await,
        }
    }

    /// Destroys the key of `id`, if there is one.
    pub async fn shred(&self, id: &[u8]) -> Result<(), Unavailable> {
        match &self.kind {
            Kind::File(keys) => keys.shred(id).await,
            Kind::Redis(keys) => keys.shred(id).await,
        }
    }

    /// Destroys every key whose id begins with `prefix`, of one byte at least; says how many. Cut
    /// off, what it did is done, and another call goes on.
    pub async fn shred_all(&self, prefix: &[u8]) -> Result<u64, Unavailable> {
        match &self.kind {
            Kind::File(keys) => keys.shred_all(prefix).await,
            Kind::Redis(keys) => keys.shred_all(prefix).await,
        }
    }

    /// Ids of the keys that were put before `before`, for the owner to shred those that it does
    /// not know any more.
    pub async fn orphans(&self, before: Instant) -> Result<Vec<Vec<u8>>, Unavailable> {
        match &self.kind {
            Kind::File(keys) => keys.put_before(before).await,
            Kind::Redis(keys) => keys.put_before(before).await,
        }
    }

    /// Ends what was begun and gives the file free.
    pub async fn close(&self) {
        match &self.kind {
            Kind::File(keys) => keys.close().await,
            Kind::Redis(keys) => keys.close(),
        }
    }
}
