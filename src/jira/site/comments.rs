use std::fmt;

use chrono::DateTime;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Lenient, Site, readable};
use crate::clock::Instant;
use crate::ids::{AccountId, IssueId};
use crate::jira::acting;
use crate::jira::adf::Doc;
use crate::jira::call::Call;
use crate::jira::error::JiraError;
use crate::jira::fresh::Freshness;

/// Property of our comments that tells a retry which one it already posted, and everybody that a
/// comment in a person's name is ours: `{"key": "<the job's key>"}`. Anyone who sees the issue
/// may read it.
pub const ANNOUNCEMENT: &str = "deskbridge.announcement";

/// JSM's own property for comments that customers do not see. The platform's documents do not
/// mention it; without it a comment on a request is public.
const INTERNAL: &str = "sd.public.comment";

const PAGE: usize = 100;
/// Comments looked through for one of ours before it is posted again: 5 pages.
const MOST_PAGES: usize = 5;

/// A comment's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommentId(pub u64);

impl fmt::Display for CommentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A mail that Jira sends for an issue. It leaves in clear: never a note's words in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    pub subject: String,
    pub text: String,
    pub html: String,
    pub to: Vec<AccountId>,
}

/// A comment that is posted once, however often that is tried.
#[derive(Clone, Copy, Debug)]
pub struct Posting<'a> {
    pub body: &'a Doc,
    /// Customers see it where the issue is a request.
    pub public: bool,
    /// Tells it from all others: the value of its property [`ANNOUNCEMENT`].
    pub key: &'a str,
    /// In whose name, where the host allows it; the app's otherwise.
    pub author: Option<&'a AccountId>,
}

impl Site {
    /// Adds a comment as the app. `public`: customers see it where the issue is a request.
    /// Sent once: after `Unreachable` it may stand nevertheless, so use [`Site::comment_once`]
    /// for anything that is retried.
    pub async fn add_comment(
        &self,
        issue: IssueId,
        body: &Doc,
        public: bool,
        properties: &[(&str, Value)],
    ) -> Result<CommentId, JiraError> {
        self.post(adding(issue, body, public, properties)).await
    }

    /// Adds a comment that bears the posting's key, or finds the one that already does. Jira
    /// knows no idempotency key, so a retry reads back first: comments of the app, and of the
    /// person it may have been posted for, since `since` (when the first attempt may have been
    /// made), and of each the property [`ANNOUNCEMENT`].
    pub async fn comment_once(
        &self,
        issue: IssueId,
        posting: Posting<'_>,
        attempt: Attempt,
    ) -> Result<CommentId, JiraError> {
        if let Attempt::Again { since } = attempt {
            let authors = posting.author.into_iter().cloned().collect();
            let found = self
                .find_comment(issue, posting.key, since, authors)
                .await?;
            if let Some(posted) = found {
                return Ok(posted);
            }
        }
        if let Some(author) = posting.author
            && let Some(told) = self.add_as(author, issue, posting).await
        {
            return told;
        }
        self.post(announcing(issue, posting)).await
    }

    /// None where nothing stands in that person's name, and nothing will: the app has to do it.
    /// Whenever it may stand, that is the answer, and nobody else posts it.
    async fn add_as(
        &self,
        author: &AccountId,
        issue: IssueId,
        posting: Posting<'_>,
    ) -> Option<Result<CommentId, JiraError>> {
        // A token may have ended early: then one more is asked for.
        for freshness in [acting::KEPT, Freshness::Now] {
            let proof = self.jira.acting(&self.tenant, author, freshness).await;
            let proof = proof.ok()?;
            let told = self.post(announcing(issue, posting).proof(proof)).await;
            match told {
                Err(JiraError::Refused { status: 401 }) => {}
                Err(JiraError::Refused { .. } | JiraError::Forbidden | JiraError::NotFound) => {
                    return None;
                }
                other => return Some(other),
            }
        }
        None
    }

    async fn post(&self, call: Call) -> Result<CommentId, JiraError> {
        let raw: RawComment = self.fetch(&call).await?;
        let id = raw.id.parse().map(CommentId);
        id.map_err(|_| JiraError::Unreadable)
    }

    /// A comment on the issue by the app or one of `authors`, not older than `since`, that bears
    /// `key`.
    pub async fn find_comment(
        &self,
        issue: IssueId,
        key: &str,
        since: Instant,
        mut authors: Vec<AccountId>,
    ) -> Result<Option<CommentId>, JiraError> {
        authors.push(self.own_account().await?);
        for comment in self.comments_by(&authors, issue, since).await? {
            let value = self.comment_property(comment, ANNOUNCEMENT).await?;
            if value.is_some_and(|value| value["key"] == key) {
                return Ok(Some(comment));
            }
        }
        Ok(None)
    }

