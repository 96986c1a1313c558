//! JSON log lines on standard error: no personal data, no secret, no URL.

use std::sync::OnceLock;

use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Registry, fmt, reload};

static FILTER: OnceLock<reload::Handle<EnvFilter, Registry>> = OnceLock::new();

/// Starts logging at `level`; a second call only changes the level.
pub fn start(level: &str) -> Result<(), String> {
    let filter: EnvFilter = level.parse().map_err(|e| format!("log.level: {e}"))?;
    if let Some(handle) = FILTER.get() {
        return handle.reload(filter).map_err(|e| format!("log.level: {e}"));
    }
    let (layer, handle) = reload::Layer::new(filter);
    let lines = fmt::layer()
        .json()
        .flatten_event(true)
        .with_writer(std::io::stderr);
    if tracing_subscriber::registry()
        .with(layer)
        .with(lines)
        .try_init()
        .is_ok()
    {
        let _ = FILTER.set(handle);
        std::panic::set_hook(Box::new(panicked));
    }
    Ok(())
}

/// The place of a panic, without its message: a message may quote what was being handled.
fn panicked(info: &std::panic::PanicHookInfo<'_>) {
    let place = info.location().map(ToString::to_string).unwrap_or_default();
    tracing::error!(place, "panic");
}
