//! What the bridge asks of Jira and Jira Service Management, how it waits when told to, and what
//! it makes of what they send.

pub mod adf;
pub mod event;
pub mod http;

mod error;
mod fresh;

pub use error::JiraError;
pub use fresh::{Fresh, Freshness};
pub use http::HttpOptions;
