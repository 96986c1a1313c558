//! What becomes of issues, projects, accounts and the site itself.

use poem::web::{Data, Json, Path};
use poem::{Route, handler, post};
use serde::Deserialize;
use serde_json::{Value, json};

use super::change::changed;
use super::{Shared, account, installed, issue_id};
use crate::host::locked;

pub fn routes(routes: Route) -> Route {
    routes
        .at("/issues/:id/fate", post(on_issue))
        .at("/projects/:key", post(on_project).delete(on_delete_project))
        .at("/people/:slug/fate", post(on_person))
        .at("/rename", post(on_rename))
}

/// One of these happens to an issue.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
enum OfIssue {
    /// To the project of this key.
    Move(String),
    Clone {},
    /// As a duplicate of the issue of this key.
    Merge(String),
    Archive(bool),
    /// `null` takes it away.
    RequestType(Option<u64>),
    /// By an issue security level that leaves the app out.
    HideFromApp(bool),
}

#[handler]
fn on_issue(
    Data(inner): Data<&Shared>,
    Path(id): Path<String>,
    Json(body): Json<OfIssue>,
) -> poem::Result<Json<Value>> {
    let id = issue_id(&locked(&inner.site), &id)?;
    let admin = inner.admin_account.clone();
    let mut answer = json!({});
    let done = match body {
        OfIssue::Move(project) => inner.change(|site| site.move_issue(id, &admin, &project)),
        OfIssue::Clone {} => inner
            .change(|site| site.clone_issue(id, &admin))
            .map(|copy| {
                answer = json!({"id": copy});
            }),
        OfIssue::Merge(into) => {
            let into = issue_id(&locked(&inner.site), &into)?;
            inner.change(|site| site.merge(id, into, &admin))
        }
        OfIssue::Archive(on) => inner.change(|site| site.archive_issue(id, on)),
        OfIssue::RequestType(kind) => inner.change(|site| site.set_request_type(id, &admin, kind)),
        OfIssue::HideFromApp(on) => inner.change(|site| {
            if let Some(issue) = site.issues.get_mut(&id) {
                issue.fate.app_out = on;
            }
            Ok(((), Vec::new()))
        }),
    };
    done.map_err(|error| changed(&error))?;
    Ok(Json(answer))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OfProject {
    /// `archived`, `unarchived`, `trashed` or `restored`.
    is: String,
}

#[handler]
fn on_project(
    Data(inner): Data<&Shared>,
    Path(key): Path<String>,
    Json(body): Json<OfProject>,
) -> poem::Result<Json<Value>> {
    let admin = inner.admin_account.clone();
    inner
        .change(|site| site.set_project(&key, &body.is, &admin))
        .map_err(|error| changed(&error))?;
    Ok(Json(json!({})))
}

#[handler]
fn on_delete_project(
    Data(inner): Data<&Shared>,
    Path(key): Path<String>,
) -> poem::Result<Json<Value>> {
    let admin = inner.admin_account.clone();
    inner
        .change(|site| site.delete_project(&key, &admin))
        .map_err(|error| changed(&error))?;
    Ok(Json(json!({})))
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
enum OfPerson {
    Erase {},
    /// A portal-only customer gets an Atlassian account.
    Migrate {},
}

#[handler]
fn on_person(
    Data(inner): Data<&Shared>,
    Path(slug): Path<String>,
    Json(body): Json<OfPerson>,
) -> poem::Result<Json<Value>> {
    let who = account(inner, Some(&slug))?;
    let admin = inner.admin_account.clone();
    let answer = match body {
        OfPerson::Erase {} => inner
            .change(|site| site.erase_person(&who, &admin))
            .map(|()| json!({})),
        OfPerson::Migrate {} => inner
            .change(|site| site.migrate_person(&who))
            .map(|account| json!({"account": account})),
    };
    Ok(Json(answer.map_err(|error| changed(&error))?))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Rename {
    base_url: String,
}

#[handler]
async fn on_rename(
    Data(inner): Data<&Shared>,
    Json(body): Json<Rename>,
) -> poem::Result<Json<Value>> {
    let app = inner.rename(&body.base_url).await;
    Ok(Json(json!(app.map_err(|e| installed(&e))?)))
}
