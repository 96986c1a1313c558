use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::digest;
use bytes::Bytes;
use poem::error::ReadBodyError;
use poem::{Body, Request};

use super::jwt::{self, Claims, Signed, TokenError};
use super::qsh::{hex, qsh};
use super::secrets::Secrets;
use super::{Connect, DOOR, Refusal};
use crate::clock::Instant;
use crate::doors::panel::single_authorization;
use crate::doors::visit::{PageVisit, VerifiedEvent};
use crate::ids::{AccountId, IssueId};
use crate::tenants::{Surface, Tenant, TenantState};

/// What a token for panels has in place of a hash.
const UNBOUND: &str = "context-qsh";
/// What Jira sends at most.
const LARGEST_EVENT: usize = 25 * 1024 * 1024;
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// Which tenants a token may come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Admit {
    Active,
    /// The host must be able to switch a tenant on again.
    AlsoDisabled,
}

/// What a request shows of itself before anything of it is believed.
pub(super) struct Asked<'a> {
    method: &'a str,
    /// As sent: never normalised, or a signature for one path would open another.
    path: &'a str,
    query: Option<&'a str>,
}

impl<'a> Asked<'a> {
    pub(super) fn of(request: &'a Request) -> Self {
        let uri = request.original_uri();
        Self {
            method: request.method().as_str(),
            path: uri.path(),
            query: uri.query(),
        }
    }

    /// Names and values as a form has them. The hash of a request does not tell the order of
    /// doubled names and is blind to bytes that are no text, so neither is accepted.
    pub(super) fn parameters(&self) -> Result<Vec<(String, String)>, TokenError> {
        let query = self.query.unwrap_or_default();
        if percent_encoding::percent_decode_str(query)
            .decode_utf8()
            .is_err()
        {
            return Err(TokenError::Bound);
        }
        let all: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect();
        let mut names: Vec<&str> = all.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        if names.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(TokenError::Doubled);
        }
        Ok(all)
    }
}

/// Whether a token is bound to exactly this request.
pub(super) fn check_bound(
    claims: &Claims,
    asked: &Asked<'_>,
    base_path: &str,
) -> Result<(), TokenError> {
    match claims.qsh.as_deref() {
        None | Some(UNBOUND) => Err(TokenError::Unbound),
        Some(hash) if hash == qsh(asked.method, asked.path, base_path, asked.query) => Ok(()),
        Some(_) => Err(TokenError::Bound),
    }
}

/// The token in the `Authorization: JWT` header, which must be the request's only one.
pub(super) fn header_token<'a>(
    request: &'a Request,
    parameters: &[(String, String)],
) -> Result<&'a str, TokenError> {
    let ("JWT", token) = single_authorization(request)? else {
        return Err(TokenError::Missing);
    };
    if parameters.iter().any(|(name, _)| name == "jwt") {
        return Err(TokenError::Doubled);
    }
    Ok(token)
}

/// The whole body, if it is no larger than `most` and arrives in time.
pub(super) async fn read_body(
    request: &Request,
    body: Body,
    most: usize,
) -> Result<Bytes, Refusal> {
    let length = request.headers().get("content-length");
    let stated = length.and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if stated.is_some_and(|stated| stated > most as u64) {
        return Err(Refusal::TooLarge);
    }
    match tokio::time::timeout(BODY_TIMEOUT, body.into_bytes_limit(most)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(ReadBodyError::PayloadTooLarge)) => Err(Refusal::TooLarge),
        Ok(Err(_)) | Err(_) => Err(Refusal::Body),
    }
}

impl Connect {
    pub(in crate::doors) async fn page(
        &self,
        request: &Request,
        now: Instant,
    ) -> Result<PageVisit, Refusal> {
        let asked = Asked::of(request);
        let surface = self.surface_at(asked.path).ok_or(Refusal::NoSuchPage)?;
        let parameters = asked.parameters()?;
        if request.headers().contains_key("authorization") {
            return Err(TokenError::Doubled.into());
        }
        let value = |wanted: &str| {
            let found = parameters.iter().find(|(name, _)| name == wanted);
            found
                .map(|(_, value)| value.as_str())
                .filter(|v| !v.is_empty())
        };
        let token = value("jwt").ok_or(TokenError::Missing)?;
        let (tenant, claims) = self.bound(token, &asked, Admit::Active, now).await?;
        let issue = value("issue").or_else(|| value("request"));
        let issue: Option<IssueId> = match issue.map(str::parse) {
            Some(Ok(issue)) => Some(issue),
            None if !surface.needs_issue() => None,
            _ => {
                return Err(Refusal::Invalid {
                    field: "issue",
                    why: "the host did not say which issue this is",
                });
            }
        };
        Ok(PageVisit {
            tenant,
            account: account(&claims)?,
            surface,
            issue,
            session: None,
        })
    }

