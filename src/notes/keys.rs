//! The keys of accounts: each account's history of entries, and which of them may be used.

use super::load::Histories;
use super::records::{KeyHead, StoredKey, encode};
use super::visit::Visit;
use super::{Notes, layout, refuse};
use crate::clock::Instant;
use crate::ids::{AccountId, Scope};
use crate::seal::{
    Entry, History, KeyEntry, Kid, Kind as KeyKind, Life, Party, Point, Rejected, base64,
};
use crate::store::{Batch, Expect, Until, Version};
use crate::tenants::Caller;
use crate::wire::{Kind, Problem};

/// Browsers an account may have at once.
const KEPT: usize = 10;
/// Pages without storage that an account may have open at once: every note is sealed for each.
const PAGES: usize = 20;
/// Live panels that are woken at once when somebody gets a key.
const WOKEN: usize = 50;

impl StoredKey {
    fn of(key: &KeyEntry, added: Instant) -> Self {
        Self {
            kid: key.kid,
            n: key.n,
            page: key.life == Life::Page,
            by: key.by,
            iat: key.iat,
            enc: base64::encode(key.enc.as_bytes()),
            sig: base64::encode(key.sig.as_bytes()),
            added,
            used: added,
            code: key.kind == KeyKind::Code,
            name: None,
        }
    }

    /// The key as its entry published it; the entry was verified before it was stored.
    pub(super) fn entry(&self) -> Result<KeyEntry, Rejected> {
        Ok(KeyEntry {
            kid: self.kid,
            kind: if self.code {
                KeyKind::Code
            } else {
                KeyKind::Browser
            },
            life: if self.page { Life::Page } else { Life::Kept },
            enc: Point::from_bytes(&base64::decode(&self.enc)?)?,
            sig: Point::from_bytes(&base64::decode(&self.sig)?)?,
            by: self.by,
            n: self.n,
            iat: self.iat,
        })
    }
}

/// What an account's keys are once `history` has its newest entry. Pure.
pub(super) fn after(before: Option<&KeyHead>, history: &History, now: Instant) -> Option<KeyHead> {
    let (n, head) = history.head();
    let mut retired = before.map(|b| b.retired.clone()).unwrap_or_default();
    let old = |kid: &Kid| before.and_then(|b| b.keys.iter().find(|key| key.kid == *kid));
    let mut keys: Vec<StoredKey> = history
        .live(&retired, now)
        .map(|key| {
            old(&key.kid)
                .cloned()
                .unwrap_or_else(|| StoredKey::of(key, now))
        })
        .collect();
    retired.extend(retire(&mut keys, n));
    Some(KeyHead {
        n,
        head: head?,
        keys,
        retired,
    })
}

/// Takes out, of each sort, the key unused longest when there is one too many; never the newest.
fn retire(keys: &mut Vec<StoredKey>, newest: u64) -> Vec<Kid> {
    let mut out = Vec::new();
    for (page, most) in [(false, KEPT), (true, PAGES)] {
        let of = |key: &&StoredKey| key.page == page && !key.code;
        if keys.iter().filter(of).count() <= most {
            continue;
        }
        let unused = keys
            .iter()
            .filter(of)
            .filter(|key| key.n != newest)
            .min_by_key(|key| (key.used, key.n))
            .map(|key| key.kid);
        keys.retain(|key| Some(key.kid) != unused);
        out.extend(unused);
    }
    out
}

/// A key that the server no longer accepts speaks for no other: whoever holds it could come back
/// under a new one, silently.
pub(super) fn spoken_for(entry: &Entry, before: Option<&KeyHead>) -> Result<(), Rejected> {
    let by = match (entry.key(), entry.revocation()) {
        (Some(key), _) => key.by,
        (None, revocation) => revocation.map(|revocation| revocation.by),
    };
    let usable = |kid: &Kid| before.is_some_and(|b| b.keys.iter().any(|key| key.kid == *kid));
    match by {
        Some(by) if !usable(&by) => Err(Rejected::Key),
        _ => Ok(()),
    }
}

/// What the caller is told of an entry that does not join its history.
pub(super) fn not_joined(rejected: Rejected) -> Problem {
    metrics::counter!("deskbridge_keys_refused_total", "reason" => rejected.kind()).increment(1);
    match rejected {
        Rejected::Chain => Problem::with_detail(
            Kind::Conflict,
            "Another browser added a key meanwhile. Read the history again.",
        ),
        Rejected::TooLarge => Problem::at_field(Kind::TooLarge, "entry", "There are too many."),
        _ => refuse::field("entry", "This key entry does not check out."),
    }
}

