use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::catch_up::seen;
use super::meaning::effects;
use crate::clock::Instant;
use crate::ids::TenantId;
use crate::jira::event::Event;
use crate::jobs::{self, Happened, Job, Listener, Outcome, Unreadable, fan_out};
use crate::store::{Batch, Envelope, StoredJob};

/// The kind of an event's job: its body is the host's own, as it came.
pub const EVENT: &str = "event";

/// An event without its original body: that was too large to store, or there never was one
/// because we found out by asking.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ReducedEvent(pub Event);

impl Job for ReducedEvent {
    const KIND: &'static str = "event-reduced";
}

/// How often it is noted that a tenant's events arrive.
const NOTE_EVERY: Duration = Duration::from_secs(60);

/// Runs the jobs of event lanes: what arrived becomes what rooms are told. Never waits for
/// anything outside.
#[derive(Debug)]
pub struct Events {
    listeners: Vec<Listener>,
    noted: Mutex<HashMap<TenantId, Instant>>,
}

impl Events {
    pub fn new(listeners: Vec<Listener>) -> Self {
        Self {
            listeners,
            noted: Mutex::default(),
        }
    }

    /// An [`EVENT`] or a [`ReducedEvent`]. What cannot be read is a dead letter.
    pub fn event(&self, job: &StoredJob, now: Instant) -> Outcome {
        let event = match parsed(job) {
            Ok(event) => event,
            Err(why) => return Outcome::Failed { why },
        };
        let mut batch = Batch {
            push: effects(&event, job.id.as_str(), &self.listeners, now),
            ..Batch::default()
        };
        // Only what the host itself delivered shows that it reaches us.
        if job.kind == EVENT
            && let Some(tenant) = job.scope.owner()
            && self.note(tenant, now)
        {
            batch.put.push(seen(now));
        }
        Outcome::Done(batch)
    }

    /// A [`Happened`] that a room pushed: tells those who listen.
    pub fn happened(&self, job: &StoredJob, now: Instant) -> Outcome {
        match jobs::read::<Happened>(job) {
            Ok(happened) => Outcome::Done(Batch {
                push: self.told(&happened, job.id.as_str(), now),
                ..Batch::default()
            }),
            Err(error) => Outcome::failed(error.to_string()),
        }
    }

    fn told(&self, happened: &Happened, source: &str, now: Instant) -> Vec<Envelope> {
        fan_out(happened, source, &self.listeners, now)
    }

    /// Whether it is time to write down that events of `tenant` arrive.
    fn note(&self, tenant: TenantId, now: Instant) -> bool {
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        let due = noted
            .get(&tenant)
            .is_none_or(|last| now.since(*last) >= NOTE_EVERY);
        if due {
            noted.insert(tenant, now);
        }
        due
    }
}

fn parsed(job: &StoredJob) -> Result<Event, String> {
    if job.kind == ReducedEvent::KIND {
        return jobs::read::<ReducedEvent>(job)
            .map(|reduced| reduced.0)
            .map_err(|error| error.to_string());
    }
    match jobs::unpack(&job.body) {
        Ok((1, body)) => Event::parse(&body).map_err(|error| error.to_string()),
        Ok((version, _)) => Err(Unreadable::Version(version).to_string()),
        Err(error) => Err(error.to_string()),
    }
}
