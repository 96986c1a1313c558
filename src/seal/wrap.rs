use std::convert::Infallible;

use hpke::aead::{Aead, AesGcm256};
use hpke::kdf::HkdfSha256;
use hpke::kem::{DhP256HkdfSha256, Kem};
use hpke::rand_core::{TryCryptoRng, TryRng};
use hpke::{Deserializable, OpModeR, OpModeS, Serializable};
use zeroize::Zeroizing;

use super::{Cek, Hash, KeyEntry, Kid, Party, Point, Rejected, Wrap};
use crate::clock::Entropy;

type Private = <DhP256HkdfSha256 as Kem>::PrivateKey;
type Public = <DhP256HkdfSha256 as Kem>::PublicKey;
type Encapsulated = <DhP256HkdfSha256 as Kem>::EncappedKey;

/// Wraps the content key of the note with header hash `hh` for one key of `a`.
pub fn seal_wrap(
    cek: &Cek,
    hh: &Hash,
    a: &Party,
    key: &KeyEntry,
    entropy: &Entropy,
) -> Result<Wrap, Rejected> {
    let public = Public::from_bytes(key.enc.as_bytes()).map_err(|_| Rejected::Point)?;
    let info = info("A256GCM", &extra(hh, a, &key.kid));
    let (ek, sealed) = hpke::single_shot_seal_with_rng::<AesGcm256, HkdfSha256, DhP256HkdfSha256>(
        &OpModeS::Base,
        &public,
        &info,
        cek.as_bytes(),
        b"",
        &mut Drawn(entropy),
    )
    .map_err(|_| Rejected::Wrap)?;
    Ok(Wrap {
        kid: key.kid,
        ek: Point::from_bytes(&ek.to_bytes())?,
        encrypted_key: sealed.try_into().map_err(|_| Rejected::Wrap)?,
    })
}

/// Opens a wrap with a private key (32 bytes, big endian). The commitment is not checked here.
pub fn open_wrap(wrap: &Wrap, hh: &Hash, a: &Party, private: &[u8; 32]) -> Result<Cek, Rejected> {
    let info = info("A256GCM", &extra(hh, a, &wrap.kid));
    let opened = open::<AesGcm256>(private, wrap.ek.as_bytes(), &info, &wrap.encrypted_key)?;
    let cek: [u8; 32] = opened.as_slice().try_into().map_err(|_| Rejected::Wrap)?;
    Ok(Cek::from_bytes(cek))
}

fn open<A: Aead>(
    private: &[u8; 32],
    ek: &[u8],
    info: &[u8],
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Rejected> {
    let private = Private::from_bytes(private).map_err(|_| Rejected::Wrap)?;
    let ek = Encapsulated::from_bytes(ek).map_err(|_| Rejected::Point)?;
    hpke::single_shot_open::<A, HkdfSha256, DhP256HkdfSha256>(
        &OpModeR::Base,
        &private,
        &ek,
        info,
        sealed,
        b"",
    )
    .map(Zeroizing::new)
    .map_err(|_| Rejected::Wrap)
}

/// `Recipient_structure` of draft-ietf-jose-hpke-encrypt, key encryption.
fn info(enc: &str, extra: &[u8]) -> Vec<u8> {
    [
        b"JOSE-HPKE rcpt",
        &[0xFF][..],
        enc.as_bytes(),
        &[0xFF],
        extra,
    ]
    .concat()
}

/// Binds a wrap to its header, and so to note, tenant, issue, end and readers, and to its key.
fn extra(hh: &Hash, a: &Party, kid: &Kid) -> Vec<u8> {
    let a = a.to_string();
    // A party is at most 128 bytes.
    let length = u16::try_from(a.len()).unwrap_or(u16::MAX).to_be_bytes();
    [
        b"deskbridge-note/1 wrap",
        &[0][..],
        hh.as_bytes(),
        &length,
        a.as_bytes(),
        kid.as_bytes(),
    ]
    .concat()
}

/// Gives the library our entropy: the system's, or in tests a sequence that repeats.
struct Drawn<'a>(&'a Entropy);

impl TryRng for Drawn<'_> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(u32::from_le_bytes(self.0.bytes()))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(u64::from_le_bytes(self.0.bytes()))
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        for chunk in out.chunks_mut(32) {
            let drawn = Zeroizing::new(self.0.bytes::<32>());
            chunk.copy_from_slice(&drawn[..chunk.len()]);
        }
        Ok(())
    }
}

impl TryCryptoRng for Drawn<'_> {}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use aws_lc_rs::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
    use hpke::aead::AesGcm128;
    use serde_json::Value;

    use super::*;
    use crate::seal::base64;

    #[test]
    #[expect(
        clippy::print_stdout,
        reason = "a test that had nothing to test says so"
    )]
    fn the_drafts_own_example_opens() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let found = ["../shared", "../../shared"]
            .map(|shared| {
                root.join(shared)
                    .join("data/jose-hpke/draft-example-6-3.json")
            })
            .into_iter()
            .find(|path| path.exists());
        let Some(path) = found else {
            println!("SKIPPED-DATA jose-hpke");
            return;
        };
        let example: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        let text = |pointer: &str| example.pointer(pointer).unwrap().as_str().unwrap();
        let bytes = |pointer: &str| base64::decode(text(pointer)).unwrap();

        let cek = open::<AesGcm128>(
            &bytes("/key/d").try_into().unwrap(),
            &bytes("/jwe/recipients/0/header/ek"),
            &info("A128GCM", b""),
            &bytes("/jwe/recipients/0/encrypted_key"),
        )
        .unwrap();

        let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &cek).unwrap());
        let mut body = [bytes("/jwe/ciphertext"), bytes("/jwe/tag")].concat();
        let aad = format!("{}.{}", text("/jwe/protected"), text("/jwe/aad"));
        let nonce = Nonce::try_assume_unique_for_key(&bytes("/jwe/iv")).unwrap();
        let plain = key.open_in_place(nonce, Aad::from(aad), &mut body).unwrap();
        assert_eq!(plain, text("/plaintext").as_bytes());
    }
}
