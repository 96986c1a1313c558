use std::fmt;

use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};
use zeroize::Zeroize as _;

use crate::clock::Entropy;
use crate::ids::NoteId;

/// The key of one note's content. Used for one sealing only, wiped when dropped, never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Cek([u8; 32]);

impl Cek {
    pub fn random(entropy: &Entropy) -> Self {
        Self(entropy.bytes())
    }

    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub(super) const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl Drop for Cek {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for Cek {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cek(..)")
    }
}

/// Stands in the header: with it a header allows one key only.
pub fn commit(cek: &Cek, note: NoteId) -> [u8; 32] {
    derive(
        cek,
        &[
            b"deskbridge-note/1 commit",
            &[0],
            note.as_bytes().as_slice(),
        ],
    )
}

/// What a reader hands the server to have the body released; the header holds its hash.
pub fn open_token(cek: &Cek, note: NoteId) -> [u8; 32] {
    derive(
        cek,
        &[b"deskbridge-note/1 open", &[0], note.as_bytes().as_slice()],
    )
}

/// The key of one file of a note.
pub fn file_key(cek: &Cek, note: NoteId, file: &[u8; 16]) -> [u8; 32] {
    derive(
        cek,
        &[
            b"deskbridge-note/1 file",
            &[0],
            note.as_bytes().as_slice(),
            file,
        ],
    )
}

struct Bytes32;

impl KeyType for Bytes32 {
    fn len(&self) -> usize {
        32
    }
}

fn derive(cek: &Cek, info: &[&[u8]]) -> [u8; 32] {
    let mut out = [0_u8; 32];
    Salt::new(HKDF_SHA256, &[])
        .extract(cek.as_bytes())
        .expand(info, Bytes32)
        .and_then(|okm| okm.fill(&mut out))
        .expect("HKDF-SHA256 gives 32 bytes");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_derivation_is_its_own() {
        let (a, b) = (Cek::from_bytes([1; 32]), Cek::from_bytes([2; 32]));
        let note = NoteId::from_bytes([3; 16]);
        let all = [
            commit(&a, note),
            commit(&b, note),
            commit(&a, NoteId::from_bytes([4; 16])),
            open_token(&a, note),
            file_key(&a, note, &[0; 16]),
            file_key(&a, note, &[1; 16]),
        ];
        for (i, one) in all.iter().enumerate() {
            assert!(!all[..i].contains(one));
        }
        assert_eq!(format!("{a:?}"), "Cek(..)");
    }
}
