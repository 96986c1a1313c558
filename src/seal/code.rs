use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};
use hpke::kem::{DhP256HkdfSha256, Kem};
use hpke::{Deserializable as _, Serializable as _};
use serde_json::{Value, json};
use zeroize::{Zeroize as _, Zeroizing};

use super::jcs::Members;
use super::{Entry, Kid, Kind, Party, Rejected, approval, sha};
use crate::clock::Entropy;
use crate::ids::TenantId;

/// Crockford's: no letter that looks like a digit, and none that makes a word rude.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const CHARACTERS: usize = 28;
const GROUP: usize = 4;
/// Two private halves and a tag.
const SLOT: usize = 32 + 32 + 16;

/// The secret on a person's paper. Wiped when dropped, never printed by accident.
#[derive(Clone, PartialEq, Eq)]
pub struct Code([u8; 16]);

impl Code {
    pub fn random(entropy: &Entropy) -> Self {
        Self(entropy.bytes())
    }

    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// As it is read from paper: small letters, spaces and what looks alike are taken.
    pub fn parse(text: &str) -> Result<Self, Rejected> {
        let mut values = Vec::with_capacity(CHARACTERS);
        for byte in text.bytes().filter(|b| !matches!(b, b'-' | b' ')) {
            let byte = match byte.to_ascii_uppercase() {
                b'O' => b'0',
                b'I' | b'L' => b'1',
                other => other,
            };
            let value = ALPHABET.iter().position(|c| *c == byte);
            values.push(value.ok_or(Rejected::Code)?);
        }
        if values.len() != CHARACTERS {
            return Err(Rejected::Code);
        }
        // 140 bits: the last two are left over.
        let mut bytes = [0_u8; 18];
        for (at, value) in values.into_iter().enumerate() {
            for bit in 0..5 {
                let place = at * 5 + bit;
                if value >> (4 - bit) & 1 == 1 {
                    bytes[place / 8] |= 0x80 >> (place % 8);
                }
            }
        }
        let code = Self(bytes.first_chunk().copied().unwrap_or_default());
        if bytes == code.checked() {
            Ok(code)
        } else {
            Err(Rejected::Code)
        }
    }

    /// As it is printed.
    pub fn to_text(&self) -> String {
        let bytes = self.checked();
        let mut out = String::with_capacity(CHARACTERS + CHARACTERS / GROUP);
        for at in 0..CHARACTERS {
            if at > 0 && at % GROUP == 0 {
                out.push('-');
            }
            let value = (0..5).fold(0, |value, bit| {
                let place = at * 5 + bit;
                value << 1 | usize::from(bytes[place / 8] >> (7 - place % 8) & 1)
            });
            out.push(char::from(ALPHABET[value]));
        }
        out
    }

    /// The code, ten bits that catch a slip of the pen, and zeros.
    fn checked(&self) -> [u8; 18] {
        let check = sha(&[b"deskbridge-code/1 check\0", &self.0]);
        let mut out = [0; 18];
        out[..16].copy_from_slice(&self.0);
        out[16] = check.as_bytes()[0];
        out[17] = check.as_bytes()[1] & 0xC0;
        out
    }

    fn derive(&self, label: &[u8], entry: &Entry) -> Zeroizing<[u8; 32]> {
        let mut out = Zeroizing::new([0_u8; 32]);
        let whose = approval::whose(entry.tenant, &entry.a);
        Salt::new(HKDF_SHA256, &entry.salt)
            .extract(&self.0)
            .expand(&[label, &[0], &whose], Bytes32)
            .and_then(|okm| okm.fill(&mut *out))
            .expect("HKDF-SHA256 gives 32 bytes");
        out
    }

    fn cipher(&self, entry: &Entry) -> Result<LessSafeKey, Rejected> {
        let key = self.derive(b"deskbridge-code/1 wrap", entry);
        UnboundKey::new(&AES_256_GCM, &*key)
            .map(LessSafeKey::new)
            .map_err(|_| Rejected::Wrap)
    }
}

impl Drop for Code {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code(..)")
    }
}

struct Bytes32;

impl KeyType for Bytes32 {
    fn len(&self) -> usize {
        32
    }
}

/// The private halves of a code's key, as the server keeps them: it cannot open them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    pub iv: [u8; 12],
    pub ct: [u8; SLOT],
}

impl Slot {
    pub fn from_value(value: &Value) -> Result<Self, Rejected> {
        let mut members = Members::of(value.clone())?;
        let slot = Self {
            ct: members.bytes("ct")?,
            iv: members.bytes("iv")?,
        };
        members.end()?;
        Ok(slot)
    }

