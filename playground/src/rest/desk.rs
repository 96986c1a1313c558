//! The service desk API: requests, participants, organizations.

use std::collections::BTreeMap;

use poem::http::StatusCode;
use poem::web::{Json, Path};
use poem::{IntoResponse, Response, Route, get, handler};
use serde_json::{Value, json};

use super::{Call, refuse};
use crate::connect::Scope;
use crate::host::locked;
use crate::site::{Project, Shapes, Site, paragraphs};

const API: &str = "/rest/servicedeskapi";

pub fn routes(routes: Route) -> Route {
    let at = |path: &str| format!("{API}/{path}");
    routes
        .at(at("info"), get(on_info))
        .at(at("request/:id"), get(on_request))
        .at(
            at("request/:id/participant"),
            get(on_participants)
                .post(on_add_participants)
                .delete(on_remove_participants),
        )
        .at(
            at("request/:id/comment"),
            get(on_comments).post(on_add_comment),
        )
        .at(at("organization"), get(on_organizations))
        .at(at("organization/:id"), get(on_organization))
        .at(at("organization/:id/user"), get(on_members))
        .at(at("servicedesk"), get(on_desks))
        .at(at("servicedesk/:id"), get(on_desk))
        .at(
            at("servicedesk/:id/organization"),
            get(on_desk_organizations),
        )
        .at(at("servicedesk/:id/customer"), get(on_customers))
        .at(at("servicedesk/:id/requesttype"), get(on_request_types))
}

/// A page as the service desk API writes one.
fn page(call: &Call, path: &str, all: &[Value]) -> poem::Result<Json<Value>> {
    let (start, limit) = (call.number("start", 0)?, call.number("limit", 50)?);
    let values: Vec<_> = all.iter().skip(start).take(limit).cloned().collect();
    let base = &call.inner.base_url;
    let last = start + values.len() >= all.len();
    let mut links = json!({"base": base, "context": "", "self": format!("{base}{API}/{path}")});
    if !last {
        let next = start + values.len();
        links["next"] = json!(format!("{base}{API}/{path}?start={next}&limit={limit}"));
    }
    Ok(Json(json!({
        "_expands": [], "size": values.len(), "start": start, "limit": limit,
        "isLastPage": last, "_links": links, "values": values,
    })))
}

#[handler]
fn on_info(call: Call) -> Json<Value> {
    let link = format!("{}{API}/info", call.inner.base_url);
    Json(
        json!({"version": "5.12.0", "platformVersion": "10.0.0", "isLicensedForUse": true,
        "_links": {"self": link}}),
    )
}

#[handler]
fn on_request(call: Call, Path(id): Path<String>) -> poem::Result<Json<Value>> {
    call.needs(Scope::Read)?;
    let site = locked(&call.inner.site);
    let issue = call.request(&site, &id)?;
    let shapes = Shapes { site: &site };
    let mut shape = shapes.request(issue);
    let expand = call.list("expand").unwrap_or_default();
    if expand.iter().any(|e| e == "participant") {
        let people = issue.request.iter().flat_map(|r| &r.participants);
        let values: Vec<_> = people.map(|p| shapes.customer(p)).collect();
        let path = format!("request/{}/participant", issue.id);
        shape["participants"] = page(&call, &path, &values)?.0;
    }
    Ok(Json(shape))
}

#[handler]
fn on_participants(call: Call, Path(id): Path<String>) -> poem::Result<Json<Value>> {
    call.needs(Scope::Read)?;
    listed_participants(&call, &id)
}

fn listed_participants(call: &Call, id: &str) -> poem::Result<Json<Value>> {
    let site = locked(&call.inner.site);
    let issue = call.request(&site, id)?;
    let people = issue.request.iter().flat_map(|r| &r.participants);
    let values: Vec<_> = people.map(|p| Shapes { site: &site }.customer(p)).collect();
    page(call, &format!("request/{id}/participant"), &values)
}

