//! Users and what they may do.

use poem::web::Json;
use poem::{Route, get, handler, post};
use serde_json::{Value, json};

use super::{Call, Who, refuse};
use crate::connect::Scope;
use crate::host::locked;
use crate::site::{PERMISSIONS, Person, Role, Shapes, Site};

pub fn routes(routes: Route) -> Route {
    routes
        .at("/rest/api/3/user", get(on_user))
        .at("/rest/api/3/user/bulk", get(on_bulk))
        .at("/rest/api/3/user/search", get(on_search))
        .at("/rest/api/3/user/assignable/search", get(on_assignable))
        .at("/rest/api/3/myself", get(on_myself))
        .at("/rest/api/3/mypermissions", get(on_own_permissions))
        .at("/rest/api/3/permissions/check", post(on_check))
}

#[handler]
fn on_user(call: Call) -> poem::Result<Json<Value>> {
    call.needs(Scope::Read)?;
    let account = call
        .one("accountId")
        .ok_or_else(|| refuse(400, "accountId is needed"))?;
    let site = locked(&call.inner.site);
    let person = site.people.iter().find(|p| p.account == account);
    let missing = format!("Specified user does not exist or you do not have permission: {account}");
    let person = person.ok_or_else(|| refuse(404, missing))?;
    Ok(Json(Shapes { site: &site }.user(&person.account)))
}

#[handler]
fn on_myself(call: Call) -> poem::Result<Json<Value>> {
    call.needs(Scope::Read)?;
    let site = locked(&call.inner.site);
    let mut user = Shapes { site: &site }.user(&call.account());
    user["locale"] = json!(site.locale);
    Ok(Json(user))
}

#[handler]
fn on_bulk(call: Call) -> poem::Result<Json<Value>> {
    call.needs(Scope::Read)?;
    let accounts = call.all("accountId");
    if accounts.is_empty() || accounts.len() > 200 {
        return Err(refuse(400, "accountId is needed, at most 200 times"));
    }
    let site = locked(&call.inner.site);
    let shapes = Shapes { site: &site };
    let known: Vec<_> = site
        .people
        .iter()
        .filter(|person| accounts.contains(&person.account.as_str()))
        .map(|person| shapes.user(&person.account))
        .collect();
    Ok(Json(super::page(&call, &known, 10)?))
}

fn named(person: &Person, query: &str) -> bool {
    let query = query.to_lowercase();
    let name = person.name.to_lowercase();
    name.split(' ').any(|part| part.starts_with(&query))
        || name.starts_with(&query)
        || person.email.to_lowercase().starts_with(&query)
}

fn listed<'a>(
    call: &Call,
    site: &'a Site,
    keep: impl Fn(&'a Person) -> bool,
) -> poem::Result<Json<Value>> {
    let shapes = Shapes { site };
    let users: Vec<_> = site
        .people
        .iter()
        .filter(|p| p.active && keep(p))
        .skip(call.number("startAt", 0)?)
        .take(call.number("maxResults", 50)?)
        .map(|person| shapes.user(&person.account))
        .collect();
    Ok(Json(json!(users)))
}

#[handler]
fn on_search(call: Call) -> poem::Result<Json<Value>> {
    call.needs(Scope::Read)?;
    let site = locked(&call.inner.site);
    match (call.one("query"), call.one("accountId")) {
        (Some(query), None) => listed(&call, &site, |p| p.role != Role::App && named(p, query)),
        (None, Some(account)) => listed(&call, &site, |p| p.account == account),
        _ => Err(refuse(400, "give either query or accountId")),
    }
}

#[handler]
fn on_assignable(call: Call) -> poem::Result<Json<Value>> {
    call.needs(Scope::Read)?;
    let site = locked(&call.inner.site);
    let named_issue = call.one("issueKey").or(call.one("issueId"));
    let issue = named_issue.map(|id| call.issue(&site, id)).transpose()?;
    if issue.is_none() {
        let project = call
            .one("project")
            .ok_or_else(|| refuse(400, "project or issueKey is needed"))?;
        site.project(project)
            .ok_or_else(|| refuse(404, "The project is not found."))?;
    }
    let query = call.one("query").unwrap_or_default();
    let only = call.one("accountId");
    listed(&call, &site, |person| {
        person.role == Role::Agent
            && only.is_none_or(|account| person.account == account)
            && named(person, query)
            && issue.is_none_or(|i| site.works_on(&person.account, i))
    })
}

