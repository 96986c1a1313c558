use poem::{Body, Request};
use serde::Deserialize;

use super::change::{self, Installation};
use super::inbound::{Admit, Asked, check_bound, header_token, read_body};
use super::jwt::{self, Claims, Signed, TokenError};
use super::site::{allowed, displayable};
use super::{Connect, ConnectConfig, DOOR, Refusal};
use crate::audit::Action;
use crate::clock::Instant;
use crate::ids::TenantId;
use crate::store::Batch;
use crate::tenants::{SaveError, Seen, SiteUrls, Tenant};

const LARGEST_NOTICE: usize = 64 * 1024;
/// How often a change is decided anew because somebody else changed the tenant meanwhile.
const TRIES: usize = 3;

/// What a host says of an installation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    Installed,
    Uninstalled,
    Enabled,
    Disabled,
}

impl Notice {
    pub const fn name(self) -> &'static str {
        match self {
            Notice::Installed => "installed",
            Notice::Uninstalled => "uninstalled",
            Notice::Enabled => "enabled",
            Notice::Disabled => "disabled",
        }
    }
}

/// What a host sends; it may send more.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Payload {
    key: String,
    client_key: String,
    #[serde(default)]
    event_type: Option<String>,
    #[serde(default)]
    shared_secret: Option<String>,
    #[serde(default)]
    oauth_client_id: Option<String>,
    #[serde(default)]
    base_url: Option<String>,
    #[serde(default)]
    display_url: Option<String>,
    #[serde(default)]
    display_url_servicedesk_help_center: Option<String>,
}

const fn invalid(field: &'static str, why: &'static str) -> Refusal {
    Refusal::Invalid { field, why }
}

/// An id that may stand in a token: anything else is as good as none.
fn plain(id: &str) -> bool {
    (1..=255).contains(&id.len()) && id.bytes().all(|c| c.is_ascii_graphic())
}

impl Payload {
    fn parse(body: &[u8], notice: Notice, config: &ConnectConfig) -> Result<Self, Refusal> {
        let payload: Payload = serde_json::from_slice(body)
            .map_err(|_| invalid("body", "not what a host sends about an installation"))?;
        if payload.key != config.app_key {
            return Err(invalid("key", "another app's"));
        }
        let event = payload.event_type.as_deref();
        if event.is_some_and(|event| event != notice.name()) {
            return Err(invalid("eventType", "not what this route is for"));
        }
        if !plain(&payload.client_key) {
            return Err(invalid("clientKey", "1 to 255 printable characters"));
        }
        Ok(payload)
    }

    fn installation(self, config: &ConnectConfig) -> Result<Installation, Refusal> {
        let secret = self
            .shared_secret
            .filter(|secret| (16..=512).contains(&secret.len()))
            .ok_or(invalid("sharedSecret", "16 to 512 characters"))?;
        let base_url = self
            .base_url
            .and_then(|url| allowed(&url, &config.sites))
            .ok_or(invalid("baseUrl", "not a site that may install this app"))?;
        let shown = |url: Option<String>| url.and_then(|url| displayable(&url, &config.sites));
        Ok(Installation {
            install_key: self.client_key,
            client: self.oauth_client_id.filter(|id| plain(id)),
            secret,
            site: SiteUrls {
                display_url: shown(self.display_url),
                help_center_url: shown(self.display_url_servicedesk_help_center),
                base_url,
            },
        })
    }
}

impl Connect {
    pub(in crate::doors) async fn lifecycle(
        &self,
        notice: Notice,
        request: &Request,
        body: Body,
        now: Instant,
    ) -> Result<(), Refusal> {
        let asked = Asked::of(request);
        let token = header_token(request, &asked.parameters()?)?;
        match notice {
            Notice::Installed | Notice::Uninstalled => {
                // All that needs no key comes first: nobody gets us to fetch keys for nonsense.
                self.check_install(&jwt::unverified(token)?, &asked, now)?;
                let header = jwt::header(token)?;
                let name = header.kid.as_deref().ok_or(TokenError::KeyName)?;
                if header.alg != jsonwebtoken::Algorithm::RS256 {
                    return Err(TokenError::Algorithm.into());
                }
                let key = self.keys.key(name, now).await?;
                let claims = jwt::verify(token, &Signed::Rs256(&key), now)?;
                self.check_install(&claims, &asked, now)?;
                let payload = self.payload(notice, request, body, &claims).await?;
                if notice == Notice::Installed {
                    self.install(payload.installation(&self.config)?, now).await
                } else {
                    self.uninstall(&claims, now).await
                }
            }
            Notice::Enabled | Notice::Disabled => {
                let (_, claims) = self.bound(token, &asked, Admit::AlsoDisabled, now).await?;
                self.payload(notice, request, body, &claims).await?;
                self.switch(&claims, notice == Notice::Enabled, now).await
            }
        }
    }

