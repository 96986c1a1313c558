//! What was missed while no event could reach us. Hosts give up on a delivery after about half an
//! hour; what changed since is asked for, and told as if it had been delivered.

use std::time::Duration;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::events::ReducedEvent;
use crate::clock::Instant;
use crate::ids::IssueId;
use crate::jira::event::{Event, EventKind, IssueRef};
use crate::jobs::{self, Job, event_lane, tenant_lane};
use crate::store::{Envelope, JobKey, Key, Until};

/// Away for longer than this, deliveries may have been given up.
const OUTAGE: Duration = Duration::from_secs(20 * 60);
/// Looked at twice rather than not at all: clocks differ, and searches lag behind.
const OVERLAP: Duration = Duration::from_secs(2 * 60);

/// Once a minute: notes that the bridge runs, and sees when it did not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pulse {}

impl Job for Pulse {
    const KIND: &'static str = "pulse";
}

/// Ask the tenant's host which issues changed since.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatchUp {
    pub since: Instant,
}

impl Job for CatchUp {
    const KIND: &'static str = "catch-up";
}

impl CatchUp {
    pub(super) fn envelope(&self, now: Instant) -> Envelope {
        let id = JobKey::of(&["catch-up", &self.since.millis().to_string()]);
        jobs::envelope(self, id, tenant_lane("catch-up"), now)
    }
}

/// Since when events may be missing, given when the bridge was last known to run, or a tenant
/// was last heard of.
pub(super) fn missed_since(known: Option<Instant>, now: Instant) -> Option<Instant> {
    let known = known?;
    (now.since(known) > OUTAGE).then(|| known - OVERLAP)
}

/// The question to the host. In minutes ago: a date would be read in the time zone of whoever
/// the host takes us for.
pub(super) fn question(since: Instant, now: Instant) -> String {
    let minutes = now.since(since).as_secs().div_ceil(60).max(1);
    format!("updated >= \"-{minutes}m\" ORDER BY updated ASC")
}

/// The event that an issue's change is told as. Its id follows from the issue and the change, so
/// that finding it again tells nobody twice.
pub(super) fn synthetic(issue: IssueRef, updated: Instant, now: Instant) -> Envelope {
    let id: IssueId = issue.id;
    let event = Event {
        kind: EventKind::IssueUpdated,
        at: Some(updated),
        project: issue.project_id,
        issue: Some(issue),
        comment: None,
        attachment: None,
        property: None,
        person: None,
        actor: None,
        changes: Vec::new(),
    };
    let key = JobKey::of(&[
        "event",
        "missed",
        &id.to_string(),
        &updated.millis().to_string(),
    ]);
    jobs::envelope(&ReducedEvent(event), key, event_lane(id), now)
}

pub(super) fn seen_key() -> Key {
    Key::point("inbox", &["seen"])
}

/// Notes that all of the tenant's events up to `now` were seen: format number, then decimal
/// milliseconds.
pub(super) fn seen(now: Instant) -> (Key, Bytes, Until) {
    (seen_key(), instant_record(now), Until::Keep)
}

pub(super) fn instant_record(instant: Instant) -> Bytes {
    format!("\u{1}{}", instant.millis()).into()
}

pub(super) fn read_instant(record: &[u8]) -> Option<Instant> {
    let digits = std::str::from_utf8(record.strip_prefix(b"\x01")?).ok()?;
    digits.parse().ok().map(Instant::from_millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Instant = Instant::from_seconds(100_000);

    #[test]
    fn only_a_long_absence_is_made_up_for() {
        let ago = |seconds| Some(NOW - Duration::from_secs(seconds));
        let table = [
            (None, None),
            (ago(0), None),
            (ago(1200), None),
            (ago(1201), ago(1321)),
            (ago(90_000), ago(90_120)),
            (Some(NOW + Duration::from_secs(60)), None),
        ];
        for (alive, expected) in table {
            assert_eq!(missed_since(alive, NOW), expected, "{alive:?}");
        }
    }

    #[test]
    fn the_question_rounds_up_to_minutes() {
        for (seconds, minutes) in [(0, 1), (60, 1), (61, 2), (1321, 23)] {
            assert_eq!(
                question(NOW - Duration::from_secs(seconds), NOW),
                format!("updated >= \"-{minutes}m\" ORDER BY updated ASC")
            );
        }
    }

    #[test]
    fn an_instant_is_read_as_it_was_written() {
        assert_eq!(read_instant(&instant_record(NOW)), Some(NOW));
        for bad in [&b""[..], b"\x02100", b"\x01", b"\x01x", b"100"] {
            assert_eq!(read_instant(bad), None);
        }
    }

    #[test]
    fn a_change_found_twice_is_one_event() {
        let issue = |id| IssueRef {
            id: IssueId::new(id),
            key: None,
            project_id: None,
        };
        let id = |n, updated| synthetic(issue(n), updated, NOW).id;
        assert_eq!(id(7, NOW), synthetic(issue(7), NOW, Instant::EPOCH).id);
        assert_ne!(id(7, NOW), id(8, NOW));
        assert_ne!(id(7, NOW), id(7, Instant::EPOCH));
    }
}
