//! The state of the site: people, projects, issues and what happened to them. In memory, behind
//! one lock; nothing here does network.

mod adf;
mod change;
mod fate;
mod jql;
mod seed;
mod shape;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

pub use adf::{mentions, paragraphs, to_text, to_wiki};
pub use change::{Draft, SiteError};
pub use fate::{Fate, Link};
pub use jql::Unanswerable;
pub use shape::{FIELDS, Shapes};

/// What a person is on this site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    Agent,
    Admin,
    Customer,
    App,
}

#[derive(Clone, Debug, Serialize)]
pub struct Person {
    /// Short name used in addresses of pages: `niro`.
    pub slug: String,
    pub account: String,
    pub name: String,
    pub email: String,
    pub role: Role,
    /// `atlassian`, `customer` (portal-only) or `app`, as `accountType` in the API.
    pub account_type: &'static str,
    pub active: bool,
    pub hue: u16,
}

#[derive(Clone, Debug)]
pub struct Project {
    pub id: u64,
    pub key: String,
    pub name: String,
    /// Present for service projects.
    pub service_desk: Option<u64>,
    pub fate: Fate,
}

#[derive(Clone, Debug, Serialize)]
pub struct Organization {
    pub id: u64,
    pub name: String,
    pub members: BTreeSet<String>,
}

#[derive(Clone, Debug)]
pub struct Comment {
    pub id: u64,
    pub author: String,
    /// Atlassian Document Format.
    pub body: Value,
    pub created: i64,
    pub updated: i64,
    pub public: bool,
    pub properties: BTreeMap<String, Value>,
}

/// The service desk side of an issue.
#[derive(Clone, Debug, Default)]
pub struct Request {
    pub request_type: u64,
    pub participants: Vec<String>,
    pub organizations: BTreeSet<u64>,
}

#[derive(Clone, Debug)]
pub struct Issue {
    pub id: u64,
    pub project: u64,
    pub key: String,
    pub summary: String,
    pub description: Value,
    pub kind: String,
    pub status: String,
    pub priority: String,
    pub labels: Vec<String>,
    pub reporter: String,
    pub creator: String,
    pub assignee: Option<String>,
    pub created: i64,
    pub updated: i64,
    pub request: Option<Request>,
    pub comments: Vec<Comment>,
    pub properties: BTreeMap<String, Value>,
    /// An issue security level: when present, of all agents only these see the issue.
    pub only: Option<BTreeSet<String>>,
    pub fate: Fate,
    /// What it was to customers before its request type was taken away.
    pub lost: Option<Request>,
}

/// A mail that Jira would have sent because an app called `notify`.
#[derive(Clone, Debug, Serialize)]
pub struct Notice {
    pub at: i64,
    pub issue: String,
    pub subject: String,
    pub text: String,
    pub to: Vec<String>,
}

/// Something that happened on the site, in the form webhooks carry.
#[derive(Clone, Debug)]
pub struct Event {
    pub name: String,
    /// Account of who did it.
    pub actor: String,
    pub issue: Option<u64>,
    pub body: Value,
}

#[derive(Clone, Debug)]
pub struct Site {
    pub base_url: String,
    pub people: Vec<Person>,
    pub projects: Vec<Project>,
    pub organizations: Vec<Organization>,
    pub issues: BTreeMap<u64, Issue>,
    pub notices: Vec<Notice>,
    pub app_properties: BTreeMap<String, Value>,
    /// The language for everybody who chose none, as Java writes it.
    pub locale: String,
    pub links: Vec<Link>,
    /// Accounts that were erased, as reports of personal data are answered.
    pub closed: BTreeSet<String>,
    /// Accounts that apps have reported, each time.
    pub reported: Vec<Vec<String>>,
    last_id: u64,
}

impl Site {
    pub fn person(&self, account_or_slug: &str) -> Option<&Person> {
        self.people
            .iter()
            .find(|p| p.account == account_or_slug || p.slug == account_or_slug)
    }

    pub fn issue(&self, id_or_key: &str) -> Option<&Issue> {
        if let Ok(id) = id_or_key.parse() {
            return self.issues.get(&id);
        }
        self.issues
            .values()
            .find(|i| i.key.eq_ignore_ascii_case(id_or_key))
    }

    pub fn project(&self, id_or_key: &str) -> Option<&Project> {
        self.projects
            .iter()
            .find(|p| p.key.eq_ignore_ascii_case(id_or_key) || p.id.to_string() == id_or_key)
    }

