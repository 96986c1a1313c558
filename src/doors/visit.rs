use std::fmt;
use std::sync::Arc;

use bytes::Bytes;

use super::session::{Claim, Sessions};
use crate::clock::Instant;
use crate::ids::{AccountId, IssueId};
use crate::tenants::{Surface, Tenant};

/// Somebody opens a panel page; the host vouches for all of it.
#[derive(Clone)]
pub struct PageVisit {
    pub tenant: Arc<Tenant>,
    /// None: not logged in. Such a visitor gets no session and sees nothing of any issue.
    pub account: Option<AccountId>,
    pub surface: Surface,
    /// Always there on a surface that shows one issue.
    pub issue: Option<IssueId>,
    /// For the page's own requests, as `Authorization: Bearer`; there when `account` is.
    pub session: Option<String>,
}

impl PageVisit {
    pub(super) fn with_session(mut self, sessions: &Sessions, now: Instant) -> Self {
        self.session = self.account.as_ref().map(|account| {
            let claim = Claim {
                tenant: self.tenant.id,
                account: account.clone(),
                surface: self.surface,
                issue: self.issue,
                proved_at: now,
            };
            sessions.mint(&claim, now).0
        });
        self
    }
}

impl fmt::Debug for PageVisit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PageVisit")
            .field("tenant", &self.tenant.id)
            .field("account", &self.account)
            .field("surface", &self.surface)
            .field("issue", &self.issue)
            .finish_non_exhaustive()
    }
}

/// An event whose sender is proved. Only a door makes one.
pub struct VerifiedEvent {
    tenant: Arc<Tenant>,
    delivery: String,
    body: Bytes,
    received: Instant,
}

impl VerifiedEvent {
    pub(super) fn new(
        tenant: Arc<Tenant>,
        delivery: String,
        body: Bytes,
        received: Instant,
    ) -> Self {
        Self {
            tenant,
            delivery,
            body,
            received,
        }
    }

    pub fn tenant(&self) -> &Arc<Tenant> {
        &self.tenant
    }

    /// Equal for every delivery of one event: the host's own identifier, else `sha256:` and the
    /// hex digest of the body.
    pub fn delivery(&self) -> &str {
        &self.delivery
    }

    /// As it was sent; not yet known to be anything sensible.
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    pub fn received(&self) -> Instant {
        self.received
    }
}

impl fmt::Debug for VerifiedEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedEvent")
            .field("tenant", &self.tenant.id)
            .field("delivery", &self.delivery)
            .field("bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}
