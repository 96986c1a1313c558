//! Reading the records of this room.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::card::{LiveKeys, live_keys};
use super::decide::{self, Viewer};
use super::records::{KeyHead, Note, decode};
use super::wraps::{BLOCK, StoredWrap};
use super::{Notes, layout, refuse, wraps};
use crate::clock::Instant;
use crate::ids::{AccountId, IssueId, NoteId, Scope, TenantId};
use crate::seal::Kid;
use crate::store::{Folder, Key, Name, Record, Version};
use crate::wire::{Kind, Problem};

/// How many notes a panel lists; how many a person is looked at for when somebody waits.
const LISTED: usize = 200;
const PAGE: u16 = 100;

/// The ids of a store's shred keys: note ids are chosen by browsers, so they count within their
/// tenant only.
pub(super) fn shred_id(tenant: &TenantId, note: &NoteId) -> [u8; 32] {
    let mut id = [0; 32];
    id[..16].copy_from_slice(tenant.as_bytes());
    id[16..].copy_from_slice(note.as_bytes());
    id
}

/// The history of one account and what the server thinks of its keys.
#[derive(Debug, Default)]
pub(super) struct Histories {
    pub entries: BTreeMap<AccountId, Vec<Value>>,
    pub retired: Vec<Kid>,
}

impl Notes {
    pub(super) async fn read(
        &self,
        scope: &Scope,
        key: &Key,
        now: Instant,
    ) -> Result<Option<Record>, Problem> {
        self.store
            .get(scope, key, now)
            .await
            .map_err(|e| refuse::store(&e))
    }

    pub(super) async fn read_many(
        &self,
        scope: &Scope,
        keys: &[Key],
        now: Instant,
    ) -> Result<Vec<Option<Record>>, Problem> {
        let mut out = Vec::with_capacity(keys.len());
        for part in keys.chunks(usize::from(PAGE)) {
            let found = self.store.get_many(scope, part, now).await;
            out.extend(found.map_err(|e| refuse::store(&e))?);
        }
        Ok(out)
    }

