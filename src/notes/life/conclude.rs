//! What the nightly check makes of what the host says of an issue. Pure. Notes that are shredded
//! do not come back, so an issue is gone only where nothing else explains that the app cannot see
//! it, and that twice, a night apart.

use std::time::Duration;

use crate::clock::Instant;
use crate::ids::ProjectId;

/// Between the two nights that must agree. Less than a day: a check may be late.
const APART: Duration = Duration::from_secs(20 * 3600);

/// Whether the app sees the issue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seen {
    There(ProjectId),
    /// The host could not tell now.
    Unsure,
    NotThere,
}

/// What the issue would stand on, were it there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ground {
    /// A project in use, of which the app may browse issues.
    Open,
    /// A project whose issues are out of the app's reach: in the trash, archived, or not given to
    /// the app.
    Closed,
    /// The app may know of every project, and there is none.
    Gone,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Facts {
    pub seen: Seen,
    pub ground: Ground,
    /// Somebody whom a note names sees the issue though the app does not.
    pub others_see_it: bool,
    /// When it was first missed.
    pub missed: Option<Instant>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Conclusion {
    There(ProjectId),
    /// Nothing follows; what was noted before stays.
    Nothing,
    /// It is out of reach, and that explains all: what was noted before is forgotten.
    Hidden,
    /// Missed for the first time.
    Missed,
    Gone,
}

pub(super) fn conclude(facts: &Facts, now: Instant) -> Conclusion {
    match (facts.seen, facts.ground) {
        (Seen::There(project), _) => Conclusion::There(project),
        (Seen::Unsure, _) => Conclusion::Nothing,
        (Seen::NotThere, Ground::Closed) => Conclusion::Hidden,
        (Seen::NotThere, _) if facts.others_see_it => Conclusion::Hidden,
        (Seen::NotThere, _) => match facts.missed {
            None => Conclusion::Missed,
            Some(at) if now.since(at) >= APART => Conclusion::Gone,
            Some(_) => Conclusion::Nothing,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_nothing_else_explains_is_gone() {
        let hours = |hours: i64| Instant::from_seconds(hours * 3600);
        let project = ProjectId::new(1);
        let there = Seen::There(project);
        let away = Seen::NotThere;
        for (seen, ground, others, missed, now, conclusion) in [
            (
                there,
                Ground::Open,
                false,
                None,
                0,
                Conclusion::There(project),
            ),
            (
                there,
                Ground::Gone,
                false,
                Some(0),
                48,
                Conclusion::There(project),
            ),
            (
                Seen::Unsure,
                Ground::Open,
                false,
                Some(0),
                48,
                Conclusion::Nothing,
            ),
            (away, Ground::Closed, false, Some(0), 48, Conclusion::Hidden),
            (away, Ground::Open, true, Some(0), 48, Conclusion::Hidden),
            (away, Ground::Gone, true, Some(0), 48, Conclusion::Hidden),
            (away, Ground::Open, false, None, 48, Conclusion::Missed),
            (away, Ground::Gone, false, None, 48, Conclusion::Missed),
            (away, Ground::Open, false, Some(0), 19, Conclusion::Nothing),
            (away, Ground::Open, false, Some(0), 20, Conclusion::Gone),
            (away, Ground::Gone, false, Some(0), 20, Conclusion::Gone),
        ] {
            let facts = Facts {
                seen,
                ground,
                others_see_it: others,
                missed: missed.map(hours),
            };
            assert_eq!(conclude(&facts, hours(now)), conclusion, "{facts:?} {now}");
        }
    }
}
