use std::time::Duration;

use async_trait::async_trait;
use poem::http::{HeaderValue, Method};
use serde::Serialize;
use url::Url;

use super::qsh::qsh;
use super::secrets::Secrets;
use super::{DOOR, jwt};
use crate::clock::Instant;
use crate::ids::AccountId;
use crate::jira;
use crate::tenants::Tenant;

const LIFE: Duration = Duration::from_secs(180);
/// The host takes no assertion that lives longer than two minutes.
const ASSERTION_LIFE: Duration = Duration::from_secs(60);

/// Proves to a tenant's host that a request is the app's: a token signed with their shared
/// secret, bound to method, path and query, for three minutes.
#[derive(Clone, Debug)]
pub struct ConnectCredentials {
    app_key: String,
    token_server: Url,
}

/// No request may be made in this tenant's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoCredentials {
    #[error("the tenant has no shared secret")]
    NoSecret,
    #[error("the host named no client of its authorization server")]
    NoClient,
    /// A token sent elsewhere could be used by whoever receives it.
    #[error("the address is not one of the tenant's site")]
    Elsewhere,
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    iat: i64,
    exp: i64,
    qsh: String,
    aud: [&'a str; 1],
}

/// Bound to no request: it is for the authorization server alone.
#[derive(Serialize)]
struct Assertion<'a> {
    iss: String,
    sub: String,
    tnt: &'a str,
    aud: &'a str,
    iat: i64,
    exp: i64,
}

impl ConnectCredentials {
    pub fn new(app_key: impl Into<String>, token_server: Url) -> Self {
        Self {
            app_key: app_key.into(),
            token_server,
        }
    }

    /// What the host's authorization server is shown for a token in `account`'s name.
    pub fn assertion(
        &self,
        tenant: &Tenant,
        account: &AccountId,
        now: Instant,
    ) -> Result<jira::Assertion, NoCredentials> {
        if tenant.door != DOOR || !tenant.is_active() {
            return Err(NoCredentials::NoSecret);
        }
        let secrets = Secrets::of(&tenant.credentials).ok_or(NoCredentials::NoSecret)?;
        let client = secrets.client().ok_or(NoCredentials::NoClient)?;
        let server = self.token_server.as_str().trim_end_matches('/');
        let at = format!("{server}/oauth2/token");
        let claims = Assertion {
            iss: format!("urn:atlassian:connect:clientid:{client}"),
            sub: format!("urn:atlassian:connect:useraccountid:{account}"),
            tnt: &tenant.site.base_url,
            aud: server,
            iat: now.seconds(),
            exp: (now + ASSERTION_LIFE).seconds(),
        };
        Ok(jira::Assertion {
            at: at.parse().map_err(|_| NoCredentials::Elsewhere)?,
            jwt: jwt::sign(&claims, secrets.current()),
        })
    }

    /// The value of the `Authorization` header for a request to `url`, which must lie below the
    /// tenant's base address.
    pub fn authorise(
        &self,
        tenant: &Tenant,
        method: &Method,
        url: &Url,
        now: Instant,
    ) -> Result<HeaderValue, NoCredentials> {
        if tenant.door != DOOR || !tenant.is_active() {
            return Err(NoCredentials::NoSecret);
        }
        let secrets = Secrets::of(&tenant.credentials).ok_or(NoCredentials::NoSecret)?;
        let base = Url::parse(&tenant.site.base_url).map_err(|_| NoCredentials::Elsewhere)?;
        let context = base.path().trim_end_matches('/');
        let below = url
            .path()
            .strip_prefix(context)
            .is_some_and(|rest| rest.starts_with('/'));
        if url.origin() != base.origin() || !below {
            return Err(NoCredentials::Elsewhere);
        }
        let claims = Claims {
            iss: &self.app_key,
            iat: now.seconds(),
            exp: (now + LIFE).seconds(),
            qsh: qsh(method.as_str(), url.path(), context, url.query()),
            aud: [&tenant.install_key],
        };
        let token = jwt::sign(&claims, secrets.current());
        let mut value =
            HeaderValue::from_str(&format!("JWT {token}")).map_err(|_| NoCredentials::NoSecret)?;
        value.set_sensitive(true);
        Ok(value)
    }
}

#[async_trait]
impl jira::CredentialSource for ConnectCredentials {
    async fn authorise(
        &self,
        tenant: &Tenant,
        method: &Method,
        url: &Url,
        now: Instant,
    ) -> Result<HeaderValue, jira::NoCredentials> {
        Self::authorise(self, tenant, method, url, now).map_err(|why| {
            tracing::warn!(%why, tenant = %tenant.id, "a request was not signed");
            jira::NoCredentials
        })
    }

