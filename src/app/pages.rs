//! Panel pages and the files they name.

use deskbridge_frontend::{Asset, Words};
use poem::http::{StatusCode, header};
use poem::web::{Data, Path};
use poem::{IntoResponse as _, Request, Response, handler};
use serde::Serialize;

use super::frames::{self, Frame};
use super::locale;
use super::parts::Parts;
use crate::doors::PageVisit;
use crate::ids::{AccountId, IssueId, TenantId};
use crate::tenants::Surface;
use crate::wire::{Kind, Problem};

/// What a panel's script begins with.
#[derive(Serialize)]
struct Start<'a> {
    /// For its requests; absent for somebody who is not logged in.
    session: Option<&'a str>,
    surface: &'static str,
    tenant: TenantId,
    account: Option<&'a AccountId>,
    issue: Option<IssueId>,
    /// The language to begin in (BCP 47).
    locale: Option<&'a str>,
    /// Origins that may frame this page: where the host's bridge may speak from.
    hosts: Vec<String>,
    /// Seconds since 1970, for a page whose own clock is off.
    now: i64,
}

/// `GET /panels/{surface}`
#[handler]
pub async fn panel(Data(parts): Data<&Parts>, request: &Request) -> poem::Result<Response> {
    let visit = parts
        .doors
        .page(request)
        .await
        .map_err(Problem::into_error)?;
    let hosts = visit.tenant.site.frame_ancestors();
    let locale = locale::of(request.uri(), request.headers());
    let script = script(visit.surface);
    let words = words(visit.surface).map_or(&[][..], |words| {
        deskbridge_frontend::words(words, locale.as_deref().unwrap_or_default())
    });
    let frame = Frame {
        bridge_script: &parts.bridge_script,
        ancestors: &hosts,
        script: script.path,
        preload: &[script.needs, words].concat(),
        style: deskbridge_frontend::PANEL_CSS.path,
        title: "Secure Notes",
    };
    let now = parts.clock.now().seconds();
    let start = start(&visit, locale.as_deref(), hosts.clone(), now);
    frames::page(&frame, &start).map_err(|_| Problem::new(Kind::Internal).into_error())
}

fn start<'a>(
    visit: &'a PageVisit,
    locale: Option<&'a str>,
    hosts: Vec<String>,
    now: i64,
) -> Start<'a> {
    Start {
        session: visit.session.as_deref(),
        surface: visit.surface.as_str(),
        tenant: visit.tenant.id,
        account: visit.account.as_ref(),
        issue: visit.issue,
        locale,
        hosts,
        now,
    }
}

const fn script(surface: Surface) -> &'static Asset {
    match surface {
        Surface::IssueActivity | Surface::IssuePanel | Surface::PortalRequest => {
            &deskbridge_frontend::NOTES_JS
        }
        Surface::Background => &deskbridge_frontend::BACKGROUND_JS,
        Surface::Admin => &deskbridge_frontend::ADMIN_JS,
    }
}

/// The words that a page shows at once. The background page is silent until somebody waits.
const fn words(surface: Surface) -> Option<Words> {
    match surface {
        Surface::IssueActivity | Surface::IssuePanel | Surface::PortalRequest => Some(Words::Notes),
        Surface::Background => None,
        Surface::Admin => Some(Words::Admin),
    }
}

/// `GET /assets/{hash}/{name}`: the path holds the content's hash, so the answer never changes.
#[handler]
pub fn asset(Path((hash, name)): Path<(String, String)>, request: &Request) -> Response {
    let Some(asset) = deskbridge_frontend::asset(&format!("/assets/{hash}/{name}")) else {
        return Problem::new(Kind::NotFound).into_response();
    };
    let gzip = request
        .header(header::ACCEPT_ENCODING)
        .is_some_and(|accepted| accepted.split(',').any(|coding| coding.trim() == "gzip"));
    let answer = Response::builder()
        .status(StatusCode::OK)
        .content_type(asset.content_type)
        .header(header::CACHE_CONTROL, "public, max-age=31536000, immutable")
        .header(header::VARY, "accept-encoding");
    if gzip {
        answer
            .header(header::CONTENT_ENCODING, "gzip")
            .body(asset.gzip)
    } else {
        answer.body(asset.bytes)
    }
}
