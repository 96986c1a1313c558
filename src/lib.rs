//! deskbridge sits beside Jira and Jira Service Management: it registers an app, receives
//! webhooks, and serves panels in issues and in the customer portal.
//!
//! The rooms below are listed bottom to top. **A room uses only rooms declared before it**; the
//! test `house` reads this file and fails on an import against the order.

pub mod clock;
pub mod ids;
pub mod wire;
pub mod store;
pub mod vault;
pub mod blobs;
pub mod jobs;
pub mod audit;
pub mod tenants;
pub mod jira;
pub mod doors;
pub mod people;
pub mod seal;
pub mod notes;
pub mod inbox;
pub mod app;
