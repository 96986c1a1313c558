//! The REST API: who calls is verified on every call, what they may do is asked of the site.

mod acting;
mod comment;
mod desk;
mod issue;
mod people;
mod bulk;
mod property;
mod search;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use poem::http::StatusCode;
use poem::web::Path;
use poem::{
    Body, Endpoint, EndpointExt, FromRequest, IntoResponse, Request, RequestBody, Response, Route,
    get, handler, post,
};
use serde_json::{Value, json};

use crate::connect::{Installed, Scope};
use crate::faults::{Fault, Moment, strike};
use crate::host::{Inner, locked};
use crate::site::{Issue, Site};
use crate::token;

/// An answer that is no success.
#[derive(Debug, thiserror::Error)]
#[error("{status}: {message}")]
pub struct Refusal {
    pub status: u16,
    pub message: String,
    /// Field that is wrong, if one is.
    pub field: Option<&'static str>,
}

pub fn refuse(status: u16, message: impl Into<String>) -> poem::Error {
    let refusal = Refusal {
        status,
        message: message.into(),
        field: None,
    };
    poem::Error::new(refusal, code(status))
}

pub fn refuse_field(field: &'static str, message: &str) -> poem::Error {
    let refusal = Refusal {
        status: 400,
        message: message.to_owned(),
        field: Some(field),
    };
    poem::Error::new(refusal, StatusCode::BAD_REQUEST)
}

fn code(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

pub enum Who {
    App(Box<Installed>),
    /// The app in a person's name, by account.
    Acting(Box<Installed>, String),
    /// A person at one of the site's own pages, by account.
    Person(String),
}

/// One verified call.
pub struct Call {
    pub inner: Arc<Inner>,
    pub who: Who,
    query: Vec<(String, String)>,
}

impl Call {
    /// Account in whose name the call acts.
    pub fn account(&self) -> String {
        match &self.who {
            Who::App(_) => self.inner.app_account.clone(),
            Who::Person(account) | Who::Acting(_, account) => account.clone(),
        }
    }

    pub fn needs(&self, scope: Scope) -> poem::Result<()> {
        match &self.who {
            Who::App(app) | Who::Acting(app, _) if !app.grants(scope) => {
                Err(refuse(403, format!("the app lacks the scope {scope:?}")))
            }
            _ => Ok(()),
        }
    }

    pub fn all(&self, name: &str) -> Vec<&str> {
        let named = self.query.iter().filter(|(n, _)| n == name);
        named.map(|(_, value)| value.as_str()).collect()
    }

    pub fn one(&self, name: &str) -> Option<&str> {
        self.all(name).first().copied()
    }

    pub fn number(&self, name: &str, otherwise: usize) -> poem::Result<usize> {
        let bad = || refuse(400, format!("{name} is not a number"));
        self.one(name)
            .map_or(Ok(otherwise), |text| text.parse().map_err(|_| bad()))
    }

    /// Names in a parameter that may be repeated or separated by commas.
    pub fn list(&self, name: &str) -> Option<Vec<String>> {
        let all = self.all(name);
        let names = all
            .iter()
            .flat_map(|v| v.split(','))
            .map(|v| v.trim().to_owned());
        (!all.is_empty()).then(|| names.collect())
    }

    /// The issue if the caller sees it; otherwise 404, as Jira answers for both.
    pub fn issue<'a>(&self, site: &'a Site, id_or_key: &str) -> poem::Result<&'a Issue> {
        let account = match &self.who {
            Who::App(_) => None,
            Who::Person(account) | Who::Acting(_, account) => Some(account),
        };
        site.issue(id_or_key)
            .filter(|i| account.map_or_else(|| site.app_sees(i), |a| site.works_on(a, i)))
            .ok_or_else(|| {
                refuse(
                    404,
                    "Issue does not exist or you do not have permission to see it.",
                )
            })
    }

    /// The request if the caller sees it in the portal or as an agent.
    pub fn request<'a>(&self, site: &'a Site, id_or_key: &str) -> poem::Result<&'a Issue> {
        let app = matches!(self.who, Who::App(_));
        site.issue(id_or_key)
            .filter(|i| i.request.is_some())
            .filter(|i| {
                if app {
                    site.app_sees(i)
                } else {
                    site.sees_request(&self.account(), i)
                }
            })
            .ok_or_else(|| refuse(404, "The request does not exist."))
    }
}

impl<'a> FromRequest<'a> for Call {
    async fn from_request(req: &'a Request, _body: &mut RequestBody) -> poem::Result<Self> {
        let inner = inner_of(req)?;
        let who = verified(req, &inner)?;
        let query = req.original_uri().query().unwrap_or_default();
        let query = query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                (token::decode(name), token::decode(value))
            })
            .collect();
        Ok(Call { inner, who, query })
    }
}

pub fn inner_of(req: &Request) -> poem::Result<Arc<Inner>> {
    let inner = req.data::<Arc<Inner>>().cloned();
    inner.ok_or_else(|| refuse(500, "the site is not there"))
}