    async fn assertion(
        &self,
        tenant: &Tenant,
        account: &AccountId,
        now: Instant,
    ) -> Result<jira::Assertion, jira::NoCredentials> {
        Self::assertion(self, tenant, account, now).map_err(|why| {
            tracing::debug!(%why, tenant = %tenant.id, "nothing is done in a person's name");
            jira::NoCredentials
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doors::connect::jwt::Signed;
    use crate::ids::TenantId;
    use crate::tenants::{SiteUrls, TenantState};

    const NOW: Instant = Instant::from_seconds(1_700_000_000);

    fn tenant(base_url: &str) -> Tenant {
        Tenant {
            id: TenantId::from_bytes([1; 16]),
            door: DOOR,
            install_key: "client".into(),
            site: SiteUrls {
                base_url: base_url.into(),
                display_url: None,
                help_center_url: None,
            },
            state: TenantState::Active,
            credentials: Secrets::new("a shared secret").credentials(),
            installed_at: NOW,
            changed_at: NOW,
            moved_at: None,
        }
    }

    fn authorise(tenant: &Tenant, url: &str) -> Result<HeaderValue, NoCredentials> {
        credentials().authorise(tenant, &Method::GET, &Url::parse(url).unwrap(), NOW)
    }

    fn credentials() -> ConnectCredentials {
        ConnectCredentials::new("app", "https://tokens.example/".parse().unwrap())
    }

    #[test]
    fn an_assertion_names_app_person_and_site_and_lives_a_minute() {
        let niro: AccountId = "712020:niro".parse().unwrap();
        let mut site = tenant("https://a.example/jira");
        let unnamed = credentials().assertion(&site, &niro, NOW);
        assert_eq!(unnamed.err(), Some(NoCredentials::NoClient));
        let secrets = Secrets::new("a shared secret").of_client(Some("client-1"));
        site.credentials = secrets.credentials();
        let assertion = credentials().assertion(&site, &niro, NOW).unwrap();
        assert_eq!(assertion.at.as_str(), "https://tokens.example/oauth2/token");
        assert!(!format!("{assertion:?}").contains(&assertion.jwt));
        let signed = Signed::Hs256(&[b"a shared secret"]);
        let claims: serde_json::Value = jwt::verify_signature(&assertion.jwt, &signed).unwrap();
        assert_eq!(
            claims,
            serde_json::json!({
                "iss": "urn:atlassian:connect:clientid:client-1",
                "sub": "urn:atlassian:connect:useraccountid:712020:niro",
                "tnt": "https://a.example/jira", "aud": "https://tokens.example",
                "iat": NOW.seconds(), "exp": NOW.seconds() + 60,
            })
        );
        site.state = TenantState::Disabled;
        let gone = credentials().assertion(&site, &niro, NOW);
        assert_eq!(gone.err(), Some(NoCredentials::NoSecret));
    }

    #[test]
    fn a_call_is_bound_to_its_path_below_the_sites_own() {
        let value = authorise(
            &tenant("https://a.example/jira"),
            "https://a.example/jira/x?b=1",
        );
        let value = value.unwrap();
        assert!(value.is_sensitive());
        let token = value.to_str().unwrap().strip_prefix("JWT ").unwrap();
        let claims = jwt::verify(token, &Signed::Hs256(&[b"a shared secret"]), NOW).unwrap();
        assert_eq!(claims.iss, "app");
        assert_eq!(claims.audience(), ["client"]);
        assert_eq!(claims.qsh, Some(qsh("GET", "/x", "", Some("b=1"))));
    }

    #[test]
    fn no_token_leaves_for_another_place() {
        let site = tenant("https://a.example/jira");
        for elsewhere in [
            "https://b.example/jira/x",
            "http://a.example/jira/x",
            "https://a.example:444/jira/x",
            "https://a.example/jirax",
            "https://a.example/x",
            "https://a.example/jira/../x",
        ] {
            assert_eq!(
                authorise(&site, elsewhere),
                Err(NoCredentials::Elsewhere),
                "{elsewhere}"
            );
        }
    }

    #[test]
    fn a_tenant_that_is_gone_has_no_credentials() {
        let mut gone = tenant("https://a.example");
        gone.state = TenantState::Disabled;
        assert_eq!(
            authorise(&gone, "https://a.example/x"),
            Err(NoCredentials::NoSecret)
        );
    }
}
