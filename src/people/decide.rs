use crate::jira::ProjectKind;

/// What an account is to an issue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Works on the project and sees the issue.
    Agent,
    /// Sees the request in the portal.
    Customer(Tie),
    /// Neither, or no longer.
    Outside,
}

/// Why a customer sees a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tie {
    Reporter,
    Participant,
    /// Member of an organization that the request is shared with.
    Organization,
}

impl Standing {
    pub fn is_agent(self) -> bool {
        self == Standing::Agent
    }

    pub fn may_see(self) -> bool {
        self != Standing::Outside
    }
}

/// The account, as far as Jira says. `None` where the user directory does not know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) active: bool,
    pub(super) portal_only: bool,
    pub(super) app: bool,
}

/// What the account may do on the issue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct May {
    pub(super) browse: bool,
    /// `SERVICEDESK_AGENT`: works on requests.
    pub(super) serve: bool,
    /// `ADD_COMMENTS` or `EDIT_ISSUES`.
    pub(super) work: bool,
}

/// Whether the account works on the issue. On a service project seeing and commenting is what
/// customers do too, so only `SERVICEDESK_AGENT` makes an agent there.
pub(super) fn is_agent(project: ProjectKind, account: Option<Account>, may: May) -> bool {
    let person = account.is_some_and(|a| a.active && !a.portal_only && !a.app);
    let works = match project {
        ProjectKind::Service => may.serve,
        ProjectKind::Other => may.work,
    };
    person && may.browse && works
}

/// Whether the account may be a customer of a request at all, once it is tied to it. An account
/// that the directory does not know is taken at the word of the request's own list of people.
pub(super) fn may_be_customer(project: ProjectKind, account: Option<Account>) -> bool {
    project == ProjectKind::Service && account.is_none_or(|a| a.active && !a.app)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ProjectKind::{Other, Service};

    const PERSON: Account = Account {
        active: true,
        portal_only: false,
        app: false,
    };

    fn may(letters: &str) -> May {
        May {
            browse: letters.contains('b'),
            serve: letters.contains('s'),
            work: letters.contains('w'),
        }
    }

    #[test]
    fn who_is_an_agent() {
        let gone = Account {
            active: false,
            ..PERSON
        };
        let portal = Account {
            portal_only: true,
            ..PERSON
        };
        let app = Account {
            app: true,
            ..PERSON
        };
        let cases = [
            (Service, Some(PERSON), "bsw", true),
            (Service, Some(PERSON), "bs", true),
            (Service, Some(PERSON), "bw", false),
            (Service, Some(PERSON), "sw", false),
            (Service, Some(gone), "bsw", false),
            (Service, Some(portal), "bsw", false),
            (Service, Some(app), "bsw", false),
            (Service, None, "bsw", false),
            (Other, Some(PERSON), "bw", true),
            (Other, Some(PERSON), "b", false),
            (Other, Some(PERSON), "w", false),
            (Other, Some(gone), "bw", false),
            (Other, Some(portal), "bw", false),
            (Other, None, "bw", false),
        ];
        for (project, account, letters, expected) in cases {
            let decided = is_agent(project, account, may(letters));
            assert_eq!(decided, expected, "{project:?} {account:?} {letters}");
        }
    }

    #[test]
    fn who_may_be_a_customer() {
        let cases = [
            (Service, Some(PERSON), true),
            (Service, None, true),
            (
                Service,
                Some(Account {
                    portal_only: true,
                    ..PERSON
                }),
                true,
            ),
            (
                Service,
                Some(Account {
                    active: false,
                    ..PERSON
                }),
                false,
            ),
            (
                Service,
                Some(Account {
                    app: true,
                    ..PERSON
                }),
                false,
            ),
            (Other, Some(PERSON), false),
            (Other, None, false),
        ];
        for (project, account, expected) in cases {
            assert_eq!(may_be_customer(project, account), expected, "{account:?}");
        }
    }
}
