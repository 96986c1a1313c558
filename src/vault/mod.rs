//! Secrets at rest: a ring of keys that seals, opens and derives. Whoever holds the store without
//! the ring holds no secret of a tenant.

mod ring;
pub mod shred;

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, Salt};

pub use ring::{KeyId, KeyRing, RingError};

use crate::clock::Entropy;

const FORMAT: u8 = 1;
const NONCE: usize = 12;
const HEAD: usize = 1 + 4 + NONCE;
const TAG: usize = 16;

/// Seals and opens under the ring. Cheap to clone; all clones see a replaced ring.
///
/// Layout of what is sealed: format (1), key id, nonce, ciphertext and tag of AES-256-GCM. The
/// additional data is the head and the context, so that a sealed value moved to another record
/// or tenant does not open.
#[derive(Clone)]
pub struct Vault {
    ring: Arc<RwLock<Arc<KeyRing>>>,
    entropy: Entropy,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault").field("ring", &self.ring()).finish()
    }
}

/// What does not open: damaged, from another place, or sealed by a key that the ring lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsealable {
    #[error("sealed by a key that is not in the key ring")]
    UnknownKey,
    #[error("damaged, or sealed for another place")]
    Damaged,
}

impl Vault {
    pub fn new(ring: KeyRing, entropy: Entropy) -> Self {
        Self {
            ring: Arc::new(RwLock::new(Arc::new(ring))),
            entropy,
        }
    }

    /// Takes a newly read ring into use. Values sealed by a key it lacks no longer open.
    pub fn replace(&self, ring: KeyRing) {
        *self.ring.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(ring);
    }

    /// `context` says what this is and where it belongs; the same bytes are needed to open it.
    pub fn seal(&self, context: &[u8], plaintext: &[u8]) -> Vec<u8> {
        let ring = self.ring();
        let key = ring.newest();
        let nonce: [u8; NONCE] = self.entropy.bytes();
        let mut out = Vec::with_capacity(HEAD + plaintext.len() + TAG);
        out.push(FORMAT);
        out.extend_from_slice(&key.id.0);
        out.extend_from_slice(&nonce);
        let aad = additional(&out, context);
        let mut body = plaintext.to_vec();
        cipher(&key.secret)
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(aad),
                &mut body,
            )
            .expect("AES-GCM seals anything that fits in memory");
        out.extend_from_slice(&body);
        out
    }

    pub fn open(&self, context: &[u8], sealed: &[u8]) -> Result<Vec<u8>, Unsealable> {
        if sealed.len() < HEAD + TAG || sealed[0] != FORMAT {
            return Err(Unsealable::Damaged);
        }
        let (head, body) = sealed.split_at(HEAD);
        let mut id = [0_u8; 4];
        id.copy_from_slice(&head[1..5]);
        let mut nonce = [0_u8; NONCE];
        nonce.copy_from_slice(&head[5..]);
        let ring = self.ring();
        let key = ring.find(KeyId(id)).ok_or(Unsealable::UnknownKey)?;
        let mut body = body.to_vec();
        let plain = cipher(&key.secret)
            .open_in_place(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(additional(head, context)),
                &mut body,
            )
            .map_err(|_| Unsealable::Damaged)?;
        Ok(plain.to_vec())
    }

    /// Whether the newest key sealed this; if not, sealing it again retires an older key.
    pub fn is_current(&self, sealed: &[u8]) -> bool {
        sealed.get(1..5) == Some(&self.ring().newest().id.0[..])
    }

    /// Keys for `label`, one from each key of the ring, newest first: make with the first, accept
    /// all. HKDF-SHA256, so that none says anything of the ring or of another label.
    pub fn derive(&self, label: &str) -> Vec<[u8; 32]> {
        self.ring()
            .newest_first()
            .map(|key| expand(&key.secret, label))
            .collect()
    }

    fn ring(&self) -> Arc<KeyRing> {
        Arc::clone(&self.ring.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The head has a fixed length, so head and context cannot run into each other.
fn additional(head: &[u8], context: &[u8]) -> Vec<u8> {
    [head, context].concat()
}

fn cipher(secret: &[u8; 32]) -> LessSafeKey {
    LessSafeKey::new(UnboundKey::new(&AES_256_GCM, secret).expect("AES-256 keys have 32 bytes"))
}

fn expand(secret: &[u8; 32], label: &str) -> [u8; 32] {
    let mut out = [0_u8; 32];
    Salt::new(HKDF_SHA256, b"deskbridge derive 1")
        .extract(secret)
        .expand(&[label.as_bytes()], HKDF_SHA256)
        .and_then(|okm| okm.fill(&mut out))
        .expect("32 bytes are within what HKDF-SHA256 gives");
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Instant;

    const NOW: Instant = Instant::from_seconds(1_700_000_000);

    fn vault(seed: u64) -> Vault {
        let ring = KeyRing::generate(&Entropy::seeded(seed), NOW);
        Vault::new(ring, Entropy::system())
    }

    #[test]
    fn what_is_sealed_opens_in_its_place_only() {
        let vault = vault(1);
        let sealed = vault.seal(b"tenant a", b"secret");
        assert_eq!(vault.open(b"tenant a", &sealed), Ok(b"secret".to_vec()));
        assert_eq!(vault.open(b"tenant b", &sealed), Err(Unsealable::Damaged));
        assert_ne!(sealed, vault.seal(b"tenant a", b"secret"));
    }

    #[test]
    fn any_changed_byte_is_noticed() {
        let vault = vault(1);
        let sealed = vault.seal(b"x", b"secret");
        for at in 0..sealed.len() {
            let mut bad = sealed.clone();
            bad[at] ^= 1;
            assert!(vault.open(b"x", &bad).is_err(), "byte {at}");
        }
        for len in 0..sealed.len() {
            assert!(vault.open(b"x", &sealed[..len]).is_err(), "length {len}");
        }
    }

    #[test]
    fn after_rotation_the_old_opens_and_the_new_seals() {
        let ring = KeyRing::generate(&Entropy::seeded(1), NOW);
        let vault = Vault::new(ring.clone(), Entropy::system());
        let sealed = vault.seal(b"x", b"secret");
        let mut longer = ring.clone();
        longer.add(&Entropy::seeded(2), NOW);
        vault.replace(longer);
        assert_eq!(vault.open(b"x", &sealed), Ok(b"secret".to_vec()));
        assert!(!vault.is_current(&sealed));
        let again = vault.seal(b"x", b"secret");
        assert!(vault.is_current(&again));
        vault.replace(ring);
        assert_eq!(vault.open(b"x", &again), Err(Unsealable::UnknownKey));
    }

    #[test]
    fn derived_keys_differ_by_label_and_outlive_rotation() {
        let ring = KeyRing::generate(&Entropy::seeded(1), NOW);
        let vault = Vault::new(ring.clone(), Entropy::system());
        let before = vault.derive("session");
        assert_ne!(before, vault.derive("other"));
        let mut longer = ring;
        longer.add(&Entropy::seeded(2), NOW);
        vault.replace(longer);
        let after = vault.derive("session");
        assert_eq!(after.len(), 2);
        assert_eq!(after[1], before[0]);
    }
}
