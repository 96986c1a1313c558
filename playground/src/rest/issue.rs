//! Issues: read, create, edit, delete, notify.

use std::collections::BTreeMap;

use poem::http::StatusCode;
use poem::web::{Json, Path};
use poem::{Response, Route, get, handler, post};
use serde_json::{Value, json};

use super::{Call, refuse, refuse_field};
use crate::connect::Scope;
use crate::host::locked;
use crate::site::{Draft, FIELDS, Shapes, to_text};

pub fn routes(routes: Route) -> Route {
    routes
        .at("/rest/api/3/issue", post(on_create))
        .at(
            "/rest/api/3/issue/:id",
            get(on_read).put(on_edit).delete(on_delete),
        )
        .at("/rest/api/3/issue/:id/notify", post(on_notify))
        .at("/rest/api/3/field", get(on_fields))
        .at("/rest/api/3/project/search", get(on_projects))
        .at("/rest/api/3/project/:id", get(on_project))
        .at("/rest/api/3/serverInfo", get(on_server_info))
}

fn nothing() -> Response {
    Response::builder().status(StatusCode::NO_CONTENT).finish()
}

#[handler]
fn on_read(call: Call, Path(id): Path<String>) -> poem::Result<Json<Value>> {
    call.needs(Scope::Read)?;
    let site = locked(&call.inner.site);
    let issue = call.issue(&site, &id)?;
    let mut shape = Shapes { site: &site }.issue(issue, call.list("fields").as_deref());
    if let Some(wanted) = call.list("properties") {
        let kept = |key: &String| wanted.iter().any(|w| w == "*all" || w == key);
        let properties: BTreeMap<_, _> = issue
            .properties
            .iter()
            .filter(|(key, _)| kept(key))
            .collect();
        shape["properties"] = json!(properties);
    }
    Ok(Json(shape))
}

#[handler]
fn on_create(call: Call, Json(body): Json<Value>) -> poem::Result<Response> {
    call.needs(Scope::Write)?;
    let fields = &body["fields"];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let project = fields["project"]["key"]
        .as_str()
        .or(fields["project"]["id"].as_str());
    let reporter = fields["reporter"]["id"]
        .as_str()
        .or(fields["reporter"]["accountId"].as_str());
    let draft = Draft {
        project: project.unwrap_or_default().to_owned(),
        summary: text(&fields["summary"]),
        description: to_text(&fields["description"]),
        reporter: reporter.map_or_else(|| call.account(), str::to_owned),
        ..Draft::default()
    };
    if draft.summary.is_empty() {
        return Err(refuse_field(
            "summary",
            "You must specify a summary of the issue.",
        ));
    }
    let id = call
        .inner
        .change(|site| site.create_issue(&draft))
        .map_err(|error| refuse(400, error.to_string()))?;
    let site = locked(&call.inner.site);
    let key = site.issue(&id.to_string()).map(|i| i.key.clone());
    let url = format!("{}/rest/api/3/issue/{id}", site.base_url);
    let body = json!({"id": id.to_string(), "key": key, "self": url});
    Ok(Response::builder()
        .status(StatusCode::CREATED)
        .content_type("application/json")
        .body(body.to_string()))
}

#[handler]
fn on_edit(call: Call, Path(id): Path<String>, Json(body): Json<Value>) -> poem::Result<Response> {
    call.needs(Scope::Write)?;
    let id = call.issue(&locked(&call.inner.site), &id)?.id;
    let mut changes = BTreeMap::new();
    for (field, value) in body["fields"].as_object().into_iter().flatten() {
        let named = ["name", "id", "accountId"]
            .iter()
            .find_map(|k| value.get(k))
            .cloned();
        changes.insert(field.clone(), named.unwrap_or_else(|| value.clone()));
    }
    for change in body["update"]["labels"].as_array().into_iter().flatten() {
        let site = locked(&call.inner.site);
        let mut labels = site
            .issues
            .get(&id)
            .map(|i| i.labels.clone())
            .unwrap_or_default();
        labels.extend(change["add"].as_str().map(str::to_owned));
        labels.retain(|label| change["remove"] != label.as_str());
        changes.insert("labels".to_owned(), json!(labels));
    }
    let account = call.account();
    call.inner
        .change(|site| site.edit_issue(id, &account, &changes))
        .map_err(|error| refuse(400, error.to_string()))?;
    Ok(nothing())
}

