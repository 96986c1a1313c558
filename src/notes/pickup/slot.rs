//! The record of one code, and what a try of its words does to it.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use serde::{Deserialize, Serialize};

use super::api::PickupUnlocked;
use crate::clock::{Entropy, Instant};
use crate::ids::NoteId;
use crate::notes::records::{Unreadable, decode, encode};
use crate::seal::{Hash, Kid, REPEAT, Rejected, base64, pickup_token_matches, sha};

/// Different wrong tokens that end a code.
const TRIES: usize = 5;
const WHAT: &str = "code";

/// A code that was given and is not used up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Slot {
    #[serde(rename = "k")]
    pub kid: Kid,
    #[serde(rename = "x")]
    pub ends: Instant,
    /// Of the token that releases what is closed.
    #[serde(rename = "t")]
    pub token: Hash,
    /// Wrap and box under the note's shred key, base64url.
    #[serde(rename = "c")]
    pub closed: String,
    /// Hashes of wrong tokens: the same one sent again is no second guess.
    #[serde(rename = "w", default)]
    pub wrong: Vec<Hash>,
    #[serde(rename = "r", default)]
    pub released: Option<Released>,
}

/// When the token came, and in which try.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Released {
    #[serde(rename = "i")]
    pub id: String,
    #[serde(rename = "t")]
    pub at: Instant,
}

/// What comes of a try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Tried {
    /// The first with the right token: release, and keep this until its instant.
    Release(Slot, Instant),
    /// The same try, whose answer was lost.
    Again,
    /// One of few wrong ones.
    Wrong(Slot),
    /// The same wrong one again.
    StillWrong,
    /// The last wrong one: destroy.
    Spent,
    /// Used already.
    Used,
}

impl Slot {
    /// Pure. `token` and `id` are as they came.
    pub(super) fn tried(&self, token: &str, id: &str, now: Instant) -> Result<Tried, Rejected> {
        let bytes: [u8; 32] = base64::decode_exact(token)?;
        base64::decode_exact::<16>(id)?;
        if pickup_token_matches(&self.token, token).is_ok() {
            return Ok(match &self.released {
                None => {
                    let mut slot = self.clone();
                    let id = id.to_owned();
                    slot.released = Some(Released { id, at: now });
                    Tried::Release(slot, self.ends.min(now + REPEAT))
                }
                Some(released) if released.id == id && now.since(released.at) < REPEAT => {
                    Tried::Again
                }
                Some(_) => Tried::Used,
            });
        }
        if self.released.is_some() {
            return Ok(Tried::Used);
        }
        let wrong = sha(&[&bytes]);
        if self.wrong.contains(&wrong) {
            return Ok(Tried::StillWrong);
        }
        let mut slot = self.clone();
        slot.wrong.push(wrong);
        Ok(if slot.wrong.len() < TRIES {
            Tried::Wrong(slot)
        } else {
            Tried::Spent
        })
    }

    /// What the token releases, opened with the note's shred key.
    pub(super) fn open(&self, key: &[u8; 32], note: &NoteId) -> Result<PickupUnlocked, Unreadable> {
        let bytes = base64::decode(&self.closed).map_err(|_| Unreadable(WHAT))?;
        let (nonce, body) = bytes
            .split_first_chunk::<NONCE_LEN>()
            .ok_or(Unreadable(WHAT))?;
        let mut body = body.to_vec();
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let plain = cipher(key)?
            .open_in_place(nonce, bound_to(note, &self.kid), &mut body)
            .map_err(|_| Unreadable(WHAT))?;
        let parts: Parts = decode(WHAT, plain)?;
        Ok(PickupUnlocked {
            kid: self.kid.to_string(),
            ek: parts.ek,
            encrypted_key: parts.encrypted_key,
            closed: parts.closed,
        })
    }
}

/// What lies under the shred key.
#[derive(Serialize, Deserialize)]
pub(super) struct Parts {
    #[serde(rename = "e")]
    pub ek: String,
    #[serde(rename = "w")]
    pub encrypted_key: String,
    #[serde(rename = "b")]
    pub closed: String,
}