impl Notes {
    /// The account's own history, verified from its first entry.
    pub(super) async fn history_of(
        &self,
        scope: &Scope,
        caller: &Caller,
        now: Instant,
    ) -> Result<History, Problem> {
        self.history(scope, &caller.tenant.id, &caller.account, now)
            .await
    }

    pub(super) async fn history(
        &self,
        scope: &Scope,
        tenant: &crate::ids::TenantId,
        account: &AccountId,
        now: Instant,
    ) -> Result<History, Problem> {
        let entries = self.entries(scope, account, now).await?;
        let mut history = History::new(*tenant, Party::Account(account.clone()));
        for value in &entries {
            Entry::from_value(value)
                .and_then(|entry| history.append(entry))
                .map_err(|rejected| {
                    tracing::error!(why = rejected.kind(), "a stored key history is broken");
                    Problem::new(Kind::Internal)
                })?;
        }
        Ok(history)
    }

    /// Wakes those who may let the caller's new browser in to a note.
    pub(super) async fn wake_fillers(
        &self,
        scope: &Scope,
        caller: &Caller,
        now: Instant,
    ) -> Result<Batch, Problem> {
        let notes = self.notes_of_account(scope, &caller.account, now).await?;
        let mut people: Vec<_> = notes.iter().flat_map(|note| note.people()).collect();
        people.sort_unstable();
        people.dedup();
        let tenant = &caller.tenant.id;
        let others = people.into_iter().filter(|a| **a != caller.account);
        let topics = std::iter::once(&caller.account).chain(others.take(WOKEN));
        Ok(Batch {
            wake: topics
                .map(|account| layout::waiting_changed(tenant, account))
                .collect(),
            ..Batch::default()
        })
    }

    /// The histories of people whom somebody at this issue may seal for: those whom its notes
    /// name, and those who can be picked.
    pub(super) async fn histories_at(
        &self,
        caller: &Caller,
        visit: &Visit,
        asked: &[AccountId],
    ) -> Result<Histories, Problem> {
        let notes = self
            .notes_of_issue(&visit.scope, visit.issue, &visit.viewer, visit.now)
            .await?;
        let named = |a: &AccountId| *a == caller.account || notes.iter().any(|note| note.names(a));
        let mut allowed: std::collections::BTreeSet<AccountId> =
            asked.iter().filter(|a| named(a)).cloned().collect();
        for account in asked {
            if !allowed.contains(account) && self.sees(visit, account).await? {
                allowed.insert(account.clone());
            }
        }
        self.histories(&visit.scope, &allowed, visit.now).await
    }

    /// Notes, at most once a day, that a key was used: the one unused longest goes first.
    pub(super) fn touched(
        &self,
        account: &AccountId,
        head: &KeyHead,
        version: Version,
        kid: &Kid,
        now: Instant,
    ) -> Option<Batch> {
        let mut head = head.clone();
        let key = head.keys.iter_mut().find(|key| key.kid == *kid)?;
        if now.seconds().saturating_sub(key.used.seconds()) < 24 * 3600 {
            return None;
        }
        key.used = now;
        let place = layout::key_head(account);
        Some(Batch {
            expect: vec![Expect::Is(place.clone(), version)],
            put: vec![(place, encode(&head), Until::Keep)],
            ..Batch::default()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::sha;

    fn key(n: u64, page: bool, used: i64) -> StoredKey {
        StoredKey {
            kid: sha(&[&n.to_be_bytes()]).into(),
            n,
            page,
            by: None,
            iat: 0,
            enc: String::new(),
            sig: String::new(),
            added: Instant::EPOCH,
            used: Instant::from_seconds(used),
            code: false,
            name: None,
        }
    }

    #[test]
    fn the_key_unused_longest_goes_when_there_is_one_too_many_of_its_sort() {
        let mut keys: Vec<_> = (1..=10)
            .map(|n| key(n, false, 100 - n.cast_signed()))
            .collect();
        keys.extend((11..=30).map(|n| key(n, true, 5)));
        assert!(retire(&mut keys, 30).is_empty());
        keys.push(key(31, true, 0));
        assert_eq!(retire(&mut keys, 31), [key(11, true, 5).kid]);
        let mut code = key(33, false, 0);
        code.code = true;
        keys.push(code);
        keys.push(key(32, false, 0));
        assert_eq!(retire(&mut keys, 32), [key(10, false, 90).kid]);
        assert_eq!(keys.len(), KEPT + PAGES + 1);
    }
}
