//! Comments of issues.

use std::collections::BTreeMap;

use poem::http::StatusCode;
use poem::web::{Json, Path};
use poem::{IntoResponse, Response, Route, get, handler, post};
use serde_json::{Value, json};

use super::{Call, refuse, refuse_field};
use crate::connect::Scope;
use crate::host::locked;
use crate::site::{Comment, Issue, Shapes, Site};

/// Says of a comment whether it is internal to the agents of a service project.
const INTERNAL: &str = "sd.public.comment";

pub fn routes(routes: Route) -> Route {
    routes
        .at(
            "/rest/api/3/issue/:issue/comment",
            get(on_list).post(on_create),
        )
        .at(
            "/rest/api/3/issue/:issue/comment/:id",
            get(on_read).put(on_edit).delete(on_remove),
        )
        .at("/rest/api/3/comment/list", post(on_by_ids))
}

fn shape(call: &Call, site: &Site, issue: &Issue, comment: &Comment) -> Value {
    let mut shape = Shapes { site }.comment(issue, comment);
    let expand = call.list("expand").unwrap_or_default();
    if expand.iter().any(|e| e == "properties") {
        let properties: Vec<_> = comment
            .properties
            .iter()
            .map(|(key, value)| json!({"key": key, "value": value}))
            .collect();
        shape["properties"] = json!(properties);
    }
    shape
}

#[handler]
fn on_list(call: Call, Path(issue): Path<String>) -> poem::Result<Json<Value>> {
    call.needs(Scope::Read)?;
    let site = locked(&call.inner.site);
    let issue = call.issue(&site, &issue)?;
    let mut comments: Vec<_> = issue.comments.iter().collect();
    match call.one("orderBy") {
        None | Some("created" | "+created") => {}
        Some("-created") => comments.reverse(),
        Some(other) => return Err(refuse(400, format!("orderBy {other} is not known"))),
    }
    let start = call.number("startAt", 0)?;
    let most = call.number("maxResults", 100)?;
    let total = comments.len();
    let page: Vec<_> = comments
        .into_iter()
        .skip(start)
        .take(most)
        .map(|comment| shape(&call, &site, issue, comment))
        .collect();
    Ok(Json(
        json!({"startAt": start, "maxResults": most, "total": total, "comments": page}),
    ))
}

/// The body of a comment, if it is a document.
fn document(body: &Value) -> poem::Result<Value> {
    let doc = &body["body"];
    if doc["type"] != "doc" || doc["version"] != 1 || !doc["content"].is_array() {
        return Err(refuse_field("comment", "Comment body is not valid!"));
    }
    Ok(doc.clone())
}

fn properties(body: &Value) -> poem::Result<BTreeMap<String, Value>> {
    let mut properties = BTreeMap::new();
    for property in body["properties"].as_array().into_iter().flatten() {
        let key = property["key"]
            .as_str()
            .filter(|k| !k.is_empty() && k.len() <= 255);
        let key =
            key.ok_or_else(|| refuse(400, "a property needs a key of 1 to 255 characters"))?;
        if property["value"].to_string().len() > 32_768 {
            return Err(refuse(400, "a property value has at most 32768 characters"));
        }
        properties.insert(key.to_owned(), property["value"].clone());
    }
    Ok(properties)
}

#[handler]
fn on_create(
    call: Call,
    Path(issue): Path<String>,
    Json(body): Json<Value>,
) -> poem::Result<Response> {
    call.needs(Scope::Write)?;
    let document = document(&body)?;
    let properties = properties(&body)?;
    let public = properties
        .get(INTERNAL)
        .is_none_or(|value| value["internal"] != true);
    let (id, account) = (
        call.issue(&locked(&call.inner.site), &issue)?.id,
        call.account(),
    );
    let comment = call
        .inner
        .change(|site| site.add_comment(id, &account, document, public, properties))
        .map_err(|error| refuse(404, error.to_string()))?;
    let site = locked(&call.inner.site);
    let (issue, comment) = site
        .comment(comment)
        .ok_or_else(|| refuse(404, "it is gone again"))?;
    let shape = shape(&call, &site, issue, comment);
    Ok(Json(shape).with_status(StatusCode::CREATED).into_response())
}

/// The comment if it belongs to that issue and the caller sees it.
fn found<'a>(
    call: &Call,
    site: &'a Site,
    issue: &str,
    id: &str,
) -> poem::Result<(&'a Issue, &'a Comment)> {
    let issue = call.issue(site, issue)?;
    let comment = issue.comments.iter().find(|c| c.id.to_string() == id);
    let comment =
        comment.ok_or_else(|| refuse(404, format!("Can not find a comment for the id: {id}.")))?;
    Ok((issue, comment))
}

#[handler]
fn on_read(call: Call, Path((issue, id)): Path<(String, String)>) -> poem::Result<Json<Value>> {
    call.needs(Scope::Read)?;
    let site = locked(&call.inner.site);
    let (issue, comment) = found(&call, &site, &issue, &id)?;
    Ok(Json(shape(&call, &site, issue, comment)))
}

#[handler]
fn on_edit(
    call: Call,
    Path((issue, id)): Path<(String, String)>,
    Json(body): Json<Value>,
) -> poem::Result<Json<Value>> {
    call.needs(Scope::Write)?;
    let document = document(&body)?;
    let id = found(&call, &locked(&call.inner.site), &issue, &id)?.1.id;
    let account = call.account();
    call.inner
        .change(|site| site.edit_comment(id, &account, document))
        .map_err(|error| refuse(404, error.to_string()))?;
    let site = locked(&call.inner.site);
    let (issue, comment) = site.comment(id).ok_or_else(|| refuse(404, "it is gone"))?;
    Ok(Json(shape(&call, &site, issue, comment)))
}

#[handler]
fn on_remove(call: Call, Path((issue, id)): Path<(String, String)>) -> poem::Result<Response> {
    call.needs(Scope::Delete)?;
    let id = found(&call, &locked(&call.inner.site), &issue, &id)?.1.id;
    let account = call.account();
    call.inner
        .change(|site| site.delete_comment(id, &account))
        .map_err(|error| refuse(404, error.to_string()))?;
    Ok(Response::builder().status(StatusCode::NO_CONTENT).finish())
}

#[handler]
fn on_by_ids(call: Call, Json(body): Json<Value>) -> poem::Result<Json<Value>> {
    call.needs(Scope::Read)?;
    let ids = body["ids"].as_array().filter(|ids| ids.len() <= 1000);
    let ids = ids.ok_or_else(|| refuse(400, "ids must be a list of at most 1000"))?;
    let site = locked(&call.inner.site);
    let found: Vec<_> = ids
        .iter()
        .filter_map(|id| site.comment(id.as_u64()?))
        .map(|(issue, comment)| shape(&call, &site, issue, comment))
        .collect();
    Ok(Json(super::page(&call, &found, 1000)?))
}
