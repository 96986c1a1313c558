//! Events: understood, stored before they are acknowledged, run once and in order.

mod events;
