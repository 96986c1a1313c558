//! A browser approved from another: commitment, answer, half of an entry. The digits are compared
//! by the person; nothing here can make them meet.

use std::time::Duration;

use super::api::{NewAnswer, NewAsked, NewHalf};
use super::names::named;
use super::records::{Answer, Asked, Half};
use crate::clock::Instant;
use crate::ids::Scope;
use crate::notes::keys::not_joined;
use crate::notes::records::{decode, encode};
use crate::notes::{Notes, layout, refuse};
use crate::seal::{Entry, Half as Sealed, Hash, Kid, Party, Rejected, base64, canonical, fresh};
use crate::store::{Batch, CommitError, Expect, Until, Version};
use crate::tenants::Caller;
use crate::wire::{Kind, Problem};

/// How long a browser may ask: two devices side by side.
const LIFE: Duration = Duration::from_secs(15 * 60);

fn gone() -> Problem {
    Problem::with_detail(Kind::NotFound, "No browser asks for this any longer.")
}

fn changed() -> Problem {
    let detail = "Another browser of yours was quicker. Look again.";
    Problem::with_detail(Kind::Conflict, detail)
}

/// A self-revocation that follows the half: the end of the key that the new browser had before.
fn follows(half: &Sealed, then: &serde_json::Value) -> Result<(), Rejected> {
    let entry = Entry::parse(canonical(then)?.as_bytes())?;
    let ended = entry.revocation().ok_or(Rejected::Member)?;
    if ended.by != ended.revokes {
        return Err(Rejected::Right);
    }
    if entry.n != half.n() + 1 || entry.prev.map(Kid::from) != Some(half.kid()) {
        return Err(Rejected::Chain);
    }
    Ok(())
}

impl Notes {
    /// The browser of the caller that asks, if any.
    pub(super) async fn asked(
        &self,
        scope: &Scope,
        caller: &Caller,
        now: Instant,
    ) -> Result<Option<(Asked, Version)>, Problem> {
        let key = layout::key_asked(&caller.account);
        let Some(record) = self.read(scope, &key, now).await? else {
            return Ok(None);
        };
        let asked = decode("asked", &record.value).map_err(|e| refuse::unreadable(&e))?;
        Ok(Some((asked, record.version)))
    }

    /// The one that asks by this commitment.
    async fn asked_as(
        &self,
        caller: &Caller,
        commitment: &Hash,
        now: Instant,
    ) -> Result<(Asked, Version), Problem> {
        let scope = Scope::tenant(caller.tenant.id);
        let found = self.asked(&scope, caller, now).await?;
        let same = found.filter(|(asked, _)| asked.commitment == *commitment);
        same.ok_or_else(gone)
    }

    /// Keeps what the caller's browsers say to each other, unless one of them was quicker.
    async fn keep_asked(
        &self,
        caller: &Caller,
        asked: &Asked,
        before: Option<Version>,
        now: Instant,
    ) -> Result<(), Problem> {
        let key = layout::key_asked(&caller.account);
        let expect = match before {
            Some(version) => Expect::Is(key.clone(), version),
            None => Expect::Absent(key.clone()),
        };
        let batch = Batch {
            expect: vec![expect],
            put: vec![(key, encode(asked), Until::At(asked.since + LIFE))],
            wake: vec![layout::waiting_changed(&caller.tenant.id, &caller.account)],
            ..Batch::default()
        };
        self.commit_asked(caller, &batch, now).await
    }

    /// Whoever of one's browsers was quicker wins.
    async fn commit_asked(
        &self,
        caller: &Caller,
        batch: &Batch,
        now: Instant,
    ) -> Result<(), Problem> {
        let scope = Scope::tenant(caller.tenant.id);
        match self.commit(&scope, batch, now).await {
            Ok(_) => Ok(()),
            Err(CommitError::Conflict(_)) => Err(changed()),
            Err(error) => Err(refuse::commit(&error)),
        }
    }

    /// The newest request takes the place of one before: whoever sits before two new browsers
    /// asks again.
    pub(super) async fn ask_approval(
        &self,
        caller: &Caller,
        new: &NewAsked,
    ) -> Result<(), Problem> {
        let now = self.clock.now();
        let commitment = hash("commitment", &new.commitment)?;
        let asked = Asked {
            commitment,
            name: named(new.name.as_deref())?,
            since: now,
            answer: None,
            half: None,
        };
        let scope = Scope::tenant(caller.tenant.id);
        let before = self.asked(&scope, caller, now).await?;
        let before = before.map(|(_, version)| version);
        self.keep_asked(caller, &asked, before, now).await
    }

