//! The host's side of Atlassian Connect: one app may be installed on the site.

mod descriptor;
mod frames;
mod lifecycle;
mod outbox;

use serde::Serialize;
use serde_json::Value;

pub use descriptor::Scope;
pub use frames::{Frame, FrameError};
pub use lifecycle::InstallError;
pub use outbox::{Attempt, Deliveries, Delivery, Outbox, State as DeliveryState, WebhookFaults};

/// An installed app, with what host and app agreed on.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Installed {
    pub key: String,
    pub name: String,
    pub base_url: String,
    pub descriptor_url: String,
    pub client_key: String,
    pub shared_secret: String,
    pub oauth_client_id: String,
    pub enabled: bool,
    #[serde(skip)]
    pub descriptor: Value,
}

impl Installed {
    /// Modules of one type; the descriptor may give a list or a single one.
    pub fn modules(&self, kind: &str) -> Vec<&Value> {
        match &self.descriptor["modules"][kind] {
            Value::Array(list) => list.iter().collect(),
            Value::Null => Vec::new(),
            single => vec![single],
        }
    }

    /// The module of that key, with its type.
    pub fn module(&self, key: &str) -> Option<(&str, &Value)> {
        let types = self.descriptor["modules"].as_object()?;
        types.keys().find_map(|kind| {
            let module = self.modules(kind).into_iter().find(|m| m["key"] == key)?;
            Some((kind.as_str(), module))
        })
    }

    pub fn grants(&self, needed: Scope) -> bool {
        let scopes = self.descriptor["scopes"].as_array();
        scopes
            .into_iter()
            .flatten()
            .filter_map(|s| Scope::parse(s.as_str()?))
            .any(|held| held.implies(needed))
    }

    /// Absolute address of something the descriptor names relative to its base URL.
    pub fn address(&self, url: &str) -> String {
        if url.starts_with("http://") || url.starts_with("https://") {
            return url.to_owned();
        }
        let slash = if url.starts_with('/') { "" } else { "/" };
        format!("{}{slash}{url}", self.base_url)
    }
}

impl std::fmt::Debug for Installed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Installed")
            .field("key", &self.key)
            .field("base_url", &self.base_url)
            .field("client_key", &self.client_key)
            .field("enabled", &self.enabled)
            .finish_non_exhaustive()
    }
}
