use std::time::Duration;

use chrono::{DateTime, NaiveDateTime};
use reqwest::header::{HeaderMap, RETRY_AFTER};

use crate::clock::Instant;

/// Why Jira said 429: the header `RateLimit-Reason`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// `jira-quota-global-based`, `jira-quota-tenant-based`: the points of this hour are used up.
    Quota,
    /// `jira-burst-based`: this endpoint, just now.
    Burst,
    /// `jira-per-issue-on-write`: 20 writes in 2 s or 100 in 30 s on one issue.
    PerIssue,
}

/// What one answer says about limits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Observed {
    pub status: u16,
    pub reason: Option<Reason>,
    /// `Retry-After`, seconds or an HTTP date.
    pub retry_after: Option<Duration>,
    /// `X-RateLimit-Reset`, when the quota begins anew.
    pub reset: Option<Instant>,
    /// `X-RateLimit-NearLimit: true`: less than a fifth is left.
    pub near_limit: bool,
}

impl Observed {
    /// Reads an answer's headers. Anything that cannot be read counts as absent.
    pub fn read(status: u16, headers: &HeaderMap, now: Instant) -> Self {
        let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
        Self {
            status,
            reason: text("ratelimit-reason").and_then(Reason::read),
            retry_after: headers
                .get(RETRY_AFTER)
                .and_then(|v| v.to_str().ok())
                .and_then(|v| retry_after(v, now)),
            reset: text("x-ratelimit-reset").and_then(reset),
            near_limit: text("x-ratelimit-nearlimit").is_some_and(|v| v == "true"),
        }
    }

    pub(super) fn is_success(&self) -> bool {
        (200..400).contains(&self.status)
    }

    /// 429, and 503 where it names a time.
    pub(super) fn asks_to_wait(&self) -> bool {
        self.status == 429 || (self.status == 503 && self.retry_after.is_some())
    }

    /// How long the answer asks to wait: for a quota until its reset, if that is later.
    pub(super) fn wait(&self, now: Instant) -> Option<Duration> {
        let reset = self.reset.map(|at| at.since(now));
        match self.reason {
            Some(Reason::Quota) => self.retry_after.max(reset),
            _ => self.retry_after.or(reset),
        }
    }

    /// However long an answer asks, no wait is longer: a wrong clock or a hostile site must not
    /// silence a tenant for a day.
    pub(super) fn longest_wait(&self) -> Duration {
        Duration::from_secs(match self.reason {
            Some(Reason::Quota) => 3600,
            Some(Reason::PerIssue) => 60,
            Some(Reason::Burst) | None => 300,
        })
    }
}

impl Reason {
    fn read(text: &str) -> Option<Self> {
        match text {
            "jira-burst-based" => Some(Reason::Burst),
            "jira-per-issue-on-write" => Some(Reason::PerIssue),
            other if other.starts_with("jira-quota-") => Some(Reason::Quota),
            _ => None,
        }
    }
}

fn retry_after(text: &str, now: Instant) -> Option<Duration> {
    let text = text.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let date = DateTime::parse_from_rfc2822(text).ok()?;
    Some(Instant::from_millis(date.timestamp_millis()).since(now))
}

/// ISO 8601, also as Jira was seen to write it: without seconds.
fn reset(text: &str) -> Option<Instant> {
    if let Ok(date) = DateTime::parse_from_rfc3339(text) {
        return Some(Instant::from_millis(date.timestamp_millis()));
    }
    let date = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%MZ").ok()?;
    Some(Instant::from_millis(date.and_utc().timestamp_millis()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_read_in_every_spelling() {
        let now = Instant::from_seconds(784_111_777 - 60);
        let cases = [
            ("17", Some(17)),
            (" 0 ", Some(0)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(60)),
            ("Sun, 06 Nov 1994 08:47:37 GMT", Some(0)),
            ("-3", None),
            ("soon", None),
            ("", None),
        ];
        for (text, seconds) in cases {
            let expected = seconds.map(Duration::from_secs);
            assert_eq!(retry_after(text, now), expected, "{text}");
        }
    }

    #[test]
    fn a_reset_is_read_with_and_without_seconds() {
        let at = Some(Instant::from_seconds(1_791_151_200));
        assert_eq!(reset("2026-10-04T22:00Z"), at);
        assert_eq!(reset("2026-10-04T22:00:00Z"), at);
        assert_eq!(reset("2026-10-05T00:00:00+02:00"), at);
        assert_eq!(reset("tomorrow"), None);
    }

    #[test]
    fn headers_that_cannot_be_read_are_absent() {
        let mut headers = HeaderMap::new();
        headers.insert("retry-after", "soon".parse().unwrap());
        headers.insert("ratelimit-reason", "because".parse().unwrap());
        headers.insert("x-ratelimit-nearlimit", "true".parse().unwrap());
        let seen = Observed::read(429, &headers, Instant::EPOCH);
        assert_eq!(
            seen,
            Observed {
                status: 429,
                near_limit: true,
                ..Observed::default()
            }
        );
    }
}
