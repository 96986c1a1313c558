use std::fmt;

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, ParsedPublicKey};
use serde_json::{Value, json};

use super::jcs::Members;
use super::{Rejected, base64};

/// A point on P-256, uncompressed, known to lie on the curve.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Point([u8; 65]);

impl Point {
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Rejected> {
        let point: [u8; 65] = bytes.try_into().map_err(|_| Rejected::Point)?;
        // The library also takes compressed and DER forms: only one is ours.
        if point[0] != 4 || ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).is_err() {
            return Err(Rejected::Point);
        }
        Ok(Self(point))
    }

    pub const fn as_bytes(&self) -> &[u8; 65] {
        &self.0
    }

    pub(super) fn from_jwk(mut jwk: Members) -> Result<Self, Rejected> {
        let (crv, kty) = (jwk.text("crv")?, jwk.text("kty")?);
        let (x, y) = (jwk.bytes::<32>("x")?, jwk.bytes::<32>("y")?);
        jwk.end()?;
        if crv != "P-256" || kty != "EC" {
            return Err(Rejected::Algorithm);
        }
        Self::from_bytes(&[&[4], &x[..], &y[..]].concat())
    }

    pub fn to_jwk(&self) -> Value {
        json!({
            "crv": "P-256",
            "kty": "EC",
            "x": base64::encode(&self.0[1..33]),
            "y": base64::encode(&self.0[33..]),
        })
    }

    /// ES256: `signature` is r and s, 32 bytes each.
    pub(super) fn verify(&self, message: &[u8], signature: &[u8; 64]) -> Result<(), Rejected> {
        ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, self.0)
            .map_err(|_| Rejected::Point)?
            .verify_sig(message, signature)
            .map_err(|_| Rejected::Signature)
    }
}

impl fmt::Debug for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Point({})", base64::encode(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_off_the_curve_or_in_another_form_are_refused() {
        for bad in [vec![], vec![4; 65], vec![0; 65], vec![2; 33]] {
            assert_eq!(Point::from_bytes(&bad), Err(Rejected::Point));
        }
    }
}