    pub fn to_value(&self) -> Value {
        let encode = super::base64::encode;
        json!({"ct": encode(&self.ct), "iv": encode(&self.iv)})
    }
}

/// What the server wants to see before it releases the slot of `entry`.
pub fn code_token(code: &Code, entry: &Entry) -> [u8; 32] {
    *code.derive(b"deskbridge-code/1 token", entry)
}

/// Closes private halves (32 bytes each, big endian) under a code.
pub fn seal_slot(
    code: &Code,
    entry: &Entry,
    halves: [&[u8; 32]; 2],
    iv: [u8; 12],
) -> Result<Slot, Rejected> {
    let mut body = halves.map(|half| *half).concat();
    code.cipher(entry)?
        .seal_in_place_append_tag(
            Nonce::assume_unique_for_key(iv),
            bound_to(&entry.sha().into()),
            &mut body,
        )
        .map_err(|_| Rejected::Wrap)?;
    let ct = body.try_into().map_err(|_| Rejected::Wrap)?;
    Ok(Slot { iv, ct })
}

/// Opens them, and checks that they are those of the entry. What the browser does; the server
/// never has a code.
pub fn open_slot(
    code: &Code,
    whose: (TenantId, &Party),
    entry: &Entry,
    slot: &Slot,
) -> Result<[Zeroizing<[u8; 32]>; 2], Rejected> {
    if entry.tenant != whose.0 {
        return Err(Rejected::Tenant);
    }
    if entry.a != *whose.1 {
        return Err(Rejected::Account);
    }
    let key = entry.key().filter(|key| key.kind == Kind::Code);
    let key = key.ok_or(Rejected::Key)?;
    let mut body = Zeroizing::new(slot.ct.to_vec());
    let nonce: [u8; NONCE_LEN] = slot.iv;
    let plain = code
        .cipher(entry)?
        .open_in_place(
            Nonce::assume_unique_for_key(nonce),
            bound_to(&key.kid),
            &mut body,
        )
        .map_err(|_| Rejected::Wrap)?;
    let (enc, sig) = plain.split_at(32);
    let half = |bytes: &[u8]| bytes.try_into().map(Zeroizing::new);
    let halves = [half(enc), half(sig)].map(|half| half.map_err(|_| Rejected::Wrap));
    let [enc, sig] = halves;
    let (enc, sig) = (enc?, sig?);
    if belongs(&enc, &key.enc) && belongs(&sig, &key.sig) {
        Ok([enc, sig])
    } else {
        Err(Rejected::Key)
    }
}

fn bound_to(kid: &Kid) -> Aad<Vec<u8>> {
    Aad::from([&b"deskbridge-code/1 slot\0"[..], kid.as_bytes()].concat())
}

/// Whether a scalar is the private half of a point. The curve is one for both purposes.
fn belongs(private: &[u8; 32], public: &super::Point) -> bool {
    <DhP256HkdfSha256 as Kem>::PrivateKey::from_bytes(private)
        .is_ok_and(|key| DhP256HkdfSha256::sk_to_pk(&key).to_bytes()[..] == public.as_bytes()[..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_it_was_printed_and_as_people_write_it() {
        for seed in 0..50_u8 {
            let code = Code(*sha(&[&[seed]]).as_bytes().first_chunk().unwrap());
            let text = code.to_text();
            assert_eq!(text.len(), 28 + 6);
            assert_eq!(Code::parse(&text), Ok(code.clone()));
            let loose = text.to_lowercase().replace('-', " ").replace('0', "o");
            assert_eq!(Code::parse(&loose.replace('1', "l")), Ok(code));
        }
    }

    #[test]
    fn what_was_copied_wrongly_is_no_code() {
        let text = Code([7; 16]).to_text();
        assert_eq!(Code::parse(&text[1..]), Err(Rejected::Code));
        assert_eq!(Code::parse(&format!("{text}0")), Err(Rejected::Code));
        assert_eq!(Code::parse(&text.replace('-', "U")), Err(Rejected::Code));
        let mut passed = 0;
        for at in (0..text.len()).filter(|at| text.as_bytes()[*at] != b'-') {
            for other in ALPHABET {
                let mut bent = text.clone().into_bytes();
                if bent[at] == *other {
                    continue;
                }
                bent[at] = *other;
                passed += u32::from(Code::parse(&String::from_utf8_lossy(&bent)).is_ok());
            }
        }
        // Ten check bits: one slip in a thousand is not caught.
        assert!(passed < 6, "{passed} of 868");
        assert_eq!(format!("{:?}", Code([7; 16])), "Code(..)");
    }
}
