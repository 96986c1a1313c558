//! Where a test keeps things. A suite whose promises hold on either kind of store runs whole on
//! each of them.

use std::path::Path;

use deskbridge::app::config::{StoreConfig, StoreKind};
use deskbridge::store::{RedisOptions, Store};
use tempfile::TempDir;

use crate::store::server::{self, Server};

/// A store that nobody else has, gone with the value.
pub struct Place {
    /// An embedded store, and what else a bridge keeps in files.
    pub folder: TempDir,
    pub server: Option<Server>,
}

impl Place {
    pub fn new(kind: StoreKind) -> Self {
        let redis = kind == StoreKind::Redis && server::installed();
        Self {
            folder: tempfile::tempdir().unwrap(),
            server: redis.then(|| Server::start(&[])),
        }
    }

    /// What a configuration says of it.
    pub fn section(&self) -> StoreConfig {
        match &self.server {
            None => StoreConfig {
                path: self.folder.path().join("store.db"),
                ..StoreConfig::default()
            },
            Some(server) => StoreConfig {
                kind: StoreKind::Redis,
                url: server.url(),
                ..StoreConfig::default()
            },
        }
    }

    pub async fn open(&self) -> Store {
        let section = self.section();
        match section.kind {
            StoreKind::Embedded => Store::open_embedded(&section.path).unwrap(),
            StoreKind::Redis => {
                let options = RedisOptions::new(&section.url);
                Store::open_redis(&options).await.unwrap()
            }
        }
    }

    /// Every byte that is kept on disk.
    pub fn dump(&self) -> Vec<u8> {
        let mut out = files(self.folder.path());
        if let Some(server) = &self.server {
            out.extend(files(server.folder.path()));
        }
        out
    }
}

fn files(folder: &Path) -> Vec<u8> {
    let mut out = Vec::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path.is_dir() {
            out.extend(files(&path));
        } else {
            // One that a rewrite has just removed holds nothing.
            out.extend(std::fs::read(path).unwrap_or_default());
        }
    }
    out
}

/// Runs each test of a module on every kind of store.
macro_rules! on_each_store {
    ($($test:ident),* $(,)?) => {
        mod embedded {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                super::$test(deskbridge::app::config::StoreKind::Embedded).await;
            })*
        }

        mod redis {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                super::$test(deskbridge::app::config::StoreKind::Redis).await;
            })*
        }
    };
}
pub(crate) use on_each_store;
