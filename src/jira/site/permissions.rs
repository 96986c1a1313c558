use std::collections::{HashMap, HashSet};

use serde::Deserialize;
use serde_json::json;

use super::Site;
use crate::ids::{AccountId, IssueId, ProjectId};
use crate::jira::call::Call;
use crate::jira::error::JiraError;

/// Jira checks at most so many issues and so many projects at once.
const AT_ONCE: usize = 1000;

const ADMINISTER: &str = "ADMINISTER";
const ADMINISTER_PROJECT: &str = "ADMINISTER_PROJECTS";
const BROWSE: &str = "BROWSE_PROJECTS";

/// What an account administers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Administers {
    pub site: bool,
    /// The project that was named: as its administrator, or as one of the site who sees it.
    pub project: bool,
}

/// What an account may do, where. Whatever was not granted is denied: Jira leaves out what it
/// denies and what it does not know alike.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Permissions {
    issues: HashMap<String, HashSet<IssueId>>,
    projects: HashMap<String, HashSet<ProjectId>>,
}

impl Permissions {
    pub fn on_issue(&self, permission: &str, issue: IssueId) -> bool {
        self.issues
            .get(permission)
            .is_some_and(|granted| granted.contains(&issue))
    }

    pub fn on_project(&self, permission: &str, project: ProjectId) -> bool {
        self.projects
            .get(permission)
            .is_some_and(|granted| granted.contains(&project))
    }

    fn add(&mut self, raw: RawGrants) {
        for grant in raw.grants {
            let issues = grant.issues.into_iter().map(IssueId::new);
            let projects = grant.projects.into_iter().map(ProjectId::new);
            self.issues
                .entry(grant.permission.clone())
                .or_default()
                .extend(issues);
            self.projects
                .entry(grant.permission)
                .or_default()
                .extend(projects);
        }
    }
}

impl Site {
    /// Whether the account administers the site, and the project where one is named. The host is
    /// asked each time.
    pub async fn administers(
        &self,
        account: &AccountId,
        project: Option<ProjectId>,
    ) -> Result<Administers, JiraError> {
        let mut body = json!({
            "accountId": account,
            "globalPermissions": [ADMINISTER],
            "projectPermissions": [],
        });
        if let Some(project) = project {
            body["projectPermissions"] = json!([{
                "permissions": [ADMINISTER_PROJECT, BROWSE],
                "issues": [],
                "projects": [project.number()],
            }]);
        }
        let call = Call::new("POST /rest/api/3/permissions/check", &[])
            .body(body)
            .points(3);
        let raw: RawGrants = self.fetch(&call).await?;
        let site = raw.global.iter().any(|held| held == ADMINISTER);
        let mut held = Permissions::default();
        held.add(raw);
        let on = |permission| project.is_some_and(|id| held.on_project(permission, id));
        Ok(Administers {
            site,
            project: on(ADMINISTER_PROJECT) || (site && on(BROWSE)),
        })
    }

    /// Which of `permissions` the account holds on which of the issues and projects. An app may
    /// ask this for anybody from its server, without being an administrator. `Refused` with 400
    /// when the site knows one of the permissions not at all.
    pub async fn permissions(
        &self,
        account: &AccountId,
        permissions: &[&str],
        issues: &[IssueId],
        projects: &[ProjectId],
    ) -> Result<Permissions, JiraError> {
        let mut held = Permissions::default();
        let rounds = issues.len().max(projects.len()).div_ceil(AT_ONCE);
        for round in 0..rounds {
            let issues = numbers(issues, round, |id| id.number());
            let projects = numbers(projects, round, |id| id.number());
            let call = Call::new("POST /rest/api/3/permissions/check", &[])
                .body(json!({
                    "accountId": account,
                    "globalPermissions": [],
                    "projectPermissions": [{
                        "permissions": permissions,
                        "issues": issues,
                        "projects": projects,
                    }],
                }))
                .points(3);
            held.add(self.fetch(&call).await?);
        }
        Ok(held)
    }
}

fn numbers<T: Copy>(ids: &[T], round: usize, number: impl Fn(T) -> u64) -> Vec<u64> {
    let ids = ids.iter().skip(round * AT_ONCE).take(AT_ONCE);
    ids.map(|id| number(*id)).collect()
}

#[derive(Deserialize)]
struct RawGrants {
    #[serde(rename = "globalPermissions", default)]
    global: Vec<String>,
    #[serde(rename = "projectPermissions", default)]
    grants: Vec<RawGrant>,
}

#[derive(Deserialize)]
struct RawGrant {
    permission: String,
    #[serde(default)]
    issues: Vec<u64>,
    #[serde(default)]
    projects: Vec<u64>,
}
