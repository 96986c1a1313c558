//! What was done, by whom, to what: an append-only hash chain per tenant.
//!
//! An entry is a job in the tenant's audit lane, pushed in the commit that does the thing; the
//! chain is written behind, by one leaseholder at a time. Entries hold ids only.

mod chain;
mod entry;
mod verify;

pub use chain::{Hash, Head, TOGETHER, chain};
pub use entry::{About, Action, Entry, entry, once_an_hour};
pub use verify::{Break, Numbered, Verdict, entries, verify};
