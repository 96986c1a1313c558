use serde::Deserialize;
use serde_json::{Value, json};

use super::{Lenient, Site, readable};
use crate::clock::Instant;
use crate::ids::AccountId;
use crate::jira::call::Call;
use crate::jira::error::JiraError;

/// Accounts that one report may name.
pub const REPORTED: usize = 90;

impl Site {
    /// Reports accounts of which the app keeps something, as hosts ask every app to do once in
    /// seven days; at most [`REPORTED`]. Says which of them were closed: what is kept of those is
    /// to be erased. That others changed is of no interest, for no name is kept.
    pub async fn report(
        &self,
        accounts: &[AccountId],
        kept_since: Instant,
    ) -> Result<Vec<AccountId>, JiraError> {
        let date = chrono::DateTime::from_timestamp_millis(kept_since.millis());
        let date = date
            .unwrap_or_default()
            .format("%Y-%m-%dT%H:%M:%S%.3fZ")
            .to_string();
        let named: Vec<Value> = accounts
            .iter()
            .take(REPORTED)
            .map(|account| json!({"accountId": account, "updatedAt": date}))
            .collect();
        let call = Call::new("POST /rest/atlassian-connect/latest/report-accounts", &[])
            .body(json!({"accounts": named}))
            .spare();
        let body = self.jira.send(&self.tenant, &call).await?;
        // Nothing to do is said without a body.
        if body.is_empty() {
            return Ok(Vec::new());
        }
        let raw: RawReport = serde_json::from_slice(&body).map_err(|_| JiraError::Unreadable)?;
        let closed = readable(raw.accounts).into_iter();
        let closed = closed.filter(|one| one.status == "closed");
        Ok(closed
            .filter_map(|one| one.account.parse().ok())
            .filter(|account| accounts.contains(account))
            .collect())
    }
}

#[derive(Deserialize)]
struct RawReport {
    #[serde(default)]
    accounts: Vec<Lenient<RawAccount>>,
}

#[derive(Deserialize)]
struct RawAccount {
    #[serde(rename = "accountId")]
    account: String,
    status: String,
}
