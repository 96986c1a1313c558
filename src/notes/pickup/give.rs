//! An author gives a code, and takes it back: records of the note's chain.

use super::api::NewPickup;
use super::slot::{Parts, Slot};
use crate::audit::{self, About, Action};
use crate::clock::Instant;
use crate::ids::{AccountId, NoteId};
use crate::notes::decide::{self, Denied};
use crate::notes::let_in::not_granted;
use crate::notes::records::{Chain, Note, encode};
use crate::notes::visit::Visit;
use crate::notes::{Notes, layout, refuse};
use crate::seal::{Act, Grant, Hash, Rejected, Wrap, base64, closed_box};
use crate::store::{Add, Batch, CommitError, Expect, Until, Version};
use crate::tenants::Caller;
use crate::wire::{Kind, Problem};

/// Tries against others who change the same note.
const TRIES: usize = 5;
/// Codes that an author may give in an hour.
const GIVEN: i64 = 30;

/// A record whose shape was checked, with what comes beside it.
struct Change {
    grant: Grant,
    target: AccountId,
    given: Option<(Wrap, Parts, Hash)>,
}

impl Notes {
    pub(super) async fn give_code(
        &self,
        caller: &Caller,
        id: &NoteId,
        new: &NewPickup,
    ) -> Result<(), Problem> {
        let change = giving(new).map_err(not_granted)?;
        self.change_code(caller, id, &change).await?;
        metrics::counter!("deskbridge_pickups_given_total").increment(1);
        Ok(())
    }

    pub(super) async fn end_code(
        &self,
        caller: &Caller,
        id: &NoteId,
        grant: &str,
    ) -> Result<(), Problem> {
        let change = ending(grant).map_err(not_granted)?;
        self.change_code(caller, id, &change).await
    }

    async fn change_code(
        &self,
        caller: &Caller,
        id: &NoteId,
        change: &Change,
    ) -> Result<(), Problem> {
        if !change.grant.by.is(&caller.account) {
            return Err(not_granted(Rejected::Account));
        }
        let (visit, _, _) = self.visit_note(caller, id).await?;
        for _ in 0..TRIES {
            let (note, version) = self.note_here(&visit, id).await?;
            if let Err(denied) = may_give(&note, &visit) {
                return Err(self.refuse(&visit, &note, denied).await);
            }
            if self.stands(&visit, &note, &change.grant).await? {
                return Ok(());
            }
            if change.given.is_some() && !self.sees(&visit, &change.target).await? {
                let detail = "This person cannot see the issue any longer.";
                return Err(Problem::with_detail(Kind::Forbidden, detail));
            }
            let wrap = change.given.as_ref().map(|(wrap, ..)| wrap);
            self.check_next(&visit, &note, &change.grant, wrap, &change.target)
                .await?;
            if self.write_code(&visit, &note, version, change).await? {
                return Ok(());
            }
        }
        Err(refuse::busy())
    }

    /// Whether this very record is in the chain already: its answer was lost.
    async fn stands(&self, visit: &Visit, note: &Note, grant: &Grant) -> Result<bool, Problem> {
        if note.live().is_none_or(|live| live.chain.n < grant.n) {
            return Ok(false);
        }
        let grants = self.grants(&visit.scope, &note.id, visit.now).await?;
        Ok(grants.iter().any(|text| text == grant.as_str()))
    }

    /// False when somebody else changed the note first.
    async fn write_code(
        &self,
        visit: &Visit,
        note: &Note,
        version: Version,
        change: &Change,
    ) -> Result<bool, Problem> {
        let slot = match &change.given {
            None => None,
            Some(given) => Some(self.slot(visit, note, change.grant.iat, given).await?),
        };
        let batch = batch_of(visit, note, version, change, slot);
        match self.commit(&visit.scope, &batch, visit.now).await {
            Ok(_) => Ok(true),
            Err(CommitError::Conflict(_)) => Ok(false),
            Err(CommitError::LimitReached(_)) => Err(Problem::with_detail(
                Kind::TooMany,
                "You gave too many codes. Try again in an hour.",
            )),
            Err(error) => Err(refuse::commit(&error)),
        }
    }

