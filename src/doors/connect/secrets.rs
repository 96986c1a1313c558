use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clock::Instant;
use crate::tenants::Credentials;

/// What this door keeps of a tenant: the secret it shares with the host, and for a while the one
/// before, because requests under way were signed with that.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Secrets {
    current: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    previous: Option<Previous>,
    /// Who the app is to the host's authorization server, where the host said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    client: Option<String>,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Previous {
    secret: String,
    until: Instant,
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets(..)")
    }
}

impl Secrets {
    pub(super) fn new(current: &str) -> Self {
        Self {
            current: current.to_owned(),
            previous: None,
            client: None,
        }
    }

    /// The same, under the id that the last installation gave the app.
    pub(super) fn of_client(self, client: Option<&str>) -> Self {
        Self {
            client: client.map(str::to_owned),
            ..self
        }
    }

    pub(super) fn client(&self) -> Option<&str> {
        self.client.as_deref()
    }

    /// The secrets after the host gave a new one.
    pub(super) fn rotated(&self, next: &str, overlap: Duration, now: Instant) -> Self {
        if self.current == next {
            return self.clone();
        }
        Self {
            current: next.to_owned(),
            previous: Some(Previous {
                secret: self.current.clone(),
                until: now + overlap,
            }),
            client: self.client.clone(),
        }
    }

    pub(super) fn current(&self) -> &[u8] {
        self.current.as_bytes()
    }

    /// The secrets that the host may have signed with.
    pub(super) fn accepted(&self, now: Instant) -> Vec<&[u8]> {
        let previous = self.previous.as_ref().filter(|p| now < p.until);
        std::iter::once(self.current())
            .chain(previous.map(|p| p.secret.as_bytes()))
            .collect()
    }

    /// None where a tenant has no secret: it was uninstalled, or came through another door.
    pub(super) fn of(credentials: &Credentials) -> Option<Self> {
        serde_json::from_slice(credentials.expose()).ok()
    }

    pub(super) fn credentials(&self) -> Credentials {
        Credentials::new(serde_json::to_vec(self).expect("strings and a number"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Instant = Instant::from_seconds(1_700_000_000);
    const OVERLAP: Duration = Duration::from_secs(600);

    #[test]
    fn the_old_secret_is_taken_until_the_overlap_ends() {
        let first = Secrets::new("first secret");
        let second = first.rotated("second secret", OVERLAP, NOW);
        let at = |seconds| second.accepted(NOW + Duration::from_secs(seconds));
        assert_eq!(at(599), [&b"second secret"[..], b"first secret"]);
        assert_eq!(at(600), [&b"second secret"[..]]);
    }

    #[test]
    fn only_one_old_secret_is_kept_and_the_same_one_is_no_rotation() {
        let second = Secrets::new("first").rotated("second", OVERLAP, NOW);
        let third = second.rotated("third", OVERLAP, NOW);
        assert_eq!(third.accepted(NOW), [&b"third"[..], b"second"]);
        assert_eq!(second.rotated("second", OVERLAP, NOW), second);
    }

    #[test]
    fn kept_and_read_again_without_showing() {
        let secrets = Secrets::new("a secret").rotated("another secret", OVERLAP, NOW);
        assert_eq!(Secrets::of(&secrets.credentials()), Some(secrets.clone()));
        assert_eq!(format!("{secrets:?}"), "Secrets(..)");
        assert_eq!(Secrets::of(&Credentials::default()), None);
    }
}
