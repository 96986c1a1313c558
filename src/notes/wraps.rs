//! The wrapped keys of a note, in blocks, each encrypted under the note's shred key. Without that
//! key, which is kept apart and overwritten at the note's end, a block left in a log, a backup or
//! a replica is noise.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::records::{Unreadable, decode, encode};
use crate::clock::Entropy;
use crate::ids::NoteId;
use crate::seal::{Kid, Wrap, base64};

/// Wraps to a record: about 16 KiB, so that letting one browser in rewrites little.
pub(super) const BLOCK: usize = 64;

const FORMAT: u8 = 1;
const WHAT: &str = "block of wraps";

/// A note's content key, encrypted for one browser; base64url.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct StoredWrap {
    #[serde(rename = "k")]
    pub kid: Kid,
    #[serde(rename = "e")]
    pub ek: String,
    #[serde(rename = "w")]
    pub encrypted_key: String,
}

impl From<&Wrap> for StoredWrap {
    fn from(wrap: &Wrap) -> Self {
        Self {
            kid: wrap.kid,
            ek: base64::encode(wrap.ek.as_bytes()),
            encrypted_key: base64::encode(&wrap.encrypted_key),
        }
    }
}

/// Binds a block to its note and place, so that one cannot stand in for another.
fn bound_to(id: &NoteId, block: usize) -> Aad<Vec<u8>> {
    let mut aad = b"deskbridge note wraps 1".to_vec();
    aad.extend_from_slice(id.as_bytes());
    aad.extend_from_slice(&u64::try_from(block).unwrap_or(u64::MAX).to_be_bytes());
    Aad::from(aad)
}

fn cipher(key: &[u8; 32]) -> Result<LessSafeKey, Unreadable> {
    UnboundKey::new(&AES_256_GCM, key)
        .map(LessSafeKey::new)
        .map_err(|_| Unreadable(WHAT))
}

pub(super) fn close(
    key: &[u8; 32],
    id: &NoteId,
    block: usize,
    wraps: &[StoredWrap],
    entropy: &Entropy,
) -> Result<Bytes, Unreadable> {
    let nonce: [u8; NONCE_LEN] = entropy.bytes();
    let mut body = encode(&wraps).to_vec();
    cipher(key)?
        .seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            bound_to(id, block),
            &mut body,
        )
        .map_err(|_| Unreadable(WHAT))?;
    let mut out = Vec::with_capacity(1 + NONCE_LEN + body.len());
    out.push(FORMAT);
    out.extend_from_slice(&nonce);
    out.extend_from_slice(&body);
    Ok(out.into())
}

pub(super) fn open(
    key: &[u8; 32],
    id: &NoteId,
    block: usize,
    value: &[u8],
) -> Result<Vec<StoredWrap>, Unreadable> {
    let (format, rest) = value.split_first().ok_or(Unreadable(WHAT))?;
    let (nonce, body) = rest
        .split_first_chunk::<NONCE_LEN>()
        .ok_or(Unreadable(WHAT))?;
    if *format != FORMAT {
        return Err(Unreadable(WHAT));
    }
    let mut body = body.to_vec();
    let plain = cipher(key)?
        .open_in_place(
            Nonce::assume_unique_for_key(*nonce),
            bound_to(id, block),
            &mut body,
        )
        .map_err(|_| Unreadable(WHAT))?;
    decode(WHAT, plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::sha;

    #[test]
    fn a_block_opens_with_its_key_at_its_place_alone() {
        let (id, other) = (NoteId::from_bytes([1; 16]), NoteId::from_bytes([2; 16]));
        let wraps = vec![StoredWrap {
            kid: sha(&[b"k"]).into(),
            ek: "e".to_owned(),
            encrypted_key: "w".to_owned(),
        }];
        let closed = close(&[3; 32], &id, 0, &wraps, &Entropy::seeded(1)).expect("closes");
        assert_eq!(open(&[3; 32], &id, 0, &closed).expect("opens"), wraps);
        let mut bent = closed.to_vec();
        bent[20] ^= 1;
        for (what, answer) in [
            ("another key", open(&[4; 32], &id, 0, &closed)),
            ("another note", open(&[3; 32], &other, 0, &closed)),
            ("another place", open(&[3; 32], &id, 1, &closed)),
            ("a changed bit", open(&[3; 32], &id, 0, &bent)),
            ("cut short", open(&[3; 32], &id, 0, &closed[..12])),
        ] {
            assert!(answer.is_err(), "{what}");
        }
    }
}
