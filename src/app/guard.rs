//! What surrounds every public route: a request id, a limit on the body, a deadline, an answer
//! also when a handler panics, and one log line that names the route template, never the URL
//! (an address can hold a token).

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt as _;
use poem::http::{HeaderName, HeaderValue, Method, header};

use poem::{Body, Endpoint, IntoResponse, Middleware, PathPattern, Request, Response, Result};
use tokio::io::AsyncReadExt as _;

use crate::clock::{Clock, Entropy};
use crate::wire::{Kind, Problem};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Jira drops webhooks above this size itself.
const BODY_MAX: u64 = 25 * 1024 * 1024;
/// What panels send: a sealed note has half of this at most.
const PANEL_BODY_MAX: u64 = 1024 * 1024;
/// The time for a request's body to arrive and its answer to begin; streams go on after it.
const DEADLINE: Duration = Duration::from_secs(25);

/// The surroundings of the public routes.
#[derive(Clone, Debug)]
pub struct Guard {
    pub clock: Clock,
    pub entropy: Entropy,
}

impl<E: Endpoint> Middleware<E> for Guard {
    type Output = Guarded<E>;

    fn transform(&self, inner: E) -> Guarded<E> {
        Guarded {
            inner,
            guard: self.clone(),
        }
    }
}

#[derive(Debug)]
pub struct Guarded<E> {
    inner: E,
    guard: Guard,
}

impl<E: Endpoint> Endpoint for Guarded<E> {
    type Output = Response;

    async fn call(&self, request: Request) -> Result<Response> {
        let id = hex(&self.guard.entropy.bytes::<8>());
        let method = request.method().clone();
        let began = self.guard.clock.now();
        let mut response = self.answer(request).await;
        if let Ok(value) = HeaderValue::from_str(&id) {
            response.headers_mut().insert(REQUEST_ID, value);
        }
        secure(&mut response);
        let millis = self.guard.clock.now().since(began).as_millis();
        record(&method, &response, &id, millis);
        Ok(response)
    }
}

impl<E: Endpoint> Guarded<E> {
    async fn answer(&self, mut request: Request) -> Response {
        let panel = request.uri().path().starts_with("/api/");
        let most = if panel { PANEL_BODY_MAX } else { BODY_MAX };
        let announced = request
            .header(header::CONTENT_LENGTH)
            .and_then(|length| length.parse::<u64>().ok())
            .unwrap_or(0);
        if announced > most {
            let detail = format!("The body is over {} MB.", most / (1024 * 1024));
            return Problem::with_detail(Kind::TooLarge, detail).into_response();
        }
        if panel {
            // A body whose length was not announced is cut: it is no JSON then.
            let body = request.take_body().into_async_read().take(most);
            request.set_body(Body::from_async_read(body));
        }
        let call = AssertUnwindSafe(self.inner.get_response(request)).catch_unwind();
        match tokio::time::timeout(DEADLINE, call).await {
            Ok(Ok(response)) => problem_of(response),
            Ok(Err(_)) => {
                metrics::counter!("deskbridge_panics_total").increment(1);
                tracing::error!("a handler panicked");
                Problem::new(Kind::Internal).into_response()
            }
            Err(_) => Problem::new(Kind::Unavailable).into_response(),
        }
    }
}

/// Refusals that poem makes itself (no such route, wrong method, unreadable body) as problems.
fn problem_of(response: Response) -> Response {
    let status = response.status();
    let problem = response.content_type() == Some("application/problem+json");
    if problem || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let kind = Kind::ALL.into_iter().find(|kind| kind.status() == status);
    let mut answer = match kind {
        Some(kind) => Problem::new(kind).into_response(),
        None if status.is_client_error() => {
            let mut problem = Problem::new(Kind::Invalid);
            problem.status = status.as_u16();
            problem.into_response()
        }
        None => Problem::new(Kind::Internal).into_response(),
    };
    for name in [header::ALLOW, header::RETRY_AFTER] {
        if let Some(value) = response.headers().get(&name) {
            answer.headers_mut().insert(name, value.clone());
        }
    }
    if let Some(pattern) = response.data::<PathPattern>() {
        let pattern = PathPattern(pattern.0.clone());
        answer.extensions_mut().insert(pattern);
    }
    answer
}

/// Headers that hold for every answer, unless the route states its own.
fn secure(response: &mut Response) {
    let headers = response.headers_mut();
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (
            header::STRICT_TRANSPORT_SECURITY,
            "max-age=31536000; includeSubDomains",
        ),
        (header::CACHE_CONTROL, "no-store"),
    ] {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
}

fn record(method: &Method, response: &Response, id: &str, millis: u128) {
    let route = response
        .data::<PathPattern>()
        .map_or("none", |pattern| &*pattern.0);
    let status = response.status().as_u16();
    metrics::counter!(
        "deskbridge_requests_total",
        "route" => route.to_owned(),
        "class" => format!("{}xx", status / 100)
    )
    .increment(1);
    if status == 503 {
        metrics::counter!("deskbridge_unavailable_total").increment(1);
    }
    tracing::info!(target: "deskbridge::http", %method, route, status, millis, id, "request");
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
