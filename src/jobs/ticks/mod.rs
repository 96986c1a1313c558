//! Work by the clock, in UTC. A tick is a push with the id `cron/<name>/<second>`: every replica
//! pushes it, the store keeps one.

mod pusher;

pub use pusher::Tick;
pub(super) use pusher::push_ticks;

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

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-01-01T00:00:00Z.
    const NEW_YEAR: Instant = Instant::from_seconds(1_767_225_600);

    #[test]
    fn ticks_are_in_utc() {
        let nightly: Ticks = "0 30 3 * * *".parse().unwrap();
        let first = nightly.after(NEW_YEAR).unwrap();
        assert_eq!(first.since(NEW_YEAR).as_secs(), 3 * 3600 + 30 * 60);
        let second = nightly.after(first).unwrap();
        assert_eq!(second.since(first).as_secs(), 24 * 3600);
    }

    #[test]
    fn of_several_missed_ticks_the_last_one_counts() {
        let hourly: Ticks = "0 0 * * * *".parse().unwrap();
        let hours = |n: i64| Instant::from_seconds(NEW_YEAR.seconds() + n * 3600);
        let table = [
            (hours(0), hours(5), Some(hours(5))),
            (
                hours(0),
                Instant::from_millis(hours(5).millis() - 1),
                Some(hours(4)),
            ),
            (hours(0), Instant::from_millis(hours(1).millis() - 1), None),
        ];
        for (from, until, expected) in table {
            assert_eq!(hourly.last_between(from, until), expected);
        }
    }

    #[test]
    fn what_is_no_schedule_is_named() {
        let error = "every day".parse::<Ticks>().unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("`every day` is not a schedule")
        );
    }
}
