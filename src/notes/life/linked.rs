//! A portal-only customer who got an Atlassian account is another person to Jira, and so here:
//! the same address proves nothing, because whoever gets a mailbox gets the account. An
//! administrator says that two accounts are one person; that lets nobody in. It is shown to the
//! authors of notes, and each decides about their own.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::audit::{self, About, Action};
use crate::clock::Instant;
use crate::ids::{AccountId, Scope};
use crate::jira::{AccountKind, User};
use crate::notes::decide::has_ended;
use crate::notes::records::{Note, decode, encode};
use crate::notes::visit::Visit;
use crate::notes::{Notes, layout, refuse};
use crate::store::{Batch, Key, Until};
use crate::tenants::Caller;
use crate::wire::{Kind, Problem};

/// Who is whose successor, and who said so.
#[derive(Debug, Serialize, Deserialize)]
struct Link {
    #[serde(rename = "t")]
    to: AccountId,
    #[serde(rename = "b")]
    by: AccountId,
    #[serde(rename = "a")]
    at: Instant,
}

impl Notes {
    /// Notes that `to` is the person who was `from`.
    pub(super) async fn link_accounts(
        &self,
        caller: &Caller,
        from: &AccountId,
        to: &AccountId,
    ) -> Result<(), Problem> {
        let site = self.jira.site(Arc::clone(&caller.tenant));
        let administers = site.administers(&caller.account, None).await;
        if !administers.map_err(|_| refuse::host_silent())?.site {
            let detail = "Only an administrator of the site can do that.";
            return Err(Problem::with_detail(Kind::Forbidden, detail));
        }
        let users = site.users(&[from.clone(), to.clone()]).await;
        let users = users.map_err(|_| refuse::host_silent())?;
        linkable(from, to, &users)?;
        let now = self.clock.now();
        let link = Link {
            to: to.clone(),
            by: caller.account.clone(),
            at: now,
        };
        let about = About {
            person: Some(to.clone()),
            ..About::default()
        };
        let who = Some(&caller.account);
        let batch = Batch {
            put: vec![(layout::successor(from), encode(&link), Until::Keep)],
            push: vec![audit::entry(
                caller.tenant.id,
                now,
                who,
                Action::AccountLinked,
                about,
            )],
            ..Batch::default()
        };
        let scope = Scope::tenant(caller.tenant.id);
        let written = self.commit(&scope, &batch, now).await;
        written.map(drop).map_err(|error| refuse::commit(&error))
    }

    /// The successors of those who may read living notes of the visitor.
    pub(in crate::notes) async fn successors(
        &self,
        visit: &Visit,
        notes: &[Note],
    ) -> Result<BTreeMap<AccountId, AccountId>, Problem> {
        let mine = notes
            .iter()
            .filter(|note| note.author == visit.viewer.account && !has_ended(note, visit.now));
        let readers: BTreeSet<&AccountId> = mine.flat_map(|note| &note.readers).collect();
        let keys: Vec<Key> = readers.iter().map(|a| layout::successor(a)).collect();
        let found = self.read_many(&visit.scope, &keys, visit.now).await?;
        let mut out = BTreeMap::new();
        for (account, record) in readers.into_iter().zip(found) {
            if let Some(record) = record {
                let link: Link =
                    decode("account link", &record.value).map_err(|e| refuse::unreadable(&e))?;
                out.insert(account.clone(), link.to);
            }
        }
        Ok(out)
    }
}

/// Whether one can be the other's successor, as far as the host says. Pure.
fn linkable(from: &AccountId, to: &AccountId, users: &[User]) -> Result<(), Problem> {
    let kind = |account: &AccountId| {
        let user = users.iter().find(|user| user.account == *account);
        user.map(|user| (user.kind, user.active))
    };
    // An account that was migrated may be known no longer; a customer's is known by its id.
    let portal = matches!(kind(from), Some((AccountKind::Customer, _)))
        || kind(from).is_none() && from.as_str().starts_with("qm:");
    if !portal {
        let detail = "This is not the account of a portal-only customer.";
        return Err(refuse::field("from", detail));
    }
    match kind(to) {
        Some((AccountKind::Atlassian, true)) => Ok(()),
        _ => Err(refuse::field(
            "to",
            "This is not an Atlassian account in use.",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notes::records::tests::account;

    #[test]
    fn a_portal_account_goes_to_an_atlassian_account_in_use() {
        let user = |name: &str, kind, active| User {
            account: account(name),
            name: String::new(),
            kind,
            active,
            avatar: None,
        };
        let users = [
            user("qm:old", AccountKind::Customer, false),
            user("new", AccountKind::Atlassian, true),
            user("gone", AccountKind::Atlassian, false),
            user("robot", AccountKind::App, true),
        ];
        for (from, to, field) in [
            ("qm:old", "new", None),
            ("qm:forgotten", "new", None),
            ("new", "new", Some("from")),
            ("nobody", "new", Some("from")),
            ("qm:old", "gone", Some("to")),
            ("qm:old", "robot", Some("to")),
            ("qm:old", "qm:old", Some("to")),
            ("qm:old", "nobody", Some("to")),
        ] {
            let told = linkable(&account(from), &account(to), &users);
            let told = told.err().and_then(|problem| problem.field);
            assert_eq!(told.as_deref(), field, "{from} {to}");
        }
    }
}
