//! Who may see an issue, and as whom. Jira is asked; nothing of its answers is stored.

mod decide;
mod facts;
mod folded;
mod person;
mod pickable;
mod place;

pub use crate::jira::Freshness;
pub use decide::{Standing, Tie};
pub use person::{Person, PersonKind};
pub use place::Place;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::try_join_all;

use crate::clock::Instant;
use crate::ids::{AccountId, IssueId};
use crate::jira::{Jira, JiraError};
use crate::tenants::Tenant;
use crate::wire::{Kind, Problem};
use facts::Facts;

/// How old lists of people and their names may be.
pub const LISTS: Freshness = Freshness::Within(Duration::from_secs(30));
/// How old the answer may be on which a panel is shown; consent takes [`Freshness::Now`].
pub const SHOWN: Freshness = Freshness::Within(Duration::from_secs(5));

/// Jira cannot be asked, so nothing may be allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the host cannot be asked who may see this")]
pub struct Unreachable {
    /// When asking again makes sense, where that is known.
    pub until: Option<Instant>,
}

impl From<JiraError> for Unreachable {
    fn from(error: JiraError) -> Self {
        Self {
            until: error.retry_after(),
        }
    }
}

impl From<Unreachable> for Problem {
    fn from(_: Unreachable) -> Self {
        Problem::with_detail(
            Kind::Unavailable,
            "Jira cannot be asked right now who may see this. Nothing was changed. Try again.",
        )
    }
}

/// The people of all sites. Cheap to clone; clones share what was asked.
#[derive(Clone)]
pub struct People {
    facts: Arc<Facts>,
}

impl People {
    pub fn new(jira: Jira) -> Self {
        Self {
            facts: Arc::new(Facts::new(jira)),
        }
    }

    /// What the account is to the issue. `Err` when Jira gave no answer: never take that, nor
    /// an older answer than asked for, as leave.
    pub async fn standing(
        &self,
        tenant: &Arc<Tenant>,
        account: &AccountId,
        issue: IssueId,
        freshness: Freshness,
    ) -> Result<Standing, Unreachable> {
        self.facts.standing(tenant, account, issue, freshness).await
    }

    /// What each account is to the issue. All are answered, or none.
    pub async fn standings(
        &self,
        tenant: &Arc<Tenant>,
        accounts: &[AccountId],
        issue: IssueId,
        freshness: Freshness,
    ) -> Result<HashMap<AccountId, Standing>, Unreachable> {
        let asked = accounts.iter().map(|account| async {
            let standing = self.standing(tenant, account, issue, freshness).await?;
            Ok::<_, Unreachable>((account.clone(), standing))
        });
        Ok(try_join_all(asked).await?.into_iter().collect())
    }

    /// Names and pictures to show, in the order asked for; every account gets an entry. `kind`
    /// says which sort of account it is and decides nothing: a customer may have an Atlassian
    /// account, and only [`People::standing`] tells.
    pub async fn persons(
        &self,
        tenant: &Arc<Tenant>,
        accounts: &[AccountId],
    ) -> Result<Vec<Person>, Unreachable> {
        let users = self.facts.users(tenant, accounts).await?;
        let persons = accounts.iter().map(|account| {
            let user = users.get(account).and_then(Option::as_ref);
            Person::shown(account, user)
        });
        Ok(persons.collect())
    }

    /// The same, with `kind`, `on_request` and `sees` as they are on this issue.
    pub async fn persons_on(
        &self,
        tenant: &Arc<Tenant>,
        issue: IssueId,
        accounts: &[AccountId],
    ) -> Result<Vec<Person>, Unreachable> {
        let (mut persons, standings) = futures_util::future::try_join(
            self.persons(tenant, accounts),
            self.standings(tenant, accounts, issue, LISTS),
        )
        .await?;
        for person in &mut persons {
            match standings.get(&person.account) {
                Some(Standing::Agent) => {
                    person.kind = PersonKind::Agent;
                    person.sees = true;
                }
                Some(Standing::Customer(_)) => {
                    person.kind = PersonKind::Customer;
                    person.on_request = true;
                    person.sees = true;
                }
                Some(Standing::Outside) | None => {}
            }
        }
        Ok(persons)
    }
}
