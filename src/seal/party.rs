use std::fmt;

use super::Rejected;
use crate::ids::AccountId;
use crate::ids::ProjectId;
use crate::ids::TenantId;

/// Who holds a key: a person of the host, or the server's own automation in a tenant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Party {
    Account(AccountId),
    App(TenantId),
}

impl Party {
    pub fn parse(text: &str) -> Result<Self, Rejected> {
        match text.strip_prefix("app:") {
            Some(tenant) => tenant.parse().map(Self::App),
            None => text.parse().map(Self::Account),
        }
        .map_err(|_| Rejected::Account)
    }

    pub fn account(&self) -> Option<&AccountId> {
        match self {
            Self::Account(account) => Some(account),
            Self::App(_) => None,
        }
    }

    /// Whether this is the person `account`.
    pub fn is(&self, account: &AccountId) -> bool {
        self.account() == Some(account)
    }
}

impl From<AccountId> for Party {
    fn from(account: AccountId) -> Self {
        Self::Account(account)
    }
}

impl fmt::Display for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Account(account) => account.fmt(f),
            Self::App(tenant) => write!(f, "app:{tenant}"),
        }
    }
}

/// Whom a header names: an account, or the agents of a project.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Reader {
    Account(AccountId),
    Team(ProjectId),
}

impl Reader {
    pub fn parse(text: &str) -> Result<Self, Rejected> {
        match text.strip_prefix("team:") {
            Some(project) => project.parse().map(Self::Team),
            None => text.parse().map(Self::Account),
        }
        .map_err(|_| Rejected::Account)
    }

    pub fn account(&self) -> Option<&AccountId> {
        match self {
            Self::Account(account) => Some(account),
            Self::Team(_) => None,
        }
    }
}

impl fmt::Display for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Account(account) => account.fmt(f),
            Self::Team(project) => write!(f, "team:{project}"),
        }
    }
}
