//! Atlassian Connect: what Jira-compatible hosts and already installed tenants speak. Nothing
//! outside this folder, `descriptor/` and the panels' `host/` knows of it.

mod change;
pub mod descriptor;
mod inbound;
pub mod jwt;
mod keys;
mod lifecycle;
mod outbound;
pub mod qsh;
mod refusal;
mod secrets;
mod site;

use std::time::Duration;

use url::Url;

use crate::clock::Entropy;
use crate::tenants::{DoorKind, Tenants};

pub use lifecycle::Notice;
pub use outbound::ConnectCredentials;
pub use site::{BadPattern, SitePattern};

pub(super) use refusal::Refusal;

use keys::KeyServer;

/// How tenants of this door are marked.
pub const DOOR: DoorKind = DoorKind::new("connect");

/// What an operator states about this door.
#[derive(Clone, Debug)]
pub struct ConnectConfig {
    /// 1 to 64 of `A-Z a-z 0-9 . _ -`; never changes once installed.
    pub app_key: String,
    /// Where hosts and browsers reach us; its path, if any, is in front of every route.
    pub public_url: Url,
    /// Where the host publishes the keys that sign installations: https, or loopback.
    pub key_server: Url,
    /// Where the host gives tokens for what a person had the app do in their name: https, or
    /// loopback.
    pub token_server: Url,
    /// The host's browser bridge, `all.js`.
    pub bridge_script: Url,
    /// Which sites may install the app.
    pub sites: Vec<SitePattern>,
    /// For how long a replaced shared secret still verifies.
    pub secret_overlap: Duration,
    /// From uninstall to shredding; an installation in between restores.
    pub retention: Duration,
}

/// Why the door cannot be opened with this configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    #[error("{field}: {why}")]
    Invalid {
        field: &'static str,
        why: &'static str,
    },
    #[error("no HTTP client can be made")]
    Http(#[from] reqwest::Error),
}

impl ConnectConfig {
    fn check(&self) -> Result<(), ConnectError> {
        let invalid = |field, why| Err(ConnectError::Invalid { field, why });
        let plain = |c: u8| c.is_ascii_alphanumeric() || b"._-".contains(&c);
        if !(1..=64).contains(&self.app_key.len()) || !self.app_key.bytes().all(plain) {
            return invalid(
                "app_key",
                "1 to 64 letters, digits, dots, dashes, underscores",
            );
        }
        if self.sites.is_empty() {
            return invalid("sites", "at least one site must be allowed");
        }
        let safe = |url: &Url| {
            url.scheme() == "https" || (url.scheme() == "http" && site::is_loopback(url))
        };
        for (field, url) in [
            ("public_url", &self.public_url),
            ("key_server", &self.key_server),
            ("token_server", &self.token_server),
            ("bridge_script", &self.bridge_script),
        ] {
            if !safe(url) {
                return invalid(field, "an https address, or http on this machine");
            }
        }
        Ok(())
    }

    /// The address in the descriptor, without a trailing slash.
    pub(crate) fn base_url(&self) -> &str {
        self.public_url.as_str().trim_end_matches('/')
    }
}

/// The door, opened.
#[derive(Debug)]
pub(super) struct Connect {
    config: ConnectConfig,
    tenants: Tenants,
    keys: KeyServer,
    entropy: Entropy,
}

impl Connect {
    pub(super) fn new(
        config: ConnectConfig,
        tenants: Tenants,
        entropy: Entropy,
    ) -> Result<Self, ConnectError> {
        config.check()?;
        let keys = KeyServer::new(config.key_server.clone())?;
        Ok(Self {
            config,
            tenants,
            keys,
            entropy,
        })
    }

    pub(super) fn config(&self) -> &ConnectConfig {
        &self.config
    }
}
