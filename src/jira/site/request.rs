use serde::Deserialize;
use url::Url;

use super::users::{RawUser, User};
use super::{Lenient, OrganizationId, Site, readable};
use crate::ids::IssueId;
use crate::jira::call::Call;
use crate::jira::error::JiraError;

const PAGE: usize = 50;
/// A list that never ends is read no further.
const MOST_PAGES: usize = 40;

/// The customers' side of an issue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    pub service_desk: Option<ServiceDeskId>,
    pub reporter: Option<User>,
    pub participants: Vec<User>,
    /// The request in the portal, as the host writes it.
    pub web_url: Option<Url>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ServiceDeskId(pub u64);

impl Site {
    /// The request an issue is to customers, with all its participants; `None` when it is none
    /// (another kind of project, or its request type was taken away) or the app may not see it.
    pub async fn request(&self, issue: IssueId) -> Result<Option<Request>, JiraError> {
        let call = Call::new("GET /rest/servicedeskapi/request/{}", &[&issue.to_string()])
            .query("expand", "participant")
            .points(4);
        let raw: RawRequest = match self.fetch(&call).await {
            Ok(raw) => raw,
            Err(JiraError::NotFound) => return Ok(None),
            Err(error) => return Err(error),
        };
        let participants = match raw.participants {
            Some(page) if page.is_last == Some(true) => people(page.values),
            _ => self.participants(issue).await?,
        };
        Ok(Some(Request {
            service_desk: raw
                .service_desk
                .and_then(|id| id.parse().ok())
                .map(ServiceDeskId),
            reporter: raw.reporter.and_then(RawUser::read),
            participants,
            web_url: raw.links.and_then(|links| links.web?.parse().ok()),
        }))
    }

    /// People the request was shared with one by one, in Jira's order.
    pub async fn participants(&self, issue: IssueId) -> Result<Vec<User>, JiraError> {
        self.all_people(
            "GET /rest/servicedeskapi/request/{}/participant",
            &issue.to_string(),
            usize::MAX,
        )
        .await
    }

    /// Members of a customer organization, at most about `most` of them. `Forbidden` when the
    /// site does not let the app read it.
    pub async fn members(
        &self,
        organization: OrganizationId,
        most: usize,
    ) -> Result<Vec<User>, JiraError> {
        self.all_people(
            "GET /rest/servicedeskapi/organization/{}/user",
            &organization.0.to_string(),
            most,
        )
        .await
    }

    /// Follows pages by `isLastPage`, as `size` may be short on any of them.
    async fn all_people(
        &self,
        template: &'static str,
        of: &str,
        most: usize,
    ) -> Result<Vec<User>, JiraError> {
        let mut all = Vec::new();
        let mut start = 0;
        for _ in 0..MOST_PAGES {
            let call = Call::new(template, &[of])
                .query("start", start.to_string())
                .query("limit", PAGE.to_string())
                .points(11);
            let page: RawPeople = self.fetch(&call).await?;
            let received = page.values.len();
            let limit = page.limit.unwrap_or(PAGE).clamp(1, PAGE);
            all.extend(people(page.values));
            let last = page.is_last.unwrap_or(received < limit);
            if last || received == 0 || all.len() >= most {
                return Ok(all);
            }
            start += received;
        }
        Ok(all)
    }
}

fn people(values: Vec<Lenient<RawUser>>) -> Vec<User> {
    readable(values)
        .into_iter()
        .filter_map(RawUser::read)
        .collect()
}

#[derive(Deserialize)]
struct RawRequest {
    #[serde(default, rename = "serviceDeskId")]
    service_desk: Option<String>,
    #[serde(default)]
    reporter: Option<RawUser>,
    #[serde(default)]
    participants: Option<RawPeople>,
    #[serde(default, rename = "_links")]
    links: Option<RawLinks>,
}

#[derive(Deserialize)]
struct RawPeople {
    #[serde(default)]
    values: Vec<Lenient<RawUser>>,
    #[serde(default, rename = "isLastPage")]
    is_last: Option<bool>,
    #[serde(default)]
    limit: Option<usize>,
}

#[derive(Deserialize)]
struct RawLinks {
    #[serde(default)]
    web: Option<String>,
}