    /// Who shows a token that the host gave a panel of ours.
    pub(in crate::doors) async fn panel(
        &self,
        token: &str,
        now: Instant,
    ) -> Result<PageVisit, Refusal> {
        let (tenant, claims) = self.host_token(token, Admit::Active, now).await?;
        if claims.qsh.as_deref() != Some(UNBOUND) {
            return Err(TokenError::Bound.into());
        }
        let issue: Option<IssueId> = match claims.issue().map(str::parse) {
            None => None,
            Some(Ok(issue)) => Some(issue),
            Some(Err(_)) => return Err(TokenError::Malformed.into()),
        };
        Ok(PageVisit {
            tenant,
            account: account(&claims)?,
            surface: match issue {
                Some(_) => Surface::IssueActivity,
                None => Surface::Background,
            },
            issue,
            session: None,
        })
    }

    pub(in crate::doors) async fn webhook(
        &self,
        request: &Request,
        body: Body,
        now: Instant,
    ) -> Result<VerifiedEvent, Refusal> {
        let asked = Asked::of(request);
        let parameters = asked.parameters()?;
        let token = header_token(request, &parameters)?;
        let (tenant, _) = self.bound(token, &asked, Admit::Active, now).await?;
        let body = read_body(request, body, LARGEST_EVENT).await?;
        let delivery = delivery(request, &body);
        Ok(VerifiedEvent::new(tenant, delivery, body, now))
    }

    /// The tenant and claims behind a token that is bound to this request.
    pub(super) async fn bound(
        &self,
        token: &str,
        asked: &Asked<'_>,
        admit: Admit,
        now: Instant,
    ) -> Result<(Arc<Tenant>, Claims), Refusal> {
        let (tenant, claims) = self.host_token(token, admit, now).await?;
        check_bound(&claims, asked, self.config.public_url.path())?;
        Ok((tenant, claims))
    }

    /// The tenant and claims behind a token that the host signed with the tenant's secret.
    async fn host_token(
        &self,
        token: &str,
        admit: Admit,
        now: Instant,
    ) -> Result<(Arc<Tenant>, Claims), Refusal> {
        let issuer = jwt::unverified::<Claims>(token)?.iss;
        let known = self.tenants.by_install(&DOOR, &issuer, now).await?;
        let known = known.ok_or(TokenError::Tenant)?;
        let first = match self.check(token, &known, admit, now) {
            Ok(claims) => return Ok((known, claims)),
            Err(error) => error,
        };
        // What is remembered of the tenant may be some seconds old: a new secret, or the app
        // switched on again.
        if !matches!(
            first,
            TokenError::Signature | TokenError::Disabled | TokenError::Tenant
        ) {
            return Err(first.into());
        }
        let seen = self.tenants.fresh_by_install(&DOOR, &issuer, now).await?;
        let tenant = seen.ok_or(TokenError::Tenant)?.tenant;
        if tenant == known {
            return Err(first.into());
        }
        let claims = self.check(token, &tenant, admit, now)?;
        Ok((tenant, claims))
    }

    fn check(
        &self,
        token: &str,
        tenant: &Tenant,
        admit: Admit,
        now: Instant,
    ) -> Result<Claims, TokenError> {
        if !tenant.is_installed() {
            return Err(TokenError::Tenant);
        }
        let secrets = Secrets::of(&tenant.credentials).ok_or(TokenError::Tenant)?;
        let claims = jwt::verify(token, &Signed::Hs256(&secrets.accepted(now)), now)?;
        if claims.iss != tenant.install_key {
            return Err(TokenError::Issuer);
        }
        self.check_audience(&claims, tenant)?;
        // Only now: who cannot prove to be the host is not told that the app is switched off.
        if tenant.state == TenantState::Disabled && admit == Admit::Active {
            return Err(TokenError::Disabled);
        }
        Ok(claims)
    }

    /// Hosts leave the audience out or name us or the installation.
    fn check_audience(&self, claims: &Claims, tenant: &Tenant) -> Result<(), TokenError> {
        let ours = |one: &String| {
            one == &tenant.install_key || one == &self.config.app_key || self.is_our_url(one)
        };
        match claims.audience() {
            [] => Ok(()),
            some if some.iter().any(ours) => Ok(()),
            _ => Err(TokenError::Audience),
        }
    }

    pub(super) fn is_our_url(&self, text: &str) -> bool {
        text.strip_suffix('/').unwrap_or(text) == self.config.base_url()
    }

    fn surface_at(&self, path: &str) -> Option<Surface> {
        let base = self.config.public_url.path().trim_end_matches('/');
        let path = match path.strip_prefix(base) {
            Some(rest) if rest.starts_with('/') => rest,
            _ => path,
        };
        path.strip_prefix("/panels/")?.parse().ok()
    }
}

fn account(claims: &Claims) -> Result<Option<AccountId>, TokenError> {
    match claims.sub.as_deref() {
        None | Some("") => Ok(None),
        Some(sub) => sub.parse().map(Some).map_err(|_| TokenError::Malformed),
    }
}

fn delivery(request: &Request, body: &Bytes) -> String {
    let named = request
        .headers()
        .get("x-atlassian-webhook-identifier")
        .and_then(|value| value.to_str().ok())
        .filter(|name| {
            (1..=128).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_graphic())
        });
    match named {
        Some(name) => name.to_owned(),
        None => format!(
            "sha256:{}",
            hex(digest::digest(&digest::SHA256, body).as_ref())
        ),
    }
}
