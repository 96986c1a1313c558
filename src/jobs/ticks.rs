//! Work by the clock, in UTC. A tick is a push with the id `cron/<name>/<second>`: every replica
//! pushes it, the store keeps one.

use std::str::FromStr;

use chrono::{DateTime, Utc};
use cron::Schedule;

use crate::clock::Instant;

/// A schedule that cannot be read. Says which.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not a schedule of six fields: second minute hour day month weekday")]
pub struct Unreadable(String);

/// When something is due: a cron expression with seconds, in UTC.
#[derive(Clone, Debug)]
pub struct Ticks {
    schedule: Schedule,
}

impl FromStr for Ticks {
    type Err = Unreadable;

    fn from_str(text: &str) -> Result<Self, Unreadable> {
        Schedule::from_str(text)
            .map(|schedule| Self { schedule })
            .map_err(|_| Unreadable(text.to_owned()))
    }
}

impl Ticks {
    /// The first tick after `instant`; None when there is none in the calendar's range.
    pub fn after(&self, instant: Instant) -> Option<Instant> {
        let from = DateTime::<Utc>::from_timestamp_millis(instant.millis())?;
        let next = self.schedule.after(&from).next()?;
        Some(Instant::from_millis(next.timestamp_millis()))
    }

    /// The last tick in `from..=until`: what a bridge that was away has to make up for, once.
    pub fn last_between(&self, from: Instant, until: Instant) -> Option<Instant> {
        let from = DateTime::<Utc>::from_timestamp_millis(from.millis())?;
        self.schedule
            .after(&from)
            .map(|tick| Instant::from_millis(tick.timestamp_millis()))
            .take_while(|tick| *tick <= until)
            .last()
    }
}
