use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use url::Url;

use crate::clock::Instant;
use crate::ids::TenantId;

/// Which door an installation came through. The rooms behind the doors only compare and store it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DoorKind(Cow<'static, str>);

impl DoorKind {
    pub const fn new(name: &'static str) -> Self {
        Self(Cow::Borrowed(name))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a door keeps to prove and to check identity at this tenant: bytes that only that door can
/// read. Sealed by the vault at rest, never printed.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Credentials(Vec<u8>);

impl Credentials {
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// For the door that made them.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(..)")
    }
}

/// Addresses of a site, each without a trailing slash. Requests only ever go to `base_url`, which
/// the door has held against the list of allowed sites; the others are for links and frames.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SiteUrls {
    pub base_url: String,
    /// Where people see the site, if that is elsewhere.
    pub display_url: Option<String>,
    /// Where customers see the portal, if that is elsewhere.
    pub help_center_url: Option<String>,
}

impl SiteUrls {
    /// Where agents open issues.
    pub fn display(&self) -> &str {
        self.display_url.as_deref().unwrap_or(&self.base_url)
    }

    /// Where customers open requests.
    pub fn help_center(&self) -> &str {
        self.help_center_url
            .as_deref()
            .unwrap_or_else(|| self.display())
    }

    /// The origins that may show our panels in a frame, each once.
    pub fn frame_ancestors(&self) -> Vec<String> {
        let mut out = Vec::new();
        for url in [self.base_url.as_str(), self.display(), self.help_center()] {
            if let Ok(url) = Url::parse(url) {
                let origin = url.origin().ascii_serialization();
                if !out.contains(&origin) {
                    out.push(origin);
                }
            }
        }
        out
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "is")]
pub enum TenantState {
    Active,
    /// Switched off by an admin of the site: nothing is accepted, effects are parked.
    Disabled,
    /// Everything is kept until `shred_at`; an installation before that finds it again.
    Uninstalled {
        at: Instant,
        shred_at: Instant,
    },
    /// Everything is being erased `since` then, after the uninstallation `at`: nothing comes back
    /// any more, and an installation begins anew.
    Shredding {
        at: Instant,
        since: Instant,
    },
}

/// How long after a move of the site new browsers are expected.
const QUIET: Duration = Duration::from_secs(7 * 86_400);

/// One installation of the app on a site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tenant {
    pub id: TenantId,
    pub door: DoorKind,
    /// What the host calls the installation.
    pub install_key: String,
    pub site: SiteUrls,
    pub state: TenantState,
    pub credentials: Credentials,
    pub installed_at: Instant,
    pub changed_at: Instant,
    /// When the site last got another address, if it ever did.
    pub moved_at: Option<Instant>,
}

impl Tenant {
    /// Whether the site got another address within the last days: browsers keep what they keep by
    /// address, so each begins anew there.
    pub fn moved_lately(&self, now: Instant) -> bool {
        self.moved_at.is_some_and(|at| now.since(at) < QUIET)
    }

    pub fn is_active(&self) -> bool {
        self.state == TenantState::Active
    }

    /// Whether the app is on the site, switched on or off.
    pub fn is_installed(&self) -> bool {
        matches!(self.state, TenantState::Active | TenantState::Disabled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_allowed_by_origin_once() {
        let site = SiteUrls {
            base_url: "https://acme.atlassian.net/jira".into(),
            display_url: Some("https://acme.atlassian.net".into()),
            help_center_url: Some("https://help.acme.example/portal".into()),
        };
        assert_eq!(
            site.frame_ancestors(),
            ["https://acme.atlassian.net", "https://help.acme.example"]
        );
    }
}
