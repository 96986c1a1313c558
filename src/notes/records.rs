//! The records of notes, as they are stored. Each value is one format byte and a body; a reader
//! accepts every format this room ever wrote and writes the newest.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::clock::Instant;
use crate::ids::{AccountId, IssueId, NoteId, ProjectId};
use crate::seal::{Hash, Kid, REPEAT};

/// The first byte of every value.
pub(super) const FORMAT: u8 = 1;

/// A stored value that this version cannot read.
#[derive(Debug, thiserror::Error)]
#[error("a stored {0} has a format this version does not read")]
pub(super) struct Unreadable(pub &'static str);

/// What is known of a note without opening it. After its end only who and when remain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Note {
    pub id: NoteId,
    #[serde(rename = "i")]
    pub issue: IssueId,
    #[serde(rename = "a")]
    pub author: AccountId,
    #[serde(rename = "r")]
    pub readers: Vec<AccountId>,
    /// Those of author and readers who were customers when they were named. A note where this is
    /// empty does not exist for customers.
    #[serde(rename = "c")]
    pub customers: Vec<AccountId>,
    #[serde(rename = "t")]
    pub created: Instant,
    #[serde(rename = "x")]
    pub expires: Instant,
    #[serde(rename = "o", default)]
    pub opened: Vec<Opened>,
    #[serde(rename = "s")]
    pub state: State,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum State {
    #[serde(rename = "live")]
    Live(Box<Live>),
    #[serde(rename = "ended")]
    Ended {
        how: End,
        at: Instant,
        /// When its shred key was overwritten: from then on nobody can open a copy of it either.
        #[serde(rename = "d", default)]
        shredded: Option<Instant>,
    },
}

/// How a note ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum End {
    #[serde(rename = "taken-back")]
    TakenBack,
    /// By its author.
    #[serde(rename = "deleted")]
    Deleted,
    #[serde(rename = "expired")]
    Expired,
    /// The issue it belonged to is gone.
    #[serde(rename = "shredded")]
    Shredded,
    /// Every reader opened it as often as they may.
    #[serde(rename = "used")]
    Used,
}

/// What a note has only while it lives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Live {
    #[serde(rename = "p")]
    pub project: ProjectId,
    /// base64url of the protected header: what the author sealed, as it came.
    #[serde(rename = "h")]
    pub protected: String,
    /// The author's signature, a compact JWS.
    #[serde(rename = "js")]
    pub seal: String,
    /// Said by the sealed header too; here so that a list need not parse it.
    #[serde(rename = "f")]
    pub fill: Fill,
    /// Over everything the author's browser sent: tells a retry from another note.
    #[serde(rename = "b")]
    pub sent: Hash,
    /// Which key has a wrap, in the order of the wraps.
    #[serde(rename = "w")]
    pub wrapped: Vec<Wrapped>,
    #[serde(rename = "g")]
    pub chain: Chain,
    /// Who signed a grant: whose histories a reader needs to check the chain.
    #[serde(rename = "gb", default)]
    pub granters: Vec<AccountId>,
    #[serde(rename = "n")]
    pub announce: Announce,
    /// How many files lie outside the store.
    #[serde(rename = "fl", default, skip_serializing_if = "is_none")]
    pub files: u32,
    /// How often each reader may open it. Said by the sealed header too.
    #[serde(rename = "op", default, skip_serializing_if = "Option::is_none")]
    pub opens: Option<u64>,
    /// When the last reader opened it for the last time.
    #[serde(rename = "u", default, skip_serializing_if = "Option::is_none")]
    pub used_at: Option<Instant>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
const fn is_none(count: &u32) -> bool {
    *count == 0
}

/// Who besides the author may let in a new browser of somebody the note names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Fill {
    Author,
    Readers,
}

impl Fill {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Fill::Author => "author",
            Fill::Readers => "readers",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Wrapped {
    #[serde(rename = "a")]
    pub account: AccountId,
    #[serde(rename = "k")]
    pub kid: Kid,
}

/// The end of a note's chain of grants.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Chain {
    /// How many grants there are.
    pub n: u64,
    /// The hash of the last record; of the seal while there is none.
    #[serde(rename = "p")]
    pub head: Hash,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Announce {
    /// Nobody was told; the author may take the note back until this instant.
    #[serde(rename = "due")]
    Due(Instant),
    /// The comment may have been posted: a retry looks for it first.
    #[serde(rename = "begun")]
    Begun,
    #[serde(rename = "done")]
    Done { at: Instant, public: bool },
}

/// One reader's openings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Opened {
    #[serde(rename = "a")]
    pub account: AccountId,
    /// The first opening.
    #[serde(rename = "t")]
    pub at: Instant,
    #[serde(rename = "n")]
    pub count: u32,
}

/// The proof of one consented opening, kept with the note's tombstone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Receipt {
    #[serde(rename = "a")]
    pub account: AccountId,
    #[serde(rename = "t")]
    pub at: Instant,
    /// Tells the same request sent again from another one under its `jti`.
    #[serde(rename = "h")]
    pub sha: Hash,
    /// The reader's signed request, a compact JWS.
    #[serde(rename = "j")]
    pub request: String,
}

