//! How much may be asked of a site, decided from what its answers said. Pure: time and jitter are
//! arguments. Facts: Atlassian's page *Rate limiting* (three systems at once, each answering 429
//! with `Retry-After` and `RateLimit-Reason`), enforced since 2026-03-02.

mod observed;
mod writes;

pub use observed::{Observed, Reason};

use std::collections::HashMap;
use std::time::Duration;

use crate::clock::Instant;
use crate::ids::{IssueId, TenantId};
use writes::Writes;

const HOUR: Duration = Duration::from_secs(3600);
/// First wait after a 429 that names no time; doubles with each further one.
const FIRST_WAIT: Duration = Duration::from_secs(2);
const LONGEST_GUESS: Duration = Duration::from_secs(30);
/// How long work that can wait stays back after `X-RateLimit-NearLimit: true`.
const NEAR_LIMIT: Duration = Duration::from_secs(60);
/// Share of the hourly budget, in percent, that work which can wait may use up.
const SPARE_SHARE: u64 = 80;
/// Above these sizes, entries that no longer hold anything back are dropped.
const TENANTS_KEPT: usize = 4096;
const ISSUES_KEPT: usize = 256;

/// What a call costs and what holds it back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ask {
    /// Method and path template: Jira counts bursts per tenant and endpoint.
    pub endpoint: &'static str,
    /// The issue this call writes to, if it writes to one.
    pub writes: Option<IssueId>,
    /// Points of the hourly quota: 1, and 1 per object or 2 per person read.
    pub points: u64,
    /// Nobody waits for this: it leaves the last part of the budget to people.
    pub spare: bool,
}

/// The pauses and budgets of every tenant.
///
/// A quota answer (`jira-quota-global-based` too, though that pool is shared) pauses the tenant it
/// was given to and no other, so that one site's answers cannot stop another's work.
#[derive(Debug)]
pub struct Limits {
    points_per_hour: u64,
    tenants: HashMap<TenantId, TenantLimits>,
}

#[derive(Debug)]
struct TenantLimits {
    paused: Pause,
    near_until: Instant,
    endpoints: HashMap<&'static str, Pause>,
    issues: HashMap<IssueId, Writes>,
    hour: i64,
    spent: u64,
}

/// Until when, and after how many refusals in a row.
#[derive(Clone, Copy, Debug)]
struct Pause {
    until: Instant,
    strikes: u32,
}

impl Limits {
    /// `points_per_hour`: what one tenant may use of the app's shared quota.
    pub fn new(points_per_hour: u64) -> Self {
        Self {
            points_per_hour,
            tenants: HashMap::new(),
        }
    }

    /// May this be sent now? Then it is counted; else the instant to ask again, and nothing is.
    pub fn admit(&mut self, tenant: TenantId, ask: &Ask, now: Instant) -> Result<(), Instant> {
        self.forget_idle(now);
        let points_per_hour = self.points_per_hour;
        let limits = self.of(tenant);
        limits.turn_hour(now);
        if let Some(until) = limits.held_until(ask, points_per_hour, now) {
            return Err(until);
        }
        limits.spent += ask.points;
        if let Some(issue) = ask.writes {
            limits.of_issue(issue).record(now);
        }
        Ok(())
    }

    /// Learns from an answer. `jitter` is 0..=300 thousandths added to each wait, so that
    /// waiting calls do not return all at once. Says until when the answer asks to wait.
    pub fn observe(
        &mut self,
        tenant: TenantId,
        ask: &Ask,
        seen: &Observed,
        jitter: u64,
        now: Instant,
    ) -> Option<Instant> {
        let limits = self.of(tenant);
        if seen.near_limit {
            limits.near_until = now + NEAR_LIMIT;
        }
        if seen.is_success() {
            limits.settle(ask);
            return None;
        }
        if !seen.asks_to_wait() {
            return None;
        }
        let pause = match (seen.reason, ask.writes) {
            (Some(Reason::Quota), _) => &mut limits.paused,
            (Some(Reason::PerIssue), Some(issue)) => limits.of_issue(issue).pause(),
            _ => limits.endpoints.entry(ask.endpoint).or_insert(Pause::NONE),
        };
        Some(pause.strike(seen, jitter, now))
    }

    fn of(&mut self, tenant: TenantId) -> &mut TenantLimits {
        self.tenants.entry(tenant).or_insert_with(TenantLimits::new)
    }

    fn forget_idle(&mut self, now: Instant) {
        if self.tenants.len() > TENANTS_KEPT {
            let hour = hour_of(now);
            self.tenants
                .retain(|_, limits| limits.hour == hour || limits.paused.until > now);
        }
    }
}

impl TenantLimits {
    fn new() -> Self {
        Self {
            paused: Pause::NONE,
            near_until: Instant::EPOCH,
            endpoints: HashMap::new(),
            issues: HashMap::new(),
            hour: 0,
            spent: 0,
        }
    }

    fn of_issue(&mut self, issue: IssueId) -> &mut Writes {
        self.issues.entry(issue).or_insert_with(Writes::new)
    }

    /// The quota's window turns at the full UTC hour; so does our budget.
    fn turn_hour(&mut self, now: Instant) {
        let hour = hour_of(now);
        if hour != self.hour {
            self.hour = hour;
            self.spent = 0;
        }
        if self.issues.len() > ISSUES_KEPT {
            self.issues.retain(|_, writes| !writes.is_idle(now));
        }
    }

    /// The latest of all instants this call has to wait for.
    fn held_until(&self, ask: &Ask, points_per_hour: u64, now: Instant) -> Option<Instant> {
        let endpoint = self.endpoints.get(ask.endpoint).map(|pause| pause.until);
        let issue = ask
            .writes
            .and_then(|issue| self.issues.get(&issue)?.held_until(now));
        let near = ask.spare.then_some(self.near_until);
        let allowed = if ask.spare {
            points_per_hour * SPARE_SHARE / 100
        } else {
            points_per_hour
        };
        let spent = (self.spent + ask.points > allowed).then(|| next_hour(now));
        [Some(self.paused.until), endpoint, issue, near, spent]
            .into_iter()
            .flatten()
            .filter(|until| *until > now)
            .max()
    }

    fn settle(&mut self, ask: &Ask) {
        self.paused.strikes = 0;
        self.endpoints.remove(ask.endpoint);
        if let Some(writes) = ask.writes.and_then(|issue| self.issues.get_mut(&issue)) {
            writes.pause().strikes = 0;
        }
    }
}

impl Pause {
    const NONE: Pause = Pause {
        until: Instant::EPOCH,
        strikes: 0,
    };

    /// A wait never ends earlier than one already asked for.
    fn strike(&mut self, seen: &Observed, jitter: u64, now: Instant) -> Instant {
        let guess = FIRST_WAIT * 2_u32.saturating_pow(self.strikes.min(8));
        let wait = seen
            .wait(now)
            .unwrap_or(guess.min(LONGEST_GUESS))
            .min(seen.longest_wait());
        let spread = wait.as_millis() * u128::from(jitter.min(300)) / 1000;
        let spread = Duration::from_millis(u64::try_from(spread).unwrap_or(0));
        self.strikes = self.strikes.saturating_add(1);
        self.until = self.until.max(now + wait + spread);
        self.until
    }
}

fn hour_of(now: Instant) -> i64 {
    now.seconds().div_euclid(3600)
}

fn next_hour(now: Instant) -> Instant {
    Instant::from_seconds(hour_of(now).saturating_mul(3600)) + HOUR
}

#[cfg(test)]
mod tests;
