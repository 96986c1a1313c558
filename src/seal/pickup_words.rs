//! The words of a code: what is derived from them, and the box that they open.

use std::num::NonZeroU32;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};
use aws_lc_rs::pbkdf2;
use zeroize::{Zeroize as _, Zeroizing};

use super::{Hash, Kid, PickupPair, Rejected, base64, sha};

const ROUNDS: NonZeroU32 = NonZeroU32::new(600_000).unwrap();
/// iv, two private halves, tag.
const BOX: usize = 12 + 64 + 16;

/// What five words unlock. Wiped when dropped, never printed.
pub struct PickupKeys {
    key: [u8; 32],
    /// Handed to the server, which holds its hash.
    pub token: [u8; 32],
    kid: Kid,
}

impl Drop for PickupKeys {
    fn drop(&mut self) {
        self.key.zeroize();
        self.token.zeroize();
    }
}

impl PickupKeys {
    /// `words` as the specification writes them: lower case, one space between them.
    pub fn derive(words: &str, pair: &PickupPair) -> Self {
        let mut code = Zeroizing::new([0_u8; 32]);
        pbkdf2::derive(
            pbkdf2::PBKDF2_HMAC_SHA256,
            ROUNDS,
            &pair.salt,
            words.as_bytes(),
            &mut *code,
        );
        Self {
            key: expand(&code, b"deskbridge-note/1 pickup key\0", &pair.kid),
            token: expand(&code, b"deskbridge-note/1 pickup token\0", &pair.kid),
            kid: pair.kid,
        }
    }

    /// Closes the private halves `enc` and `sig`; `by` signs the code's record.
    pub fn close(
        &self,
        by: &Kid,
        halves: &[[u8; 32]; 2],
        iv: [u8; 12],
    ) -> Result<Vec<u8>, Rejected> {
        let mut body = halves.concat();
        let nonce = Nonce::assume_unique_for_key(iv);
        self.cipher()?
            .seal_in_place_append_tag(nonce, self.bound_to(by), &mut body)
            .map_err(|_| Rejected::Wrap)?;
        Ok([&iv[..], &body].concat())
    }

    /// Opens what [`PickupKeys::close`] closed.
    pub fn open(&self, by: &Kid, closed: &str) -> Result<[[u8; 32]; 2], Rejected> {
        let closed = closed_box(closed)?;
        let (iv, body) = closed.split_at(12);
        let mut body = Zeroizing::new(body.to_vec());
        let nonce = Nonce::try_assume_unique_for_key(iv).map_err(|_| Rejected::Wrap)?;
        let open = self
            .cipher()?
            .open_in_place(nonce, self.bound_to(by), &mut body)
            .map_err(|_| Rejected::Wrap)?;
        let mut halves = [[0; 32]; 2];
        for (half, bytes) in halves.iter_mut().zip(open.chunks_exact(32)) {
            half.copy_from_slice(bytes);
        }
        Ok(halves)
    }

    fn cipher(&self) -> Result<LessSafeKey, Rejected> {
        UnboundKey::new(&AES_256_GCM, &self.key)
            .map(LessSafeKey::new)
            .map_err(|_| Rejected::Wrap)
    }

    fn bound_to(&self, by: &Kid) -> Aad<Vec<u8>> {
        let label = b"deskbridge-note/1 pickup box\0";
        Aad::from([&label[..], self.kid.as_bytes(), by.as_bytes()].concat())
    }
}

/// A box as it travels, of the only length there is.
pub fn closed_box(text: &str) -> Result<[u8; BOX], Rejected> {
    base64::decode_exact(text)
}

/// Whether the base64url `token` is the one with this hash, in constant time.
pub fn pickup_token_matches(stored: &Hash, token: &str) -> Result<(), Rejected> {
    let mut token: [u8; 32] = base64::decode_exact(token)?;
    let found = sha(&[&token]);
    token.zeroize();
    verify_slices_are_equal(found.as_bytes(), stored.as_bytes()).map_err(|_| Rejected::Token)
}

struct Bytes32;

impl KeyType for Bytes32 {
    fn len(&self) -> usize {
        32
    }
}

fn expand(code: &[u8; 32], label: &[u8], kid: &Kid) -> [u8; 32] {
    let mut out = [0_u8; 32];
    Salt::new(HKDF_SHA256, &[])
        .extract(code)
        .expand(&[label, kid.as_bytes().as_slice()], Bytes32)
        .and_then(|okm| okm.fill(&mut out))
        .expect("HKDF-SHA256 gives 32 bytes");
    out
}
