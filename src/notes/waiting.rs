//! Who waits to be let in. Nothing is stored for it: a browser waits when its account is named by
//! a living note and its key has no wrap there, so the two cannot disagree.

use std::collections::{BTreeMap, BTreeSet};

use super::api::{IssueName, PersonKind, Waiting, WaitingList};
use super::card::{LiveKey, LiveKeys};
use super::decide::{self, Viewer};
use super::records::Note;
use super::{Notes, refuse};
use crate::clock::Instant;
use crate::ids::{AccountId, IssueId, Scope};
use crate::people::LISTS;
use crate::tenants::Caller;
use crate::wire::Problem;

/// More than a person lets in at a sitting.
const SHOWN: usize = 50;

/// A key that `viewer` may wrap `note` for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Missing<'a> {
    pub note: &'a Note,
    pub account: &'a AccountId,
    pub key: &'a LiveKey,
}

/// The keys without a wrap, over `notes`, that `viewer` may let in: who holds a wrap themselves
/// and is the author, or a reader where readers may. Oldest first. Pure.
pub(super) fn missing<'a>(
    notes: &'a [Note],
    viewer: &Viewer,
    keys: &'a LiveKeys,
    now: Instant,
) -> Vec<Missing<'a>> {
    let mut out = Vec::new();
    for note in notes {
        let Some(live) = note.live() else { continue };
        let has = |key: &LiveKey| live.wrapped.iter().any(|w| w.kid == key.kid);
        let holds = keys
            .get(&viewer.account)
            .is_some_and(|own| own.iter().any(has));
        if !holds {
            continue;
        }
        for account in note.people() {
            if decide::may_fill(note, viewer, account, now).is_err() {
                continue;
            }
            let waiting = keys.get(account).into_iter().flatten();
            out.extend(
                waiting
                    .filter(|key| !has(key))
                    .map(|key| Missing { note, account, key }),
            );
        }
    }
    out.sort_by_key(|m| (m.key.added, m.note.created));
    out.truncate(SHOWN);
    out
}

impl Notes {
    pub(super) async fn waiting(&self, caller: &Caller) -> Result<WaitingList, Problem> {
        let now = self.clock.now();
        Ok(WaitingList {
            now: now.seconds(),
            waiting: self.waiting_for(caller, now).await?,
        })
    }

    /// Everybody whom the caller may let in, on any issue of the site that they still see.
    pub(super) async fn waiting_for(
        &self,
        caller: &Caller,
        now: Instant,
    ) -> Result<Vec<Waiting>, Problem> {
        let scope = Scope::tenant(caller.tenant.id);
        let notes = self.notes_of_account(&scope, &caller.account, now).await?;
        let people: BTreeSet<_> = notes.iter().flat_map(Note::people).cloned().collect();
        let keys = self.live_keys(&scope, &people, now).await?;
        // What a customer and an agent may fill differs in nothing once they are named.
        let viewer = Viewer {
            account: caller.account.clone(),
            customer: false,
        };
        let missing = missing(&notes, &viewer, &keys, now);
        if missing.is_empty() {
            return Ok(Vec::new());
        }
        let issues = self.issues_seen(caller, &missing).await?;
        let accounts: BTreeSet<_> = missing.iter().map(|m| m.account.clone()).collect();
        let accounts: Vec<_> = accounts.into_iter().collect();
        let persons = self.people.persons(&caller.tenant, &accounts).await;
        let known: BTreeMap<_, _> = persons
            .map_err(|_| refuse::host_silent())?
            .into_iter()
            .map(|person| (person.account.clone(), person))
            .collect();
        let mut out = Vec::new();
        for one in missing {
            let Some(key) = issues.get(&one.note.issue) else {
                continue;
            };
            let person = known.get(one.account);
            let entry = self.key_entry(&scope, one.account, one.key.n, now).await?;
            out.push(Waiting {
                note: one.note.id.to_string(),
                issue: IssueName {
                    id: one.note.issue.to_string(),
                    key: key.clone(),
                },
                account: one.account.to_string(),
                name: person.map(|person| person.name.clone()).unwrap_or_default(),
                kind: person.map_or(PersonKind::Customer, |person| person.kind.into()),
                kid: one.key.kid.to_string(),
                entry: poem_openapi::types::Any(entry),
                reason: decide::classify(one.key.n, one.key.vouched)
                    .as_str()
                    .to_owned(),
                since: one.key.added.seconds(),
            });
        }
        Ok(out)
    }

    /// The keys of those issues that the caller still sees.
    async fn issues_seen(
        &self,
        caller: &Caller,
        missing: &[Missing<'_>],
    ) -> Result<BTreeMap<IssueId, String>, Problem> {
        let wanted: BTreeSet<_> = missing.iter().map(|m| m.note.issue).collect();
        let mut out = BTreeMap::new();
        for issue in wanted {
            let standing = self
                .people
                .standing(&caller.tenant, &caller.account, issue, LISTS)
                .await
                .map_err(|_| refuse::host_silent())?;
            if standing.may_see()
                && let Some(found) = self.issue(&caller.tenant, issue).await?
            {
                out.insert(issue, found.key);
            }
        }
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use super::super::records::tests::{account, note};
    use super::super::records::{Fill, Wrapped};
    use super::*;
    use crate::seal::{Kid, sha};

    fn kid(name: &str) -> Kid {
        sha(&[name.as_bytes()]).into()
    }

    fn key(name: &str, added: i64) -> LiveKey {
        LiveKey {
            kid: kid(name),
            n: 1,
            vouched: false,
            added: Instant::from_seconds(added),
        }
    }

    fn asks(note: &Note, who: &str, keys: &LiveKeys) -> Vec<AccountId> {
        let viewer = Viewer {
            account: account(who),
            customer: false,
        };
        let notes = [note.clone()];
        missing(&notes, &viewer, keys, Instant::from_seconds(1))
            .into_iter()
            .map(|m| m.account.clone())
            .collect()
    }

    #[test]
    fn x9_those_who_hold_a_wrap_are_asked_to_let_the_others_in() {
        let mut open = note("niro", &["nero", "jonathan", "kofi"], &["jonathan", "kofi"]);
        open.live_mut().expect("live").wrapped = ["niro", "nero"]
            .map(|name| Wrapped {
                account: account(name),
                kid: kid(name),
            })
            .to_vec();
        let mut strict = open.clone();
        strict.live_mut().expect("live").fill = Fill::Author;
        let keys = LiveKeys::from([
            (account("niro"), vec![key("niro", 0)]),
            (account("nero"), vec![key("nero", 0), key("nero-2", 9)]),
            (account("jonathan"), vec![key("jonathan", 5)]),
        ]);
        let both = vec![account("jonathan"), account("nero")];
        // Kofi has no key yet: there is nothing to let in.
        assert_eq!(asks(&open, "niro", &keys), both);
        assert_eq!(asks(&open, "nero", &keys), both);
        // Without a wrap there is nothing to hand on.
        assert_eq!(asks(&open, "jonathan", &keys), []);
        assert_eq!(asks(&open, "ada", &keys), []);
        assert_eq!(asks(&strict, "niro", &keys), both);
        assert_eq!(asks(&strict, "nero", &keys), []);
    }
}
