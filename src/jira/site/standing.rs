//! What is still there: issues by their ids, projects by theirs.

use std::collections::{HashMap, HashSet};

use serde::Deserialize;
use serde_json::json;

use super::{Lenient, Site, readable};
use crate::ids::{IssueId, ProjectId};
use crate::jira::call::Call;
use crate::jira::error::JiraError;

/// Issues that one call answers.
const ISSUES: usize = 100;
/// Projects that one call answers.
const PROJECTS: usize = 50;

/// Where issues are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Whereabouts {
    pub projects: HashMap<IssueId, ProjectId>,
    /// Of these Jira could not tell now.
    pub unsure: HashSet<IssueId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProjectState {
    Live,
    Archived,
    /// Deleted by somebody, and not yet for good.
    Trashed,
}

impl Site {
    /// The projects of those issues that the app sees. The rest is gone or hidden from it: Jira
    /// does not say which. Asked by id and not by a search, which lags behind and refuses a list
    /// with one unknown id in it.
    pub async fn whereabouts(&self, issues: &[IssueId]) -> Result<Whereabouts, JiraError> {
        let mut found = Whereabouts::default();
        for some in issues.chunks(ISSUES) {
            let names: Vec<String> = some.iter().map(ToString::to_string).collect();
            let call = Call::new("POST /rest/api/3/issue/bulkfetch", &[])
                .body(json!({"issueIdsOrKeys": names, "fields": ["project"]}))
                .points(1 + some.len() as u64)
                .spare();
            let page: RawIssues = self.fetch(&call).await?;
            let there = readable(page.issues).into_iter();
            found
                .projects
                .extend(there.map(|raw| (raw.id, raw.fields.project.id)));
            let unsure = readable(page.errors).into_iter();
            found
                .unsure
                .extend(unsure.filter_map(|raw| raw.id.parse::<IssueId>().ok()));
        }
        Ok(found)
    }

    /// The state of those projects that the app may know of.
    pub async fn projects(
        &self,
        projects: &[ProjectId],
    ) -> Result<HashMap<ProjectId, ProjectState>, JiraError> {
        let mut states = HashMap::new();
        for some in projects.chunks(PROJECTS) {
            let mut call = Call::new("GET /rest/api/3/project/search", &[])
                .query("maxResults", PROJECTS.to_string())
                .points(1 + some.len() as u64);
            for status in ["live", "archived", "deleted"] {
                call = call.query("status", status);
            }
            for project in some {
                call = call.query("id", project.to_string());
            }
            let page: RawProjects = self.fetch(&call).await?;
            for raw in readable(page.values) {
                let state = match (raw.deleted, raw.archived) {
                    (true, _) => ProjectState::Trashed,
                    (false, true) => ProjectState::Archived,
                    (false, false) => ProjectState::Live,
                };
                states.insert(raw.id, state);
            }
        }
        Ok(states)
    }
}

#[derive(Deserialize)]
struct RawIssues {
    #[serde(default)]
    issues: Vec<Lenient<RawIssue>>,
    #[serde(default, rename = "issueErrors")]
    errors: Vec<Lenient<RawError>>,
}

#[derive(Deserialize)]
struct RawIssue {
    id: IssueId,
    fields: RawFields,
}

#[derive(Deserialize)]
struct RawFields {
    project: RawProject,
}

#[derive(Deserialize)]
struct RawError {
    id: String,
}

#[derive(Deserialize)]
struct RawProjects {
    #[serde(default)]
    values: Vec<Lenient<RawProject>>,
}

#[derive(Deserialize)]
struct RawProject {
    id: ProjectId,
    #[serde(default)]
    archived: bool,
    #[serde(default)]
    deleted: bool,
}
