//! Secure notes: kept for those they name, readable by nobody here.
//!
//! A note is sealed and opened in browsers; this room stores it, decides who may fetch what, and
//! tells people. What it can decide without asking anybody is pure (`decide`, `card`); what a
//! browser seals or signs is checked by [`crate::seal`]; whether somebody still sees an issue is
//! asked of the host each time it matters ([`crate::people`]).
//!
//! # Records
//!
//! All lie in the tenant's scope. Values begin with a format byte; bodies are compact JSON except
//! where said. Times are milliseconds.
//!
//! | key | value | life |
//! |---|---|---|
//! | `note/{note}` | who, when, state; while it lives also header, seal, which keys have wraps, end of the chain. Afterwards who and when only: the tombstone | kept |
//! | `note-sealed/{note}` | format byte, iv (12), tag (16), ciphertext | until the note ends |
//! | `note-wraps/{note}/{block}` | format byte, nonce (12), then up to 64 wraps encrypted under the note's shred key | until the note ends |
//! | `note-grants/{note}` : `{n}` | one grant, a compact JWS | until the note ends |
//! | `note-receipts/{note}` : `{jti}` | one consented opening: account, when, the reader's signed request | kept |
//! | `note-issue/{issue}` : `{newest first}/{note}` | the format byte: an index | kept |
//! | `note-account/{account}` : `{note}` | the format byte: the living notes that name this person, as author or as reader | until the note ends |
//! | `note-living` : `{issue}/{note}` | the format byte: what the nightly check goes through | until the note ends |
//! | `note-missed/{issue}` | when the host first did not know an issue with living notes | seven days |
//! | `note-checked` | when the nightly check last came to its end | kept |
//! | `note-named/{account}` : `{note}` | the format byte: the announced notes that name this person, living or not | until the account is erased |
//! | `note-people` : `{account}` | an account of which something is kept, for the weekly report | until the account is erased |
//! | `account-successor/{account}` | which account an administrator says is theirs now, who said so and when | kept |
//! | `key-head/{account}` | end of the account's key history, usable and retired keys | kept |
//! | `key-entries/{account}` : `{n}` | one entry, JWS General JSON | kept |
//! | `key-asked/{account}` | a browser that asks to be approved: commitment, answer, half of an entry | 15 minutes |
//! | `key-code/{account}` | the slot of the recovery code's key and the hash of its token | until the code is replaced or removed |
//! | `key-code-tries/{account}/{day}` | counts tries of the recovery code | two days |
//! | `note-wrong/{account}/{hour}` | counts wrong opening tokens | two hours |
//! | `note-uploads/{note}` | whose files were uploaded for a note to come, and the sizes of their parts | an hour |
//! | `note-uploaded/{account}/{hour}` | counts bytes uploaded | two hours |
//! | `note-file-ticket/{note}/{account}` | the format byte: this person opened the note and may fetch its files | a quarter of an hour |
//! | `note-unread/{note}` | the format byte: its author may have been told that it ended unread | 30 days |
//! | `notes-subscribed/{audience}` | who subscribed `agents` or `customers`, and when | kept |
//! | `note-pickup/{note}/{account}` | a reader's code: its key, the hash of its token, wrong tries; wrap and box under the note's shred key | an hour, two minutes once used |
//! | `note-codes/{account}/{hour}` | counts codes given | two hours |
//!
//! The shred key of a note lies apart ([`crate::vault`]), under the ids of tenant and note. It is
//! written and synced before the note's commit and overwritten when the note ends; one whose note
//! was never committed is swept after an hour. All keys of a tenant go at once when it is shredded,
//! before its records.
//!
//! Files lie outside the store ([`crate::blobs`]) as `{tenant}/{note}/{file}/{part}`: ciphertext
//! under keys that only the sealed note leads to. They are written before the note, deleted by
//! `note-shred`, and swept after two hours where no note came for them.
//!
//! # Jobs
//!
//! `note-announce` (10 s after creation, in the lane), `note-expire` (at its instant, and
//! two minutes after every reader opened it as often as they may),
//! `note-shred` (at once after any other end), `note-unread` (at once when a note expired that none
//! of its readers opened), `note-unwrap` (at once when keys of somebody end), `notes-night` (each
//! hour) and `notes-check` (each night for every tenant), `accounts-report` (each week for every
//! tenant) and `account-erase` (once an account was closed).

mod announce;
mod api;
mod author;
mod authorise;
mod begin;
mod body;
mod browsers;
mod card;
mod create;
mod decide;
mod end;
mod files;
mod keys;
mod layout;
mod let_in;
mod life;
mod live;
mod load;
mod open;
mod pickup;
mod records;
mod refuse;
mod state;
mod subscription;
mod unread;
mod visit;
mod waiting;
mod wraps;

use std::time::Duration;

use tokio_util::sync::CancellationToken;

pub use announce::Announce;
pub use api::NotesApi;
pub use browsers::{BrowsersApi, Unwrap};
pub use end::{Expire, Shred};
pub use files::FilesApi;
pub use life::{AccountsApi, Check, Erase, Night, Report};
pub use pickup::PickupApi;
pub use subscription::SubscriptionApi;
pub use unread::Unread;

use crate::blobs::Blobs;
use crate::clock::{Clock, Entropy};
use crate::jira::Jira;
use crate::people::People;
use crate::store::Store;
use crate::vault::shred::ShredKeys;

/// What an operator may set.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// How long an author may take a note back before anybody is told.
    pub announce_after: Duration,
    /// The longest life a note may be given.
    pub longest_life: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            announce_after: Duration::from_secs(10),
            longest_life: Duration::from_secs(28 * 24 * 3600),
        }
    }
}

/// The room, with what it needs of those below.
pub struct Notes {
    store: Store,
    shred: ShredKeys,
    blobs: Blobs,
    people: People,
    jira: Jira,
    clock: Clock,
    entropy: Entropy,
    options: Options,
    /// Ends the streams of live panels when the server stops.
    stopping: CancellationToken,
    seats: live::Seats,
}

/// What [`Notes::new`] takes.
pub struct Parts {
    pub store: Store,
    pub shred: ShredKeys,
    pub blobs: Blobs,
    pub people: People,
    pub jira: Jira,
    pub clock: Clock,
    pub entropy: Entropy,
    pub options: Options,
    pub stopping: CancellationToken,
}

impl Notes {
    pub fn new(parts: Parts) -> Self {
        Self {
            store: parts.store,
            shred: parts.shred,
            blobs: parts.blobs,
            people: parts.people,
            jira: parts.jira,
            clock: parts.clock,
            entropy: parts.entropy,
            options: parts.options,
            stopping: parts.stopping,
            seats: live::Seats::default(),
        }
    }
}
