//! Properties of comments, issues and the app.

use poem::http::StatusCode;
use poem::web::{Json, Path};
use poem::{IntoResponse, Response, Route, get, handler};
use serde_json::{Value, json};

use super::{Call, Who, refuse};
use crate::connect::Scope;
use crate::host::locked;
use crate::site::Site;

pub fn routes(routes: Route) -> Route {
    routes
        .at("/rest/api/3/comment/:id/properties", get(comment_keys))
        .at(
            "/rest/api/3/comment/:id/properties/:key",
            get(comment_read).put(comment_write).delete(comment_remove),
        )
        .at("/rest/api/3/issue/:id/properties", get(issue_keys))
        .at(
            "/rest/api/3/issue/:id/properties/:key",
            get(issue_read).put(issue_write).delete(issue_remove),
        )
        .at(
            "/rest/atlassian-connect/1/addons/:app/properties/:key",
            get(app_read).put(app_write).delete(app_remove),
        )
}

fn fits(value: &Value) -> poem::Result<()> {
    if value.to_string().len() > 32_768 {
        return Err(refuse(400, "a property value has at most 32768 characters"));
    }
    Ok(())
}

fn stored(existed: bool) -> Response {
    let status = if existed {
        StatusCode::OK
    } else {
        StatusCode::CREATED
    };
    Response::builder().status(status).finish()
}

fn removed(existed: bool) -> poem::Result<Response> {
    if existed {
        return Ok(Response::builder().status(StatusCode::NO_CONTENT).finish());
    }
    Err(refuse(404, "There is no such property."))
}

fn value(key: &str, value: Option<&Value>) -> poem::Result<Json<Value>> {
    let value = value.ok_or_else(|| refuse(404, format!("The property {key} does not exist.")))?;
    Ok(Json(json!({"key": key, "value": value})))
}

fn keys<'a>(base: &str, keys: impl Iterator<Item = &'a String>) -> Json<Value> {
    let keys: Vec<_> = keys
        .map(|key| json!({"key": key, "self": format!("{base}/properties/{key}")}))
        .collect();
    Json(json!({"keys": keys}))
}

/// Id of the comment if the caller sees its issue.
fn comment_id(call: &Call, site: &Site, id: &str) -> poem::Result<u64> {
    let missing = || refuse(404, format!("Can not find a comment for the id: {id}."));
    let (issue, comment) = id
        .parse()
        .ok()
        .and_then(|id| site.comment(id))
        .ok_or_else(missing)?;
    call.issue(site, &issue.key)?;
    Ok(comment.id)
}

#[handler]
fn comment_keys(call: Call, Path(id): Path<String>) -> poem::Result<Json<Value>> {
    call.needs(Scope::Read)?;
    let mut site = locked(&call.inner.site);
    let id = comment_id(&call, &site, &id)?;
    let base = format!("{}/rest/api/3/comment/{id}", site.base_url);
    let comment = site.comment_mut(id).ok_or_else(|| refuse(404, "gone"))?;
    Ok(keys(&base, comment.properties.keys()))
}

#[handler]
fn comment_read(call: Call, Path((id, key)): Path<(String, String)>) -> poem::Result<Json<Value>> {
    call.needs(Scope::Read)?;
    let mut site = locked(&call.inner.site);
    let id = comment_id(&call, &site, &id)?;
    let comment = site.comment_mut(id).ok_or_else(|| refuse(404, "gone"))?;
    value(&key, comment.properties.get(&key))
}

#[handler]
fn comment_write(
    call: Call,
    Path((id, key)): Path<(String, String)>,
    Json(body): Json<Value>,
) -> poem::Result<Response> {
    call.needs(Scope::Write)?;
    fits(&body)?;
    let mut site = locked(&call.inner.site);
    let id = comment_id(&call, &site, &id)?;
    let comment = site.comment_mut(id).ok_or_else(|| refuse(404, "gone"))?;
    Ok(stored(comment.properties.insert(key, body).is_some()))
}

#[handler]
fn comment_remove(call: Call, Path((id, key)): Path<(String, String)>) -> poem::Result<Response> {
    call.needs(Scope::Write)?;
    let mut site = locked(&call.inner.site);
    let id = comment_id(&call, &site, &id)?;
    let comment = site.comment_mut(id).ok_or_else(|| refuse(404, "gone"))?;
    removed(comment.properties.remove(&key).is_some())
}

#[handler]
fn issue_keys(call: Call, Path(id): Path<String>) -> poem::Result<Json<Value>> {
    call.needs(Scope::Read)?;
    let site = locked(&call.inner.site);
    let issue = call.issue(&site, &id)?;
    let base = format!("{}/rest/api/3/issue/{}", site.base_url, issue.id);
    Ok(keys(&base, issue.properties.keys()))
}

#[handler]
fn issue_read(call: Call, Path((id, key)): Path<(String, String)>) -> poem::Result<Json<Value>> {
    call.needs(Scope::Read)?;
    let site = locked(&call.inner.site);
    value(&key, call.issue(&site, &id)?.properties.get(&key))
}

#[handler]
fn issue_write(
    call: Call,
    Path((id, key)): Path<(String, String)>,
    Json(body): Json<Value>,
) -> poem::Result<Response> {
    call.needs(Scope::Write)?;
    fits(&body)?;
    let (id, account) = (
        call.issue(&locked(&call.inner.site), &id)?.id,
        call.account(),
    );
    let existed = call
        .inner
        .change(|site| site.set_issue_property(id, &account, &key, Some(&body)))
        .map_err(|error| refuse(404, error.to_string()))?;
    Ok(stored(existed))
}

#[handler]
fn issue_remove(call: Call, Path((id, key)): Path<(String, String)>) -> poem::Result<Response> {
    call.needs(Scope::Write)?;
    let (id, account) = (
        call.issue(&locked(&call.inner.site), &id)?.id,
        call.account(),
    );
    let existed = call
        .inner
        .change(|site| site.set_issue_property(id, &account, &key, None))
        .map_err(|error| refuse(404, error.to_string()))?;
    removed(existed)
}

/// Properties of an app are for that app alone.
fn own(call: &Call, key: &str) -> poem::Result<()> {
    match &call.who {
        Who::App(app) if app.key == key => Ok(()),
        _ => Err(refuse(
            401,
            "Access to this resource must be authenticated as an app.",
        )),
    }
}

#[handler]
fn app_read(call: Call, Path((app, key)): Path<(String, String)>) -> poem::Result<Json<Value>> {
    own(&call, &app)?;
    value(&key, locked(&call.inner.site).app_properties.get(&key))
}

#[handler]
fn app_write(
    call: Call,
    Path((app, key)): Path<(String, String)>,
    Json(body): Json<Value>,
) -> poem::Result<Response> {
    own(&call, &app)?;
    fits(&body)?;
    let before = locked(&call.inner.site).app_properties.insert(key, body);
    let (status, message) = match before {
        Some(_) => (StatusCode::OK, "Property updated."),
        None => (StatusCode::CREATED, "Property created."),
    };
    let body = json!({"message": message, "status-code": status.as_u16()});
    Ok(Json(body).with_status(status).into_response())
}

#[handler]
fn app_remove(call: Call, Path((app, key)): Path<(String, String)>) -> poem::Result<Response> {
    own(&call, &app)?;
    removed(
        locked(&call.inner.site)
            .app_properties
            .remove(&key)
            .is_some(),
    )
}