    pub(super) async fn answer_asked(
        &self,
        caller: &Caller,
        new: &NewAnswer,
    ) -> Result<(), Problem> {
        let now = self.clock.now();
        let by: Kid = hash("by", &new.by)?.into();
        let nonce = base64::decode_exact::<16>(&new.nonce)
            .map_err(|_| refuse::field("nonce", "This is no nonce."))?;
        let (mut asked, version) = self
            .asked_as(caller, &hash("commitment", &new.commitment)?, now)
            .await?;
        let answer = Answer {
            by,
            nonce: base64::encode(&nonce),
        };
        match &asked.answer {
            Some(before) if *before == answer => return Ok(()),
            // A second answer would let somebody choose among digits.
            Some(_) => return Err(changed()),
            None => {}
        }
        let scope = Scope::tenant(caller.tenant.id);
        let head = self.key_head(&scope, &caller.account, now).await?;
        let stands = head.is_some_and(|(head, _)| {
            let mut keys = head.keys.iter();
            keys.any(|key| key.kid == by && !key.page && !key.code)
        });
        if !stands {
            return Err(not_joined(Rejected::Key));
        }
        asked.answer = Some(answer);
        self.keep_asked(caller, &asked, Some(version), now).await
    }

    pub(super) async fn add_half(&self, caller: &Caller, new: &NewHalf) -> Result<(), Problem> {
        let now = self.clock.now();
        let commitment = hash("commitment", &new.commitment)?;
        let (mut asked, version) = self.asked_as(caller, &commitment, now).await?;
        let Some(answer) = &asked.answer else {
            return Err(changed());
        };
        let half = Sealed::from_value(&new.half.0).map_err(not_joined)?;
        let then = new.then.as_ref().map(|then| &then.0);
        checked(caller, &half, &answer.by, &commitment, now)
            .and_then(|()| then.map_or(Ok(()), |then| follows(&half, then)))
            .map_err(not_joined)?;
        asked.half = Some(Half {
            kid: half.kid(),
            entry: new.half.0.clone(),
            then: then.cloned(),
        });
        self.keep_asked(caller, &asked, Some(version), now).await
    }

    /// Somebody changed their mind, on either side.
    pub(super) async fn drop_asked(
        &self,
        caller: &Caller,
        commitment: &str,
    ) -> Result<(), Problem> {
        let now = self.clock.now();
        let commitment = hash("commitment", commitment)?;
        let (_, version) = self.asked_as(caller, &commitment, now).await?;
        let key = layout::key_asked(&caller.account);
        let batch = Batch {
            expect: vec![Expect::Is(key.clone(), version)],
            delete: vec![key],
            wake: vec![layout::waiting_changed(&caller.tenant.id, &caller.account)],
            ..Batch::default()
        };
        self.commit_asked(caller, &batch, now).await
    }

    /// The request ends with the entry it asked for. Its name goes to the key.
    pub(super) async fn forget_asked(
        &self,
        scope: &Scope,
        caller: &Caller,
        kid: &str,
        now: Instant,
        batch: &mut Batch,
    ) -> Result<Option<String>, Problem> {
        let Some((asked, version)) = self.asked(scope, caller, now).await? else {
            return Ok(None);
        };
        if asked.half.is_none_or(|half| half.kid.to_string() != kid) {
            return Ok(None);
        }
        let key = layout::key_asked(&caller.account);
        batch.expect.push(Expect::Is(key.clone(), version));
        batch.delete.push(key);
        Ok(asked.name)
    }
}

/// What the server checks of a half; whether it follows the history is seen when it is whole.
fn checked(
    caller: &Caller,
    half: &Sealed,
    by: &Kid,
    commitment: &Hash,
    now: Instant,
) -> Result<(), Rejected> {
    if half.tenant() != caller.tenant.id {
        return Err(Rejected::Tenant);
    }
    if *half.party() != Party::Account(caller.account.clone()) {
        return Err(Rejected::Account);
    }
    half.answers(by, commitment)?;
    fresh(half.iat(), now)
}

fn hash(field: &str, text: &str) -> Result<Hash, Problem> {
    Hash::parse(text).map_err(|_| refuse::field(field, "This is no hash."))
}
