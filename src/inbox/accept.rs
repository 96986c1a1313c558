use std::borrow::Cow;
use std::time::Duration;

use bytes::Bytes;

use super::events::{EVENT, ReducedEvent};
use crate::clock::Instant;
use crate::ids::{IssueId, Scope, TenantId};
use crate::jira::event::{self, Event};
use crate::jobs::{self, event_lane, tenant_event_lane};
use crate::store::{Batch, CommitError, Envelope, JobKey, Lane, Store};
use crate::wire::{Kind, Problem};

/// The largest body a Jira host sends.
pub const BODY_LIMIT: usize = 25 * 1024 * 1024;

/// What a job's body may be in the store; a larger event is stored reduced to what we read.
const STORED_LIMIT: usize = 250 * 1024;
/// Larger bodies take long enough to parse or compress that others would wait.
const OFF_THREAD: usize = 512 * 1024;
/// A host is answered within 2 s; this leaves time for the way.
const ANSWER_WITHIN: Duration = Duration::from_millis(1800);

/// Takes events in.
#[derive(Clone, Debug)]
pub struct Inbox {
    store: Store,
}

impl Inbox {
    pub fn new(store: Store) -> Self {
        Self { store }
    }

    /// Stores one verified delivery. When this returns Ok the event is durable, or was before.
    ///
    /// `delivery` is equal for all deliveries of one event: it names the event's job, and the
    /// store refuses to take a name twice that is present or was done within 48 hours. So a
    /// duplicate is answered like the first one and leaves no trace.
    ///
    /// # Errors
    /// `too-large`, `invalid` (the body is not JSON: sending it again cannot help) and
    /// `unavailable`, upon which hosts deliver again.
    pub async fn accept(
        &self,
        tenant: TenantId,
        delivery: &str,
        body: Bytes,
        now: Instant,
    ) -> Result<(), Problem> {
        let answer = self.store_event(tenant, delivery, body, now).await;
        let name = answer
            .as_ref()
            .map_or_else(|p| p.kind.as_str(), |()| "accepted");
        let name = name.rsplit(':').next().unwrap_or_default().to_owned();
        metrics::counter!("deskbridge_webhooks_total", "outcome" => name).increment(1);
        answer
    }

    async fn store_event(
        &self,
        tenant: TenantId,
        delivery: &str,
        body: Bytes,
        now: Instant,
    ) -> Result<(), Problem> {
        if body.len() > BODY_LIMIT {
            return Err(Problem::new(Kind::TooLarge));
        }
        let id = JobKey::of(&["event", delivery]);
        let pushed = if body.len() > OFF_THREAD {
            tokio::task::spawn_blocking(move || pushed(id, &body, now))
                .await
                .map_err(|_| Problem::new(Kind::Internal))?
        } else {
            pushed(id, &body, now)
        };
        let pushed = pushed.map_err(|error| {
            Problem::with_detail(Kind::Invalid, format!("{error}; nothing was stored"))
        })?;
        let batch = Batch {
            push: vec![pushed],
            ..Batch::default()
        };
        let scope = Scope::tenant(tenant);
        match tokio::time::timeout(ANSWER_WITHIN, self.commit(&scope, &batch, now)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(refusal(&error)),
            // Perhaps written. The host delivers again, and the name makes that harmless.
            Err(_elapsed) => Err(not_stored("the store is slow")),
        }
    }

    /// A lost answer is asked for once more: the name of the job makes repeating safe.
    async fn commit(&self, scope: &Scope, batch: &Batch, now: Instant) -> Result<(), CommitError> {
        match self.store.commit(scope, batch, now).await {
            Err(CommitError::Unknown(_)) => self.store.commit(scope, batch, now).await.map(drop),
            answer => answer.map(drop),
        }
    }
}

fn refusal(error: &CommitError) -> Problem {
    match error {
        CommitError::Full => not_stored("too many events of this site are waiting"),
        CommitError::Unavailable(_) | CommitError::Unknown(_) => {
            not_stored("the store does not answer")
        }
        // None of these can come of a push alone.
        other => {
            tracing::error!(error = %other, "a webhook's event was refused by the store");
            not_stored("the store refused the event")
        }
    }
}

fn not_stored(why: &str) -> Problem {
    Problem::with_detail(Kind::Unavailable, format!("{why}; deliver again"))
}

/// The job of an event: its body as it came, or reduced where that is too large to store. The
/// lane is all that is read of it before it is durable.
fn pushed(id: JobKey, body: &[u8], now: Instant) -> Result<Envelope, event::Unreadable> {
    let issue = event::issue_of(body)?;
    let packed = jobs::pack(1, body);
    if packed.len() > STORED_LIMIT {
        let reduced = ReducedEvent(Event::parse(body)?);
        return Ok(jobs::envelope(&reduced, id, lane(issue), now));
    }
    Ok(Envelope {
        id,
        kind: Cow::Borrowed(EVENT),
        lane: lane(issue),
        due: now,
        body: packed,
    })
}

fn lane(issue: Option<IssueId>) -> Lane {
    issue.map_or_else(tenant_event_lane, event_lane)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn push(body: &str) -> Envelope {
        pushed(JobKey::of(&["event", "d"]), body.as_bytes(), Instant::EPOCH).unwrap()
    }

    #[test]
    fn an_event_lies_in_the_lane_of_its_issue() {
        let table = [
            (r#"{"issue":{"id":"7"}}"#, event_lane(IssueId::new(7))),
            (
                r#"{"comment":{"self":"https://x/rest/api/2/issue/8/comment/1"}}"#,
                event_lane(IssueId::new(8)),
            ),
            (r#"{"webhookEvent":"user_updated"}"#, tenant_event_lane()),
            ("{}", tenant_event_lane()),
        ];
        for (body, lane) in table {
            let pushed = push(body);
            assert_eq!((pushed.lane, &*pushed.kind), (lane, EVENT), "{body}");
        }
    }

    #[test]
    fn a_body_too_large_to_store_is_reduced() {
        // Text that lz4 cannot shrink: decimal digits of a sequence without repeats.
        let noise: String = (0..200_000_u64)
            .map(|n| format!("{:x}", n.wrapping_mul(0x9E37_79B9_7F4A_7C15)))
            .collect();
        let body = format!(r#"{{"issue":{{"id":"7","fields":{{"description":"{noise}"}}}}}}"#);
        let pushed = push(&body);
        assert_eq!(pushed.kind, "event-reduced");
        assert_eq!(pushed.lane, event_lane(IssueId::new(7)));
        assert!(pushed.body.len() < 1000);
    }
}