    async fn slot(
        &self,
        visit: &Visit,
        note: &Note,
        iat: i64,
        (wrap, parts, token): &(Wrap, Parts, Hash),
    ) -> Result<Slot, Problem> {
        let key = self.shred_key(&visit.scope, &note.id).await?;
        let closed = parts.close(&key, &note.id, &wrap.kid, &self.entropy);
        let ends = Instant::from_seconds(iat.saturating_add(3600));
        Ok(Slot {
            kid: wrap.kid,
            ends: ends.min(note.expires),
            token: *token,
            closed: closed.map_err(|e| refuse::unreadable(&e))?,
            wrong: Vec::new(),
            released: None,
        })
    }
}

fn may_give(note: &Note, visit: &Visit) -> Result<(), Denied> {
    decide::may_read(note, &visit.viewer, visit.now)?;
    if note.author == visit.viewer.account {
        Ok(())
    } else {
        Err(Denied::NotAuthor)
    }
}

fn giving(new: &NewPickup) -> Result<Change, Rejected> {
    let grant = Grant::parse(&new.grant)?;
    let Act::Pickup(pair, _) = grant.act else {
        return Err(Rejected::Right);
    };
    let wrap = Wrap::from_parts(&pair.kid.to_string(), &new.ek, &new.encrypted_key)?;
    closed_box(&new.closed)?;
    let token = Hash::parse(&new.token)?;
    let parts = Parts {
        ek: base64::encode(wrap.ek.as_bytes()),
        encrypted_key: base64::encode(&wrap.encrypted_key),
        closed: new.closed.clone(),
    };
    Ok(Change {
        target: grant.a.account().cloned().ok_or(Rejected::Account)?,
        grant,
        given: Some((wrap, parts, token)),
    })
}

fn ending(text: &str) -> Result<Change, Rejected> {
    let grant = Grant::parse(text)?;
    if grant.act != Act::PickupEnd {
        return Err(Rejected::Right);
    }
    Ok(Change {
        target: grant.a.account().cloned().ok_or(Rejected::Account)?,
        grant,
        given: None,
    })
}

/// Pure.
fn batch_of(
    visit: &Visit,
    note: &Note,
    version: Version,
    change: &Change,
    slot: Option<Slot>,
) -> Batch {
    let (tenant, author) = (visit.tenant.id, &visit.viewer.account);
    let mut longer = note.clone();
    if let Some(live) = longer.live_mut() {
        live.chain = Chain {
            n: change.grant.n,
            head: change.grant.sha(),
        };
        if !live.granters.contains(author) {
            live.granters.push(author.clone());
            live.granters.sort_unstable();
        }
    }
    let mut about = About::note(note.issue, note.id);
    about.person = Some(change.target.clone());
    let action = match slot {
        Some(_) => Action::PickupGiven,
        None => Action::PickupTakenBack,
    };
    let record = encode(&change.grant.as_str());
    let (note_key, place) = (
        layout::note(&note.id),
        layout::pickup(&note.id, &change.target),
    );
    let mut batch = Batch {
        expect: vec![Expect::Is(note_key.clone(), version)],
        put: vec![
            (note_key, encode(&longer), Until::Keep),
            (
                layout::grant(&note.id, change.grant.n),
                record,
                Until::At(note.expires),
            ),
        ],
        push: vec![audit::entry(tenant, visit.now, Some(author), action, about)],
        wake: vec![layout::changed(&tenant, note)],
        ..Batch::default()
    };
    match slot {
        None => batch.delete.push(place),
        Some(slot) => {
            batch.put.push((place, encode(&slot), Until::At(slot.ends)));
            let hour = visit.now.seconds().div_euclid(3600);
            batch.add.push(Add {
                key: layout::codes_given(author, hour),
                by: 1,
                at_most: Some(GIVEN),
                until: Until::At(Instant::from_seconds((hour + 2) * 3600)),
            });
        }
    }
    batch
}
