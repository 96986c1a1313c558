use std::collections::VecDeque;
use std::time::Duration;

use super::Pause;
use crate::clock::Instant;

/// At most so many writes to one issue in such a time (Jira's per-issue limits).
const WINDOWS: [(usize, Duration); 2] =
    [(20, Duration::from_secs(2)), (100, Duration::from_secs(30))];
const KEPT: usize = 100;

/// The last writes to one issue.
#[derive(Debug)]
pub(super) struct Writes {
    sent: VecDeque<Instant>,
    pause: Pause,
}

impl Writes {
    pub(super) fn new() -> Self {
        Self {
            sent: VecDeque::new(),
            pause: Pause::NONE,
        }
    }

    pub(super) fn pause(&mut self) -> &mut Pause {
        &mut self.pause
    }

    pub(super) fn record(&mut self, now: Instant) {
        if self.sent.len() == KEPT {
            self.sent.pop_front();
        }
        self.sent.push_back(now);
    }

    /// The write that would be one too many waits until the window has moved past the oldest.
    pub(super) fn held_until(&self, now: Instant) -> Option<Instant> {
        let spacing = WINDOWS.into_iter().filter_map(|(most, window)| {
            let oldest = self.sent.len().checked_sub(most)?;
            self.sent.get(oldest).map(|sent| *sent + window)
        });
        spacing
            .chain([self.pause.until])
            .filter(|until| *until > now)
            .max()
    }

    pub(super) fn is_idle(&self, now: Instant) -> bool {
        let longest = WINDOWS[WINDOWS.len() - 1].1;
        let written = self.sent.back().is_some_and(|last| *last + longest > now);
        !written && self.pause.until <= now
    }
}
