//! Everything that is proved from outside a room: through HTTP, real Redis and real files.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test that cannot go on should stop loudly"
)]

mod app;
mod bridge;
mod door;
mod house;
mod jira;
mod notes;
mod playground;
mod seal;
mod store;
