//! The weekly report of personal data. Of people the bridge keeps the id of their account and no
//! name; that alone is why it asks: an account that was closed is to be forgotten.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::erase::Erase;
use crate::clock::Instant;
use crate::ids::{AccountId, Scope};
use crate::jira::REPORTED;
use crate::jobs::{self, Job, Outcome};
use crate::notes::end::later;
use crate::notes::records::{FORMAT, Note, decode, encode};
use crate::notes::{Notes, layout};
use crate::store::{Batch, Envelope, JobKey, Key, Lane, Name, Until};
use crate::tenants::Tenant;

/// Portal-only customers have no Atlassian account that could be reported.
const PORTAL: &str = "qm:";
/// What begins the name of somebody who was forgotten.
const FORMER: &str = "former:";

/// Reports the accounts that follow `after`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Report {
    pub began: Instant,
    #[serde(default)]
    pub after: Option<AccountId>,
}

impl Job for Report {
    const KIND: &'static str = "accounts-report";
}

/// An account of which something is kept.
#[derive(Debug, Serialize, Deserialize)]
struct Known {
    #[serde(rename = "a")]
    account: AccountId,
}

/// What makes known that something is kept of `account`.
pub(in crate::notes) fn known(account: &AccountId) -> (Key, bytes::Bytes, Until) {
    let known = Known {
        account: account.clone(),
    };
    (layout::known_entry(account), encode(&known), Until::Keep)
}

/// The indexes by which those whom a note names are found again after its end.
pub(in crate::notes) fn kept_of(note: &Note) -> Vec<(Key, bytes::Bytes, Until)> {
    let index = bytes::Bytes::from_static(&[FORMAT]);
    let named = |account| {
        (
            layout::named_entry(account, &note.id),
            index.clone(),
            Until::Keep,
        )
    };
    note.people()
        .flat_map(|account| [known(account), named(account)])
        .collect()
}

impl Report {
    pub(super) fn envelope(&self, now: Instant) -> Envelope {
        let began = self.began.seconds().to_string();
        let after = self.after.as_ref().map_or("-", AccountId::as_str);
        let id = JobKey::of(&["accounts", "report", &began, after]);
        jobs::envelope(self, id, Lane::UNORDERED, now)
    }
}

impl Notes {
    /// Runs [`Report`].
    pub async fn run_report(&self, tenant: &Arc<Tenant>, job: &Report, now: Instant) -> Outcome {
        let scope = Scope::tenant(tenant.id);
        let after = job
            .after
            .as_ref()
            .map(|account| Name::of(&[account.as_str()]));
        let limit = u16::try_from(REPORTED).unwrap_or(u16::MAX);
        let folder = layout::known();
        let page = self
            .store
            .range(&scope, &folder, after.as_ref(), limit, now);
        let Ok(page) = page.await else {
            return later("the store did not answer");
        };
        let read = |value: &[u8]| decode::<Known>("known account", value).ok();
        let kept: Vec<AccountId> = page
            .items
            .iter()
            .filter_map(|(_, record)| Some(read(&record.value)?.account))
            .collect();
        let reported: Vec<AccountId> = kept.iter().filter(|a| is_reported(a)).cloned().collect();
        let closed = if reported.is_empty() {
            Vec::new()
        } else {
            match self
                .jira
                .site(Arc::clone(tenant))
                .report(&reported, now)
                .await
            {
                Ok(closed) => closed,
                Err(error) => {
                    return Outcome::Later {
                        after: error.retry_after(),
                        batch: Batch::default(),
                        why: format!("the host did not take the report of accounts: {error}"),
                    };
                }
            }
        };
        let mut push: Vec<Envelope> = closed
            .iter()
            .map(|account| Erase::of(account, &self.entropy).envelope(now))
            .collect();
        if let (Some(_), Some(last)) = (page.next, kept.last()) {
            let rest = Report {
                began: job.began,
                after: Some(last.clone()),
            };
            push.push(rest.envelope(now));
        }
        Outcome::Done(Batch {
            push,
            ..Batch::default()
        })
    }
}

fn is_reported(account: &AccountId) -> bool {
    let text = account.as_str();
    !text.starts_with(PORTAL) && !text.starts_with(FORMER)
}
