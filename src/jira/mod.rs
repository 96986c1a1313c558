//! Jira as we use it: what it sends (events).

pub mod event;
