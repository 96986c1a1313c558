//! The routes of the subscription, below `/api`.

use std::sync::Arc;

use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, Enum, Object, OpenApi};

use crate::doors::PanelCaller;
use crate::notes::Notes;
use crate::wire::Refused;

/// For whom an answer is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "lowercase")]
pub enum Asked {
    Agents,
    Customers,
    Both,
}

#[derive(Debug, Object)]
pub struct NewSubscription {
    /// The caller's own audience where it is left out; another one takes an administrator of the
    /// site.
    pub audience: Option<Asked>,
}

/// Who is subscribed.
#[derive(Debug, PartialEq, Eq, Object)]
pub struct Subscriptions {
    pub agents: bool,
    pub customers: bool,
}

#[derive(ApiResponse)]
enum Done {
    #[oai(status = 204)]
    Done,
}

/// What panels and the admin page call.
pub struct SubscriptionApi {
    notes: Arc<Notes>,
}

impl SubscriptionApi {
    pub fn new(notes: Arc<Notes>) -> Self {
        Self { notes }
    }
}

#[OpenApi]
impl SubscriptionApi {
    /// Who is subscribed, for administrators of the site.
    #[oai(path = "/subscription", method = "get")]
    async fn subscriptions(&self, caller: PanelCaller) -> Result<Json<Subscriptions>, Refused> {
        Ok(Json(self.notes.subscriptions(&caller.0).await?))
    }

    /// Subscribes an audience to secure notes. Once it is, asking again changes nothing.
    #[oai(path = "/subscription", method = "post")]
    async fn subscribe(
        &self,
        caller: PanelCaller,
        new: Json<NewSubscription>,
    ) -> Result<Done, Refused> {
        self.notes.subscribe(&caller.0, new.audience).await?;
        Ok(Done::Done)
    }
}
