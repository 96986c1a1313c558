//! Effects that cannot be had while a tenant has the app switched off, or removed. Such a job is
//! done with a record that says what it was; nothing looks at those records until the tenant is
//! switched on again, and then each becomes a job anew. So they wait without being tried, however
//! long and however many they are.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::{Job, Outcome, envelope, tenant_lane};
use crate::clock::Instant;
use crate::store::{
    Batch, Envelope, Expect, Folder, JobKey, Key, Lane, Name, Store, StoredJob, Until,
};

/// Jobs that one commit brings back: each takes two of its 128 operations.
const TOGETHER: u16 = 50;
/// Bodies that one commit brings back, of its 1 MiB.
const TOGETHER_BYTES: usize = 512 * 1024;
/// First byte of every record.
const FORMAT: u8 = 1;

/// Brings back what was parked. Pushed by the commit that switches the tenant on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unpark {
    /// When the tenant was switched on.
    pub since: Instant,
    /// Counts the jobs that it takes.
    pub part: u32,
}

impl Job for Unpark {
    const KIND: &'static str = "unpark";
}

impl Unpark {
    pub fn since(since: Instant) -> Self {
        Self { since, part: 0 }
    }

    pub fn envelope(&self, now: Instant) -> Envelope {
        let (since, part) = (self.since.millis().to_string(), self.part.to_string());
        let id = JobKey::of(&["unpark", &since, &part]);
        envelope(self, id, tenant_lane("parked"), now)
    }
}

/// A job as it is written down.
#[derive(Serialize, Deserialize)]
struct Parked {
    id: String,
    kind: String,
    lane: Option<String>,
    /// Base64.
    body: String,
}

fn folder() -> Folder {
    Folder::of(&["parked"])
}

/// The oldest first, in the order in which they were pushed.
fn key(job: &StoredJob) -> Key {
    let pushed = format!("{:013}", job.pushed_at.millis().max(0));
    Key::listed(&folder(), &[&pushed, job.id.as_str()])
}

/// Completes `job` with a record of it. `off` says that the tenant is still switched off: switching
/// it on and parking something cannot miss each other.
pub fn park(job: &StoredJob, off: Expect) -> Outcome {
    let parked = Parked {
        id: job.id.as_str().to_owned(),
        kind: job.kind.clone(),
        lane: job.lane.as_str().map(str::to_owned),
        body: STANDARD_NO_PAD.encode(&job.body),
    };
    let mut record = vec![FORMAT];
    record.extend(serde_json::to_vec(&parked).unwrap_or_default());
    Outcome::Done(Batch {
        expect: vec![off],
        put: vec![(key(job), record.into(), Until::Keep)],
        ..Batch::default()
    })
}

/// Runs [`Unpark`]. `on` says that the tenant is still switched on; if it is not, the next time
/// that it is goes on with the rest.
pub async fn unpark(
    store: &Store,
    job: &StoredJob,
    work: &Unpark,
    on: Expect,
    now: Instant,
) -> Outcome {
    let page = store
        .range(&job.scope, &folder(), None, TOGETHER, now)
        .await;
    let page = match page {
        Ok(page) => page,
        Err(away) => return Outcome::later(away.to_string()),
    };
    let mut batch = Batch {
        expect: vec![on],
        ..Batch::default()
    };
    let mut bytes = 0;
    let mut more = page.next.is_some();
    for (name, record) in &page.items {
        if bytes > 0 && bytes + record.value.len() > TOGETHER_BYTES {
            more = true;
            break;
        }
        bytes += record.value.len();
        batch.delete.push(Key::named(&folder(), name));
        match again(&record.value, name, now) {
            Some(envelope) => batch.push.push(envelope),
            None => tracing::error!(name = name.as_str(), "a parked job cannot be read"),
        }
    }
    if more {
        let part = work.part.saturating_add(1);
        let next = Unpark {
            part,
            ..work.clone()
        };
        batch.push.push(next.envelope(now));
    }
    Outcome::Done(batch)
}

/// The job of a record. It was done under its old id, and is pushed under one that says so.
fn again(record: &[u8], name: &Name, now: Instant) -> Option<Envelope> {
    let json = record.strip_prefix(&[FORMAT])?;
    let parked: Parked = serde_json::from_slice(json).ok()?;
    Some(Envelope {
        id: JobKey::of(&["unparked", name.as_str(), &now.millis().to_string()]),
        kind: parked.kind.into(),
        lane: Lane::told(parked.lane.as_deref()),
        due: now,
        body: Bytes::from(STANDARD_NO_PAD.decode(parked.body).ok()?),
    })
}
