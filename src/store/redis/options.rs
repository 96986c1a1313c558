use std::fmt;

use crate::store::Backlog;

/// Which server, and what about it the operator accepts.
#[derive(Clone, Default)]
pub struct RedisOptions {
    /// `redis://` or, with TLS, `rediss://`; may hold a password.
    pub url: String,
    /// Names of shortcomings of the server's settings, as a refusal names them: `everysec`,
    /// `no-sync`, `no-append-only`, `eviction`, `failover`, `unknown-settings`.
    pub accept: Vec<String>,
    pub backlog: Backlog,
}

impl RedisOptions {
    pub fn new(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            ..Self::default()
        }
    }
}

impl fmt::Debug for RedisOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisOptions")
            .field("accept", &self.accept)
            .field("backlog", &self.backlog)
            .finish_non_exhaustive()
    }
}
