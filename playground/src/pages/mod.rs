//! The site's own pages, and what they ask for. Their scripts are in `pages/` of this crate.

mod assets;
mod issue;
mod redirect;

pub use assets::BRIDGE_SCRIPT;

use std::sync::Arc;

use poem::web::{Data, Html, Json, Path};
use poem::{IntoResponse, Response, Route, get, handler, post};
use serde_json::{Value, json};

use crate::host::Inner;
use crate::rest::refuse;

pub fn routes(routes: Route) -> Route {
    routes
        .at("/", get(three))
        .at("/agent", get(agent))
        .at("/portal", get(portal))
        .at("/holdings", get(holdings))
        .at("/admin", get(admin))
        .at("/browse/:key", get(redirect::browse))
        .at(
            "/servicedesk/customer/portal/:desk/:key",
            get(redirect::request),
        )
        .at("/pages/:file", get(asset))
        .at("/__page/revision", get(revision))
        .at("/__page/store", get(store))
        .at("/__page/get-app", post(get_app))
        .at("/__page/issue", get(issue::on_issue))
}

/// A page: an empty body, filled by its script. Pages with panels bring the panel bridge.
fn page(title: &str, script: &str, styles: &[&str], panels: bool) -> Html<String> {
    let styles: String = styles
        .iter()
        .map(|name| format!("<link rel=\"stylesheet\" href=\"/pages/{name}.css\">\n"))
        .collect();
    let bridge = if panels {
        "<script src=\"/pages/jquery.js\"></script>\n\
         <script>window.AJS = { $: jQuery };</script>\n\
         <script src=\"/pages/connect-host.js\"></script>\n"
    } else {
        ""
    };
    Html(format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<link rel=\"icon\" href=\"data:,\">\n{styles}{bridge}</head>\n\
         <body>\n<div id=\"page\"></div>\n\
         <script type=\"module\" src=\"/pages/{script}.js\"></script>\n</body>\n</html>\n"
    ))
}

#[handler]
fn three() -> Html<String> {
    page(
        "deskbridge playground",
        "three",
        &["tokens", "three"],
        false,
    )
}

#[handler]
fn agent() -> Html<String> {
    page("Issue", "agent", &["tokens", "site"], true)
}

#[handler]
fn portal() -> Html<String> {
    page("Request", "portal", &["tokens", "site", "portal"], true)
}

#[handler]
fn holdings() -> Html<String> {
    page(
        "What the server holds",
        "holdings",
        &["tokens", "holdings"],
        false,
    )
}

#[handler]
fn admin() -> Html<String> {
    page("Apps", "admin", &["tokens", "site"], true)
}

#[handler]
fn asset(Path(file): Path<String>) -> poem::Result<Response> {
    let (kind, text) = assets::find(&file).ok_or_else(|| refuse(404, "no such file"))?;
    let response = text.with_content_type(kind);
    Ok(response
        .with_header("Cache-Control", "no-cache")
        .into_response())
}

#[handler]
fn revision(Data(inner): Data<&Arc<Inner>>) -> Json<Value> {
    Json(json!({"revision": inner.revision()}))
}

/// Which store the bridge keeps its records in, in words.
#[handler]
fn store(Data(inner): Data<&Arc<Inner>>) -> Json<Value> {
    let store = inner.options.holdings.as_ref();
    Json(json!({"store": store.map_or_else(String::new, ToString::to_string)}))
}

/// *Get app*: installs what the site was told to offer, or updates what is installed.
#[handler]
async fn get_app(Data(inner): Data<&Arc<Inner>>) -> poem::Result<Json<Value>> {
    let offered = inner
        .options
        .app
        .clone()
        .or_else(|| Some(inner.app()?.descriptor_url));
    let url = offered.ok_or_else(|| refuse(404, "this site offers no app"))?;
    let status = poem::http::StatusCode::BAD_GATEWAY;
    let installed = inner.install(&url).await;
    installed.map_err(|error| poem::Error::from_string(error.to_string(), status))?;
    Ok(Json(json!({})))
}
