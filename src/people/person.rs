use crate::ids::AccountId;
use crate::jira::{AccountKind, User};

/// Shown for an account that Jira does not name (any more).
const NAMELESS: &str = "Former user";

/// A person as a panel shows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub account: AccountId,
    pub name: String,
    pub kind: PersonKind,
    /// Address of a picture, https.
    pub avatar: Option<String>,
    /// Deactivated and unknown accounts are shown, and may do nothing.
    pub active: bool,
    /// Sees the request as reporter, participant, member of an organization it is shared with,
    /// or is its assignee.
    pub on_request: bool,
    /// Sees the issue that was asked about; false where none was.
    pub sees: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PersonKind {
    Agent,
    Customer,
}

impl Person {
    pub(super) fn shown(account: &AccountId, user: Option<&User>) -> Self {
        match user {
            Some(user) => Self::of(user, Self::kind_of(user), false),
            None => Self {
                account: account.clone(),
                name: NAMELESS.to_owned(),
                kind: PersonKind::Customer,
                avatar: None,
                active: false,
                on_request: false,
                sees: false,
            },
        }
    }

    pub(super) fn of(user: &User, kind: PersonKind, on_request: bool) -> Self {
        let name = match user.name.trim() {
            "" => NAMELESS,
            name => name,
        };
        Self {
            account: user.account.clone(),
            name: name.to_owned(),
            kind,
            avatar: user
                .avatar
                .clone()
                .filter(|address| address.starts_with("https://")),
            active: user.active,
            on_request,
            sees: false,
        }
    }

    fn kind_of(user: &User) -> PersonKind {
        match user.kind {
            AccountKind::Customer => PersonKind::Customer,
            AccountKind::Atlassian | AccountKind::App | AccountKind::Unknown => PersonKind::Agent,
        }
    }
}
