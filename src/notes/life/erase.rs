//! Forgetting somebody whose account was closed. What names them here gets a stand-in, random and
//! written down nowhere beside the account: it says that two things were done by the same former
//! user, and no more. Nothing is sealed for them any longer, and no wrap of theirs is kept. A
//! living note keeps its sealed header, which names them and cannot be changed; it is done after
//! its end, within the longest life of a note.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::audit::{self, About, Action};
use crate::clock::{Entropy, Instant};
use crate::ids::{AccountId, NoteId, Scope, TenantId};
use crate::jobs::{self, Job, Outcome};
use crate::notes::end::later;
use crate::notes::records::{Note, Receipt, decode, encode};
use crate::notes::wraps::{self, BLOCK, StoredWrap};
use crate::notes::{Notes, layout, refuse};
use crate::seal::{Kid, base64};
use crate::store::{Batch, CommitError, Envelope, Expect, JobKey, Key, Lane, Name, Until, Version};
use crate::wire::Problem;

/// Tries against others who change the same note.
const TRIES: usize = 5;
/// After the end of a note that was in the way.
const MARGIN: Duration = Duration::from_secs(3600);
const PAGE: u16 = 100;

/// Forgets an account.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Erase {
    pub account: AccountId,
    /// What stands in its place from then on.
    pub stand_in: String,
    /// Which time this is.
    #[serde(default)]
    pub again: u32,
}

impl Job for Erase {
    const KIND: &'static str = "account-erase";
}

impl Erase {
    pub(super) fn of(account: &AccountId, entropy: &Entropy) -> Self {
        Self {
            account: account.clone(),
            stand_in: format!("former:{}", base64::encode(&entropy.bytes::<16>())),
            again: 0,
        }
    }

    /// Forgetting is begun once, however often it is said that the account was closed.
    pub(super) fn envelope(&self, due: Instant) -> Envelope {
        let again = self.again.to_string();
        let id = JobKey::of(&["account", "erase", self.account.as_str(), &again]);
        jobs::envelope(self, id, Lane::UNORDERED, due)
    }
}

/// The note with `to` wherever `from` was named. Pure.
fn renamed(note: &Note, from: &AccountId, to: &AccountId) -> Note {
    let mut note = note.clone();
    let rename = |account: &mut AccountId| {
        if account == from {
            account.clone_from(to);
        }
    };
    rename(&mut note.author);
    note.readers.iter_mut().for_each(rename);
    note.customers.iter_mut().for_each(rename);
    note.opened
        .iter_mut()
        .for_each(|opened| rename(&mut opened.account));
    note
}

/// The living note without the wraps of `account`. Pure.
fn without(note: &Note, account: &AccountId) -> Note {
    let mut note = note.clone();
    if let Some(live) = note.live_mut() {
        live.wrapped.retain(|wrapped| wrapped.account != *account);
    }
    note
}

impl Notes {
    /// Runs [`Erase`]. Comes back after the last note that still lives.
    pub async fn run_erase(&self, tenant: TenantId, job: &Erase, now: Instant) -> Outcome {
        let Ok(stand_in) = job.stand_in.parse::<AccountId>() else {
            return Outcome::failed("the stand-in is no account");
        };
        let scope = Scope::tenant(tenant);
        match self.forget(&scope, &job.account, &stand_in, now).await {
            Ok(Some(last)) => {
                let again = Erase {
                    again: job.again.saturating_add(1),
                    ..job.clone()
                };
                Outcome::Done(Batch {
                    push: vec![again.envelope(last + MARGIN)],
                    ..Batch::default()
                })
            }
            Ok(None) => {
                metrics::counter!("deskbridge_accounts_erased_total").increment(1);
                let about = About {
                    person: Some(stand_in),
                    ..About::default()
                };
                Outcome::Done(Batch {
                    delete: vec![layout::known_entry(&job.account)],
                    push: vec![audit::entry(
                        tenant,
                        now,
                        None,
                        Action::AccountErased,
                        about,
                    )],
                    ..Batch::default()
                })
            }
            Err(_) => later("not everything that names a closed account is changed"),
        }
    }