/// The app by its token bound to this very request; or a person, whom only the site's own pages
/// name.
fn verified(req: &Request, inner: &Inner) -> poem::Result<Who> {
    if let Some(person) = req.header("X-Playground-As") {
        let site = locked(&inner.site);
        let person = site
            .person(person)
            .ok_or_else(|| refuse(401, "no such person"))?;
        return Ok(Who::Person(person.account.clone()));
    }
    let header = req.header("Authorization").unwrap_or_default();
    if let Some(token) = header.strip_prefix("Bearer ") {
        let app = inner.app().filter(|app| app.enabled);
        let account = acting::account_of(inner, token);
        let pair = app.zip(account);
        let (app, account) = pair.ok_or_else(|| refuse(401, "the token is worth nothing"))?;
        return Ok(Who::Acting(Box::new(app), account));
    }
    let token = header
        .strip_prefix("JWT ")
        .ok_or_else(|| refuse(401, "Client must be authenticated to access this resource."))?;
    let app = inner.app().filter(|app| app.enabled);
    let app = app.ok_or_else(|| refuse(401, "no app is installed and enabled"))?;
    let claims = token::verify(token, &app.shared_secret, inner.now_seconds())
        .map_err(|error| refuse(401, error.to_string()))?;
    if claims["iss"] != app.key.as_str() {
        return Err(refuse(401, "the issuer is not the installed app"));
    }
    let target = req
        .original_uri()
        .path_and_query()
        .map_or("/", |pq| pq.as_str());
    if claims["qsh"] != token::of_target(req.method().as_str(), target) {
        return Err(refuse(401, "the query string hash does not match"));
    }
    if *req.method() == "GET" && req.header("Content-Length").is_some_and(|l| l != "0") {
        return Err(refuse(403, "a GET request must not carry a body"));
    }
    Ok(Who::App(Box::new(app)))
}

pub fn routes(inner: &Arc<Inner>) -> impl Endpoint<Output = Response> + use<> {
    let inner = inner.clone();
    let platform = search::routes(bulk::routes(property::routes(people::routes(
        comment::routes(issue::routes(Route::new())),
    ))));
    desk::routes(platform).around(move |endpoint, req| {
        let inner = inner.clone();
        async move { Ok(answered(&*endpoint, req, &inner).await) }
    })
}

/// Carries out a call, with faults before or after it, and writes refusals as Jira does.
async fn answered(
    endpoint: &impl Endpoint<Output: IntoResponse>,
    req: Request,
    inner: &Inner,
) -> Response {
    let path = req.original_uri().path().to_owned();
    let fault = strike(&mut locked(&inner.faults), req.method().as_str(), &path);
    if let Some(fault) = &fault {
        tokio::time::sleep(Duration::from_millis(fault.delay)).await;
    }
    let before = fault
        .as_ref()
        .filter(|f| f.moment == Moment::Before)
        .and_then(struck);
    if let Some(response) = before {
        return response;
    }
    let response = match endpoint.call(req).await {
        Ok(response) => response.into_response(),
        Err(error) => refused(error, &path),
    };
    fault.as_ref().and_then(struck).unwrap_or(response)
}

fn refused(error: poem::Error, path: &str) -> Response {
    let Some(refusal) = error.downcast_ref::<Refusal>() else {
        let status = error.status();
        let mut response = error.into_response();
        response.set_status(status);
        return response;
    };
    let body = if path.starts_with("/rest/servicedeskapi") {
        json!({
            "errorMessage": refusal.message,
            "i18nErrorMessage": {"i18nKey": "sd.error", "parameters": []},
        })
    } else if let Some(field) = refusal.field {
        json!({"errorMessages": [], "errors": {field: refusal.message}})
    } else {
        json!({"errorMessages": [refusal.message], "errors": {}})
    };
    poem::web::Json(body)
        .with_status(code(refusal.status))
        .into_response()
}

fn struck(fault: &Fault) -> Option<Response> {
    if fault.reset {
        let cut = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
        let stream = futures_util::stream::iter([Err::<Bytes, _>(cut)]);
        let body = Body::from_bytes_stream(stream);
        return Some(
            Response::builder()
                .header("Content-Length", "1000")
                .body(body),
        );
    }
    let status = fault.status?;
    let mut response = Response::builder().status(code(status));
    if let Some(seconds) = fault.retry_after {
        response = response.header("Retry-After", seconds);
    }
    if let Some(reason) = &fault.reason {
        response = response
            .header("RateLimit-Reason", reason)
            .header("X-RateLimit-Limit", "100")
            .header("X-RateLimit-Remaining", "0");
    }
    Some(response.body(""))
}

/// A page as the platform API writes one.
pub fn page(call: &Call, all: &[Value], most: usize) -> poem::Result<Value> {
    let start = call.number("startAt", 0)?;
    let most = call.number("maxResults", most)?;
    let values: Vec<_> = all.iter().skip(start).take(most).cloned().collect();
    Ok(json!({
        "startAt": start, "maxResults": most, "total": all.len(),
        "isLast": start + values.len() >= all.len(), "values": values,
    }))
}

/// What is served to anybody: install keys, the panel bridge, the site's identity.
pub fn public_routes(routes: Route) -> Route {
    routes
        .at("/keys/:kid", get(on_key))
        .at(acting::PATH, post(acting::on_token))
        .at("/_edge/tenant_info", get(on_tenant_info))
        .at("/atlassian-connect/all.js", get(on_bridge_script))
        .at("/atlassian-connect/all-debug.js", get(on_bridge_script))
}

#[handler]
fn on_key(req: &Request, Path(kid): Path<String>) -> poem::Result<Response> {
    let inner = inner_of(req)?;
    if kid != inner.signer.kid {
        return Err(refuse(404, "there is no such key"));
    }
    let pem = inner.signer.public_pem();
    Ok(Response::builder().content_type("text/plain").body(pem))
}

#[handler]
fn on_tenant_info(req: &Request) -> poem::Result<poem::web::Json<Value>> {
    Ok(poem::web::Json(
        json!({"cloudId": inner_of(req)?.client_key}),
    ))
}

#[handler]
fn on_bridge_script() -> Response {
    Response::builder()
        .content_type("text/javascript; charset=utf-8")
        .header("Cache-Control", "max-age=600")
        .body(crate::pages::BRIDGE_SCRIPT)
}
