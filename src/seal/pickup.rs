//! Codes in a note's chain: the public side of what five words unlock. Its keys are no entry of
//! anybody; they stand in the record that gives the code, and sign one fill.

use super::{Hash, Kid, Party, Point, Rejected, sha};
use crate::clock::Instant;

/// How long a code may be used after its record was signed.
const LIFE: i64 = 3600;

/// The public side of a code, named by `kid`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PickupPair {
    pub kid: Kid,
    pub enc: Point,
    pub sig: Point,
    pub salt: [u8; 16],
}

impl PickupPair {
    /// The pair for reader `a` of the note with header hash `hh`.
    pub fn new(
        hh: &Hash,
        a: &Party,
        enc: Point,
        sig: Point,
        salt: [u8; 16],
    ) -> Result<Self, Rejected> {
        if enc == sig {
            return Err(Rejected::Member);
        }
        let a = a.to_string();
        // A party is at most 128 bytes.
        let length = u16::try_from(a.len()).unwrap_or(u16::MAX).to_be_bytes();
        let kid = sha(&[
            b"deskbridge-note/1 pickup\0",
            hh.as_bytes(),
            &length,
            a.as_bytes(),
            enc.as_bytes(),
            sig.as_bytes(),
            &salt,
        ]);
        Ok(Self {
            kid: kid.into(),
            enc,
            sig,
            salt,
        })
    }
}

/// A code that may still be used: for whom is the key of the map it lies in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pickup {
    pub pair: PickupPair,
    /// When its record was signed, seconds since 1970.
    pub iat: i64,
}

impl Pickup {
    /// The first second at which it can be used no longer.
    pub const fn ends(&self) -> i64 {
        self.iat.saturating_add(LIFE)
    }

    /// Whether a record signed at `iat` comes within the code's hour.
    pub(super) fn covers(&self, iat: i64) -> Result<(), Rejected> {
        if (self.iat..self.ends()).contains(&iat) {
            Ok(())
        } else {
            Err(Rejected::Time)
        }
    }

    /// The same for now.
    pub(super) fn lasts(&self, now: Instant) -> Result<(), Rejected> {
        if now.seconds() < self.ends() {
            Ok(())
        } else {
            Err(Rejected::Time)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::base64;

    #[test]
    fn a_code_lasts_an_hour_from_its_record() {
        let point = |text: &str| Point::from_bytes(&base64::decode(text).expect("b64"));
        // The base point of P-256, and its double.
        let g = "BGsX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWT-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU";
        let g2 = "BHzyexiNA09-ilI4AwS1GsPAiWnid_IbNaYLSPxHZpl4B3dVENuO0EApPZrGn3Qw27p9reY86YIpngS3nSJ4c9E";
        let Ok(pair) = (point(g)).and_then(|enc| {
            let a = "a".parse::<crate::ids::AccountId>().expect("an account");
            PickupPair::new(&sha(&[]), &a.into(), enc, point(g2)?, [0; 16])
        }) else {
            panic!("points on the curve");
        };
        let code = Pickup { pair, iat: 1000 };
        for (iat, answer) in [
            (999, Err(Rejected::Time)),
            (1000, Ok(())),
            (4599, Ok(())),
            (4600, Err(Rejected::Time)),
        ] {
            assert_eq!(code.covers(iat), answer, "{iat}");
        }
        assert_eq!(code.lasts(Instant::from_seconds(4599)), Ok(()));
        assert!(code.lasts(Instant::from_seconds(4600)).is_err());
    }
}
