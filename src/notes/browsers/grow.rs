//! A history gets entries: a key, what it revokes, and what belongs to the same step.

use bytes::Bytes;
use serde_json::Value;

use super::names::{name, named};
use super::unwrap::Unwrap;
use crate::audit::{self, About, Action};
use crate::clock::Instant;
use crate::ids::Scope;
use crate::jobs;
use crate::notes::api::{KeyAdded, NewKey};
use crate::notes::keys::{after, not_joined, spoken_for};
use crate::notes::records::{KeyHead, StoredKey, encode};
use crate::notes::{Notes, layout, refuse};
use crate::seal::{Entry, Kid, Kind as KeyKind, Rejected, fresh};
use crate::store::{Batch, CommitError, Envelope, Expect, Key, Lane, Until};
use crate::tenants::Caller;
use crate::wire::{Kind, Problem};

/// What is appended to a history in one step.
#[derive(Default)]
pub(in crate::notes) struct Grown<'a> {
    /// At most one key, then what it revokes.
    pub entries: Vec<&'a Value>,
    pub name: Option<String>,
    /// Records that belong to it.
    pub put: Vec<(Key, Bytes, Until)>,
}

/// Entries of which the first alone may publish a key, of this kind.
fn parsed(entries: &[&Value], kind: KeyKind) -> Result<Vec<Entry>, Problem> {
    let mut out = Vec::new();
    for (at, entry) in entries.iter().enumerate() {
        let entry = Entry::from_value(entry).map_err(not_joined)?;
        if entry.key().is_some_and(|key| at > 0 || key.kind != kind) {
            return Err(refuse::field("entry", "This key is not added here."));
        }
        out.push(entry);
    }
    Ok(out)
}

fn kept(caller: &Caller, entry: &Entry) -> (Key, Bytes, Until) {
    let stored = serde_json::from_str::<Value>(entry.as_str()).unwrap_or_default();
    let place = layout::key_entry(&caller.account, entry.n);
    (place, encode(&stored), Until::Keep)
}

fn audited(caller: &Caller, entry: &Entry, now: Instant) -> Envelope {
    let (action, about) = match entry.key().map(|key| key.kind) {
        None => (Action::KeyRevoked, About::default()),
        Some(KeyKind::Code) => {
            let detail = Some("code".to_owned());
            let about = About::default();
            (Action::KeyPublished, About { detail, ..about })
        }
        Some(_) => (Action::KeyPublished, About::default()),
    };
    audit::entry(caller.tenant.id, now, Some(&caller.account), action, about)
}

impl Notes {
    /// Publishes a key of the caller's browser or revokes one, and what follows in the same step.
    pub(in crate::notes) async fn add_key(
        &self,
        caller: &Caller,
        new: &NewKey,
    ) -> Result<KeyAdded, Problem> {
        let mut grown = Grown::default();
        grown.entries.push(&new.entry.0);
        grown.entries.extend(new.then.as_ref().map(|then| &then.0));
        grown.name = named(new.name.as_deref())?;
        self.grow(caller, KeyKind::Browser, grown).await
    }

    /// Appends entries to the caller's history, all in one commit with what belongs to it.
    pub(in crate::notes) async fn grow(
        &self,
        caller: &Caller,
        kind: KeyKind,
        grown: Grown<'_>,
    ) -> Result<KeyAdded, Problem> {
        let now = self.clock.now();
        let scope = Scope::tenant(caller.tenant.id);
        let entries = parsed(&grown.entries, kind)?;
        let Some(first) = entries.first() else {
            return Err(not_joined(Rejected::Member));
        };
        let added = KeyAdded {
            kid: first.sha().to_string(),
            n: u32::try_from(first.n).unwrap_or(u32::MAX),
        };
        let mut history = self.history_of(&scope, caller, now).await?;
        let before = self.key_head(&scope, &caller.account, now).await?;
        if history.entries().iter().any(|old| old.sha() == first.sha()) {
            return Ok(added);
        }
        let mut batch = self.wake_fillers(&scope, caller, now).await?;
        batch.put.push(crate::notes::life::known(&caller.account));
        let old = before.as_ref().map(|(head, _)| head);
        for entry in entries {
            fresh(entry.iat, now).map_err(not_joined)?;
            batch.put.push(kept(caller, &entry));
            batch.push.push(audited(caller, &entry, now));
            spoken_for(&entry, old)
                .and_then(|()| history.append(entry))
                .map_err(not_joined)?;
        }
        let mut head = after(old, &history, now).ok_or_else(|| Problem::new(Kind::Internal))?;
        let asked = self
            .forget_asked(&scope, caller, &added.kid, now, &mut batch)
            .await?;
        name(&mut head, &added.kid, grown.name.or(asked));
        let key = layout::key_head(&caller.account);
        batch.expect.push(match &before {
            Some((_, version)) => Expect::Is(key.clone(), *version),
            None => Expect::Absent(key.clone()),
        });
        if let Some(old) = old {
            ends(caller, old, &head, now, &mut batch);
        }
        batch.put.push((key, encode(&head), Until::Keep));
        for one in grown.put {
            batch.delete.retain(|key| *key != one.0);
            batch.put.push(one);
        }
        match self.commit(&scope, &batch, now).await {
            Ok(_) => {
                metrics::counter!("deskbridge_keys_added_total").increment(1);
                Ok(added)
            }
            Err(CommitError::Conflict(_)) => Err(not_joined(Rejected::Chain)),
            Err(error) => Err(refuse::commit(&error)),
        }
    }
}

/// What follows from the end of keys: their wraps go, and with a code its slot. Pure.
fn ends(caller: &Caller, before: &KeyHead, head: &KeyHead, now: Instant, batch: &mut Batch) {
    let ended = |key: &&StoredKey| head.keys.iter().all(|live| live.kid != key.kid);
    let ended: Vec<_> = before.keys.iter().filter(ended).collect();
    if ended.is_empty() {
        return;
    }
    if ended.iter().any(|key| key.code) {
        batch.delete.push(layout::key_code(&caller.account));
    }
    let work = Unwrap {
        account: caller.account.clone(),
        kids: ended.iter().map(|key| key.kid).collect::<Vec<Kid>>(),
        n: head.n,
        part: 0,
    };
    batch
        .push
        .push(jobs::envelope(&work, work.id(), Lane::UNORDERED, now));
}
