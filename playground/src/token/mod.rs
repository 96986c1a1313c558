//! JSON Web Tokens and query string hashes as the host of Connect apps makes and checks them.
//! Written from Atlassian's documents alone and shared with nothing, so that host and app check
//! each other.

mod qsh;
mod signer;

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

pub use qsh::{decode, encode, of_target, of_url};
pub use signer::Signer;

/// Atlassian's tokens live three minutes.
pub const LIFE_SECONDS: i64 = 180;

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum TokenError {
    #[error("the token is not three base64url parts of JSON")]
    Malformed,
    #[error("the token is not signed with HS256")]
    Algorithm,
    #[error("the signature does not match")]
    Signature,
    #[error("the token has expired")]
    Expired,
    #[error("the token is from the future")]
    Future,
}

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

fn read(part: &str) -> Option<Value> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

/// Signs `claims` with HS256.
pub fn sign(claims: &Value, secret: &str) -> String {
    let signed = format!(
        "{}.{}",
        part(&json!({"typ": "JWT", "alg": "HS256"})),
        part(claims)
    );
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let tag = hmac::sign(&key, signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(tag))
}

/// The claims of a token, not verified. Only to find out whose secret to verify with.
pub fn claims_unverified(token: &str) -> Option<Value> {
    read(token.split('.').nth(1)?)
}

/// Checks algorithm, signature and times of a token signed with HS256, and gives its claims.
pub fn verify(token: &str, secret: &str, now_seconds: i64) -> Result<Value, TokenError> {
    let (signed, tag) = token.rsplit_once('.').ok_or(TokenError::Malformed)?;
    let (head, body) = signed.split_once('.').ok_or(TokenError::Malformed)?;
    let head = read(head).ok_or(TokenError::Malformed)?;
    if head["alg"] != "HS256" {
        return Err(TokenError::Algorithm);
    }
    let tag = URL_SAFE_NO_PAD
        .decode(tag)
        .map_err(|_| TokenError::Malformed)?;
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    hmac::verify(&key, signed.as_bytes(), &tag).map_err(|_| TokenError::Signature)?;
    let claims = read(body).ok_or(TokenError::Malformed)?;
    let expires = claims["exp"].as_i64().ok_or(TokenError::Malformed)?;
    if expires <= now_seconds {
        return Err(TokenError::Expired);
    }
    if claims["iat"]
        .as_i64()
        .is_some_and(|at| at > now_seconds + 60)
    {
        return Err(TokenError::Future);
    }
    Ok(claims)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_verified_or_refused() {
        let token = sign(&json!({"iss": "a", "iat": 100, "exp": 280}), "secret");
        assert_eq!(verify(&token, "secret", 200).unwrap()["iss"], "a");
        assert_eq!(verify(&token, "other", 200), Err(TokenError::Signature));
        assert_eq!(verify(&token, "secret", 280), Err(TokenError::Expired));
        assert_eq!(verify(&token, "secret", 30), Err(TokenError::Future));
        assert_eq!(verify("a.b", "secret", 30), Err(TokenError::Malformed));
        let none = format!(
            "{}.{}.",
            part(&json!({"alg": "none"})),
            part(&json!({"exp": 300}))
        );
        assert_eq!(verify(&none, "secret", 200), Err(TokenError::Algorithm));
    }
}
