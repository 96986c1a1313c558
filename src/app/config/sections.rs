//! The sections of the configuration: every setting, its meaning and its default.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Everything an operator can set. `deskbridge doctor` prints what is in force.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    pub server: ServerConfig,
    pub store: StoreConfig,
    pub vault: VaultConfig,
    pub blobs: BlobsConfig,
    pub connect: ConnectSection,
    pub jobs: JobsConfig,
    pub notes: NotesConfig,
    pub log: LogConfig,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServerConfig {
    /// Address and port of the public listener. Port 0 lets the system choose; the port is
    /// then printed as one JSON line. TLS is the front proxy's job.
    pub listen: String,
    /// Address and port of health, readiness and metrics; never expose it. Empty: switched off.
    pub operations: String,
    /// Where hosts and browsers reach the public listener, without a trailing slash.
    pub public_url: String,
    /// Connections served at once; more wait in the listen queue.
    pub max_connections: u32,
    /// Seconds a client may take to send its request headers.
    pub header_seconds: u64,
    /// Seconds that open requests may take to end when the server stops.
    pub stop_seconds: u64,
    /// Threads that serve requests. 0: one a core.
    pub threads: usize,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct JobsConfig {
    /// Whether this process also runs jobs: what follows from events, comments, ends of notes.
    /// Of several replicas on one Redis some may only answer requests; at least one must run jobs.
    pub run: bool,
    /// redis: seconds, 1 to 600, for which the work that a replica had begun when it died waits
    /// for it; then another takes it over. Work that goes on is held for as long as it takes.
    pub hold_seconds: u64,
}

impl Default for JobsConfig {
    fn default() -> Self {
        Self {
            run: true,
            hold_seconds: 30,
        }
    }
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StoreConfig {
    /// `embedded` (one process, one file) or `redis` (Redis >= 7.0 or Valkey; several replicas).
    pub kind: StoreKind,
    /// embedded: the database file; it and its folder are made if missing.
    pub path: PathBuf,
    /// redis: `redis://` or `rediss://` with database number.
    pub url: String,
    /// redis: weaknesses of the server that you accept, by the names `doctor` prints.
    pub accept: Vec<String>,
}

/// Without the address, which may hold a password.
impl std::fmt::Debug for StoreConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StoreConfig")
            .field("kind", &self.kind)
            .field("path", &self.path)
            .field("accept", &self.accept)
            .finish_non_exhaustive()
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StoreKind {
    #[default]
    Embedded,
    Redis,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct VaultConfig {
    /// The key ring that seals secrets at rest. Made at the first start; back it up apart.
    pub keys: PathBuf,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BlobsConfig {
    /// Where the sealed files of notes lie; made if missing. Without it beside an embedded store;
    /// on Redis no files are taken, since all replicas must see the same folder.
    pub folder: Option<PathBuf>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ConnectSection {
    /// The app's key, as its descriptor names it; never change it once installed.
    pub app_key: String,
    /// Where the host publishes the keys that sign installs.
    pub key_server: String,
    /// Where the host gives tokens for what a person had the app do in their own name.
    pub token_server: String,
    /// The host's browser bridge, `all.js`.
    pub bridge_script: String,
    /// Sites that may install the app: `https://*.example.com`, or an origin in full. `http://`
    /// is accepted for `127.0.0.1` and `localhost` only; `:*` stands for any port there.
    pub sites: Vec<String>,
    /// Seconds for which a replaced shared secret still verifies.
    pub secret_overlap_seconds: u64,
    /// Days, 1 to 90, for which an uninstalled site can come back by a reinstall. Then everything
    /// of it is erased.
    pub retention_days: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NotesConfig {
    /// Seconds from *Add note* to its announcement, in which it can be taken back.
    pub announce_after_seconds: u64,
    /// Days after which a note ends at the latest, 1 to 365.
    pub longest_days: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogConfig {
    /// `error`, `warn`, `info`, `debug` or `trace`, or a filter such as `info,deskbridge=debug`.
    pub level: String,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:8080".to_owned(),
            operations: "127.0.0.1:8081".to_owned(),
            public_url: "http://localhost:8080".to_owned(),
            max_connections: 10_000,
            header_seconds: 10,
            stop_seconds: 20,
            threads: 0,
        }
    }
}

impl Default for StoreConfig {
    fn default() -> Self {
        Self {
            kind: StoreKind::Embedded,
            path: PathBuf::from("deskbridge.sqlite"),
            url: String::new(),
            accept: Vec::new(),
        }
    }
}

impl Default for VaultConfig {
    fn default() -> Self {
        Self {
            keys: PathBuf::from("deskbridge.keys.toml"),
        }
    }
}

impl Default for ConnectSection {
    fn default() -> Self {
        Self {
            app_key: "deskbridge".to_owned(),
            key_server: "https://connect-install-keys.atlassian.com".to_owned(),
            token_server: "https://oauth-2-authorization-server.services.atlassian.com".to_owned(),
            bridge_script: "https://connect-cdn.atl-paas.net/all.js".to_owned(),
            sites: vec![
                "https://*.atlassian.net".to_owned(),
                "https://*.jira.com".to_owned(),
            ],
            secret_overlap_seconds: 600,
            retention_days: 30,
        }
    }
}

impl Default for NotesConfig {
    fn default() -> Self {
        Self {
            announce_after_seconds: 10,
            longest_days: 28,
        }
    }
}

impl Default for LogConfig {
    fn default() -> Self {
        Self {
            level: "info".to_owned(),
        }
    }
}