impl Parts {
    pub(super) fn close(
        &self,
        key: &[u8; 32],
        note: &NoteId,
        kid: &Kid,
        entropy: &Entropy,
    ) -> Result<String, Unreadable> {
        let nonce: [u8; NONCE_LEN] = entropy.bytes();
        let mut body = encode(self).to_vec();
        cipher(key)?
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                bound_to(note, kid),
                &mut body,
            )
            .map_err(|_| Unreadable(WHAT))?;
        Ok(base64::encode(&[&nonce[..], &body].concat()))
    }
}

/// Binds what is closed to its note and code, so that one cannot stand in for another.
fn bound_to(note: &NoteId, kid: &Kid) -> Aad<Vec<u8>> {
    Aad::from(
        [
            &b"deskbridge note pickup 1"[..],
            note.as_bytes(),
            kid.as_bytes(),
        ]
        .concat(),
    )
}

fn cipher(key: &[u8; 32]) -> Result<LessSafeKey, Unreadable> {
    UnboundKey::new(&AES_256_GCM, key)
        .map(LessSafeKey::new)
        .map_err(|_| Unreadable(WHAT))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Instant {
        Instant::from_seconds(seconds)
    }

    fn token(n: u8) -> String {
        base64::encode(&[n; 32])
    }

    fn slot() -> Slot {
        Slot {
            kid: sha(&[b"kid"]).into(),
            ends: at(3600),
            token: sha(&[&[7; 32]]),
            closed: String::new(),
            wrong: Vec::new(),
            released: None,
        }
    }

    #[test]
    fn the_right_words_release_once_and_again_for_a_lost_answer() {
        let (id, other) = (base64::encode(&[1; 16]), base64::encode(&[2; 16]));
        let Ok(Tried::Release(slot, until)) = slot().tried(&token(7), &id, at(100)) else {
            panic!("released");
        };
        assert_eq!(until, at(220));
        for (id, now, what) in [
            (&id, 219, Tried::Again),
            (&id, 220, Tried::Used),
            (&other, 101, Tried::Used),
        ] {
            assert_eq!(slot.tried(&token(7), id, at(now)), Ok(what), "{now}");
        }
        assert_eq!(slot.tried(&token(1), &id, at(101)), Ok(Tried::Used));
    }

    #[test]
    fn the_fifth_wrong_guess_ends_a_code_and_the_same_guess_counts_once() {
        let id = base64::encode(&[1; 16]);
        let mut slot = slot();
        for guess in [1, 2, 3, 4] {
            let Ok(Tried::Wrong(next)) = slot.tried(&token(guess), &id, at(1)) else {
                panic!("wrong");
            };
            slot = next;
            let again = slot.tried(&token(guess), &id, at(1));
            assert_eq!(again, Ok(Tried::StillWrong));
        }
        assert_eq!(slot.tried(&token(5), &id, at(1)), Ok(Tried::Spent));
        // Whoever has the right words after four wrong ones is let through.
        let right = slot.tried(&token(7), &id, at(1));
        assert!(matches!(right, Ok(Tried::Release(..))));
        assert!(slot.tried("short", &id, at(1)).is_err());
        assert!(slot.tried(&token(7), "short", at(1)).is_err());
    }

    #[test]
    fn what_is_closed_opens_for_its_note_and_code_alone() {
        let (note, other) = (NoteId::from_bytes([1; 16]), NoteId::from_bytes([2; 16]));
        let parts = Parts {
            ek: "e".to_owned(),
            encrypted_key: "w".to_owned(),
            closed: "b".to_owned(),
        };
        let mut slot = slot();
        let closed = parts.close(&[3; 32], &note, &slot.kid, &Entropy::seeded(1));
        slot.closed = closed.expect("closes");
        let opened = slot.open(&[3; 32], &note).expect("opens");
        assert_eq!((opened.ek.as_str(), opened.closed.as_str()), ("e", "b"));
        assert!(slot.open(&[4; 32], &note).is_err());
        assert!(slot.open(&[3; 32], &other).is_err());
        slot.kid = sha(&[b"another"]).into();
        assert!(slot.open(&[3; 32], &note).is_err());
    }
}