/// An account's keys: the end of its history and those that may be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct KeyHead {
    pub n: u64,
    /// The hash of the last entry.
    #[serde(rename = "p")]
    pub head: Hash,
    /// Neither revoked nor retired.
    #[serde(rename = "l")]
    pub keys: Vec<StoredKey>,
    /// No longer accepted, though no entry says so.
    #[serde(rename = "r", default)]
    pub retired: Vec<Kid>,
}

/// A key whose entry was verified when it was stored. Its public halves are kept here too, so
/// that checking a signature costs no second read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct StoredKey {
    #[serde(rename = "k")]
    pub kid: Kid,
    pub n: u64,
    /// Made for one page load where the browser keeps nothing.
    #[serde(rename = "g")]
    pub page: bool,
    #[serde(rename = "b")]
    pub by: Option<Kid>,
    /// Seconds, by the browser's reckoning.
    #[serde(rename = "i")]
    pub iat: i64,
    #[serde(rename = "e")]
    pub enc: String,
    #[serde(rename = "s")]
    pub sig: String,
    #[serde(rename = "t")]
    pub added: Instant,
    /// To the day; which key is retired when there are too many.
    #[serde(rename = "u")]
    pub used: Instant,
    /// Of a printed recovery code.
    #[serde(rename = "c", default, skip_serializing_if = "std::ops::Not::not")]
    pub code: bool,
    /// What its person calls it; for their own eyes.
    #[serde(rename = "m", default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl Note {
    pub(super) fn live(&self) -> Option<&Live> {
        match &self.state {
            State::Live(live) => Some(live),
            State::Ended { .. } => None,
        }
    }

    pub(super) fn live_mut(&mut self) -> Option<&mut Live> {
        match &mut self.state {
            State::Live(live) => Some(live),
            State::Ended { .. } => None,
        }
    }

    /// Author and readers.
    /// When it ends, as things are. A note that was opened for the last time waits until that
    /// answer, should it be lost, can no longer be asked for again.
    pub(super) fn ends(&self) -> Instant {
        let used_at = self.live().and_then(|live| live.used_at);
        used_at.map_or(self.expires, |at| self.expires.min(at + REPEAT))
    }

    /// Whether `account` has opened it as often as a reader may. The author's own openings are
    /// not counted.
    pub(super) fn used_by(&self, account: &AccountId) -> bool {
        let Some(opens) = self.live().and_then(|live| live.opens) else {
            return false;
        };
        let opened = self.opened.iter().find(|o| o.account == *account);
        *account != self.author && opened.is_some_and(|o| u64::from(o.count) >= opens)
    }

    pub(super) fn people(&self) -> impl Iterator<Item = &AccountId> {
        std::iter::once(&self.author).chain(&self.readers)
    }

    pub(super) fn names(&self, account: &AccountId) -> bool {
        self.people().any(|a| a == account)
    }
}

pub(super) fn encode<T: Serialize>(record: &T) -> bytes::Bytes {
    let mut out = vec![FORMAT];
    // Serialising plain structs with string keys into memory has no way to fail.
    if serde_json::to_writer(&mut out, record).is_err() {
        out.truncate(1);
    }
    out.into()
}

pub(super) fn decode<T: DeserializeOwned>(
    what: &'static str,
    value: &[u8],
) -> Result<T, Unreadable> {
    match value.split_first() {
        Some((&FORMAT, body)) => serde_json::from_slice(body).map_err(|_| Unreadable(what)),
        _ => Err(Unreadable(what)),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::seal::sha;

    pub(in crate::notes) fn account(name: &str) -> AccountId {
        name.parse().expect("a short name is an account id")
    }

    /// A live note that expires at second 1000 and was made at second 0.
    pub(in crate::notes) fn note(author: &str, readers: &[&str], customers: &[&str]) -> Note {
        Note {
            id: NoteId::from_bytes([7; 16]),
            issue: IssueId::new(10_001),
            author: account(author),
            readers: readers.iter().map(|name| account(name)).collect(),
            customers: customers.iter().map(|name| account(name)).collect(),
            created: Instant::EPOCH,
            expires: Instant::from_seconds(1000),
            opened: Vec::new(),
            state: State::Live(Box::new(Live {
                project: ProjectId::new(10_000),
                protected: "e30".to_owned(),
                seal: "a.b.c".to_owned(),
                fill: Fill::Readers,
                sent: sha(&[b"sent"]),
                wrapped: Vec::new(),
                chain: Chain {
                    n: 0,
                    head: sha(&[b"seal"]),
                },
                granters: Vec::new(),
                files: 0,
                announce: Announce::Due(Instant::from_seconds(10)),
                opens: None,
                used_at: None,
            })),
        }
    }

    #[test]
    fn what_is_written_is_read_and_another_format_is_refused() {
        let note = note("niro", &["nero", "jonathan"], &["jonathan"]);
        let mut bytes = encode(&note).to_vec();
        assert_eq!(bytes[0], FORMAT);
        assert_eq!(decode::<Note>("note", &bytes).expect("readable"), note);
        bytes[0] = 2;
        assert!(decode::<Note>("note", &bytes).is_err());
        assert!(decode::<Note>("note", &[]).is_err());
    }
}
