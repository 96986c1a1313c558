//! Changes of the site: issues, comments, participants, people.

use std::collections::{BTreeMap, BTreeSet};

use poem::web::{Data, Json, Path};
use poem::{Route, handler, post};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Shared, account, code, issue_id};
use crate::host::locked;
use crate::site::{Draft, SiteError, paragraphs};

pub fn routes(routes: Route) -> Route {
    routes
        .at("/issues", post(on_create))
        .at("/issues/:id", poem::patch(on_edit).delete(on_delete))
        .at("/issues/:id/comments", post(on_comment))
        .at("/issues/:id/participants", post(on_participant))
        .at("/issues/:id/access", post(on_access))
        .at("/people/:slug", post(on_person))
}

pub(super) fn changed(error: &SiteError) -> poem::Error {
    let status = match error {
        SiteError::NotFound(_) => 404,
        SiteError::Invalid(_) => 422,
    };
    poem::Error::from_string(error.to_string(), code(status))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewIssue {
    project: Option<String>,
    summary: String,
    #[serde(default)]
    description: String,
    reporter: String,
    assignee: Option<String>,
    #[serde(default)]
    participants: Vec<String>,
}

#[handler]
fn on_create(Data(inner): Data<&Shared>, Json(body): Json<NewIssue>) -> poem::Result<Json<Value>> {
    let draft = Draft {
        project: body.project.unwrap_or_else(|| "ITH".to_owned()),
        summary: body.summary,
        description: body.description,
        reporter: body.reporter,
        assignee: body.assignee,
        participants: body.participants,
    };
    let id = inner
        .change(|site| site.create_issue(&draft))
        .map_err(|e| changed(&e))?;
    let key = locked(&inner.site).issues.get(&id).map(|i| i.key.clone());
    Ok(Json(json!({"id": id, "key": key})))
}

#[handler]
fn on_edit(
    Data(inner): Data<&Shared>,
    Path(id): Path<String>,
    Json(mut body): Json<BTreeMap<String, Value>>,
) -> poem::Result<Json<Value>> {
    let who = body.remove("as");
    let actor = account(inner, who.as_ref().and_then(Value::as_str))?;
    let id = issue_id(&locked(&inner.site), &id)?;
    inner
        .change(|site| site.edit_issue(id, &actor, &body))
        .map_err(|e| changed(&e))?;
    Ok(Json(json!({})))
}

#[handler]
fn on_delete(Data(inner): Data<&Shared>, Path(id): Path<String>) -> poem::Result<Json<Value>> {
    let id = issue_id(&locked(&inner.site), &id)?;
    let actor = inner.admin_account.clone();
    inner
        .change(|site| site.delete_issue(id, &actor))
        .map_err(|e| changed(&e))?;
    Ok(Json(json!({})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewComment {
    r#as: String,
    text: Option<String>,
    body: Option<Value>,
    public: Option<bool>,
}

#[handler]
fn on_comment(
    Data(inner): Data<&Shared>,
    Path(id): Path<String>,
    Json(body): Json<NewComment>,
) -> poem::Result<Json<Value>> {
    let author = account(inner, Some(&body.r#as))?;
    let id = issue_id(&locked(&inner.site), &id)?;
    let document = body
        .body
        .unwrap_or_else(|| paragraphs(&body.text.unwrap_or_default()));
    let public = body.public.unwrap_or(true);
    let comment = inner
        .change(|site| site.add_comment(id, &author, document, public, BTreeMap::new()))
        .map_err(|e| changed(&e))?;
    Ok(Json(json!({"id": comment})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Participant {
    r#as: Option<String>,
    account: String,
    present: bool,
}

#[handler]
fn on_participant(
    Data(inner): Data<&Shared>,
    Path(id): Path<String>,
    Json(body): Json<Participant>,
) -> poem::Result<Json<Value>> {
    let actor = account(inner, body.r#as.as_deref())?;
    let id = issue_id(&locked(&inner.site), &id)?;
    inner
        .change(|site| site.set_participant(id, &actor, &body.account, body.present))
        .map_err(|e| changed(&e))?;
    Ok(Json(json!({})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Access {
    /// Agents who alone see the issue; empty lifts the restriction.
    only: Option<Vec<String>>,
    organizations: Option<BTreeSet<u64>>,
}

/// Security level and organizations: changes that Jira announces with no event of their own.
#[handler]
fn on_access(
    Data(inner): Data<&Shared>,
    Path(id): Path<String>,
    Json(body): Json<Access>,
) -> poem::Result<Json<Value>> {
    let mut site = locked(&inner.site);
    let id = issue_id(&site, &id)?;
    let only = body.only.map(|people| {
        let accounts = people
            .iter()
            .filter_map(|p| site.person(p))
            .map(|p| p.account.clone());
        accounts.collect::<BTreeSet<_>>()
    });
    if let Some(issue) = site.issues.get_mut(&id) {
        if let Some(only) = only {
            issue.only = (!only.is_empty()).then_some(only);
        }
        if let (Some(organizations), Some(request)) = (body.organizations, &mut issue.request) {
            request.organizations = organizations;
        }
    }
    drop(site);
    inner.touch();
    Ok(Json(json!({})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PersonChange {
    active: Option<bool>,
    name: Option<String>,
    /// Organizations the person belongs to, replacing all others.
    organizations: Option<Vec<u64>>,
}

#[handler]
fn on_person(
    Data(inner): Data<&Shared>,
    Path(slug): Path<String>,
    Json(body): Json<PersonChange>,
) -> poem::Result<Json<Value>> {
    let who = account(inner, Some(&slug))?;
    let mut site = locked(&inner.site);
    if let Some(person) = site.people.iter_mut().find(|p| p.account == who) {
        person.active = body.active.unwrap_or(person.active);
        person.name = body.name.unwrap_or_else(|| person.name.clone());
    }
    if let Some(wanted) = body.organizations {
        for organization in &mut site.organizations {
            if wanted.contains(&organization.id) {
                organization.members.insert(who.clone());
            } else {
                organization.members.remove(&who);
            }
        }
    }
    drop(site);
    inner.touch();
    Ok(Json(json!({})))
}
