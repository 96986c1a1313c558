//! The second stage of reading: a person's consent releases the body. Every check is made anew,
//! and the receipt is on disk before a byte goes out.

use super::api::{Consent, Released};
use super::body::Body;
use super::decide::{self, WRONG_TOKENS};
use super::end::Expire;
use super::files::ticket;
use super::records::{KeyHead, Note, Opened, Receipt, decode, encode};
use super::visit::Visit;
use super::{Notes, layout, refuse};
use crate::audit::{self, About, Action};
use crate::clock::Instant;
use crate::ids::{AccountId, NoteId};
use crate::jobs::{self, Happened};
use crate::people::Freshness;
use crate::seal::{
    Header, KeyEntry, OpenRequest, Party, Rejected, Seen, base64, repeated, sha, token_matches,
};
use crate::store::{Add, Batch, CommitError, Expect, Lane, Until, Version};
use crate::tenants::Caller;
use crate::wire::{Kind, Problem};

/// Tries against others who open the same note at the same time.
const TRIES: usize = 5;

impl Notes {
    pub(super) async fn open(
        &self,
        caller: &Caller,
        id: &NoteId,
        consent: &Consent,
    ) -> Result<Released, Problem> {
        let request = OpenRequest::parse(&consent.request).map_err(not_opened)?;
        let visit = self.visit(caller, Freshness::Now).await?;
        let Some((head, key_version)) = self
            .key_head(&visit.scope, &visit.viewer.account, visit.now)
            .await?
        else {
            let (note, _) = self.note_here(&visit, id).await?;
            return match decide::may_read(&note, &visit.viewer, visit.now) {
                Err(denied) => Err(self.refuse(&visit, &note, denied).await),
                Ok(()) => Err(not_opened(Rejected::Key)),
            };
        };
        for _ in 0..TRIES {
            let (note, version) = self.note_here(&visit, id).await?;
            if let Err(denied) = decide::may_read(&note, &visit.viewer, visit.now) {
                return Err(self.refuse(&visit, &note, denied).await);
            }
            self.check(&visit, &note, &head, consent, &request).await?;
            let body = self.body(&visit, &note).await?;
            if let Some(at) = self.seen(&visit, &note, &request).await? {
                return Ok(body.released(at));
            }
            if let Err(denied) = decide::may_open(&note, &visit.viewer, visit.now) {
                return Err(refuse::denied(denied));
            }
            match self.record(&visit, &note, version, &request).await? {
                Some(at) => {
                    metrics::counter!("deskbridge_notes_opened_total").increment(1);
                    let account = &visit.viewer.account;
                    let kid = request.kid();
                    if let Some(batch) = self.touched(account, &head, key_version, &kid, visit.now)
                    {
                        // A hint for the day an account has too many keys: may be lost.
                        let _ = self.store.commit(&visit.scope, &batch, visit.now).await;
                    }
                    return Ok(body.released(at));
                }
                None => continue,
            }
        }
        Err(refuse::busy())
    }

    /// Signature first, token last: only somebody who holds a key of a reader can spend tries.
    async fn check(
        &self,
        visit: &Visit,
        note: &Note,
        head: &KeyHead,
        consent: &Consent,
        request: &OpenRequest,
    ) -> Result<(), Problem> {
        let Some(live) = note.live() else {
            return Err(refuse::denied(decide::Denied::Ended));
        };
        let reader = Party::Account(visit.viewer.account.clone());
        let key = signing_key(head, request, visit.now).map_err(not_opened)?;
        let hh = sha(&[live.protected.as_bytes()]);
        request
            .verify(&reader, &key, &hh, visit.now)
            .map_err(not_opened)?;
        let header = Header::parse(&live.protected).map_err(not_opened)?;
        let wrong = layout::wrong_tokens(&visit.viewer.account, hour(visit.now));
        let spent = self.read(&visit.scope, &wrong, visit.now).await?;
        let spent = spent.and_then(|r| std::str::from_utf8(&r.value).ok()?.parse::<i64>().ok());
        if spent.is_some_and(|spent| spent >= WRONG_TOKENS) {
            return Err(too_many());
        }
        match token_matches(&header, &consent.open) {
            Ok(()) => Ok(()),
            Err(rejected) => {
                let batch = Batch {
                    add: vec![Add {
                        key: wrong,
                        by: 1,
                        at_most: Some(WRONG_TOKENS),
                        until: Until::At(Instant::from_seconds((hour(visit.now) + 2) * 3600)),
                    }],
                    ..Batch::default()
                };
                match self.store.commit(&visit.scope, &batch, visit.now).await {
                    Err(CommitError::LimitReached(_)) => Err(too_many()),
                    Err(error) => Err(refuse::commit(&error)),
                    Ok(_) => Err(not_opened(rejected)),
                }
            }
        }
    }

    /// When this very request was answered before, if that was just now.
    async fn seen(
        &self,
        visit: &Visit,
        note: &Note,
        request: &OpenRequest,
    ) -> Result<Option<Instant>, Problem> {
        let key = layout::receipt(&note.id, &base64::encode(&request.jti));
        let Some(record) = self.read(&visit.scope, &key, visit.now).await? else {
            return Ok(None);
        };
        let receipt: Receipt =
            decode("receipt", &record.value).map_err(|e| refuse::unreadable(&e))?;
        let seen = Seen {
            sha: receipt.sha,
            at: receipt.at,
        };
        repeated(&seen, request, visit.now)
            .map(|()| Some(receipt.at))
            .map_err(not_opened)
    }

