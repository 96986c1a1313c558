use serde::Deserialize;
use serde_json::{Value, json};

use super::{Lenient, Site, readable};
use crate::ids::IssueId;
use crate::jira::call::Call;
use crate::jira::error::JiraError;

const PAGE: usize = 100;

/// What a search gave.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    pub issues: Vec<FoundIssue>,
    /// False when there was more than the pages asked for. Jira's index lags behind: even a
    /// complete answer may miss what changed in the last seconds.
    pub complete: bool,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct FoundIssue {
    pub id: IssueId,
    #[serde(default)]
    pub key: String,
    /// The fields asked for, as Jira writes them.
    #[serde(default)]
    pub fields: Value,
}

impl Site {
    /// Searches, at most `pages` pages of 100. `jql` must be bounded. Work that can wait: it
    /// leaves the last part of the tenant's budget to people.
    pub async fn search(
        &self,
        jql: &str,
        fields: &[&str],
        pages: usize,
    ) -> Result<Found, JiraError> {
        let mut found = Found {
            issues: Vec::new(),
            complete: false,
        };
        let mut token: Option<String> = None;
        for _ in 0..pages {
            let mut body = json!({"jql": jql, "fields": fields, "maxResults": PAGE});
            if let Some(token) = &token {
                body["nextPageToken"] = json!(token);
            }
            let call = Call::new("POST /rest/api/3/search/jql", &[])
                .body(body)
                .points(1 + PAGE as u64)
                .spare();
            let page: RawPage = self.fetch(&call).await?;
            let empty = page.issues.is_empty();
            found.issues.extend(readable(page.issues));
            let repeated = page.next == token;
            if page.next.is_none() || empty || repeated || page.is_last == Some(true) {
                found.complete = !(repeated && page.next.is_some());
                return Ok(found);
            }
            token = page.next;
        }
        Ok(found)
    }
}

#[derive(Deserialize)]
struct RawPage {
    #[serde(default)]
    issues: Vec<Lenient<FoundIssue>>,
    #[serde(default, rename = "nextPageToken")]
    next: Option<String>,
    #[serde(default, rename = "isLast")]
    is_last: Option<bool>,
}