fn set_participants(
    call: &Call,
    id: &str,
    body: &Value,
    present: bool,
) -> poem::Result<Json<Value>> {
    call.needs(Scope::Write)?;
    let accounts: Option<Vec<String>> = serde_json::from_value(body["accountIds"].clone()).ok();
    let accounts = accounts.ok_or_else(|| refuse(400, "accountIds must be a list of accounts"))?;
    let (issue, actor) = (
        call.request(&locked(&call.inner.site), id)?.id,
        call.account(),
    );
    let unknown = {
        let site = locked(&call.inner.site);
        accounts
            .iter()
            .any(|a| !site.people.iter().any(|p| p.account == *a))
    };
    if unknown {
        return Err(refuse(400, "A user in the list does not exist."));
    }
    for account in &accounts {
        call.inner
            .change(|site| site.set_participant(issue, &actor, account, present))
            .map_err(|error| refuse(400, error.to_string()))?;
    }
    listed_participants(call, id)
}

#[handler]
fn on_add_participants(
    call: Call,
    Path(id): Path<String>,
    Json(body): Json<Value>,
) -> poem::Result<Json<Value>> {
    set_participants(&call, &id, &body, true)
}

#[handler]
fn on_remove_participants(
    call: Call,
    Path(id): Path<String>,
    Json(body): Json<Value>,
) -> poem::Result<Json<Value>> {
    set_participants(&call, &id, &body, false)
}

#[handler]
fn on_comments(call: Call, Path(id): Path<String>) -> poem::Result<Json<Value>> {
    call.needs(Scope::Read)?;
    let site = locked(&call.inner.site);
    let issue = call.request(&site, &id)?;
    let agent = site.works_on(&call.account(), issue);
    let wanted = |public: bool| {
        let flag = call.one(if public { "public" } else { "internal" });
        flag != Some("false") && (public || agent)
    };
    let shapes = Shapes { site: &site };
    let values: Vec<_> = issue
        .comments
        .iter()
        .filter(|c| wanted(c.public))
        .map(|c| shapes.request_comment(issue, c))
        .collect();
    page(&call, &format!("request/{id}/comment"), &values)
}

#[handler]
fn on_add_comment(
    call: Call,
    Path(id): Path<String>,
    Json(body): Json<Value>,
) -> poem::Result<Response> {
    call.needs(Scope::Write)?;
    let text = body["body"].as_str().filter(|t| !t.is_empty());
    let text = text.ok_or_else(|| refuse(400, "body must be a text"))?;
    let public = body["public"].as_bool();
    let public = public.ok_or_else(|| refuse(400, "public must be given"))?;
    let account = call.account();
    let issue = {
        let site = locked(&call.inner.site);
        let issue = call.request(&site, &id)?;
        if !public && !site.works_on(&account, issue) {
            return Err(refuse(403, "Customers can only add public comments."));
        }
        issue.id
    };
    let comment = call
        .inner
        .change(|site| site.add_comment(issue, &account, paragraphs(text), public, BTreeMap::new()))
        .map_err(|error| refuse(404, error.to_string()))?;
    let site = locked(&call.inner.site);
    let (issue, comment) = site
        .comment(comment)
        .ok_or_else(|| refuse(404, "it is gone again"))?;
    let shape = Shapes { site: &site }.request_comment(issue, comment);
    Ok(Json(shape).with_status(StatusCode::CREATED).into_response())
}

fn organization_shapes(call: &Call, site: &Site, only: Option<&[u64]>) -> Vec<Value> {
    let account = call.one("accountId");
    site.organizations
        .iter()
        .filter(|o| account.is_none_or(|a| o.members.contains(a)))
        .filter(|o| only.is_none_or(|ids| ids.contains(&o.id)))
        .map(|o| {
            let link = format!("{}{API}/organization/{}", site.base_url, o.id);
            json!({"id": o.id.to_string(), "name": o.name, "_links": {"self": link}})
        })
        .collect()
}

#[handler]
fn on_organizations(call: Call) -> poem::Result<Json<Value>> {
    call.needs(Scope::Read)?;
    let values = organization_shapes(&call, &locked(&call.inner.site), None);
    page(&call, "organization", &values)
}

#[handler]
fn on_organization(call: Call, Path(id): Path<u64>) -> poem::Result<Json<Value>> {
    call.needs(Scope::Read)?;
    let found = organization_shapes(&call, &locked(&call.inner.site), Some(&[id]));
    let found = found.into_iter().next();
    found
        .map(Json)
        .ok_or_else(|| refuse(404, "The organization does not exist."))
}

