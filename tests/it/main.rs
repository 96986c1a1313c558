//! Everything that is proved from outside a room: through HTTP, real Redis and real files.
#![cfg_attr(
    test,
    expect(
        clippy::unwrap_used,
        clippy::panic,
        clippy::disallowed_methods,
        reason = "a test that cannot go on should stop loudly"
    )
)]

mod app;
mod bridge;
mod data;
mod door;
mod harness;
mod house;
mod jira;
mod kill;
mod notes;
mod npm;
mod playground;
mod seal;
mod store;
