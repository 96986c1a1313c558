//! Handlers of the routes that hosts call about the app itself. `app` mounts them; they find
//! [`Doors`] in the request's data.

use poem::http::{StatusCode, header};
use poem::web::Data;
use poem::{Body, Request, Response, handler};

use super::{Doors, Notice};
use crate::wire::Problem;

/// `GET /atlassian-connect.json`
#[handler]
pub fn descriptor(Data(doors): Data<&Doors>) -> Response {
    Response::builder()
        .header(header::CONTENT_TYPE, "application/json; charset=utf-8")
        .header(header::CACHE_CONTROL, "max-age=60")
        .body(doors.descriptor().to_string())
}

/// `GET /icon.svg`
#[handler]
pub fn icon() -> Response {
    Response::builder()
        .header(header::CONTENT_TYPE, "image/svg+xml")
        .header(header::CACHE_CONTROL, "max-age=86400")
        .body(include_str!("../../descriptor/icon.svg"))
}

/// `POST /connect/installed`
#[handler]
pub async fn installed(
    doors: Data<&Doors>,
    request: &Request,
    body: Body,
) -> poem::Result<StatusCode> {
    apply(&doors, Notice::Installed, request, body).await
}

/// `POST /connect/uninstalled`
#[handler]
pub async fn uninstalled(
    doors: Data<&Doors>,
    request: &Request,
    body: Body,
) -> poem::Result<StatusCode> {
    apply(&doors, Notice::Uninstalled, request, body).await
}

/// `POST /connect/enabled`
#[handler]
pub async fn enabled(
    doors: Data<&Doors>,
    request: &Request,
    body: Body,
) -> poem::Result<StatusCode> {
    apply(&doors, Notice::Enabled, request, body).await
}

/// `POST /connect/disabled`
#[handler]
pub async fn disabled(
    doors: Data<&Doors>,
    request: &Request,
    body: Body,
) -> poem::Result<StatusCode> {
    apply(&doors, Notice::Disabled, request, body).await
}

async fn apply(
    doors: &Doors,
    notice: Notice,
    request: &Request,
    body: Body,
) -> poem::Result<StatusCode> {
    match doors.lifecycle(notice, request, body).await {
        Ok(()) => Ok(StatusCode::NO_CONTENT),
        Err(problem) => Err(Problem::into_error(problem)),
    }
}
