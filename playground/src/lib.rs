//! A Jira-compatible site for one machine.
//!
//! [`Host::start`] opens one on a port of its own: people, projects, issues and requests in
//! memory; the REST API that apps call; signed installs, webhooks and panels as Atlassian Connect
//! describes them; and faults that can be switched on. It shares no code with the app under test,
//! so that each side checks the other.

mod chance;
mod connect;
mod control;
pub mod demo;
mod faults;
mod holdings;
mod host;
mod moment;
mod pages;
#[expect(
    clippy::needless_pass_by_value,
    reason = "handlers take what they extract from a request by value"
)]
mod rest;
pub mod site;
pub mod token;

pub use connect::{
    Attempt, Deliveries, Delivery, DeliveryState, Frame, FrameError, InstallError, Installed,
    WebhookFaults,
};
pub use faults::{Fault, Moment};
pub use holdings::Holdings;
pub use host::{Host, HostOptions, Pace, StartError};
