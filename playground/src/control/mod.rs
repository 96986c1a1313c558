//! What tests and the pages ask of the site behind Jira's back. `README.md` beside this crate
//! documents every route.

mod change;
mod fate;

use std::sync::Arc;

use poem::http::StatusCode;
use poem::web::{Data, Json, Query};
use poem::{Route, get, handler, post};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::connect::{InstallError, WebhookFaults};
use crate::faults::Fault;
use crate::host::{Inner, locked};
use crate::rest::refuse;
use crate::site::{Event, Shapes, Site};

type Shared = Arc<Inner>;

pub fn routes() -> Route {
    fate::routes(change::routes(Route::new()))
        .at("/state", get(on_state))
        .at("/install", post(on_install))
        .at("/uninstall", post(on_uninstall))
        .at("/rotate", post(on_rotate))
        .at("/enabled", post(on_enabled))
        .at("/faults", get(on_faults).post(on_set_faults))
        .at("/deliveries", get(on_deliveries))
        .at("/comments", get(on_comments))
        .at("/notices", get(on_notices))
        .at("/events", post(on_event))
        .at("/frame", get(on_frame))
        .at("/token", get(on_token))
}

fn installed(error: &InstallError) -> poem::Error {
    let status = match error {
        InstallError::NotInstalled => 404,
        InstallError::Descriptor(_) => 422,
        _ => 502,
    };
    poem::Error::from_string(error.to_string(), code(status))
}

fn code(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST)
}

fn issue_id(site: &Site, id: &str) -> poem::Result<u64> {
    let issue = site.issue(id).map(|i| i.id);
    issue.ok_or_else(|| poem::Error::from_string("there is no such issue", code(404)))
}

/// Account of whoever a body names by account or short name; the admin if it names nobody.
fn account(inner: &Inner, who: Option<&str>) -> poem::Result<String> {
    let Some(who) = who else {
        return Ok(inner.admin_account.clone());
    };
    let site = locked(&inner.site);
    let person = site.person(who).map(|p| p.account.clone());
    person.ok_or_else(|| poem::Error::from_string("there is no such person", code(404)))
}

#[handler]
fn on_state(Data(inner): Data<&Shared>) -> Json<Value> {
    let site = locked(&inner.site).clone();
    let issues: Vec<_> = site
        .issues
        .values()
        .map(|i| json!({"id": i.id, "key": i.key, "summary": i.summary, "reporter": i.reporter}))
        .collect();
    Json(json!({
        "baseUrl": inner.base_url, "clientKey": inner.client_key, "revision": inner.revision(),
        "people": site.people, "organizations": site.organizations, "issues": issues,
        "app": inner.app(),
    }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Install {
    descriptor: String,
}

#[handler]
async fn on_install(
    Data(inner): Data<&Shared>,
    Json(body): Json<Install>,
) -> poem::Result<Json<Value>> {
    let app = inner.install(&body.descriptor).await;
    Ok(Json(json!(app.map_err(|e| installed(&e))?)))
}

#[handler]
async fn on_uninstall(Data(inner): Data<&Shared>) -> poem::Result<Json<Value>> {
    inner.uninstall().await.map_err(|e| installed(&e))?;
    Ok(Json(json!({})))
}

#[handler]
async fn on_rotate(Data(inner): Data<&Shared>) -> poem::Result<Json<Value>> {
    Ok(Json(json!(
        inner.rotate_secret().await.map_err(|e| installed(&e))?
    )))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Enabled {
    enabled: bool,
}

#[handler]
fn on_enabled(Data(inner): Data<&Shared>, Json(body): Json<Enabled>) -> poem::Result<Json<Value>> {
    inner.set_enabled(body.enabled).map_err(|e| installed(&e))?;
    Ok(Json(json!({})))
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Faults {
    rest: Vec<Fault>,
    webhooks: WebhookFaults,
}

#[handler]
fn on_faults(Data(inner): Data<&Shared>) -> Json<Value> {
    let rest = locked(&inner.faults).clone();
    Json(json!({"rest": rest, "webhooks": inner.outbox().faults()}))
}

#[handler]
fn on_set_faults(Data(inner): Data<&Shared>, Json(body): Json<Faults>) -> Json<Value> {
    *locked(&inner.faults) = body.rest;
    inner.outbox().set_faults(body.webhooks);
    Json(json!({}))
}

#[derive(Deserialize)]
struct About {
    issue: Option<String>,
    event: Option<String>,
}

#[handler]
fn on_deliveries(
    Data(inner): Data<&Shared>,
    Query(about): Query<About>,
) -> poem::Result<Json<Value>> {
    let site = locked(&inner.site);
    let issue = about.issue.map(|i| issue_id(&site, &i)).transpose()?;
    let mut deliveries = inner.outbox().deliveries();
    deliveries.retain(|d| {
        issue.is_none_or(|i| d.issue == Some(i))
            && about.event.as_ref().is_none_or(|e| d.event == *e)
    });
    Ok(Json(json!(deliveries)))
}

/// Comments as the REST API writes them, with their properties.
#[handler]
fn on_comments(
    Data(inner): Data<&Shared>,
    Query(about): Query<About>,
) -> poem::Result<Json<Value>> {
    let site = locked(&inner.site);
    let id = issue_id(&site, about.issue.as_deref().unwrap_or_default())?;
    let shapes = Shapes { site: &site };
    let issue = site.issues.get(&id);
    let comments: Vec<_> = issue
        .into_iter()
        .flat_map(|issue| issue.comments.iter().map(move |comment| (issue, comment)))
        .map(|(issue, comment)| {
            let mut shape = shapes.comment(issue, comment);
            shape["properties"] = json!(comment.properties);
            shape
        })
        .collect();
    Ok(Json(json!(comments)))
}

#[handler]
fn on_notices(Data(inner): Data<&Shared>, Query(about): Query<About>) -> Json<Value> {
    let mut notices = locked(&inner.site).notices.clone();
    notices.retain(|notice| about.issue.as_ref().is_none_or(|key| notice.issue == *key));
    Json(json!(notices))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawEvent {
    name: String,
    issue: Option<String>,
    r#as: Option<String>,
    body: Value,
}

/// Sends a webhook of the caller's own making to whoever asks for its name.
#[handler]
fn on_event(Data(inner): Data<&Shared>, Json(body): Json<RawEvent>) -> poem::Result<Json<Value>> {
    let actor = account(inner, body.r#as.as_deref())?;
    let issue = body
        .issue
        .map(|i| issue_id(&locked(&inner.site), &i))
        .transpose()?;
    inner.announce(&[Event {
        name: body.name,
        actor,
        issue,
        body: body.body,
    }]);
    Ok(Json(json!({})))
}

#[derive(Deserialize)]
struct At {
    r#as: Option<String>,
    module: Option<String>,
    issue: Option<String>,
}

#[handler]
fn on_frame(Data(inner): Data<&Shared>, Query(at): Query<At>) -> poem::Result<Json<Value>> {
    let module = at.module.unwrap_or_default();
    let frame = inner.frame(at.r#as.as_deref(), &module, at.issue.as_deref());
    Ok(Json(json!(frame.map_err(|e| refuse(404, e.to_string()))?)))
}

#[handler]
fn on_token(Data(inner): Data<&Shared>, Query(at): Query<At>) -> poem::Result<Json<Value>> {
    let token = inner.context_token(at.r#as.as_deref(), at.issue.as_deref());
    Ok(Json(
        json!({"token": token.map_err(|e| refuse(404, e.to_string()))?}),
    ))
}
