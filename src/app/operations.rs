//! The operators' listener: health, readiness and metrics. Never exposed to the public.

use std::sync::OnceLock;

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use poem::http::StatusCode;
use poem::web::Data;
use poem::{Endpoint, EndpointExt as _, Response, Route, get, handler};

use crate::clock::Clock;
use crate::store::{Persistence, Store};

static METRICS: OnceLock<PrometheusHandle> = OnceLock::new();

/// Metrics by name, each with what it tells and when to wake somebody.
const DESCRIBED: [(&str, &str); 13] = [
    (
        "deskbridge_requests_total",
        "Requests answered, by route and class. Wake: 5xx over 1 %.",
    ),
    (
        "deskbridge_unavailable_total",
        "Answers 503. Wake: rising for 5 minutes.",
    ),
    (
        "deskbridge_panics_total",
        "Handlers and jobs that panicked. Wake: any.",
    ),
    (
        "deskbridge_webhooks_total",
        "Webhooks by outcome. Wake: accepted at 0 for an hour in office hours.",
    ),
    (
        "deskbridge_commit_seconds",
        "Time of a commit. Wake: p99 over 0.5 for 5 minutes.",
    ),
    (
        "deskbridge_jobs_total",
        "Jobs by kind and outcome. Wake: dead above 0.",
    ),
    (
        "deskbridge_oldest_due_seconds",
        "Age of the oldest due job. Wake: over 300.",
    ),
    (
        "deskbridge_dead_jobs",
        "Jobs given up, waiting for `jobs redrive`. Wake: above 0.",
    ),
    (
        "deskbridge_store_reachable",
        "1 while the store answers. Wake: 0 for a minute.",
    ),
    (
        "deskbridge_store_log_bytes",
        "Size of the write-ahead or append-only file. Wake: above 1 GB.",
    ),
    (
        "deskbridge_jira_requests_total",
        "Calls to Jira by outcome. Wake: limited above 5 %.",
    ),
    (
        "deskbridge_tenants_shredded_total",
        "Uninstalled tenants of which everything was erased. Wake: never.",
    ),
    (
        "deskbridge_audit_unchained",
        "Audit entries not yet chained. Wake: above 1000.",
    ),
];

/// Installs the recorder once for the process; later calls return the same one.
pub fn metrics() -> Option<PrometheusHandle> {
    if let Some(handle) = METRICS.get() {
        return Some(handle.clone());
    }
    let handle = PrometheusBuilder::new().install_recorder().ok()?;
    for (name, help) in DESCRIBED {
        metrics::describe_counter!(name, help);
    }
    Some(METRICS.get_or_init(|| handle).clone())
}

pub fn routes(store: Store, clock: Clock) -> impl Endpoint<Output = Response> {
    Route::new()
        .at("/healthz", get(alive))
        .at("/readyz", get(ready))
        .at("/metrics", get(scrape))
        .data(store)
        .data(clock)
        .map_to_response()
}

/// The process runs and serves. Says nothing of the store on purpose: restarting this process
/// does not mend a store.
#[handler]
pub fn alive() -> &'static str {
    "ok\n"
}

/// Whether requests that need the store can be served.
#[handler]
async fn ready(Data(store): Data<&Store>, Data(clock): Data<&Clock>) -> Response {
    let health = store.health(clock.now()).await;
    let refused = matches!(health.persistence, Persistence::Refused(_));
    let ready = health.reachable && !refused;
    let status = if ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    Response::builder().status(status).body(if ready {
        "ready\n"
    } else {
        "the store is not\n"
    })
}

#[handler]
fn scrape() -> Response {
    let text = METRICS
        .get()
        .map(PrometheusHandle::render)
        .unwrap_or_default();
    Response::builder()
        .content_type("text/plain; version=0.0.4")
        .body(text)
}
