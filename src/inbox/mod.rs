//! Where a host's events arrive.
//!
//! A verified delivery becomes one durable commit, and only then an answer of 200. What it means
//! is decided afterwards, in the event lane of its issue: each room that listens is told by a
//! job of its own ([`crate::jobs::Told`]).

mod accept;
mod catch_up;
mod events;
mod meaning;
mod missed;

pub use accept::{BODY_LIMIT, Inbox};
pub use catch_up::{CatchUp, Pulse};
pub use events::{EVENT, Events, ReducedEvent};
pub use meaning::{effects, happened_in};
pub use missed::Missed;
