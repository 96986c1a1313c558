//! What is done by the clock, or because the host said so, when the things that notes belong to
//! go somewhere else.

use std::sync::Arc;

use super::parts::Parts;
use crate::clock::Instant;
use crate::ids::TenantId;
use crate::jobs::{self, Happened, Job, Outcome};
use crate::notes::{Check, Erase, Night, Report};
use crate::store::{Batch, StoredJob};
use crate::tenants::Tenant;

/// What of all that happens is heard here.
pub const HEARS: &[&str] = &["issue-deleted", "issue-moved", "project-deleted"];

/// Whether jobs of this kind run here.
pub fn runs(kind: &str) -> bool {
    [Night::KIND, Check::KIND, Report::KIND, Erase::KIND].contains(&kind)
}

pub async fn run(parts: &Parts, job: &StoredJob, now: Instant) -> Outcome {
    if job.kind == Night::KIND {
        return parts.notes.run_night(now).await;
    }
    let Some(tenant) = job.scope.owner() else {
        return Outcome::failed("a job of no tenant");
    };
    match job.kind.as_str() {
        Check::KIND => match jobs::read::<Check>(job) {
            Ok(work) => match active(parts, &tenant, now).await {
                Ok(tenant) => parts.notes.run_check(&tenant, &work, now).await,
                Err(outcome) => outcome,
            },
            Err(error) => Outcome::failed(error.to_string()),
        },
        Report::KIND => match jobs::read::<Report>(job) {
            Ok(work) => match active(parts, &tenant, now).await {
                Ok(tenant) => parts.notes.run_report(&tenant, &work, now).await,
                Err(outcome) => outcome,
            },
            Err(error) => Outcome::failed(error.to_string()),
        },
        _ => match jobs::read::<Erase>(job) {
            Ok(work) => parts.notes.run_erase(tenant, &work, now).await,
            Err(error) => Outcome::failed(error.to_string()),
        },
    }
}

pub async fn tell(parts: &Parts, id: TenantId, happened: &Happened, now: Instant) -> Outcome {
    let notes = &parts.notes;
    if let Happened::IssueDeleted { issue } = happened {
        return notes.run_issue_deleted(id, *issue, now).await;
    }
    let tenant = match active(parts, &id, now).await {
        Ok(tenant) => tenant,
        Err(outcome) => return outcome,
    };
    match happened {
        Happened::IssueMoved { issue, .. } => notes.run_issue_moved(&tenant, *issue, now).await,
        Happened::ProjectDeleted { project } => {
            notes.run_project_deleted(&tenant, *project, now).await
        }
        other => Outcome::failed(format!("notes do not listen to {}", other.name())),
    }
}

/// The tenant; else what becomes of the job: where the app is switched off nothing is asked, and
/// the nightly check finds out once it is back.
async fn active(parts: &Parts, id: &TenantId, now: Instant) -> Result<Arc<Tenant>, Outcome> {
    match parts.tenants.get(id, now).await {
        Ok(Some(tenant)) if tenant.is_active() => Ok(tenant),
        Ok(_) => Err(Outcome::Done(Batch::default())),
        Err(error) => Err(Outcome::later(error.to_string())),
    }
}
