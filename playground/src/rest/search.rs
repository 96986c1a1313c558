//! Search by JQL, page after page by token.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use poem::web::Json;
use poem::{Route, get, handler};
use serde_json::{Value, json};

use super::{Call, refuse};
use crate::connect::Scope;
use crate::host::locked;
use crate::site::Shapes;

pub fn routes(routes: Route) -> Route {
    routes.at("/rest/api/3/search/jql", get(on_by_query).post(on_by_body))
}

const KNOWN: [&str; 8] = [
    "jql",
    "fields",
    "maxResults",
    "nextPageToken",
    "properties",
    "expand",
    "reconcileIssues",
    "fieldsByKeys",
];

struct Search {
    jql: String,
    fields: Vec<String>,
    most: usize,
    token: Option<String>,
}

#[handler]
fn on_by_query(call: Call) -> poem::Result<Json<Value>> {
    let search = Search {
        jql: call.one("jql").unwrap_or_default().to_owned(),
        fields: call.list("fields").unwrap_or_else(|| vec!["id".to_owned()]),
        most: call.number("maxResults", 50)?,
        token: call.one("nextPageToken").map(str::to_owned),
    };
    answer(&call, &search)
}

#[handler]
fn on_by_body(call: Call, Json(body): Json<Value>) -> poem::Result<Json<Value>> {
    let unknown = body
        .as_object()
        .and_then(|o| o.keys().find(|key| !KNOWN.contains(&key.as_str())).cloned());
    if let Some(name) = unknown {
        return Err(refuse(400, format!("Unrecognized field \"{name}\"")));
    }
    let most = body["maxResults"].as_u64().unwrap_or(50);
    let search = Search {
        jql: body["jql"].as_str().unwrap_or_default().to_owned(),
        fields: serde_json::from_value(body["fields"].clone())
            .unwrap_or_else(|_| vec!["id".to_owned()]),
        most: usize::try_from(most).unwrap_or(50),
        token: body["nextPageToken"].as_str().map(str::to_owned),
    };
    answer(&call, &search)
}

/// A token is the number of the first issue of its page, and the query it belongs to.
fn start(token: &str, jql: &str) -> Option<usize> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
    let (number, query) = text.split_once(' ')?;
    (query == jql).then(|| number.parse().ok()).flatten()
}

fn answer(call: &Call, search: &Search) -> poem::Result<Json<Value>> {
    call.needs(Scope::Read)?;
    let condition = search.jql.to_lowercase();
    if condition
        .split("order by")
        .next()
        .unwrap_or_default()
        .trim()
        .is_empty()
    {
        return Err(refuse(
            400,
            "Unbounded JQL queries are not allowed here. Please add a search restriction.",
        ));
    }
    let first = match &search.token {
        None => 0,
        Some(token) => start(token, &search.jql).ok_or_else(|| refuse(400, "Invalid token"))?,
    };
    let site = locked(&call.inner.site);
    let found = site
        .search(&search.jql)
        .map_err(|error| refuse(400, error.to_string()))?;
    let seen: Vec<_> = found
        .into_iter()
        .filter(|i| call.issue(&site, &i.key).is_ok())
        .collect();
    let shapes = Shapes { site: &site };
    let bare = search.fields.iter().all(|f| f == "id" || f == "key");
    let issues: Vec<_> = seen
        .iter()
        .skip(first)
        .take(search.most.clamp(1, 5000))
        .map(|issue| {
            let mut shape = shapes.issue(issue, Some(&search.fields));
            if bare && let Some(shape) = shape.as_object_mut() {
                let with_key = search.fields.iter().any(|f| f == "key");
                shape.retain(|name, _| name == "id" || name == "key" && with_key);
            }
            shape
        })
        .collect();
    let next = first + issues.len();
    let mut answer = json!({"issues": issues, "isLast": next >= seen.len()});
    if next < seen.len() {
        answer["nextPageToken"] = json!(URL_SAFE_NO_PAD.encode(format!("{next} {}", search.jql)));
    }
    Ok(Json(answer))
}
