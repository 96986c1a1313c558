use std::time::Duration;

use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};
use serde::{Deserialize, Serialize};

use super::connect::jwt::{self, Signed, TokenError};
use super::{Doors, PanelCaller};
use crate::clock::{Entropy, Instant};
use crate::ids::{AccountId, IssueId, TenantId};
use crate::tenants::Surface;
use crate::vault::Vault;
use crate::wire::Refused;

const ISSUER: &str = "deskbridge";
const KEY: &str = "panel session";
const LIFE: Duration = Duration::from_secs(15 * 60);
/// A session may be renewed until the host's own proof is this old; then the host is asked anew.
const RENEWABLE: Duration = Duration::from_secs(8 * 60 * 60);

/// What a panel session vouches for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Claim {
    pub(super) tenant: TenantId,
    pub(super) account: AccountId,
    pub(super) surface: Surface,
    pub(super) issue: Option<IssueId>,
    /// When the host last vouched for the person.
    pub(super) proved_at: Instant,
}

/// Makes and checks panel sessions, under keys of the vault: no secret that a host knows can
/// make one.
#[derive(Clone, Debug)]
pub(super) struct Sessions {
    vault: Vault,
    entropy: Entropy,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    iss: String,
    aud: TenantId,
    sub: AccountId,
    surface: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    issue: Option<IssueId>,
    proved: i64,
    iat: i64,
    exp: i64,
    jti: String,
}

impl Sessions {
    pub(super) fn new(vault: Vault, entropy: Entropy) -> Self {
        Self { vault, entropy }
    }

    /// The token, and when it ends.
    pub(super) fn mint(&self, claim: &Claim, now: Instant) -> (String, Instant) {
        let ends = now + LIFE;
        let wire = Wire {
            iss: ISSUER.to_owned(),
            aud: claim.tenant,
            sub: claim.account.clone(),
            surface: claim.surface.as_str().to_owned(),
            issue: claim.issue,
            proved: claim.proved_at.seconds(),
            iat: now.seconds(),
            exp: ends.seconds(),
            jti: super::connect::qsh::hex(&self.entropy.bytes::<8>()),
        };
        let keys = self.vault.derive(KEY);
        let token = jwt::sign(&wire, &keys[0]);
        (token, Instant::from_seconds(ends.seconds()))
    }

    pub(super) fn verify(&self, token: &str, now: Instant) -> Result<Claim, TokenError> {
        let keys = self.vault.derive(KEY);
        let keys: Vec<&[u8]> = keys.iter().map(|key| &key[..]).collect();
        let wire: Wire = jwt::verify_signature(token, &Signed::Hs256(&keys))?;
        jwt::check_times(wire.iat, wire.exp, None, now)?;
        if wire.iss != ISSUER {
            return Err(TokenError::Issuer);
        }
        Ok(Claim {
            tenant: wire.aud,
            account: wire.sub,
            surface: wire.surface.parse().map_err(|_| TokenError::Malformed)?,
            issue: wire.issue,
            proved_at: Instant::from_seconds(wire.proved),
        })
    }

    /// A new session for the same person, place and issue.
    pub(super) fn renew(
        &self,
        claim: &Claim,
        now: Instant,
    ) -> Result<(String, Instant), TokenError> {
        if now.since(claim.proved_at) > RENEWABLE {
            return Err(TokenError::Expired);
        }
        Ok(self.mint(claim, now))
    }
}

/// A panel session, to be sent as `Authorization: Bearer`.
#[derive(Clone, Object)]
#[oai(rename_all = "camelCase")]
pub struct SessionGrant {
    pub session: String,
    /// Seconds since 1970.
    pub expires_at: i64,
}

/// The route that renews panel sessions.
pub struct SessionApi {
    doors: Doors,
}

impl SessionApi {
    pub fn new(doors: Doors) -> Self {
        Self { doors }
    }
}

#[OpenApi]
impl SessionApi {
    /// A new panel session
    ///
    /// For the same person, surface and issue as the proof it is asked with: a live session, or a
    /// token of the host. Eight hours after the host last vouched for the person only the latter.
    #[oai(path = "/session", method = "post", operation_id = "renewSession")]
    async fn renew(&self, caller: PanelCaller) -> Result<Json<SessionGrant>, Refused> {
        let (session, expires_at) = self.doors.renew(&caller)?;
        Ok(Json(SessionGrant {
            session,
            expires_at: expires_at.seconds(),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vault::KeyRing;

    const NOW: Instant = Instant::from_seconds(1_700_000_000);

    fn claim() -> Claim {
        Claim {
            tenant: TenantId::from_bytes([7; 16]),
            account: "712020:niro".parse().unwrap(),
            surface: Surface::IssueActivity,
            issue: Some(IssueId::new(10_001)),
            proved_at: NOW,
        }
    }

    fn ring() -> KeyRing {
        KeyRing::generate(&Entropy::seeded(1), NOW)
    }

    #[test]
    fn a_session_lives_a_quarter_of_an_hour() {
        let sessions = Sessions::new(Vault::new(ring(), Entropy::system()), Entropy::system());
        let (token, ends) = sessions.mint(&claim(), NOW);
        assert_eq!(ends, NOW + LIFE);
        assert_eq!(sessions.verify(&token, NOW), Ok(claim()));
        assert_eq!(
            sessions.verify(&token, ends - Duration::from_secs(1)),
            Ok(claim())
        );
        assert_eq!(sessions.verify(&token, ends), Err(TokenError::Expired));
    }

    #[test]
    fn rotating_the_ring_ends_no_session() {
        let vault = Vault::new(ring(), Entropy::system());
        let sessions = Sessions::new(vault.clone(), Entropy::system());
        let (token, _) = sessions.mint(&claim(), NOW);
        let mut longer = ring();
        longer.add(&Entropy::seeded(2), NOW);
        vault.replace(longer);
        assert_eq!(sessions.verify(&token, NOW), Ok(claim()));
        vault.replace(KeyRing::generate(&Entropy::seeded(3), NOW));
        assert_eq!(sessions.verify(&token, NOW), Err(TokenError::Signature));
    }

    #[test]
    fn renewal_ends_with_the_hosts_proof() {
        let sessions = Sessions::new(Vault::new(ring(), Entropy::system()), Entropy::system());
        let late = NOW + RENEWABLE;
        let (token, _) = sessions.renew(&claim(), late).unwrap();
        assert_eq!(sessions.verify(&token, late), Ok(claim()));
        assert_eq!(
            sessions.renew(&claim(), late + Duration::from_secs(1)),
            Err(TokenError::Expired)
        );
    }
}
