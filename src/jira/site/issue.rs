use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use super::Site;
use crate::ids::{AccountId, IssueId, ProjectId};
use crate::jira::call::Call;
use crate::jira::error::JiraError;
use crate::jira::fresh::Freshness;

/// The custom field type of *Organizations* on a request.
const ORGANIZATIONS: &str = "com.atlassian.servicedesk:sd-customer-organizations";
/// Fields are added seldom; a new site's field is seen after so long.
const FIELDS_KEPT: Duration = Duration::from_secs(600);

/// An issue, as far as the bridge needs it.
#[derive(Clone, PartialEq, Eq)]
pub struct Issue {
    pub id: IssueId,
    /// Changes with a move: shown, never stored as an identity.
    pub key: String,
    pub project: Project,
    /// The customer's words: shown, never logged.
    pub summary: String,
    pub reporter: Option<AccountId>,
    pub assignee: Option<AccountId>,
    /// Organizations that a request is shared with; empty elsewhere.
    pub organizations: Vec<OrganizationId>,
    /// Issues that were closed as duplicates of this one.
    pub duplicates: Vec<Linked>,
}

/// An issue at the other end of a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Linked {
    pub id: IssueId,
    /// Shown, never stored as an identity.
    pub key: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    pub id: ProjectId,
    pub key: String,
    pub kind: ProjectKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProjectKind {
    /// Jira Service Management: has agents and customers.
    Service,
    Other,
}

/// A customer organization's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrganizationId(pub u64);

/// Ids of custom fields, which differ from site to site.
#[derive(Clone, Debug, Default)]
pub(in crate::jira) struct FieldIds {
    organizations: Option<String>,
}

impl fmt::Debug for Issue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Issue")
            .field("id", &self.id)
            .field("project", &self.project)
            .finish_non_exhaustive()
    }
}

impl Site {
    /// One issue by its id. `NotFound` also when the app may not see it.
    pub async fn issue(&self, issue: IssueId) -> Result<Issue, JiraError> {
        let organizations = self.field_ids().await?.organizations;
        let mut fields = vec!["project", "summary", "reporter", "assignee", "issuelinks"];
        fields.extend(organizations.as_deref());
        let call = Call::new("GET /rest/api/3/issue/{}", &[&issue.to_string()])
            .query("fields", fields.join(","))
            .points(2);
        let raw: RawIssue = self.fetch(&call).await?;
        let shared = organizations
            .and_then(|field| raw.fields.others.get(&field).map(organization_ids))
            .unwrap_or_default();
        Ok(raw.with(shared))
    }

    async fn field_ids(&self) -> Result<FieldIds, JiraError> {
        let question = async {
            let fields: Vec<super::Lenient<RawField>> =
                self.fetch(&Call::new("GET /rest/api/3/field", &[])).await?;
            let organizations = super::readable(fields)
                .into_iter()
                .find(|field| field.schema.custom.as_deref() == Some(ORGANIZATIONS))
                .map(|field| field.id);
            Ok(FieldIds { organizations })
        };
        self.jira
            .field_ids()
            .get(
                &self.tenant.id,
                Freshness::Within(FIELDS_KEPT),
                || self.now(),
                question,
            )
            .await
    }
}

#[derive(Deserialize)]
struct RawIssue {
    id: IssueId,
    #[serde(default)]
    key: String,
    fields: RawFields,
}

#[derive(Deserialize)]
struct RawFields {
    project: RawProject,
    #[serde(default)]
    summary: Option<String>,
    #[serde(default)]
    reporter: Option<RawAccount>,
    #[serde(default)]
    assignee: Option<RawAccount>,
    #[serde(default, rename = "issuelinks")]
    links: Option<Vec<super::Lenient<RawLink>>>,
    #[serde(flatten)]
    others: HashMap<String, Value>,
}

#[derive(Deserialize)]
struct RawProject {
    id: ProjectId,
    #[serde(default)]
    key: String,
    #[serde(default, rename = "projectTypeKey")]
    kind: Option<String>,
}

/// One of the two ends is there: the issue that this one is linked to. `inwardIssue` does to this
/// issue what the kind says: it *duplicates* this one.
#[derive(Deserialize)]
struct RawLink {
    #[serde(rename = "type")]
    kind: RawLinkKind,
    #[serde(rename = "inwardIssue")]
    from: RawEnd,
}

