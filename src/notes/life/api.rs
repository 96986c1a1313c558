//! Routes about people and their accounts.

use std::sync::Arc;

use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, Object, OpenApi};

use crate::doors::PanelCaller;
use crate::ids::AccountId;
use crate::notes::{Notes, refuse};
use crate::wire::{Problem, Refused};

pub struct AccountsApi {
    notes: Arc<Notes>,
}

impl AccountsApi {
    pub fn new(notes: Arc<Notes>) -> Self {
        Self { notes }
    }
}

/// A portal-only customer got another account.
#[derive(Debug, Object)]
struct AccountLink {
    /// The account that they had.
    from: String,
    /// The account that is theirs now.
    to: String,
}

#[derive(ApiResponse)]
enum Linked {
    #[oai(status = 204)]
    Linked,
}

fn account(name: &str, text: &str) -> Result<AccountId, Problem> {
    let bad = |_| refuse::field(name, "This is not an account id.");
    text.parse().map_err(bad)
}

#[OpenApi]
impl AccountsApi {
    /// Says that two accounts are one person; for administrators of the site. Nobody is let in by
    /// it: authors see it, and decide.
    #[oai(path = "/account-links", method = "post")]
    async fn link(&self, caller: PanelCaller, link: Json<AccountLink>) -> Result<Linked, Refused> {
        let from = account("from", &link.from)?;
        let to = account("to", &link.to)?;
        self.notes.link_accounts(&caller.0, &from, &to).await?;
        Ok(Linked::Linked)
    }
}