fn known(keys: &Value) -> poem::Result<Vec<String>> {
    let keys: Vec<String> = serde_json::from_value(keys.clone()).unwrap_or_default();
    let unknown = keys.iter().find(|key| !PERMISSIONS.contains(&key.as_str()));
    match unknown {
        Some(key) => Err(refuse(400, format!("Unrecognized permission: {key}"))),
        None => Ok(keys),
    }
}

/// Numeric ids; Jira refuses keys here and leaves out ids it does not know.
fn ids(list: &Value) -> poem::Result<Vec<u64>> {
    let list = list.as_array().cloned().unwrap_or_default();
    if list.len() > 1000 {
        return Err(refuse(400, "at most 1000 issues or projects"));
    }
    let ids: Option<Vec<_>> = list.iter().map(Value::as_u64).collect();
    ids.ok_or_else(|| refuse(400, "ids must be numbers"))
}

#[handler]
fn on_check(call: Call, Json(body): Json<Value>) -> poem::Result<Json<Value>> {
    call.needs(Scope::Read)?;
    let account = body["accountId"]
        .as_str()
        .map_or_else(|| call.account(), str::to_owned);
    let site = locked(&call.inner.site);
    let another = account != call.account();
    if another && !matches!(call.who, Who::App(_)) && !site.is_admin(&call.account()) {
        return Err(refuse(403, "only administrators may ask for other people"));
    }
    let global: Vec<_> = known(&body["globalPermissions"])?
        .into_iter()
        .filter(|key| key == "ADMINISTER" && site.is_admin(&account))
        .collect();
    let mut answers: Vec<Value> = Vec::new();
    for question in body["projectPermissions"].as_array().into_iter().flatten() {
        let (issues, projects) = (ids(&question["issues"])?, ids(&question["projects"])?);
        for key in known(&question["permissions"])? {
            let allowed: Vec<_> = issues
                .iter()
                .filter(|id| {
                    let issue = site.issues.get(id);
                    issue.is_some_and(|i| {
                        site.permissions(&account, Some(i)).contains(&key.as_str())
                    })
                })
                .collect();
            let held = site.permissions(&account, None);
            let in_projects: Vec<_> = projects
                .iter()
                .filter(|id| {
                    let project = site.projects.iter().find(|p| p.id == **id);
                    let service = project.is_some_and(|p| p.service_desk.is_some());
                    let fits = key != "SERVICEDESK_AGENT" || service;
                    let out = project.is_none_or(|p| {
                        p.fate.trashed || p.fate.app_out && account == call.inner.app_account
                    });
                    !out && fits && held.contains(&key.as_str())
                })
                .collect();
            if !allowed.is_empty() || !in_projects.is_empty() {
                answers
                    .push(json!({"permission": key, "issues": allowed, "projects": in_projects}));
            }
        }
    }
    Ok(Json(
        json!({"globalPermissions": global, "projectPermissions": answers}),
    ))
}

#[handler]
fn on_own_permissions(call: Call) -> poem::Result<Json<Value>> {
    call.needs(Scope::Read)?;
    let keys = call
        .list("permissions")
        .ok_or_else(|| refuse(400, "permissions is needed"))?;
    let keys = known(&json!(keys))?;
    let site = locked(&call.inner.site);
    let issue = call.one("issueKey").or(call.one("issueId"));
    let issue = issue.map(|id| call.issue(&site, id)).transpose()?;
    let account = call.account();
    let held = site.permissions(&account, issue);
    let mut answer = json!({});
    for (number, key) in keys.iter().enumerate() {
        let have = held.contains(&key.as_str()) || key == "ADMINISTER" && site.is_admin(&account);
        answer[key] = json!({
            "id": number.to_string(), "key": key, "name": key, "type": "PROJECT",
            "description": "", "havePermission": have,
        });
    }
    Ok(Json(json!({"permissions": answer})))
}
