//! The client for Jira and the people it knows, over real HTTP.

mod adf;
mod calls;
mod failures;
mod host;
mod hosted;
mod openapi;
mod people;
mod world;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use deskbridge::clock::{Clock, Entropy, Instant};
use deskbridge::ids::{AccountId, TenantId};
use deskbridge::jira::adf::Doc;
use deskbridge::jira::{CredentialSource, HttpOptions, Jira, NoCredentials, Posting, Site};
use deskbridge::tenants::{Credentials, DoorKind, SiteUrls, Tenant, TenantState};
use reqwest::Method;
use reqwest::header::HeaderValue;
use url::Url;

use host::Host;

/// Proves the app by the name of the request it is for.
struct Named;

#[async_trait]
impl CredentialSource for Named {
    async fn authorise(
        &self,
        tenant: &Tenant,
        method: &Method,
        url: &Url,
        _now: Instant,
    ) -> Result<HeaderValue, NoCredentials> {
        if tenant.credentials.expose().is_empty() {
            return Err(NoCredentials);
        }
        let proof = format!("JWT {method}.{}", url.path());
        HeaderValue::from_str(&proof).map_err(|_| NoCredentials)
    }
}

fn tenant(number: u8, base: &str) -> Arc<Tenant> {
    Arc::new(Tenant {
        id: TenantId::from_bytes([number; 16]),
        door: DoorKind::new("test"),
        install_key: "site".to_owned(),
        site: SiteUrls {
            base_url: base.to_owned(),
            display_url: None,
            help_center_url: None,
        },
        state: TenantState::Active,
        credentials: Credentials::new(vec![1]),
        installed_at: Instant::EPOCH,
        changed_at: Instant::EPOCH,
        moved_at: None,
    })
}

/// Patient enough for a busy machine, and quick where a test wants to see patience end.
fn options() -> HttpOptions {
    HttpOptions {
        timeout: Duration::from_secs(30),
        ..HttpOptions::default()
    }
}

fn jira(options: HttpOptions, clock: &Clock) -> Jira {
    Jira::new(options, Arc::new(Named), clock.clone(), Entropy::seeded(1)).unwrap()
}

async fn site() -> (Host, Site) {
    let host = Host::start().await;
    let jira = jira(options(), &Clock::system());
    let site = jira.site(tenant(1, &host.base));
    (host, site)
}

fn account(text: &str) -> AccountId {
    text.parse().unwrap()
}

/// A comment as the app, under `key`.
fn posting<'a>(body: &'a Doc, public: bool, key: &'a str) -> Posting<'a> {
    Posting {
        body,
        public,
        key,
        author: None,
    }
}