    /// At most `limit` records of a folder, in order.
    pub(super) async fn list(
        &self,
        scope: &Scope,
        folder: &Folder,
        limit: usize,
        now: Instant,
    ) -> Result<Vec<(Name, Record)>, Problem> {
        let mut out = Vec::new();
        let mut after = None;
        while out.len() < limit {
            let page = self
                .store
                .range(scope, folder, after.as_ref(), PAGE, now)
                .await;
            let page = page.map_err(|e| refuse::store(&e))?;
            out.extend(page.items);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        out.truncate(limit);
        Ok(out)
    }

    pub(super) async fn note(
        &self,
        scope: &Scope,
        id: &NoteId,
        now: Instant,
    ) -> Result<Option<(Note, Version)>, Problem> {
        let Some(record) = self.read(scope, &layout::note(id), now).await? else {
            return Ok(None);
        };
        let note = decode("note", &record.value).map_err(|e| refuse::unreadable(&e))?;
        Ok(Some((note, record.version)))
    }

    pub(super) async fn notes_by_id(
        &self,
        scope: &Scope,
        ids: &[NoteId],
        now: Instant,
    ) -> Result<Vec<Note>, Problem> {
        let keys: Vec<_> = ids.iter().map(layout::note).collect();
        self.read_many(scope, &keys, now)
            .await?
            .into_iter()
            .flatten()
            .map(|r| decode("note", &r.value).map_err(|e| refuse::unreadable(&e)))
            .collect()
    }

    /// The newest notes of an issue that `viewer` may know of.
    pub(super) async fn notes_of_issue(
        &self,
        scope: &Scope,
        issue: IssueId,
        viewer: &Viewer,
        now: Instant,
    ) -> Result<Vec<Note>, Problem> {
        let mut out = Vec::new();
        let mut after = None;
        while out.len() < LISTED {
            let folder = layout::of_issue(issue);
            let page = self
                .store
                .range(scope, &folder, after.as_ref(), PAGE, now)
                .await;
            let page = page.map_err(|e| refuse::store(&e))?;
            let ids: Vec<_> = page
                .items
                .iter()
                .filter_map(|(name, _)| last_id(name))
                .collect();
            let notes = self.notes_by_id(scope, &ids, now).await?;
            out.extend(notes.into_iter().filter(|n| decide::knows_of(n, viewer)));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        out.truncate(LISTED);
        Ok(out)
    }

    /// Every note of an issue, whoever may know of it.
    pub(super) async fn ids_of_issue(
        &self,
        scope: &Scope,
        issue: IssueId,
        now: Instant,
    ) -> Result<Vec<NoteId>, Problem> {
        let listed = self
            .list(scope, &layout::of_issue(issue), usize::MAX, now)
            .await?;
        Ok(listed
            .iter()
            .filter_map(|(name, _)| last_id(name))
            .collect())
    }

    /// The living notes that name `account`, as author or reader.
    pub(super) async fn notes_of_account(
        &self,
        scope: &Scope,
        account: &AccountId,
        now: Instant,
    ) -> Result<Vec<Note>, Problem> {
        let listed = self
            .list(scope, &layout::of_account(account), LISTED, now)
            .await?;
        let ids: Vec<_> = listed
            .iter()
            .filter_map(|(name, _)| last_id(name))
            .collect();
        let mut notes = self.notes_by_id(scope, &ids, now).await?;
        notes.retain(|note| !decide::has_ended(note, now));
        Ok(notes)
    }

    /// Every living note that names `account`, by id.
    pub(super) async fn ids_of_account(
        &self,
        scope: &Scope,
        account: &AccountId,
        now: Instant,
    ) -> Result<Vec<NoteId>, Problem> {
        let folder = layout::of_account(account);
        let listed = self.list(scope, &folder, usize::MAX, now).await?;
        let names = listed.iter().map(|(name, _)| name);
        Ok(names.filter_map(last_id).collect())
    }

    pub(super) async fn key_head(
        &self,
        scope: &Scope,
        account: &AccountId,
        now: Instant,
    ) -> Result<Option<(KeyHead, Version)>, Problem> {
        let Some(record) = self.read(scope, &layout::key_head(account), now).await? else {
            return Ok(None);
        };
        let head = decode("key head", &record.value).map_err(|e| refuse::unreadable(&e))?;
        Ok(Some((head, record.version)))
    }

    /// The key heads of those accounts that have one.
    pub(super) async fn key_heads(
        &self,
        scope: &Scope,
        accounts: &BTreeSet<AccountId>,
        now: Instant,
    ) -> Result<Vec<(AccountId, KeyHead)>, Problem> {
        let keys: Vec<_> = accounts.iter().map(layout::key_head).collect();
        let found = self.read_many(scope, &keys, now).await?;
        let heads = accounts.iter().zip(found);
        heads
            .filter_map(|(account, record)| Some((account, record?)))
            .map(|(account, record)| {
                let head = decode("key head", &record.value).map_err(|e| refuse::unreadable(&e))?;
                Ok((account.clone(), head))
            })
            .collect()
    }

    /// The usable keys of each account that has any.
    pub(super) async fn live_keys(
        &self,
        scope: &Scope,
        accounts: &BTreeSet<AccountId>,
        now: Instant,
    ) -> Result<LiveKeys, Problem> {
        let heads = self.key_heads(scope, accounts, now).await?;
        let live = heads
            .into_iter()
            .map(|(account, head)| (account, live_keys(&head, now)));
        Ok(live.filter(|(_, keys)| !keys.is_empty()).collect())
    }

    pub(super) async fn histories(
        &self,
        scope: &Scope,
        accounts: &BTreeSet<AccountId>,
        now: Instant,
    ) -> Result<Histories, Problem> {
        let mut out = Histories::default();
        for account in accounts {
            let entries = self.entries(scope, account, now).await?;
            if let Some((head, _)) = self.key_head(scope, account, now).await? {
                out.retired.extend(head.retired);
            }
            out.entries.insert(account.clone(), entries);
        }
        Ok(out)
    }

    /// An account's entries, in order.
    pub(super) async fn entries(
        &self,
        scope: &Scope,
        account: &AccountId,
        now: Instant,
    ) -> Result<Vec<Value>, Problem> {
        let listed = self
            .list(scope, &layout::key_entries(account), usize::MAX, now)
            .await?;
        listed
            .iter()
            .map(|(_, r)| decode("key entry", &r.value).map_err(|e| refuse::unreadable(&e)))
            .collect()
    }

    /// One entry of a key history, by its key's place in it.
    pub(super) async fn key_entry(
        &self,
        scope: &Scope,
        account: &AccountId,
        n: u64,
        now: Instant,
    ) -> Result<Value, Problem> {
        match self
            .read(scope, &layout::key_entry(account, n), now)
            .await?
        {
            Some(record) => decode("key entry", &record.value).map_err(|e| refuse::unreadable(&e)),
            None => Err(Problem::new(Kind::Internal)),
        }
    }

    /// The compact JWS of a note's grants, in order.
    pub(super) async fn grants(
        &self,
        scope: &Scope,
        id: &NoteId,
        now: Instant,
    ) -> Result<Vec<String>, Problem> {
        let listed = self
            .list(scope, &layout::grants(id), usize::MAX, now)
            .await?;
        listed
            .iter()
            .map(|(_, r)| decode("grant", &r.value).map_err(|e| refuse::unreadable(&e)))
            .collect()
    }

    /// The wraps of `note` for any of `kids`.
    pub(super) async fn wraps_for(
        &self,
        scope: &Scope,
        note: &Note,
        kids: &[Kid],
        now: Instant,
    ) -> Result<Vec<StoredWrap>, Problem> {
        let Some(live) = note.live() else {
            return Ok(Vec::new());
        };
        let blocks: BTreeSet<usize> = live
            .wrapped
            .iter()
            .enumerate()
            .filter(|(_, wrapped)| kids.contains(&wrapped.kid))
            .map(|(at, _)| at / BLOCK)
            .collect();
        let mut out = Vec::new();
        for block in blocks {
            out.extend(self.block(scope, note, block, now).await?);
        }
        out.retain(|wrap| kids.contains(&wrap.kid));
        Ok(out)
    }

    /// One block of a live note's wraps; empty when it does not exist yet.
    pub(super) async fn block(
        &self,
        scope: &Scope,
        note: &Note,
        block: usize,
        now: Instant,
    ) -> Result<Vec<StoredWrap>, Problem> {
        let Some(record) = self
            .read(scope, &layout::wraps(&note.id, block), now)
            .await?
        else {
            return Ok(Vec::new());
        };
        let key = self.shred_key(scope, &note.id).await?;
        wraps::open(&key, &note.id, block, &record.value).map_err(|e| refuse::unreadable(&e))
    }
}

/// The note id that ends an index's name.
fn last_id(name: &Name) -> Option<NoteId> {
    name.as_str().rsplit('/').next()?.parse().ok()
}
