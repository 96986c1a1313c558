use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use reqwest::Method;
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderValue};
use serde::de::DeserializeOwned;
use url::Url;

use super::acting::{Assertion, Token};
use super::call::Call;
use super::error::JiraError;
use super::fresh::Fresh;
use super::http::{self, Cut, HttpOptions};
use super::limits::{Limits, Observed};
use super::site::{FieldIds, Own, Site};
use crate::clock::{Clock, Entropy, Instant};
use crate::ids::{AccountId, TenantId};
use crate::tenants::Tenant;

/// The site has nothing to prove the app with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no usable credentials for this site")]
pub struct NoCredentials;

/// Makes the `Authorization` header of one request, valid at `now`. Implemented by the doors, one for each way a
/// tenant was installed.
#[async_trait]
pub trait CredentialSource: Send + Sync {
    async fn authorise(
        &self,
        tenant: &Tenant,
        method: &Method,
        url: &Url,
        now: Instant,
    ) -> Result<HeaderValue, NoCredentials>;

    /// What a token for doing something in `account`'s own name is given for. None where a door
    /// has no such thing.
    async fn assertion(
        &self,
        _tenant: &Tenant,
        _account: &AccountId,
        _now: Instant,
    ) -> Result<Assertion, NoCredentials> {
        Err(NoCredentials)
    }
}

/// The client for all sites. Cheap to clone.
#[derive(Clone)]
pub struct Jira {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub(super) http: reqwest::Client,
    pub(super) options: HttpOptions,
    pub(super) credentials: Arc<dyn CredentialSource>,
    pub(super) clock: Clock,
    entropy: Entropy,
    limits: Mutex<Limits>,
    own_accounts: Fresh<TenantId, Own>,
    pub(super) tokens: Fresh<(TenantId, AccountId), Token>,
    field_ids: Fresh<TenantId, FieldIds>,
}

/// Why one exchange gave no answer at all.
enum Lost {
    /// Nothing is known about what the other side did; it may answer a second time.
    Connection,
    /// The time is used up.
    Late,
    Told(JiraError),
}

impl Jira {
    /// Fails when TLS cannot be set up.
    pub fn new(
        options: HttpOptions,
        credentials: Arc<dyn CredentialSource>,
        clock: Clock,
        entropy: Entropy,
    ) -> Result<Self, reqwest::Error> {
        Ok(Self {
            inner: Arc::new(Inner {
                http: http::client(&options)?,
                limits: Mutex::new(Limits::new(options.points_per_hour)),
                options,
                credentials,
                clock,
                entropy,
                own_accounts: Fresh::new(1024),
                tokens: Fresh::new(1024),
                field_ids: Fresh::new(1024),
            }),
        })
    }

    /// The calls to one tenant's site.
    pub fn site(&self, tenant: Arc<Tenant>) -> Site {
        Site::new(self.clone(), tenant)
    }

    pub fn clock(&self) -> &Clock {
        &self.inner.clock
    }

    pub(super) fn own_accounts(&self) -> &Fresh<TenantId, Own> {
        &self.inner.own_accounts
    }

    pub(super) fn field_ids(&self) -> &Fresh<TenantId, FieldIds> {
        &self.inner.field_ids
    }

    /// Sends and reads a body of JSON.
    pub(super) async fn fetch<T: DeserializeOwned>(
        &self,
        tenant: &Tenant,
        call: &Call,
    ) -> Result<T, JiraError> {
        let body = self.send(tenant, call).await?;
        serde_json::from_slice(&body).map_err(|_| JiraError::Unreadable)
    }

    /// Sends; a call that changes nothing is tried a second time when the connection broke.
    pub(super) async fn send(&self, tenant: &Tenant, call: &Call) -> Result<Vec<u8>, JiraError> {
        let mut outcome = Box::pin(self.once(tenant, call)).await;
        if call.harmless && matches!(outcome, Err(Lost::Connection)) {
            let pause = 20 + self.inner.entropy.below(80);
            tokio::time::sleep(Duration::from_millis(pause)).await;
            outcome = Box::pin(self.once(tenant, call)).await;
        }
        let told = outcome.map_err(|lost| match lost {
            Lost::Connection | Lost::Late => JiraError::Unreachable,
            Lost::Told(error) => error,
        });
        count(call, &told);
        told
    }

    async fn once(&self, tenant: &Tenant, call: &Call) -> Result<Vec<u8>, Lost> {
        self.admitted(tenant.id, call).await.map_err(Lost::Told)?;
        let request = self.request(tenant, call).await.map_err(Lost::Told)?;
        let answer = self.inner.http.execute(request).await.map_err(|error| {
            if error.is_timeout() {
                Lost::Late
            } else {
                Lost::Connection
            }
        })?;
        let status = answer.status().as_u16();
        let waits = self.observe(tenant.id, call, status, answer.headers());
        if !(200..300).contains(&status) {
            return match (verdict(status, waits), status) {
                (JiraError::Unreachable, 502..=504) => Err(Lost::Connection),
                (error, _) => Err(Lost::Told(error)),
            };
        }
        let body = http::read_body(answer, self.inner.options.longest_answer).await;
        body.map_err(|cut| match cut {
            Cut::TooLong => Lost::Told(JiraError::Unreadable),
            Cut::Broken => Lost::Connection,
        })
    }

