//! A new note: everything is checked before anything is kept, and the same note sent again is
//! the same note.

use std::collections::BTreeSet;

use bytes::Bytes;
use serde_json::Value;

use super::api::Card;
use super::begin::{batch_of, note_of};
use super::records::{KeyHead, Wrapped};
use super::visit::Visit;
use super::wraps::{self, BLOCK, StoredWrap};
use super::{Notes, Options, layout, refuse};
use crate::clock::Instant;
use crate::ids::{AccountId, ProjectId};
use crate::people::Freshness;
use crate::seal::{
    Admission, Envelope, Hash, Header, LiveKeys, NoteSeal, Party, Reader, Rejected, admit, sha,
};
use crate::store::{CommitError, Expect};
use crate::tenants::Caller;
use crate::wire::{Kind, Problem};

/// A note that passed every check, with its readers.
pub(super) struct Accepted {
    pub envelope: Envelope,
    pub seal: NoteSeal,
    pub seal_text: String,
    pub sent: Hash,
    pub readers: Vec<AccountId>,
    pub customers: Vec<AccountId>,
    pub project: ProjectId,
    pub wrapped: Vec<Wrapped>,
}

impl Notes {
    pub(super) async fn create(
        &self,
        caller: &Caller,
        envelope: &Value,
        seal_text: &str,
    ) -> Result<Card, Problem> {
        let envelope = Envelope::from_value(envelope).map_err(not_admitted)?;
        let seal = NoteSeal::parse(seal_text).map_err(not_admitted)?;
        let sent = fingerprint(&envelope, seal_text).map_err(not_admitted)?;
        let visit = self.visit(caller, Freshness::Now).await?;
        if let Some(card) = self.again(&visit, &envelope, sent).await? {
            return Ok(card);
        }
        self.must_be_subscribed(&visit.scope, &visit.viewer, visit.now)
            .await?;
        self.accepts_notes(&visit).await?;
        let readers = offered(&envelope.header, &self.options, visit.now)?;
        let people = people_of(&visit, &readers);
        let heads = self.key_heads(&visit.scope, &people, visit.now).await?;
        let keys = sealable(&heads, visit.now).map_err(not_admitted)?;
        let admission = Admission {
            tenant: visit.tenant.id,
            issue: visit.issue,
            caller: &visit.viewer.account,
            now: visit.now,
        };
        admit(&envelope, &seal, &admission, &keys).map_err(not_admitted)?;
        let wrapped = wrapped(&envelope, &keys);
        let mut customers = self.customers_among(&visit, &readers).await?;
        if visit.viewer.customer {
            customers.push(visit.viewer.account.clone());
        }
        let site = self.jira.site(std::sync::Arc::clone(&visit.tenant));
        let issue = site.issue(visit.issue).await;
        let project = issue.map_err(|_| refuse::host_silent())?.project.id;
        let accepted = Accepted {
            envelope,
            seal,
            seal_text: seal_text.to_owned(),
            sent,
            readers,
            customers,
            project,
            wrapped,
        };
        self.keep(&visit, accepted).await
    }

    /// The answer to a note id that was used before.
    async fn again(
        &self,
        visit: &Visit,
        envelope: &Envelope,
        sent: Hash,
    ) -> Result<Option<Card>, Problem> {
        let Some((note, _)) = self
            .note(&visit.scope, &envelope.header.id, visit.now)
            .await?
        else {
            return Ok(None);
        };
        let same = note.live().is_some_and(|live| live.sent == sent);
        if same && note.author == visit.viewer.account && note.issue == visit.issue {
            return self.card_of(visit, &note).await.map(Some);
        }
        Err(Problem::with_detail(
            Kind::Conflict,
            "This note's id was used for another note.",
        ))
    }

    /// Those of `readers` who are customers, once the host has said of each that they may see
    /// the issue.
    async fn customers_among(
        &self,
        visit: &Visit,
        readers: &[AccountId],
    ) -> Result<Vec<AccountId>, Problem> {
        let mut customers = Vec::new();
        for (account, kind) in self.kinds(visit, readers).await? {
            match kind {
                Some(true) => customers.push(account),
                Some(false) => {}
                None => {
                    return Err(refuse::field(
                        "readers",
                        "One of the readers cannot see this issue.",
                    ));
                }
            }
        }
        Ok(customers)
    }

    async fn keep(&self, visit: &Visit, accepted: Accepted) -> Result<Card, Problem> {
        let id = accepted.envelope.header.id;
        // On disk before the commit: a note whose wraps can never be opened must not exist.
        let shred_key = self.new_shred_key(&visit.scope, &id).await?;
        let blocks = close_blocks(self, &shred_key, &accepted)?;
        let mut note = note_of(visit, &self.options, &accepted);
        let files = self.uploaded(visit, &id).await?;
        if let (Some((count, _)), Some(live)) = (files, note.live_mut()) {
            live.files = count;
        }
        let mut batch = batch_of(visit, &note, &accepted.envelope, blocks);
        if let Some((_, version)) = files {
            batch.expect.push(Expect::Is(layout::uploads(&id), version));
            batch.delete.push(layout::uploads(&id));
        }
        match self.commit(&visit.scope, &batch, visit.now).await {
            Ok(_) => {
                metrics::counter!("deskbridge_notes_created_total").increment(1);
                self.card_of(visit, &note).await
            }
            // The same note, sent twice at once or after a lost answer.
            Err(CommitError::Conflict(_)) => self
                .again(visit, &accepted.envelope, accepted.sent)
                .await?
                .ok_or_else(refuse::busy),
            Err(error) => Err(refuse::commit(&error)),
        }
    }
}

