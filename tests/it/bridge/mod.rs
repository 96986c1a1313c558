//! Events: understood, stored before they are acknowledged, run once and in order.

mod audit;
mod events;
mod hosted;
mod kill;
mod parked;
mod stage;
mod webhooks;
mod worker;