    /// Waits a little where the limits hold the call back; refuses where they hold it longer.
    async fn admitted(&self, tenant: TenantId, call: &Call) -> Result<(), JiraError> {
        let deadline = self.inner.clock.now() + self.inner.options.longest_wait;
        loop {
            let now = self.inner.clock.now();
            let Err(until) = self.limits(|limits| limits.admit(tenant, &call.ask, now)) else {
                return Ok(());
            };
            if until > deadline {
                return Err(JiraError::RateLimited { until });
            }
            tokio::time::sleep(until.since(now)).await;
        }
    }

    async fn request(&self, tenant: &Tenant, call: &Call) -> Result<reqwest::Request, JiraError> {
        let url = call.url(&base_url(tenant)?);
        let mut proof = match &call.proof {
            Some(theirs) => theirs.clone(),
            None => self
                .inner
                .credentials
                .authorise(tenant, &call.method, &url, self.inner.clock.now())
                .await
                .map_err(|NoCredentials| JiraError::NoCredentials)?,
        };
        proof.set_sensitive(true);
        let mut request = self
            .inner
            .http
            .request(call.method.clone(), url)
            .header(AUTHORIZATION, proof)
            .header(ACCEPT, "application/json");
        if let Some(body) = &call.body {
            request = request.json(body);
        }
        request.build().map_err(|_| JiraError::Unreachable)
    }

    fn observe(
        &self,
        tenant: TenantId,
        call: &Call,
        status: u16,
        headers: &reqwest::header::HeaderMap,
    ) -> Option<Instant> {
        let now = self.inner.clock.now();
        let seen = Observed::read(status, headers, now);
        let jitter = self.inner.entropy.below(301);
        self.limits(|limits| limits.observe(tenant, &call.ask, &seen, jitter, now))
    }

    fn limits<T>(&self, what: impl FnOnce(&mut Limits) -> T) -> T {
        let mut limits = self
            .inner
            .limits
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        what(&mut limits)
    }
}

/// What a status other than success means. Bodies of refusals are not read: they may be empty,
/// no JSON, or quote the request.
pub(super) fn verdict(status: u16, waits: Option<Instant>) -> JiraError {
    match (status, waits) {
        (_, Some(until)) => JiraError::RateLimited { until },
        (403, _) => JiraError::Forbidden,
        (404, _) => JiraError::NotFound,
        (408 | 425 | 500..=599, _) => JiraError::Unreachable,
        _ => JiraError::Refused { status },
    }
}

fn base_url(tenant: &Tenant) -> Result<Url, JiraError> {
    let base: Url = tenant
        .site
        .base_url
        .as_str()
        .parse()
        .map_err(|_| JiraError::NoCredentials)?;
    if base.cannot_be_a_base() {
        return Err(JiraError::NoCredentials);
    }
    Ok(base)
}

fn count(call: &Call, told: &Result<Vec<u8>, JiraError>) {
    let outcome = match told {
        Ok(_) => "ok",
        Err(JiraError::NotFound) => "not-found",
        Err(JiraError::Forbidden) => "forbidden",
        Err(JiraError::RateLimited { .. }) => "rate-limited",
        Err(JiraError::Unreachable) => "unreachable",
        Err(JiraError::Refused { .. }) => "refused",
        Err(JiraError::Unreadable) => "unreadable",
        Err(JiraError::NoCredentials) => "no-credentials",
    };
    let endpoint = call.ask.endpoint;
    metrics::counter!("deskbridge_jira_calls_total", "endpoint" => endpoint, "outcome" => outcome)
        .increment(1);
    tracing::debug!(endpoint, outcome, "asked the host");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_has_one_meaning() {
        let until = Instant::from_seconds(7);
        let cases = [
            (429, Some(until), JiraError::RateLimited { until }),
            (503, Some(until), JiraError::RateLimited { until }),
            (503, None, JiraError::Unreachable),
            (500, None, JiraError::Unreachable),
            (408, None, JiraError::Unreachable),
            (403, None, JiraError::Forbidden),
            (404, None, JiraError::NotFound),
            (401, None, JiraError::Refused { status: 401 }),
            (302, None, JiraError::Refused { status: 302 }),
            (410, None, JiraError::Refused { status: 410 }),
        ];
        for (status, waits, expected) in cases {
            assert_eq!(verdict(status, waits), expected, "{status}");
        }
    }
}