    /// Stores the receipt and counts; None when somebody else changed the note first.
    async fn record(
        &self,
        visit: &Visit,
        note: &Note,
        version: Version,
        request: &OpenRequest,
    ) -> Result<Option<Instant>, Problem> {
        let batch = recording(visit, note, version, request);
        match self.commit(&visit.scope, &batch, visit.now).await {
            Ok(_) => Ok(Some(visit.now)),
            Err(CommitError::Conflict(_)) => Ok(None),
            Err(error) => Err(refuse::commit(&error)),
        }
    }

    async fn body(&self, visit: &Visit, note: &Note) -> Result<Body, Problem> {
        let key = layout::sealed(&note.id);
        let Some(record) = self.read(&visit.scope, &key, visit.now).await? else {
            return Err(refuse::denied(decide::Denied::Ended));
        };
        Body::parse(&record.value).ok_or_else(|| {
            tracing::error!("a stored body of a note cannot be read");
            Problem::new(Kind::Internal)
        })
    }
}

fn recording(visit: &Visit, note: &Note, version: Version, request: &OpenRequest) -> Batch {
    let account = &visit.viewer.account;
    let receipt = Receipt {
        account: account.clone(),
        at: visit.now,
        sha: request.sha(),
        request: request.as_str().to_owned(),
    };
    let jti = base64::encode(&request.jti);
    let receipt_key = layout::receipt(&note.id, &jti);
    let note_key = layout::note(&note.id);
    let mut batch = Batch {
        expect: vec![
            Expect::Is(note_key.clone(), version),
            Expect::Absent(receipt_key.clone()),
        ],
        put: vec![(receipt_key, encode(&receipt), Until::Keep)],
        push: vec![audit::entry(
            visit.tenant.id,
            visit.now,
            Some(account),
            Action::NoteOpened,
            About::note(note.issue, note.id),
        )],
        ..Batch::default()
    };
    batch.put.extend(ticket(visit, note));
    // The author's own reading is nobody's news.
    if *account != note.author {
        let happened = Happened::NoteOpened {
            issue: note.issue,
            note: note.id,
        };
        let changed = counted(note, account, visit.now);
        if changed.live().is_some_and(|live| live.used_at.is_some()) {
            batch.push.push(jobs::envelope(
                &Expire { note: note.id },
                layout::used_job(&note.id),
                Lane::UNORDERED,
                changed.ends(),
            ));
        }
        batch.put.push((note_key, encode(&changed), Until::Keep));
        batch
            .push
            .push(happened.envelope(&[&note.id.to_string(), &jti], visit.now));
        batch.wake.push(layout::changed(&visit.tenant.id, note));
    }
    batch
}

/// The note after a reader's opening.
fn counted(note: &Note, account: &AccountId, now: Instant) -> Note {
    let mut note = note.clone();
    match note.opened.iter_mut().find(|o| o.account == *account) {
        Some(opened) => opened.count = opened.count.saturating_add(1),
        None => note.opened.push(Opened {
            account: account.clone(),
            at: now,
            count: 1,
        }),
    }
    let used = note.readers.iter().all(|reader| note.used_by(reader));
    if let Some(live) = note.live_mut().filter(|_| used) {
        live.used_at = Some(now);
    }
    note
}

fn signing_key(head: &KeyHead, request: &OpenRequest, now: Instant) -> Result<KeyEntry, Rejected> {
    let kid = request.kid();
    let stored = head.keys.iter().find(|key| key.kid == kid);
    let key = stored.ok_or(Rejected::Key)?.entry()?;
    if key.outlived(now) {
        return Err(Rejected::Key);
    }
    Ok(key)
}

const fn hour(now: Instant) -> i64 {
    now.seconds().div_euclid(3600)
}

/// One message for everything that is wrong with a request: a refusal is no oracle.
fn not_opened(rejected: Rejected) -> Problem {
    metrics::counter!("deskbridge_notes_not_opened_total", "reason" => rejected.kind())
        .increment(1);
    Problem::with_detail(Kind::Forbidden, "This request to open does not check out.")
}

fn too_many() -> Problem {
    Problem::with_detail(
        Kind::TooMany,
        "Too many requests that did not check out. Try again in an hour.",
    )
}

#[cfg(test)]
mod tests {
    use super::super::records::tests::{account, note};
    use super::*;

    #[test]
    fn a_note_is_used_up_when_every_reader_has_had_theirs() {
        let mut note = note("niro", &["nero", "jonathan"], &["jonathan"]);
        let at = |seconds| Instant::from_seconds(seconds);
        note.live_mut().expect("live").opens = Some(2);
        let mut used_at = Vec::new();
        for (second, who) in ["nero", "jonathan", "nero", "jonathan"].iter().enumerate() {
            note = counted(&note, &account(who), at(second as i64));
            used_at.push(note.live().expect("live").used_at);
        }
        assert_eq!(used_at, [None, None, None, Some(at(3))]);
        assert_eq!(note.opened.len(), 2);
        let first = &note.opened[0];
        assert_eq!((first.at, first.count), (at(0), 2));

        let live = note.live_mut().expect("live");
        (live.opens, live.used_at) = (None, None);
        let unlimited = counted(&note, &account("nero"), at(9));
        assert_eq!(unlimited.live().expect("live").used_at, None);
    }
}