    pub fn project_of(&self, issue: &Issue) -> &Project {
        self.projects
            .iter()
            .find(|p| p.id == issue.project)
            .unwrap_or(&self.projects[0])
    }

    pub fn comment(&self, id: u64) -> Option<(&Issue, &Comment)> {
        self.issues.values().find_map(|issue| {
            let comment = issue.comments.iter().find(|c| c.id == id)?;
            Some((issue, comment))
        })
    }

    /// Whether `account` works on issues here: sees it in the agent's view.
    pub fn works_on(&self, account: &str, issue: &Issue) -> bool {
        let staff = self
            .person(account)
            .is_some_and(|p| p.active && p.role != Role::Customer);
        let app = self.person(account).is_some_and(|p| p.role == Role::App);
        let level = issue.only.as_ref();
        let there = if app {
            self.app_sees(issue)
        } else {
            self.is_there(issue)
        };
        there && staff && (app || level.is_none_or(|only| only.contains(account)))
    }

    /// Whether `account` sees the issue as a request in the portal.
    pub fn sees_request(&self, account: &str, issue: &Issue) -> bool {
        let active = self.person(account).is_some_and(|p| p.active) && self.is_there(issue);
        let tie = issue.request.as_ref().is_some_and(|request| {
            issue.reporter == account
                || request.participants.iter().any(|p| p == account)
                || self
                    .organizations
                    .iter()
                    .any(|o| request.organizations.contains(&o.id) && o.members.contains(account))
        });
        active && (tie || issue.request.is_some() && self.works_on(account, issue))
    }

    /// Keys of the project permissions that `account` holds on an issue.
    pub fn permissions(&self, account: &str, issue: Option<&Issue>) -> Vec<&'static str> {
        let Some(person) = self.person(account) else {
            return Vec::new();
        };
        if !person.active || issue.is_some_and(|i| !self.works_on(account, i)) {
            return Vec::new();
        }
        let mut held = match person.role {
            Role::Customer => return Vec::new(),
            Role::Admin => vec!["BROWSE_PROJECTS", "ADMINISTER_PROJECTS"],
            Role::Agent => WORK.to_vec(),
            Role::App => [WORK, &["ADMINISTER_PROJECTS"]].concat(),
        };
        let service = issue.is_none_or(|i| self.project_of(i).service_desk.is_some());
        if service && matches!(person.role, Role::Agent | Role::App) {
            held.push("SERVICEDESK_AGENT");
        }
        // What is archived can be looked at, by those who could before.
        if issue.is_some_and(|i| self.is_archived(i)) {
            held.retain(|key| ["BROWSE_PROJECTS", "SERVICEDESK_AGENT"].contains(key));
        }
        held
    }

    pub fn is_admin(&self, account: &str) -> bool {
        self.person(account)
            .is_some_and(|p| p.active && matches!(p.role, Role::Admin | Role::App))
    }

    fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }
}

const WORK: &[&str] = &[
    "BROWSE_PROJECTS",
    "CREATE_ISSUES",
    "EDIT_ISSUES",
    "ADD_COMMENTS",
    "EDIT_OWN_COMMENTS",
    "DELETE_OWN_COMMENTS",
    "ASSIGN_ISSUES",
    "ASSIGNABLE_USER",
    "TRANSITION_ISSUES",
    "CREATE_ATTACHMENTS",
    "LINK_ISSUES",
    "MANAGE_WATCHERS",
];

/// Every project permission this site knows; a question about another one is refused.
pub const PERMISSIONS: &[&str] = &[
    "BROWSE_PROJECTS",
    "CREATE_ISSUES",
    "EDIT_ISSUES",
    "ADD_COMMENTS",
    "EDIT_OWN_COMMENTS",
    "EDIT_ALL_COMMENTS",
    "DELETE_OWN_COMMENTS",
    "DELETE_ALL_COMMENTS",
    "ASSIGN_ISSUES",
    "ASSIGNABLE_USER",
    "TRANSITION_ISSUES",
    "CREATE_ATTACHMENTS",
    "DELETE_ISSUES",
    "LINK_ISSUES",
    "MANAGE_WATCHERS",
    "ADMINISTER_PROJECTS",
    "SERVICEDESK_AGENT",
    "ADMINISTER",
];
