use std::sync::Arc;

use poem::{Request, RequestBody};
use poem_openapi::registry::{MetaSecurityScheme, Registry};
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions};

use super::Doors;
use super::connect::Refusal;
use super::connect::jwt::TokenError;
use super::session::Claim;
use crate::clock::Instant;
use crate::tenants::{Caller, Proof, TenantState};
use crate::wire::{Kind, Problem};

const SESSION_SCHEME: &str = "PanelSession";
const HOST_SCHEME: &str = "HostToken";

/// The verified person behind a panel's request. Taking it as an argument is what guards a route.
#[derive(Clone, Debug)]
pub struct PanelCaller(pub Caller);

impl std::ops::Deref for PanelCaller {
    type Target = Caller;

    fn deref(&self) -> &Caller {
        &self.0
    }
}

impl<'a> ApiExtractor<'a> for PanelCaller {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::SecurityScheme];
    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        let scheme = |ty, description| MetaSecurityScheme {
            ty,
            description: Some(description),
            name: None,
            key_in: None,
            scheme: None,
            bearer_format: None,
            flows: None,
            openid_connect_url: None,
        };
        registry.create_security_scheme(
            SESSION_SCHEME,
            MetaSecurityScheme {
                scheme: Some("bearer"),
                bearer_format: Some("JWT"),
                ..scheme("http", "The session that came with the panel's page")
            },
        );
        registry.create_security_scheme(
            HOST_SCHEME,
            MetaSecurityScheme {
                name: Some("Authorization"),
                key_in: Some("header"),
                ..scheme(
                    "apiKey",
                    "`JWT ` and the token that the host's script gives a panel",
                )
            },
        );
    }

    fn security_schemes() -> Vec<&'static str> {
        vec![SESSION_SCHEME, HOST_SCHEME]
    }

    async fn from_request(
        request: &'a Request,
        _body: &mut RequestBody,
        _options: ExtractParamOptions<()>,
    ) -> poem::Result<Self> {
        let Some(doors) = request.data::<Doors>() else {
            return Err(Problem::new(Kind::Internal).into_error());
        };
        doors.panel(request).await.map_err(Problem::into_error)
    }
}

impl Doors {
    /// Who sends a panel's request: a session of ours, or a token that the host gave the panel.
    /// A token that the host bound to some request is not for panels and is refused.
    pub async fn panel(&self, request: &Request) -> Result<PanelCaller, Problem> {
        let now = self.inner.clock.now();
        let found = match single_authorization(request) {
            Ok(("Bearer", token)) => self.by_session(token, now).await,
            Ok(("JWT", token)) => self.by_host_token(token, now).await,
            Ok(_) => Err(TokenError::Missing.into()),
            Err(error) => Err(error.into()),
        };
        found.map_err(|refusal| refusal.answer("panel"))
    }

    /// A new session for a caller, and when it ends.
    pub(super) fn renew(&self, caller: &PanelCaller) -> Result<(String, Instant), Problem> {
        let claim = Claim {
            tenant: caller.tenant.id,
            account: caller.account.clone(),
            surface: caller.surface,
            issue: caller.issue,
            proved_at: caller.proved_at,
        };
        let renewed = self.inner.sessions.renew(&claim, self.inner.clock.now());
        renewed.map_err(|error| Refusal::from(error).answer("session"))
    }

    async fn by_session(&self, token: &str, now: Instant) -> Result<PanelCaller, Refusal> {
        let claim = self.inner.sessions.verify(token, now)?;
        let tenant = self.inner.tenants.get(&claim.tenant, now).await?;
        let tenant = tenant.ok_or(TokenError::Tenant)?;
        match tenant.state {
            TenantState::Active => {}
            TenantState::Disabled => return Err(TokenError::Disabled.into()),
            TenantState::Uninstalled { .. } | TenantState::Shredding { .. } => {
                return Err(TokenError::Tenant.into());
            }
        }
        Ok(PanelCaller(Caller {
            tenant,
            account: claim.account,
            surface: claim.surface,
            issue: claim.issue,
            proof: Proof::Session,
            proved_at: claim.proved_at,
        }))
    }

    async fn by_host_token(&self, token: &str, now: Instant) -> Result<PanelCaller, Refusal> {
        let visit = self.inner.connect.panel(token, now).await?;
        // Nobody is logged in: there is no one to answer.
        let account = visit.account.ok_or(TokenError::Anonymous)?;
        Ok(PanelCaller(Caller {
            tenant: Arc::clone(&visit.tenant),
            account,
            surface: visit.surface,
            issue: visit.issue,
            proof: Proof::Host,
            proved_at: now,
        }))
    }
}

/// Scheme and value of the one `Authorization` header.
pub(super) fn single_authorization(request: &Request) -> Result<(&str, &str), TokenError> {
    let mut all = request.headers().get_all("authorization").iter();
    let one = all.next().ok_or(TokenError::Missing)?;
    if all.next().is_some() {
        return Err(TokenError::Doubled);
    }
    let text = one.to_str().map_err(|_| TokenError::Malformed)?;
    text.split_once(' ').ok_or(TokenError::Malformed)
}
