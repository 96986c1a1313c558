//! What the panels and this room say to each other. Times are whole seconds since 1970 UTC.

use std::collections::BTreeMap;

use poem_openapi::types::Any;
use poem_openapi::{Enum, Object};
use serde_json::Value;

use crate::people;

/// An entry of a key history: JWS in its general JSON form.
pub type Entry = Any<Value>;

/// Histories by account, each in order.
pub type Histories = BTreeMap<String, Vec<Entry>>;

/// Everything a panel of one issue draws.
#[derive(Debug, Object)]
#[oai(rename_all = "camelCase")]
pub struct PanelState {
    /// The server's time: clients sign with it.
    pub now: i64,
    pub tenant: String,
    pub site: Site,
    pub me: Me,
    pub issue: Issue,
    /// Newest first.
    pub notes: Vec<Card>,
    /// Everybody whom `notes` or `waiting` name, and the caller.
    pub people: BTreeMap<String, Person>,
    pub waiting: Vec<Waiting>,
    /// How many bytes the files of a new note may have together, sealed. None are taken: 0.
    pub file_bytes: i64,
    /// How many seconds a new note may live at most.
    pub longest_life: i64,
    /// Whether somebody has subscribed for those the caller belongs to, agents or customers. No
    /// note is taken before.
    pub subscribed: bool,
    /// Issues that were closed as duplicates of this one, and have notes that the caller may know
    /// of.
    pub duplicates: Vec<Duplicate>,
}

#[derive(Debug, Object)]
#[oai(rename_all = "camelCase")]
pub struct Site {
    /// Where people see the site.
    pub url: String,
    /// The site has another address since a few days: browsers that nobody has seen are no news.
    pub moved: bool,
}

#[derive(Debug, Object)]
#[oai(rename_all = "camelCase")]
pub struct Duplicate {
    pub issue: IssueName,
    /// How many notes live there that the caller may know of.
    pub notes: u32,
    /// Where the caller finds the issue.
    pub url: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "lowercase")]
pub enum PersonKind {
    Agent,
    Customer,
}

impl From<people::PersonKind> for PersonKind {
    fn from(kind: people::PersonKind) -> Self {
        match kind {
            people::PersonKind::Agent => Self::Agent,
            people::PersonKind::Customer => Self::Customer,
        }
    }
}

#[derive(Debug, Object)]
#[oai(rename_all = "camelCase")]
pub struct Me {
    pub account: String,
    pub name: String,
    pub kind: PersonKind,
}

#[derive(Debug, Object)]
#[oai(rename_all = "camelCase")]
pub struct Issue {
    pub id: String,
    pub key: String,
    /// The project's id.
    pub project: String,
    /// `archived` (notes can be read, none can be added) or `not-in-portal` (customers do not see
    /// it); nothing where all is as usual.
    pub place: Option<String>,
}

#[derive(Clone, Debug, Object)]
#[oai(rename_all = "camelCase")]
pub struct Person {
    pub account: String,
    pub name: String,
    pub kind: PersonKind,
    pub avatar: Option<String>,
    pub active: bool,
    /// Whether a key of theirs can be wrapped for now.
    pub has_key: bool,
    /// Whether they can see the issue as things are.
    pub on_request: bool,
}

/// A note as it shows to the caller.
#[derive(Clone, Debug, PartialEq, Eq, Object)]
#[oai(rename_all = "camelCase")]
pub struct Card {
    pub id: String,
    pub author: String,
    pub readers: Vec<String>,
    pub created_at: i64,
    pub expires_at: i64,
    /// The caller wrote it.
    pub mine: bool,
    /// The caller is one of its readers.
    pub reader: bool,
    /// A live key of the caller has a wrap.
    pub wrapped: bool,
    pub unlockable: bool,
    /// Why not: `not-reader`, `waiting` (nobody has let this person in yet), `used` (the caller
    /// opened it as often as they may) or `ended`.
    pub why: Option<String>,
    pub opened: Vec<Opened>,
    /// How many files it has.
    pub files: u32,
    /// How often each reader may open it, where that is limited. The author may at any time.
    pub opens: Option<u64>,
    /// Those named who have no live key with a wrap.
    pub waiting_for: Vec<String>,
    /// Until then its author may take it back and nobody was told.
    pub take_back_until: Option<i64>,
    /// `author` or `readers`: who may let in a new browser of somebody named.
    pub fill: String,
    /// `live`, `taken-back`, `deleted`, `expired`, `used` (every reader opened it as often as they
    /// may) or `shredded` (its issue is gone).
    pub state: String,
    pub ended_at: Option<i64>,
    /// When the keys of an ended note were destroyed: no copy can be opened from then on.
    pub shredded_at: Option<i64>,
    /// Readers who can no longer see the issue: told to the author of a living note.
    pub gone: Vec<String>,
    /// Readers who have another account now, as an administrator says: told to the author of a
    /// living note, who may add it.
    pub moved: Vec<Moved>,
}

