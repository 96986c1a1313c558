//! base64url with one spelling: no padding, unused low bits zero.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::Rejected;

pub fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub fn decode(text: &str) -> Result<Vec<u8>, Rejected> {
    // The engine refuses padding and non-zero trailing bits, so no two texts decode alike.
    URL_SAFE_NO_PAD
        .decode(text)
        .map_err(|_| Rejected::Base64url)
}

pub fn decode_exact<const N: usize>(text: &str) -> Result<[u8; N], Rejected> {
    decode(text)?.try_into().map_err(|_| Rejected::Base64url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_spelling_only() {
        assert_eq!(decode("AAE"), Ok(vec![0, 1]));
        for bad in ["AAF", "AAE=", "A", "AA+", "AA/", "AA E", " AAE", "AAE\n"] {
            assert_eq!(decode(bad), Err(Rejected::Base64url), "{bad:?}");
        }
        assert_eq!(decode_exact::<3>("AAE"), Err(Rejected::Base64url));
    }
}