    /// Signatures of installations are made with keys that all apps of the host share: only the
    /// audience says that this one is for us.
    fn check_install(
        &self,
        claims: &Claims,
        asked: &Asked<'_>,
        now: Instant,
    ) -> Result<(), TokenError> {
        claims.check_times(now)?;
        if !claims.audience().iter().any(|one| self.is_our_url(one)) {
            return Err(TokenError::Audience);
        }
        check_bound(claims, asked, self.config.public_url.path())
    }

    async fn payload(
        &self,
        notice: Notice,
        request: &Request,
        body: Body,
        claims: &Claims,
    ) -> Result<Payload, Refusal> {
        let body = read_body(request, body, LARGEST_NOTICE).await?;
        let payload = Payload::parse(&body, notice, &self.config)?;
        if payload.client_key != claims.iss {
            return Err(TokenError::Issuer.into());
        }
        Ok(payload)
    }

    async fn install(&self, new: Installation, now: Instant) -> Result<(), Refusal> {
        for _ in 0..TRIES {
            let seen = self.seen(&new.install_key, now).await?;
            let seen = seen.filter(|seen| change::comes_back(&seen.tenant, now));
            let (tenant, action) = match &seen {
                Some(seen) => change::again(&seen.tenant, &new, &self.config, now),
                None => match self.claim(&new, now).await {
                    Ok(id) => (change::first(id, &new, now), Action::Installed),
                    Err(SaveError::Conflict) => continue,
                    Err(error) => return Err(error.into()),
                },
            };
            if self.saved(tenant, seen.as_ref(), action, now).await? {
                return Ok(());
            }
        }
        Err(SaveError::Conflict.into())
    }

    async fn claim(&self, new: &Installation, now: Instant) -> Result<TenantId, SaveError> {
        self.tenants
            .claim(&DOOR, &new.install_key, &self.entropy, now)
            .await
    }

    async fn uninstall(&self, claims: &Claims, now: Instant) -> Result<(), Refusal> {
        for _ in 0..TRIES {
            let Some(seen) = self.seen(&claims.iss, now).await? else {
                return Ok(());
            };
            let signed_at = claims.issued_at();
            let Some(tenant) = change::uninstalled(&seen.tenant, signed_at, &self.config, now)
            else {
                return Ok(());
            };
            if self
                .saved(tenant, Some(&seen), Action::Uninstalled, now)
                .await?
            {
                return Ok(());
            }
        }
        Err(SaveError::Conflict.into())
    }

    async fn switch(&self, claims: &Claims, on: bool, now: Instant) -> Result<(), Refusal> {
        let action = if on {
            Action::Enabled
        } else {
            Action::Disabled
        };
        for _ in 0..TRIES {
            let seen = self.seen(&claims.iss, now).await?;
            let Some(seen) = seen else { return Ok(()) };
            let Some(tenant) = change::switched(&seen.tenant, on, now) else {
                return Ok(());
            };
            if self.saved(tenant, Some(&seen), action, now).await? {
                return Ok(());
            }
        }
        Err(SaveError::Conflict.into())
    }

    async fn seen(&self, install_key: &str, now: Instant) -> Result<Option<Seen>, Refusal> {
        Ok(self
            .tenants
            .fresh_by_install(&DOOR, install_key, now)
            .await?)
    }

    /// Whether the change was written; false when somebody else was first.
    async fn saved(
        &self,
        tenant: Tenant,
        seen: Option<&Seen>,
        action: Action,
        now: Instant,
    ) -> Result<bool, Refusal> {
        let with = Batch {
            push: change::followers(&tenant, action, now),
            ..Batch::default()
        };
        match self.tenants.save(tenant, seen, with, now).await {
            Ok(tenant) => {
                tracing::info!(tenant = %tenant.id, what = action.name(), "tenant changed");
                Ok(true)
            }
            Err(SaveError::Conflict) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

#[cfg(test)]
#[path = "lifecycle_tests.rs"]
mod tests;