    /// Comments by `authors`, newest first, down to those created before `since`.
    async fn comments_by(
        &self,
        authors: &[AccountId],
        issue: IssueId,
        since: Instant,
    ) -> Result<Vec<CommentId>, JiraError> {
        let mut all = Vec::new();
        let mut start = 0;
        for _ in 0..MOST_PAGES {
            let call = Call::new("GET /rest/api/3/issue/{}/comment", &[&issue.to_string()])
                .query("startAt", start.to_string())
                .query("maxResults", PAGE.to_string())
                .query("orderBy", "-created");
            let page: RawPage = self.fetch(&call).await?;
            let received = page.comments.len();
            let comments = readable(page.comments);
            let ended = comments
                .iter()
                .any(|c| c.created().is_some_and(|at| at < since));
            let ours = comments
                .into_iter()
                .filter(|c| c.is_by(authors) && c.created().is_none_or(|at| at >= since));
            all.extend(ours.filter_map(|c| c.id.parse().ok().map(CommentId)));
            start += received;
            if ended || received == 0 || page.total.is_some_and(|total| start >= total) {
                break;
            }
        }
        Ok(all)
    }

    /// The value of one property of a comment; `None` when it has none, or is gone.
    pub async fn comment_property(
        &self,
        comment: CommentId,
        key: &str,
    ) -> Result<Option<Value>, JiraError> {
        let call = Call::new(
            "GET /rest/api/3/comment/{}/properties/{}",
            &[&comment.to_string(), key],
        );
        match self.fetch::<RawProperty>(&call).await {
            Ok(property) => Ok(Some(property.value)),
            Err(JiraError::NotFound) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Queues a mail about the issue. `Refused` with 400 when a recipient is invalid or the app
    /// itself, `Forbidden` when the site sends no mail at all.
    pub async fn notify(&self, issue: IssueId, notice: &Notice) -> Result<(), JiraError> {
        let users: Vec<Value> = notice
            .to
            .iter()
            .map(|account| json!({"accountId": account}))
            .collect();
        let call = Call::new("POST /rest/api/3/issue/{}/notify", &[&issue.to_string()])
            .body(json!({
                "subject": notice.subject,
                "textBody": notice.text,
                "htmlBody": notice.html,
                "to": {
                    "reporter": false, "assignee": false, "watchers": false, "voters": false,
                    "users": users,
                },
            }))
            .writes(issue);
        self.tell(&call).await
    }
}

fn announcing(issue: IssueId, posting: Posting<'_>) -> Call {
    let property = json!({"key": posting.key});
    let properties = [(ANNOUNCEMENT, property)];
    adding(issue, posting.body, posting.public, &properties)
}

fn adding(issue: IssueId, body: &Doc, public: bool, properties: &[(&str, Value)]) -> Call {
    let mut all: Vec<Value> = properties
        .iter()
        .map(|(key, value)| json!({"key": key, "value": value}))
        .collect();
    if !public {
        all.push(json!({"key": INTERNAL, "value": {"internal": true}}));
    }
    let mut comment = json!({"body": body.to_value()});
    if !all.is_empty() {
        comment["properties"] = Value::Array(all);
    }
    Call::new("POST /rest/api/3/issue/{}/comment", &[&issue.to_string()])
        .body(comment)
        .writes(issue)
}

/// Whether a job may have written before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attempt {
    First,
    /// `since`: when the first attempt began, with some margin for the host's clock.
    Again {
        since: Instant,
    },
}

#[derive(Deserialize)]
struct RawPage {
    #[serde(default)]
    comments: Vec<Lenient<RawComment>>,
    #[serde(default)]
    total: Option<usize>,
}

#[derive(Deserialize)]
struct RawComment {
    id: String,
    #[serde(default)]
    author: Option<RawAuthor>,
    #[serde(default)]
    created: Option<String>,
}

#[derive(Deserialize)]
struct RawAuthor {
    #[serde(default, rename = "accountId")]
    account: Option<String>,
}

#[derive(Deserialize)]
struct RawProperty {
    #[serde(default)]
    value: Value,
}

impl RawComment {
    fn is_by(&self, authors: &[AccountId]) -> bool {
        let author = self.author.as_ref().and_then(|a| a.account.as_deref());
        author.is_some_and(|author| authors.iter().any(|one| one.as_str() == author))
    }

    /// Jira writes `2026-11-22T10:30:27.000+0000`.
    fn created(&self) -> Option<Instant> {
        let text = self.created.as_deref()?;
        let date = DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f%z").ok()?;
        Some(Instant::from_millis(date.timestamp_millis()))
    }
}
