//! What becomes of notes when their issue, its project or a person goes somewhere else.

mod api;
mod conclude;
mod erase;
mod linked;
mod moved;
mod night;
mod place;
mod project;
mod report;

pub use api::AccountsApi;
pub use erase::Erase;
pub use night::{Check, Night};
pub(super) use place::untold;
pub use report::Report;
pub(super) use report::{kept_of, known};