/// What the header asks for that this version does not do, and what policy forbids. Pure.
fn offered(header: &Header, options: &Options, now: Instant) -> Result<Vec<AccountId>, Problem> {
    let end = Instant::from_seconds(header.exp);
    // A browser's clock may be five minutes ahead, and the seal's time with it.
    let latest = now + options.longest_life + std::time::Duration::from_secs(300);
    if end <= now {
        return Err(refuse::field("exp", "The note would have ended already."));
    }
    if end > latest {
        let days = options.longest_life.as_secs() / 86_400;
        let detail = format!("A note lives {days} days at most.");
        return Err(refuse::field("exp", detail));
    }
    if header.ask.is_some() {
        return Err(refuse::field(
            "ask",
            "Notes that answer a request are not offered.",
        ));
    }
    header
        .readers
        .iter()
        .map(|reader| match reader {
            Reader::Account(account) => Ok(account.clone()),
            Reader::Team(_) => Err(refuse::field("readers", "A team cannot be a reader yet.")),
        })
        .collect()
}

fn people_of(visit: &Visit, readers: &[AccountId]) -> BTreeSet<AccountId> {
    let mut people: BTreeSet<_> = readers.iter().cloned().collect();
    people.insert(visit.viewer.account.clone());
    people
}

pub(super) fn sealable(heads: &[(AccountId, KeyHead)], now: Instant) -> Result<LiveKeys, Rejected> {
    let mut keys = LiveKeys::default();
    for (account, head) in heads {
        let entries = head
            .keys
            .iter()
            .map(super::records::StoredKey::entry)
            .collect::<Result<Vec<_>, _>>()?;
        let live = entries.iter().filter(|key| !key.outlived(now));
        keys.add(&Party::Account(account.clone()), live);
    }
    Ok(keys)
}

fn wrapped(envelope: &Envelope, keys: &LiveKeys) -> Vec<Wrapped> {
    envelope
        .recipients
        .iter()
        .filter_map(|wrap| {
            Some(Wrapped {
                account: keys.get(&wrap.kid)?.0.account()?.clone(),
                kid: wrap.kid,
            })
        })
        .collect()
}

/// Tells a retry from another note under the same id.
fn fingerprint(envelope: &Envelope, seal: &str) -> Result<Hash, Rejected> {
    Ok(sha(&[
        envelope.to_json()?.as_bytes(),
        b"\n",
        seal.as_bytes(),
    ]))
}

fn close_blocks(notes: &Notes, key: &[u8; 32], accepted: &Accepted) -> Result<Vec<Bytes>, Problem> {
    let stored: Vec<StoredWrap> = accepted
        .envelope
        .recipients
        .iter()
        .map(Into::into)
        .collect();
    stored
        .chunks(BLOCK)
        .enumerate()
        .map(|(at, part)| {
            wraps::close(key, &accepted.envelope.header.id, at, part, &notes.entropy)
                .map_err(|e| refuse::unreadable(&e))
        })
        .collect()
}

/// What the author is told; the field is the one in the form where there is one.
fn not_admitted(rejected: Rejected) -> Problem {
    metrics::counter!("deskbridge_notes_rejected_total", "reason" => rejected.kind()).increment(1);
    match rejected {
        Rejected::Readers => refuse::field(
            "readers",
            "Choose at least one person who can read it, and at most 50.",
        ),
        Rejected::Plaintext => refuse::field("text", "The note is empty or too long."),
        Rejected::TooLarge => Problem::at_field(Kind::TooLarge, "text", "The note is too long."),
        Rejected::Time => refuse::field("exp", "The times of this note do not fit the server's."),
        Rejected::Key => Problem::at_field(
            Kind::Invalid,
            "keys",
            "A browser of one of the readers came or went meanwhile. Read the keys again.",
        ),
        Rejected::Tenant | Rejected::Place | Rejected::Account => Problem::with_detail(
            Kind::Forbidden,
            "This note was made for another place or by somebody else.",
        ),
        _ => refuse::field("envelope", "This note does not check out."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{IssueId, NoteId, TenantId};
    use crate::seal::{Author, Fill as SealedFill, Place};

    fn header() -> Header {
        let [niro, nero] = ["niro", "nero"].map(|a| a.parse::<AccountId>().expect("an account"));
        Header {
            id: NoteId::from_bytes([1; 16]),
            tenant: TenantId::from_bytes([2; 16]),
            place: Place::Issue(IssueId::new(1)),
            by: Author {
                a: Party::Account(niro),
                kid: sha(&[b"k"]).into(),
            },
            readers: vec![Reader::Account(nero)],
            fill: SealedFill::Readers,
            opens: None,
            ask: None,
            iat: 1000,
            exp: 2000,
            com: [0; 32],
            oth: sha(&[]),
        }
    }

    #[test]
    fn a_note_asks_for_no_more_than_is_offered() {
        let day = 86_400;
        type Change = fn(&mut Header);
        let cases: [(Change, Option<&str>); 7] = [
            (|_| {}, None),
            (|h| h.exp = 1000 + 28 * 86_400, None),
            (|h| h.exp = 1000 + 28 * 86_400 + 301, Some("exp")),
            (|h| h.exp = 1000, Some("exp")),
            (|h| h.opens = Some(1), None),
            (|h| h.ask = Some(sha(&[])), Some("ask")),
            (
                |h| h.readers = vec![Reader::Team(ProjectId::new(1))],
                Some("readers"),
            ),
        ];
        for (change, field) in cases {
            let mut header = header();
            change(&mut header);
            let told = offered(&header, &Options::default(), Instant::from_seconds(1000));
            let told = told.err().and_then(|problem| problem.field);
            assert_eq!(told.as_deref(), field, "{}", header.exp / day);
        }
    }
}
