//! Sealed notes: the strict reader of everything a browser seals or signs, and the checks that
//! need no store, host or clock. `SPEC.md` in this folder fixes every byte; `frontend/src/seal`
//! is the same room in TypeScript with the same file names, and both run the vectors in
//! `tests/vectors/seal`.
//!
//! Nothing here panics on foreign input and nothing here can read a note: the server has no key.
//! Content and wraps are opened in tests, and sealed by the server only for its own automation.
//!
//! To receive a note: [`Envelope::parse`], then [`admit`]. To let somebody in: [`Grant::parse`],
//! then [`Chain::append`]. To release a body: [`OpenRequest::parse`], [`OpenRequest::verify`],
//! [`token_matches`], [`repeated`]. A code is given and used by [`Grant`]s; its box is released for
//! a token that [`pickup_token_matches`].

mod admit;
mod approval;
pub mod base64;
mod code;
mod content;
mod derive;
mod digest;
mod entry;
mod envelope;
mod files;
mod grant;
mod header;
mod history;
mod jcs;
mod jws;
mod note_seal;
mod open;
mod party;
mod pickup;
mod pickup_words;
mod point;
mod rejected;
mod wrap;

pub use admit::{Admission, LiveKeys, admit, fresh};
pub use approval::{Half, digits};
pub use code::{Code, Slot, code_token, open_slot, seal_slot};
pub use content::{Content, FileEntry, open_content, seal_content};
pub use derive::{Cek, commit, file_key, open_token};
pub use digest::{Hash, Kid, sha};
pub use entry::{Class, Entry, KeyEntry, Kind, Life, Revocation};
pub use envelope::{Envelope, Wrap};
pub use files::{OfNote, chunks_of, open_file, padded_length, seal_file, sealed_length};
pub use grant::{Act, Chain, Grant, Head};
pub use header::{Author, Fill, Header, Place};
pub use history::History;
pub use jcs::canonical;
pub use jws::{Compact, General, Signer, Typ};
pub use note_seal::NoteSeal;
pub use open::{OpenRequest, REPEAT, Seen, repeated, token_matches};
pub use party::{Party, Reader};
pub use pickup::{Pickup, PickupPair};
pub use pickup_words::{PickupKeys, closed_box, pickup_token_matches};
pub use point::Point;
pub use rejected::Rejected;
pub use wrap::{open_wrap, seal_wrap};
