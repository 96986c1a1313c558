//! The only route table.

use std::sync::Arc;

use poem::middleware::AddData;
use poem::web::Data;
use poem::{Body, Endpoint, EndpointExt as _, Request, Response, Route, get, handler, post};
use poem_openapi::OpenApiService;

use super::guard::Guard;
use super::operations;
use super::pages;
use super::parts::Parts;
use crate::doors::{SessionApi, routes};
use crate::notes::{AccountsApi, BrowsersApi, FilesApi, NotesApi, PickupApi, SubscriptionApi};
use crate::wire::Problem;

/// Everything the public listener answers.
pub fn public(parts: Parts) -> impl Endpoint<Output = Response> {
    let guard = Guard {
        clock: parts.clock.clone(),
        entropy: parts.entropy.clone(),
    };
    Route::new()
        .at("/healthz", get(operations::alive))
        .at("/atlassian-connect.json", get(routes::descriptor))
        .at("/icon.svg", get(routes::icon))
        .at("/connect/installed", post(routes::installed))
        .at("/connect/uninstalled", post(routes::uninstalled))
        .at("/connect/enabled", post(routes::enabled))
        .at("/connect/disabled", post(routes::disabled))
        .at("/connect/webhook", post(webhook))
        .at("/panels/:surface", get(pages::panel))
        .at("/assets/:hash/:name", get(pages::asset))
        .nest("/api", api(&parts))
        .with(AddData::new(parts.doors.clone()))
        .with(AddData::new(parts))
        .with(guard)
        .map_to_response()
}

type Api = (
    SessionApi,
    NotesApi,
    BrowsersApi,
    SubscriptionApi,
    FilesApi,
    PickupApi,
    AccountsApi,
);

/// The documented routes that panels call, under `/api`.
fn api(parts: &Parts) -> OpenApiService<Api, ()> {
    let notes = || Arc::clone(&parts.notes);
    let all = (
        SessionApi::new(parts.doors.clone()),
        NotesApi::new(notes()),
        BrowsersApi::new(notes()),
        SubscriptionApi::new(notes()),
        FilesApi::new(notes()),
        PickupApi::new(notes()),
        AccountsApi::new(notes()),
    );
    OpenApiService::new(all, "deskbridge", env!("CARGO_PKG_VERSION"))
        .server("/api")
        .description("What the panels call. Every refusal is an RFC 9457 problem.")
}

/// `POST /connect/webhook`
#[handler]
async fn webhook(
    Data(parts): Data<&Parts>,
    request: &Request,
    body: Body,
) -> poem::Result<&'static str> {
    let event = parts
        .doors
        .webhook(request, body)
        .await
        .map_err(Problem::into_error)?;
    parts
        .inbox
        .accept(
            event.tenant().id,
            event.delivery(),
            event.body().clone(),
            event.received(),
        )
        .await
        .map_err(Problem::into_error)?;
    Ok("")
}

/// The OpenAPI document, as `openapi/deskbridge.json` has it.
pub fn document(parts: &Parts) -> String {
    api(parts).spec()
}
