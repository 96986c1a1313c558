use std::time::Duration;

use crate::clock::Instant;

/// How often a job is tried at the head of its lane before it leaves it.
pub const IN_PLACE_TRIES: u32 = 5;
/// How often it is tried altogether before it is given up.
pub const TRIES: u32 = 15;

/// The waits between the first tries. Four of the longest allowed wait plus the runs themselves
/// stay within the 15 minutes for which a lane may be held up.
const FIRST_WAITS: [Duration; 4] = [
    Duration::from_secs(2),
    Duration::from_secs(15),
    Duration::from_secs(60),
    Duration::from_secs(180),
];
const LONGEST_IN_PLACE: Duration = FIRST_WAITS[3];

/// The wait after the fifth try; it doubles with each further one.
const LONG_WAIT: Duration = Duration::from_secs(5 * 60);
const LONGEST_WAIT: Duration = Duration::from_secs(6 * 60 * 60);

/// What is known about a job whose run did not succeed.
#[derive(Clone, Copy, Debug)]
pub struct Tried {
    /// 1 after the first run; goes on counting when a job leaves its lane.
    pub attempt: u32,
    /// Whether it is the head of a lane, where successors wait behind it.
    pub in_lane: bool,
    /// What the other side asked for (`Retry-After`): never shortened.
    pub not_before: Option<Instant>,
}

/// What becomes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Where it is, not before this instant.
    Again(Instant),
    /// Out of its lane into the unordered retry set; its successors go on.
    LeaveLane(Instant),
    /// A dead letter, until somebody redrives it.
    GiveUp,
}

/// The retry schedule. `jitter` is a random number; up to a tenth is added to each wait of ours,
/// so that what failed together does not come back together.
pub fn next_attempt(tried: Tried, now: Instant, jitter: u64) -> Decision {
    if tried.attempt >= TRIES {
        return Decision::GiveUp;
    }
    let asked = tried
        .not_before
        .map_or(Duration::ZERO, |instant| instant.since(now));
    let step = usize::try_from(tried.attempt.max(1) - 1).unwrap_or(usize::MAX);
    let ours = FIRST_WAITS.get(step).copied().unwrap_or_else(|| {
        let doublings = tried.attempt.saturating_sub(IN_PLACE_TRIES).min(16);
        LONG_WAIT.saturating_mul(1 << doublings).min(LONGEST_WAIT)
    });
    let wait = asked.max(spread(ours, jitter));
    // A wait asked for may be as long as ours; then jitter must not push the job out.
    let in_place = tried.attempt < IN_PLACE_TRIES && asked <= LONGEST_IN_PLACE;
    if tried.in_lane && !in_place {
        Decision::LeaveLane(now + wait)
    } else {
        Decision::Again(now + wait)
    }
}

fn spread(wait: Duration, jitter: u64) -> Duration {
    let most = u64::try_from(wait.as_millis() / 10).unwrap_or(u64::MAX);
    wait + Duration::from_millis(jitter % (most + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Instant = Instant::from_seconds(1_000_000);

    fn at(seconds: u64) -> Instant {
        NOW + Duration::from_secs(seconds)
    }

    /// attempt, in a lane, seconds asked for by the other side, decision without jitter.
    #[test]
    fn the_schedule() {
        use Decision::{Again, GiveUp, LeaveLane};
        let table = [
            (1, true, None, Again(at(2))),
            (2, true, None, Again(at(15))),
            (3, true, None, Again(at(60))),
            (4, true, None, Again(at(180))),
            (5, true, None, LeaveLane(at(300))),
            (6, true, None, LeaveLane(at(600))),
            (0, true, None, Again(at(2))),
            (1, true, Some(1), Again(at(2))),
            (1, true, Some(90), Again(at(90))),
            (4, true, Some(180), Again(at(180))),
            (1, true, Some(181), LeaveLane(at(181))),
            (1, true, Some(3600), LeaveLane(at(3600))),
            (5, true, Some(7200), LeaveLane(at(7200))),
            (1, false, None, Again(at(2))),
            (2, false, Some(3600), Again(at(3600))),
            (4, false, None, Again(at(180))),
            (5, false, None, Again(at(300))),
            (6, false, None, Again(at(600))),
            (6, false, Some(5), Again(at(600))),
            (11, false, None, Again(at(19_200))),
            (12, false, None, Again(at(21_600))),
            (14, false, None, Again(at(21_600))),
            (14, false, Some(86_400), Again(at(86_400))),
            (15, false, None, GiveUp),
            (15, true, Some(5), GiveUp),
            (u32::MAX, false, Some(5), GiveUp),
        ];
        for (attempt, in_lane, asked, expected) in table {
            let tried = Tried {
                attempt,
                in_lane,
                not_before: asked.map(at),
            };
            assert_eq!(next_attempt(tried, NOW, 0), expected, "{tried:?}");
        }
    }

    #[test]
    fn jitter_only_lengthens_and_by_a_tenth_at_most() {
        for jitter in [0, 1, 17, 17_999, u64::MAX] {
            let tried = Tried {
                attempt: 4,
                in_lane: true,
                not_before: None,
            };
            let Decision::Again(instant) = next_attempt(tried, NOW, jitter) else {
                panic!("the fourth try is in place");
            };
            assert!(instant >= at(180) && instant <= at(198), "{instant:?}");
        }
    }

    #[test]
    fn a_lane_is_held_up_for_less_than_15_minutes() {
        let mut held = Duration::ZERO;
        for attempt in 1..=IN_PLACE_TRIES {
            let tried = Tried {
                attempt,
                in_lane: true,
                not_before: Some(NOW + LONGEST_IN_PLACE),
            };
            match next_attempt(tried, NOW, u64::MAX) {
                Decision::Again(instant) => held += instant.since(NOW),
                Decision::LeaveLane(_) => assert_eq!(attempt, IN_PLACE_TRIES),
                Decision::GiveUp => panic!("given up in its lane"),
            }
        }
        assert!(held < Duration::from_secs(15 * 60 - 30), "{held:?}");
    }
}