#[handler]
fn on_members(call: Call, Path(id): Path<u64>) -> poem::Result<Json<Value>> {
    call.needs(Scope::Read)?;
    let site = locked(&call.inner.site);
    let organization = site.organizations.iter().find(|o| o.id == id);
    let organization =
        organization.ok_or_else(|| refuse(404, "The organization does not exist."))?;
    let shapes = Shapes { site: &site };
    let values: Vec<_> = organization
        .members
        .iter()
        .map(|m| shapes.customer(m))
        .collect();
    page(&call, &format!("organization/{id}/user"), &values)
}

fn desk_shape(call: &Call, project: &Project) -> Option<Value> {
    let desk = project.service_desk?;
    let link = format!("{}{API}/servicedesk/{desk}", call.inner.base_url);
    Some(json!({
        "id": desk.to_string(), "projectId": project.id.to_string(), "projectKey": project.key,
        "projectName": project.name, "_links": {"self": link},
    }))
}

#[handler]
fn on_desks(call: Call) -> poem::Result<Json<Value>> {
    call.needs(Scope::Read)?;
    let site = locked(&call.inner.site);
    let values: Vec<_> = site
        .projects
        .iter()
        .filter_map(|p| desk_shape(&call, p))
        .collect();
    page(&call, "servicedesk", &values)
}

/// The project of a service desk, by the desk's id or the project's key or id.
fn project_of<'a>(site: &'a Site, id: &str) -> poem::Result<&'a Project> {
    let by_desk = site
        .projects
        .iter()
        .find(|p| p.service_desk.is_some_and(|d| d.to_string() == id));
    let project = by_desk
        .or_else(|| site.project(id))
        .filter(|p| p.service_desk.is_some());
    project.ok_or_else(|| refuse(404, "The service desk does not exist."))
}

#[handler]
fn on_desk(call: Call, Path(id): Path<String>) -> poem::Result<Json<Value>> {
    call.needs(Scope::Read)?;
    let site = locked(&call.inner.site);
    let shape = desk_shape(&call, project_of(&site, &id)?);
    shape
        .map(Json)
        .ok_or_else(|| refuse(404, "The service desk does not exist."))
}

#[handler]
fn on_desk_organizations(call: Call, Path(id): Path<String>) -> poem::Result<Json<Value>> {
    call.needs(Scope::Read)?;
    let site = locked(&call.inner.site);
    project_of(&site, &id)?;
    let values = organization_shapes(&call, &site, None);
    page(&call, &format!("servicedesk/{id}/organization"), &values)
}

#[handler]
fn on_customers(
    req: &poem::Request,
    call: Call,
    Path(id): Path<String>,
) -> poem::Result<Json<Value>> {
    call.needs(Scope::Read)?;
    if req.header("X-ExperimentalApi") != Some("opt-in") {
        return Err(refuse(
            412,
            "This API is experimental; X-ExperimentalApi: opt-in is needed.",
        ));
    }
    let site = locked(&call.inner.site);
    project_of(&site, &id)?;
    let query = call.one("query").unwrap_or_default().to_lowercase();
    let shapes = Shapes { site: &site };
    let values: Vec<_> = site
        .people
        .iter()
        .filter(|p| p.role == crate::site::Role::Customer)
        .filter(|p| p.name.to_lowercase().contains(&query) || p.email.contains(&query))
        .map(|p| shapes.customer(&p.account))
        .collect();
    page(&call, &format!("servicedesk/{id}/customer"), &values)
}

#[handler]
fn on_request_types(call: Call, Path(id): Path<String>) -> poem::Result<Json<Value>> {
    call.needs(Scope::Read)?;
    project_of(&locked(&call.inner.site), &id)?;
    let values: Vec<_> = [(1, "Get IT help"), (2, "Report a system problem")]
        .iter()
        .map(|(type_id, name)| {
            json!({"id": type_id.to_string(), "name": name, "description": "", "helpText": "",
                "issueTypeId": "10001", "serviceDeskId": id, "portalId": id, "groupIds": []})
        })
        .collect();
    page(&call, &format!("servicedesk/{id}/requesttype"), &values)
}
