//! The calls to one site, made as the app. Paths are those of the two documents Atlassian
//! publishes (platform v3 and service desk); a test checks every request against them.
//!
//! | asked | operation | scope |
//! |---|---|---|
//! | issue | `GET /rest/api/3/issue/{id}` | READ |
//! | which field holds organizations | `GET /rest/api/3/field` | READ |
//! | permissions | `POST /rest/api/3/permissions/check` | READ |
//! | request, participants | `GET /rest/servicedeskapi/request/{id}`, `.../participant` | READ |
//! | members of an organization | `GET /rest/servicedeskapi/organization/{id}/user` | READ |
//! | people | `GET /rest/api/3/user/bulk` | READ |
//! | agents | `GET /rest/api/3/user/assignable/search` | READ |
//! | the app itself | `GET /rest/api/3/myself` | READ |
//! | where issues are | `POST /rest/api/3/issue/bulkfetch` | WRITE |
//! | projects and their state | `GET /rest/api/3/project/search` | READ |
//! | accounts that were closed | `POST /rest/atlassian-connect/latest/report-accounts` | none |
//! | search | `POST /rest/api/3/search/jql` | READ |
//! | comments | `GET`, `POST /rest/api/3/issue/{id}/comment` | READ, WRITE; in its author's name ACT_AS_USER |
//! | a comment's property | `GET /rest/api/3/comment/{id}/properties/{key}` | READ |
//! | mail | `POST /rest/api/3/issue/{id}/notify` | WRITE |

mod comments;
mod issue;
mod permissions;
mod report;
mod request;
mod search;
mod standing;
mod users;

pub use comments::{ANNOUNCEMENT, Attempt, CommentId, Notice, Posting};
pub use issue::{Issue, Linked, OrganizationId, Project, ProjectKind};
pub use permissions::{Administers, Permissions};
pub use report::REPORTED;
pub use request::{Request, ServiceDeskId};
pub use search::{Found, FoundIssue};
pub use standing::{ProjectState, Whereabouts};
pub use users::{AccountKind, User};

pub(super) use issue::FieldIds;
pub(super) use users::Own;

use std::sync::Arc;

use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use super::call::Call;
use super::client::Jira;
use super::error::JiraError;
use crate::clock::Instant;
use crate::tenants::Tenant;

/// One tenant's site, spoken to as the app.
#[derive(Clone)]
pub struct Site {
    jira: Jira,
    tenant: Arc<Tenant>,
}

impl Site {
    pub(super) fn new(jira: Jira, tenant: Arc<Tenant>) -> Self {
        Self { jira, tenant }
    }

    pub fn tenant(&self) -> &Tenant {
        &self.tenant
    }

    fn now(&self) -> Instant {
        self.jira.clock().now()
    }

    async fn fetch<T: DeserializeOwned>(&self, call: &Call) -> Result<T, JiraError> {
        self.jira.fetch(&self.tenant, call).await
    }

    /// For answers whose body says nothing.
    async fn tell(&self, call: &Call) -> Result<(), JiraError> {
        self.jira.send(&self.tenant, call).await.map(|_| ())
    }
}

/// An entry of a list that is read one by one, so that one odd entry does not hide the others.
#[derive(Deserialize)]
#[serde(untagged)]
enum Lenient<T> {
    Read(T),
    Odd(IgnoredAny),
}

fn readable<T>(list: Vec<Lenient<T>>) -> Vec<T> {
    list.into_iter()
        .filter_map(|entry| match entry {
            Lenient::Read(value) => Some(value),
            Lenient::Odd(_) => None,
        })
        .collect()
}
