//! The ways in. Each ends in a [`Caller`](crate::tenants::Caller) or a [`VerifiedEvent`]; behind
//! them no room knows which door was used.

pub mod connect;
mod panel;
pub mod routes;
mod session;
mod visit;

pub use panel::PanelCaller;
pub use session::{SessionApi, SessionGrant};
pub use visit::{PageVisit, VerifiedEvent};

use std::sync::Arc;

use poem::{Body, Request};

use crate::clock::{Clock, Entropy};
use crate::tenants::Tenants;
use crate::vault::Vault;
use crate::wire::Problem;

pub use connect::Notice;
use connect::{Connect, ConnectConfig, ConnectError};
use session::Sessions;

/// All doors of the bridge. Cheap to clone. Routes find it in the request's data
/// (`poem::EndpointExt::data`).
#[derive(Clone, Debug)]
pub struct Doors {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    connect: Connect,
    sessions: Sessions,
    tenants: Tenants,
    clock: Clock,
}

impl Doors {
    pub fn new(
        config: ConnectConfig,
        tenants: Tenants,
        vault: Vault,
        clock: Clock,
        entropy: Entropy,
    ) -> Result<Self, ConnectError> {
        Ok(Self {
            inner: Arc::new(Inner {
                connect: Connect::new(config, tenants.clone(), entropy.clone())?,
                sessions: Sessions::new(vault, entropy),
                tenants,
                clock,
            }),
        })
    }

    /// Who opens the panel page that `request` asks for: `GET /panels/{surface}`, signed by the
    /// host for exactly this request.
    pub async fn page(&self, request: &Request) -> Result<PageVisit, Problem> {
        let now = self.inner.clock.now();
        match self.inner.connect.page(request, now).await {
            Ok(visit) => Ok(visit.with_session(&self.inner.sessions, now)),
            Err(refusal) => Err(refusal.answer("page")),
        }
    }

    /// The event that the host delivers with `request`. The body is read only once the host's
    /// signature holds, and at most 25 MiB of it.
    pub async fn webhook(&self, request: &Request, body: Body) -> Result<VerifiedEvent, Problem> {
        let now = self.inner.clock.now();
        let found = self.inner.connect.webhook(request, body, now).await;
        found.map_err(|refusal| refusal.answer("webhook"))
    }

    /// Applies what the host says of the installation itself.
    pub async fn lifecycle(
        &self,
        notice: Notice,
        request: &Request,
        body: Body,
    ) -> Result<(), Problem> {
        let now = self.inner.clock.now();
        let done = self
            .inner
            .connect
            .lifecycle(notice, request, body, now)
            .await;
        done.map_err(|refusal| refusal.answer(notice.name()))
    }

    /// The app's descriptor, as a host fetches it.
    pub fn descriptor(&self) -> serde_json::Value {
        connect::descriptor::render(self.inner.connect.config())
    }
}