#[handler]
fn on_delete(call: Call, Path(id): Path<String>) -> poem::Result<Response> {
    call.needs(Scope::Delete)?;
    let id = call.issue(&locked(&call.inner.site), &id)?.id;
    let account = call.account();
    call.inner
        .change(|site| site.delete_issue(id, &account))
        .map_err(|error| refuse(404, error.to_string()))?;
    Ok(nothing())
}

/// Mail is not sent but recorded, with everybody it would reach.
#[handler]
fn on_notify(
    call: Call,
    Path(id): Path<String>,
    Json(body): Json<Value>,
) -> poem::Result<Response> {
    call.needs(Scope::Write)?;
    let mut site = locked(&call.inner.site);
    let issue = call.issue(&site, &id)?;
    let to = &body["to"];
    for flag in ["reporter", "assignee", "watchers", "voters"] {
        if !to[flag].is_null() && !to[flag].is_boolean() {
            return Err(refuse(400, format!("to.{flag} must be true or false")));
        }
    }
    let mut people: Vec<String> = to["users"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|user| user["accountId"].as_str().map(str::to_owned))
        .collect();
    if to["reporter"] == true {
        people.push(issue.reporter.clone());
    }
    if to["assignee"] == true {
        people.extend(issue.assignee.clone());
    }
    people.sort();
    people.dedup();
    people.retain(|account| site.person(account).is_some_and(|p| p.active));
    if people.is_empty() || people == [call.account()] {
        return Err(refuse(
            400,
            "No recipients were defined for the notification.",
        ));
    }
    let key = issue.key.clone();
    let subject = body["subject"]
        .as_str()
        .map_or_else(|| format!("({key}) {}", issue.summary), str::to_owned);
    let text = body["textBody"]
        .as_str()
        .or(body["htmlBody"].as_str())
        .unwrap_or_default();
    site.add_notice(&key, &subject, text, people);
    drop(site);
    call.inner.touch();
    Ok(nothing())
}

#[handler]
fn on_fields(call: Call) -> poem::Result<Json<Value>> {
    call.needs(Scope::Read)?;
    let fields: Vec<_> = FIELDS
        .iter()
        .map(|(id, name, kind)| {
            let number = id.strip_prefix("customfield_");
            let schema = match number.and_then(|n| n.parse::<u64>().ok()) {
                Some(number) => json!({"type": "array", "customId": number,
                    "custom": format!("com.atlassian.servicedesk:{kind}")}),
                None => json!({"type": kind, "system": id}),
            };
            json!({
                "id": id, "key": id, "name": name, "custom": number.is_some(),
                "orderable": true, "navigable": true, "searchable": true,
                "clauseNames": [name.to_lowercase()], "schema": schema,
            })
        })
        .collect();
    Ok(Json(json!(fields)))
}

#[handler]
fn on_projects(call: Call) -> poem::Result<Json<Value>> {
    call.needs(Scope::Read)?;
    let site = locked(&call.inner.site);
    let shapes = Shapes { site: &site };
    let ids = call.all("id");
    let wanted = call
        .list("status")
        .unwrap_or_else(|| vec!["live".to_owned()]);
    let all: Vec<_> = site
        .projects
        .iter()
        .filter(|p| ids.is_empty() || ids.contains(&p.id.to_string().as_str()))
        .filter(|p| {
            let state = match p.fate {
                fate if fate.trashed => "deleted",
                fate if fate.archived => "archived",
                _ => "live",
            };
            wanted.iter().any(|status| status == state)
        })
        .map(|p| shapes.project(p))
        .collect();
    Ok(Json(super::page(&call, &all, 50)?))
}

#[handler]
fn on_project(call: Call, Path(id): Path<String>) -> poem::Result<Json<Value>> {
    call.needs(Scope::Read)?;
    let site = locked(&call.inner.site);
    let project = site.project(&id);
    let project = project
        .filter(|p| !p.fate.app_out)
        .ok_or_else(|| refuse(404, "No project could be found."))?;
    Ok(Json(Shapes { site: &site }.project(project)))
}

#[handler]
fn on_server_info(call: Call) -> Json<Value> {
    Json(json!({
        "baseUrl": call.inner.base_url, "version": "1001.0.0-SNAPSHOT",
        "versionNumbers": [1001, 0, 0], "deploymentType": "Cloud", "buildNumber": 100_306,
        "serverTitle": "Jira",
    }))
}
