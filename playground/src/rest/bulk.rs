//! Many issues at once, and the report of personal data.

use poem::http::StatusCode;
use poem::web::Json;
use poem::{IntoResponse, Response, Route, handler, post};
use serde_json::{Value, json};

use super::{Call, refuse};
use crate::connect::Scope;
use crate::host::locked;
use crate::site::Shapes;

pub fn routes(routes: Route) -> Route {
    routes.at("/rest/api/3/issue/bulkfetch", post(on_fetch)).at(
        "/rest/atlassian-connect/latest/report-accounts",
        post(on_report),
    )
}

/// What the caller does not see is left out without a word, like what is not there.
#[handler]
fn on_fetch(call: Call, Json(body): Json<Value>) -> poem::Result<Json<Value>> {
    call.needs(Scope::Write)?;
    let named: Vec<String> = serde_json::from_value(body["issueIdsOrKeys"].clone())
        .map_err(|_| refuse(400, "issueIdsOrKeys must be a list of ids or keys"))?;
    if named.is_empty() || named.len() > 100 {
        return Err(refuse(400, "at least one issue, and at most 100"));
    }
    let fields: Option<Vec<String>> = serde_json::from_value(body["fields"].clone()).ok();
    let site = locked(&call.inner.site);
    let shapes = Shapes { site: &site };
    let issues: Vec<_> = named
        .iter()
        .filter_map(|id| call.issue(&site, id).ok())
        .map(|issue| shapes.issue(issue, fields.as_deref()))
        .collect();
    Ok(Json(json!({"issues": issues, "issueErrors": []})))
}

/// The accounts of which an app keeps personal data; the answer names those that were closed.
#[handler]
fn on_report(call: Call, Json(body): Json<Value>) -> poem::Result<Response> {
    let accounts: Vec<String> = body["accounts"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|one| one["updatedAt"].is_string())
        .filter_map(|one| one["accountId"].as_str().map(str::to_owned))
        .collect();
    if accounts.is_empty() || accounts.len() > 90 {
        return Err(refuse(
            400,
            "at least one account with updatedAt, and at most 90",
        ));
    }
    let mut site = locked(&call.inner.site);
    let closed: Vec<_> = accounts
        .iter()
        .filter(|account| site.closed.contains(*account))
        .map(|account| json!({"accountId": account, "status": "closed"}))
        .collect();
    site.reported.push(accounts);
    if closed.is_empty() {
        let nothing = Response::builder().status(StatusCode::NO_CONTENT);
        return Ok(nothing.header("Cycle-Period", "P7D").finish());
    }
    let answer = Json(json!({"accounts": closed})).with_header("Cycle-Period", "P7D");
    Ok(answer.into_response())
}
