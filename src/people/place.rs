//! How an issue stands, apart from who may see it.

use std::sync::Arc;

use super::{Freshness, People, Unreachable};
use crate::ids::IssueId;
use crate::jira::ProjectKind;
use crate::tenants::Tenant;

/// What can be done at an issue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Open,
    /// Archived by itself or with its project: it is looked at, and nothing is added.
    Archived,
    /// In a service project, and without a request type: customers do not see it.
    NotInPortal,
}

/// What the host says of an issue that the app sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Said {
    service: bool,
    request: bool,
    /// The app may comment on it or edit it: on what is archived nobody may.
    writable: bool,
    project_archived: bool,
}

fn place(said: Said) -> Place {
    if said.project_archived || !said.writable {
        Place::Archived
    } else if said.service && !said.request {
        Place::NotInPortal
    } else {
        Place::Open
    }
}

impl People {
    /// How the issue stands; `None` where the host does not know it, or hides it from the app, as
    /// it does with all that lies in the trash.
    pub async fn place(
        &self,
        tenant: &Arc<Tenant>,
        issue: IssueId,
        freshness: Freshness,
    ) -> Result<Option<Place>, Unreachable> {
        let Some(found) = self.facts.issue(tenant, issue, freshness).await? else {
            return Ok(None);
        };
        let service = found.project.kind == ProjectKind::Service;
        let request = async {
            if service {
                let request = self.facts.request(tenant, issue, freshness).await?;
                Ok::<_, Unreachable>(request.is_some())
            } else {
                Ok(false)
            }
        };
        let (writable, project_archived, request) = futures_util::future::try_join3(
            self.facts.writable(tenant, issue, freshness),
            self.facts.archived(tenant, found.project.id, freshness),
            request,
        )
        .await?;
        Ok(Some(place(Said {
            service,
            request,
            writable,
            project_archived,
        })))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_archived_is_said_before_anything_else() {
        for (letters, expected) in [
            ("srw", Place::Open),
            ("sw", Place::NotInPortal),
            ("w", Place::Open),
            ("sr", Place::Archived),
            ("s", Place::Archived),
            ("", Place::Archived),
            ("srwa", Place::Archived),
            ("wa", Place::Archived),
        ] {
            let said = Said {
                service: letters.contains('s'),
                request: letters.contains('r'),
                writable: letters.contains('w'),
                project_archived: letters.contains('a'),
            };
            assert_eq!(place(said), expected, "{letters}");
        }
    }
}
