//! The browsers of one person: which there are, one approved from another, the recovery code, and
//! what follows when one is removed. All of it is for callers of the account alone.

mod api;
mod approve;
mod code;
mod grow;
mod names;
mod records;
mod unwrap;

pub use api::BrowsersApi;
pub use unwrap::Unwrap;
