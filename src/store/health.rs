use std::path::PathBuf;
use std::time::Duration;

/// Why a store was not opened. Each is for the operator to act on.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("another process has the store {} open", .0.display())]
    Busy(PathBuf),
    #[error("the store cannot be opened: {0}")]
    Unreachable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Written by a release that this one does not understand, or not a store at all.
    #[error("the store cannot be used by this release: {0}")]
    Incompatible(String),
    /// Settings of the server that may lose what was answered as written.
    #[error("the store's settings are refused: {0}")]
    Unsafe(String),
}

/// What the store says of itself, for health checks and metrics.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    /// It answers, and is the store that was opened.
    pub reachable: bool,
    pub persistence: Persistence,
    /// How long the job that waits longest has been due.
    pub oldest_due: Option<Duration>,
    /// Jobs that wait or are leased, and dead letters.
    pub jobs: u64,
    pub dead: u64,
}

/// Whether an answered commit survives a crash of the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Persistence {
    Durable,
    /// It may be lost in ways that the operator accepted by these names.
    Accepted(Vec<String>),
    /// The settings changed to ones that were not accepted; commits are refused.
    Refused(String),
}

/// How much one tenant may have waiting before its pushes are refused with `Full`.
#[derive(Clone, Copy, Debug)]
pub struct Backlog {
    pub jobs: u64,
    /// Of their bodies, as stored.
    pub bytes: u64,
}

impl Default for Backlog {
    fn default() -> Self {
        Self {
            jobs: 200_000,
            bytes: 1024 * 1024 * 1024,
        }
    }
}
