//! Durable work: typed jobs, the lanes they wait in, the retry schedule and the worker.
//!
//! A webhook becomes an *event job*; what we do about it becomes *effect jobs*. Both lie in the
//! store until a commit says they are done. Only `app::dispatch` knows which code runs a kind.

mod happened;
mod job;
mod lanes;
mod parked;
mod schedule;
pub mod ticks;
mod worker;

pub use happened::{Happened, Listener, Told, fan_out};
pub use job::{Job, Unreadable, envelope, pack, read, unpack};
pub use lanes::{effect_lane, event_lane, tenant_event_lane, tenant_lane};
pub use parked::{Unpark, park, unpark};
pub use schedule::{Decision, IN_PLACE_TRIES, TRIES, Tried, next_attempt};
pub use worker::{Dispatch, Outcome, Worker, WorkerHandle, WorkerOptions};
