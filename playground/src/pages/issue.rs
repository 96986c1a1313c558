//! What the issue view and the portal show.

use std::sync::Arc;

use poem::handler;
use poem::web::{Data, Json, Query};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::connect::Installed;
use crate::host::{Inner, locked};
use crate::site::{Issue, Shapes, Site};

#[derive(Deserialize)]
pub struct Asked {
    r#as: Option<String>,
    issue: String,
    view: String,
}

fn visible(site: &Site, account: Option<&str>, issue: &Issue, portal: bool) -> bool {
    match (account, portal) {
        (Some(account), true) => site.sees_request(account, issue),
        (Some(account), false) => site.works_on(account, issue),
        (None, _) => false,
    }
}

fn issue_shape(site: &Site, issue: &Issue) -> Value {
    let category = &Shapes { site }.status(&issue.status)["statusCategory"]["key"];
    let request = issue.request.as_ref().map(|request| {
        let organizations: Vec<_> = site
            .organizations
            .iter()
            .filter(|o| request.organizations.contains(&o.id))
            .map(|o| &o.name)
            .collect();
        json!({"participants": request.participants, "organizations": organizations})
    });
    json!({
        "id": issue.id, "key": issue.key, "summary": issue.summary,
        "description": issue.description, "kind": issue.kind, "status": issue.status,
        "statusCategory": category, "priority": issue.priority, "reporter": issue.reporter,
        "assignee": issue.assignee, "created": issue.created, "updated": issue.updated,
        "request": request,
    })
}

fn modules(app: Option<&Installed>) -> Value {
    let of = |kind: &str| -> Vec<Value> {
        let mut modules = app.map(|app| app.modules(kind)).unwrap_or_default();
        modules.sort_by_key(|module| module["weight"].as_i64().unwrap_or(100));
        let shape = |module: &Value| {
            json!({"key": module["key"], "name": module["name"]["value"],
                "tooltip": module["tooltip"]["value"]})
        };
        modules.into_iter().map(shape).collect()
    };
    json!({
        "tabs": of("jiraIssueTabPanels"),
        "contents": of("jiraIssueContents"),
        "portal": of("serviceDeskPortalRequestViewPanels"),
        "background": of("jiraBackgroundScripts"),
        "admin": of("adminPages"),
        "project": of("jiraProjectAdminTabPanels"),
    })
}

#[handler]
pub fn on_issue(Data(inner): Data<&Arc<Inner>>, Query(asked): Query<Asked>) -> Json<Value> {
    let app = inner.app();
    let live = app.as_ref().filter(|app| app.enabled);
    let site = locked(&inner.site).clone();
    let account = asked.r#as.as_deref().and_then(|who| site.person(who));
    let account = account.map(|p| p.account.as_str());
    let portal = asked.view == "portal";
    let seen = |issue: &&Issue| visible(&site, account, issue, portal);
    let issue = site.issue(&asked.issue).filter(seen);
    let issues: Vec<_> = site
        .issues
        .values()
        .filter(seen)
        .map(|i| json!({"key": i.key, "summary": i.summary, "status": i.status}))
        .collect();
    let comments: Vec<_> = issue
        .iter()
        .flat_map(|issue| &issue.comments)
        .filter(|comment| comment.public || !portal)
        .map(|c| {
            json!({"id": c.id, "author": c.author, "created": c.created, "public": c.public,
                "body": c.body})
        })
        .collect();
    Json(json!({
        "people": site.people,
        "app": app.as_ref().map(|app| json!({"key": app.key, "name": app.name,
            "enabled": app.enabled, "baseUrl": app.base_url})),
        "modules": modules(live),
        "issue": issue.map(|issue| issue_shape(&site, issue)),
        "project": issue.map(|issue| json!({"name": site.project_of(issue).name})),
        "comments": comments,
        "issues": issues,
    }))
}