    /// The end of the last note that still lives and names them; None when nothing is left.
    async fn forget(
        &self,
        scope: &Scope,
        account: &AccountId,
        stand_in: &AccountId,
        now: Instant,
    ) -> Result<Option<Instant>, Problem> {
        self.retire_all(scope, account, now).await?;
        let mut last = None;
        let mut after: Option<Name> = None;
        loop {
            let folder = layout::named(account);
            let page = self.store.range(scope, &folder, after.as_ref(), PAGE, now);
            let page = page.await.map_err(|e| refuse::store(&e))?;
            for (name, _) in &page.items {
                let Ok(id) = name.as_str().parse::<NoteId>() else {
                    continue;
                };
                let lives = self.forget_in(scope, &id, account, stand_in, now).await?;
                last = last.max(lives);
            }
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        if last.is_none() {
            self.drop_keys(scope, account, now).await?;
        }
        Ok(last)
    }

    /// Nobody seals for them any more.
    async fn retire_all(
        &self,
        scope: &Scope,
        account: &AccountId,
        now: Instant,
    ) -> Result<(), Problem> {
        let Some((mut head, version)) = self.key_head(scope, account, now).await? else {
            return Ok(());
        };
        if head.keys.is_empty() {
            return Ok(());
        }
        let kids: Vec<Kid> = head.keys.drain(..).map(|key| key.kid).collect();
        head.retired.extend(kids);
        let key = layout::key_head(account);
        let batch = Batch {
            expect: vec![Expect::Is(key.clone(), version)],
            put: vec![(key, encode(&head), Until::Keep)],
            ..Batch::default()
        };
        let done = self.commit(scope, &batch, now).await;
        done.map(drop).map_err(|e| refuse::commit(&e))
    }

    /// Until when the note lives, if it does.
    async fn forget_in(
        &self,
        scope: &Scope,
        id: &NoteId,
        account: &AccountId,
        stand_in: &AccountId,
        now: Instant,
    ) -> Result<Option<Instant>, Problem> {
        for _ in 0..TRIES {
            let Some((note, version)) = self.note(scope, id, now).await? else {
                return Ok(None);
            };
            let lives = note.live().is_some();
            let batch = if lives {
                self.unwrapping(scope, &note, version, account, now).await?
            } else {
                self.renaming(scope, &note, version, (account, stand_in), now)
                    .await?
            };
            let Some(batch) = batch else {
                return Ok(lives.then(|| note.ends()));
            };
            match self.commit(scope, &batch, now).await {
                Ok(_) => return Ok(lives.then(|| note.ends())),
                Err(CommitError::Conflict(_)) => {}
                Err(error) => return Err(refuse::commit(&error)),
            }
        }
        Err(refuse::busy())
    }

    /// Takes the wraps of `account` out of a living note: those left move up.
    async fn unwrapping(
        &self,
        scope: &Scope,
        note: &Note,
        version: Version,
        account: &AccountId,
        now: Instant,
    ) -> Result<Option<Batch>, Problem> {
        let next = without(note, account);
        let (Some(before), Some(live)) = (note.live(), next.live()) else {
            return Ok(None);
        };
        if before.wrapped.len() == live.wrapped.len() {
            return Ok(None);
        }
        let blocks = before.wrapped.len().div_ceil(BLOCK);
        let mut left: Vec<StoredWrap> = Vec::new();
        for block in 0..blocks {
            left.extend(self.block(scope, note, block, now).await?);
        }
        left.retain(|wrap| live.wrapped.iter().any(|wrapped| wrapped.kid == wrap.kid));
        let key = self.shred_key(scope, &note.id).await?;
        let place = layout::note(&note.id);
        let mut put = vec![(place.clone(), encode(&next), Until::Keep)];
        for (at, part) in left.chunks(BLOCK).enumerate() {
            let closed = wraps::close(&key, &note.id, at, part, &self.entropy);
            let closed = closed.map_err(|e| refuse::unreadable(&e))?;
            put.push((layout::wraps(&note.id, at), closed, Until::At(note.expires)));
        }
        let rest = left.len().div_ceil(BLOCK)..blocks;
        Ok(Some(Batch {
            expect: vec![Expect::Is(place, version)],
            put,
            delete: rest.map(|at| layout::wraps(&note.id, at)).collect(),
            ..Batch::default()
        }))
    }

    /// Puts the stand-in into a tombstone and its receipts; of those who opened it the signed
    /// request, which names them, goes.
    async fn renaming(
        &self,
        scope: &Scope,
        note: &Note,
        version: Version,
        (from, to): (&AccountId, &AccountId),
        now: Instant,
    ) -> Result<Option<Batch>, Problem> {
        let place = layout::note(&note.id);
        let mut batch = Batch {
            expect: vec![Expect::Is(place.clone(), version)],
            put: vec![(place, encode(&renamed(note, from, to)), Until::Keep)],
            delete: vec![layout::named_entry(from, &note.id)],
            ..Batch::default()
        };
        let folder = layout::receipts(&note.id);
        for (name, record) in self.list(scope, &folder, usize::from(PAGE), now).await? {
            let receipt: Receipt =
                decode("receipt", &record.value).map_err(|e| refuse::unreadable(&e))?;
            if receipt.account == *from {
                let receipt = Receipt {
                    account: to.clone(),
                    request: String::new(),
                    ..receipt
                };
                let key = Key::named(&folder, &name);
                batch.put.push((key, encode(&receipt), Until::Keep));
            }
        }
        Ok(Some(batch))
    }

    async fn drop_keys(
        &self,
        scope: &Scope,
        account: &AccountId,
        now: Instant,
    ) -> Result<(), Problem> {
        let folder = layout::key_entries(account);
        let entries = self.list(scope, &folder, usize::MAX, now).await?;
        let mut keys: Vec<_> = entries
            .iter()
            .map(|(name, _)| Key::named(&folder, name))
            .collect();
        keys.push(layout::key_head(account));
        for some in keys.chunks(usize::from(PAGE)) {
            let batch = Batch {
                delete: some.to_vec(),
                ..Batch::default()
            };
            let done = self.commit(scope, &batch, now).await;
            done.map_err(|e| refuse::commit(&e))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notes::records::tests::{account, note};
    use crate::notes::records::{Opened, Wrapped};
    use crate::seal::sha;

    #[test]
    fn a_stand_in_takes_the_place_of_one_and_of_nobody_else() {
        let mut note = note("niro", &["nero", "jonathan"], &["jonathan"]);
        note.opened.push(Opened {
            account: account("nero"),
            at: Instant::EPOCH,
            count: 2,
        });
        for (who, place) in [("niro", 0), ("nero", 1), ("jonathan", 2)] {
            let renamed = renamed(&note, &account(who), &account("former:x"));
            let people: Vec<_> = renamed.people().map(AccountId::as_str).collect();
            let mut expected = ["niro", "nero", "jonathan"];
            expected[place] = "former:x";
            assert_eq!(people, expected);
            let text = String::from_utf8_lossy(&encode(&renamed)).into_owned();
            assert!(!text.contains(&format!("\"{who}\"")), "{text}");
        }
    }

    #[test]
    fn wraps_go_with_the_account_alone() {
        let mut note = note("niro", &["nero"], &[]);
        let wrapped = |who: &str, n: u8| Wrapped {
            account: account(who),
            kid: sha(&[&[n]]).into(),
        };
        let all = vec![wrapped("niro", 1), wrapped("nero", 2), wrapped("nero", 3)];
        note.live_mut().expect("live").wrapped = all;
        let left = without(&note, &account("nero"));
        assert_eq!(left.live().expect("live").wrapped, [wrapped("niro", 1)]);
        assert_eq!(left.readers, note.readers);
    }
}