#[derive(Clone, Debug, PartialEq, Eq, Object)]
pub struct Moved {
    pub from: String,
    pub to: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Object)]
pub struct Opened {
    pub account: String,
    /// The first time.
    pub at: i64,
}

/// A browser of somebody named that no wrap exists for yet, and that the caller may let in.
#[derive(Clone, Debug, PartialEq, Eq, Object)]
pub struct Waiting {
    pub note: String,
    pub issue: IssueName,
    pub account: String,
    pub name: String,
    /// The sort of their account: a portal customer is one of the desk's, whatever the issue.
    pub kind: PersonKind,
    pub kid: String,
    pub entry: Entry,
    /// `first`, `added` or `unconfirmed`.
    pub reason: String,
    pub since: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, Object)]
pub struct IssueName {
    pub id: String,
    pub key: String,
}

#[derive(Debug, Object)]
pub struct WaitingList {
    pub now: i64,
    pub waiting: Vec<Waiting>,
}

#[derive(Debug, Object)]
pub struct People {
    pub people: Vec<Person>,
}

#[derive(Debug, Object)]
pub struct KeyHistories {
    pub histories: Histories,
    /// Key ids that the server no longer accepts, though no entry revokes them.
    pub retired: Vec<String>,
}

#[derive(Debug, Object)]
pub struct NewKey {
    pub entry: Entry,
    /// A revocation that follows it in the same step.
    pub then: Option<Entry>,
    /// What the person calls this browser; shown to nobody else.
    pub name: Option<String>,
}

#[derive(Debug, Object)]
pub struct KeyAdded {
    pub kid: String,
    pub n: u32,
}

#[derive(Debug, Object)]
pub struct NewNote {
    /// JWE in its general JSON form.
    pub envelope: Any<Value>,
    /// The author's signature, a compact JWS.
    pub seal: String,
}

#[derive(Debug, Object)]
pub struct NoteAdded {
    pub note: Card,
}

/// A wrap for one key of the caller.
#[derive(Clone, Debug, PartialEq, Eq, Object)]
#[oai(rename_all = "camelCase")]
pub struct Recipient {
    pub kid: String,
    pub ek: String,
    pub encrypted_key: String,
}

/// What a browser needs to check a note before its person consents. No content is in it.
#[derive(Debug, Object)]
pub struct Authorised {
    pub now: i64,
    pub protected: String,
    pub seal: String,
    /// The caller's own wraps.
    pub recipients: Vec<Recipient>,
    /// The chain, in order; compact JWS.
    pub grants: Vec<String>,
    pub histories: Histories,
    pub retired: Vec<String>,
}

/// The same for letting somebody in, from any issue.
#[derive(Debug, Object)]
pub struct LetIn {
    pub now: i64,
    pub protected: String,
    pub seal: String,
    pub recipients: Vec<Recipient>,
    pub grants: Vec<String>,
    /// What the next grant names as the one before it.
    pub head: String,
    pub histories: Histories,
    pub retired: Vec<String>,
}

#[derive(Debug, Object)]
#[oai(rename_all = "camelCase")]
pub struct NewEnd {
    /// Sooner than the note ends now.
    pub expires_at: i64,
}

#[derive(Debug, Object)]
pub struct Consent {
    /// The opening token, base64url of 32 bytes.
    pub open: String,
    /// The reader's signed request, a compact JWS.
    pub request: String,
}

#[derive(Debug, PartialEq, Eq, Object)]
pub struct Released {
    pub iv: String,
    pub ciphertext: String,
    pub tag: String,
    /// When this opening was recorded.
    pub at: i64,
}

#[derive(Debug, Object)]
#[oai(rename_all = "camelCase")]
pub struct NewGrant {
    /// A compact JWS.
    pub grant: String,
    pub ek: String,
    pub encrypted_key: String,
}