#[derive(Deserialize)]
struct RawLinkKind {
    #[serde(default)]
    name: String,
}

#[derive(Deserialize)]
struct RawEnd {
    id: IssueId,
    #[serde(default)]
    key: String,
}

#[derive(Deserialize)]
struct RawAccount {
    #[serde(default, rename = "accountId")]
    account: Option<String>,
}

#[derive(Deserialize)]
struct RawField {
    id: String,
    #[serde(default)]
    schema: RawSchema,
}

#[derive(Default, Deserialize)]
struct RawSchema {
    #[serde(default)]
    custom: Option<String>,
}

impl RawIssue {
    fn with(self, organizations: Vec<OrganizationId>) -> Issue {
        let account = |raw: Option<RawAccount>| raw?.account?.parse().ok();
        Issue {
            id: self.id,
            key: self.key,
            project: Project {
                id: self.fields.project.id,
                key: self.fields.project.key,
                kind: match self.fields.project.kind.as_deref() {
                    Some("service_desk") => ProjectKind::Service,
                    _ => ProjectKind::Other,
                },
            },
            summary: self.fields.summary.unwrap_or_default(),
            reporter: account(self.fields.reporter),
            assignee: account(self.fields.assignee),
            organizations,
            duplicates: duplicates(self.fields.links),
        }
    }
}

/// The kind of link has this name on every site that did not rename it.
fn duplicates(links: Option<Vec<super::Lenient<RawLink>>>) -> Vec<Linked> {
    let links = super::readable(links.unwrap_or_default()).into_iter();
    links
        .filter(|link| link.kind.name.eq_ignore_ascii_case("duplicate"))
        .map(|link| Linked {
            id: link.from.id,
            key: link.from.key,
        })
        .collect()
}

/// `[{"id": "1", ...}]`; the id has been seen as text and as a number.
fn organization_ids(value: &Value) -> Vec<OrganizationId> {
    let entries = value.as_array().map(Vec::as_slice).unwrap_or_default();
    entries
        .iter()
        .filter_map(|entry| match &entry["id"] {
            Value::String(text) => text.parse().ok(),
            Value::Number(number) => number.as_u64(),
            _ => None,
        })
        .map(OrganizationId)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_issue_is_read_from_what_jira_sends_and_from_little() {
        let raw = json!({"id": "10001", "key": "ITH-1", "expand": "names", "fields": {
            "project": {"id": "10000", "key": "ITH", "projectTypeKey": "service_desk", "name": "x"},
            "summary": "My printer", "assignee": null,
            "reporter": {"accountId": "qm:1:2", "displayName": "Jonathan"},
            "issuelinks": [
                {"type": {"name": "Duplicate"}, "inwardIssue": {"id": "9", "key": "ITH-9"}},
                {"type": {"name": "Duplicate"}, "outwardIssue": {"id": "8", "key": "ITH-8"}},
                {"type": {"name": "Cloners"}, "inwardIssue": {"id": "7", "key": "ITH-7"}},
            ],
            "customfield_10002": [{"id": "3", "name": "Acme"}, {"id": 4}, {"name": "?"}],
        }});
        let raw: RawIssue = serde_json::from_value(raw).unwrap();
        let shared = organization_ids(&raw.fields.others["customfield_10002"]);
        let issue = raw.with(shared);
        assert_eq!(issue.id, IssueId::new(10001));
        assert_eq!(issue.project.kind, ProjectKind::Service);
        assert_eq!(issue.reporter, "qm:1:2".parse().ok());
        assert_eq!(issue.assignee, None);
        assert_eq!(issue.organizations, [OrganizationId(3), OrganizationId(4)]);
        assert!(!format!("{issue:?}").contains("printer"));
        let linked: Vec<_> = issue
            .duplicates
            .iter()
            .map(|one| one.key.as_str())
            .collect();
        assert_eq!(linked, ["ITH-9"]);

        let little = json!({"id": "7", "fields": {"project": {"id": "1"}}});
        let raw: RawIssue = serde_json::from_value(little).unwrap();
        assert_eq!(raw.with(Vec::new()).project.kind, ProjectKind::Other);
    }
}
