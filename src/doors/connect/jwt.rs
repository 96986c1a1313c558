//! JSON Web Tokens, verified the way the *caller* says: algorithm and key come from the route that
//! was called, never from the token.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::clock::Instant;

/// A host's clock may be this far ahead of ours.
const AHEAD: Duration = Duration::from_secs(60);
/// Tokens of hosts are about 1 KB; more than this is not worth a hash.
const LONGEST: usize = 8 * 1024;

/// Why a token is not taken. For the log; a client only learns that it was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    #[error("no token")]
    Missing,
    #[error("more than one token")]
    Doubled,
    #[error("not a token")]
    Malformed,
    #[error("not signed with the algorithm of this route")]
    Algorithm,
    #[error("not signed by the key of this route")]
    Signature,
    #[error("expired, or without expiry")]
    Expired,
    #[error("from the future")]
    Future,
    #[error("issued by somebody else")]
    Issuer,
    #[error("meant for somebody else")]
    Audience,
    #[error("not bound to this request")]
    Unbound,
    #[error("bound to another request")]
    Bound,
    #[error("not from a known installation")]
    Tenant,
    #[error("the installation is switched off")]
    Disabled,
    #[error("nobody is logged in")]
    Anonymous,
    #[error("the key's name is not one")]
    KeyName,
    #[error("the host publishes no such key")]
    UnknownKey,
}

/// What a route demands of a token's signature.
pub enum Signed<'a> {
    /// HMAC with one of these secrets.
    Hs256(&'a [&'a [u8]]),
    /// RSA with the key that the host publishes.
    Rs256(&'a DecodingKey),
}

#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

/// What a host says in a token. Meaningless until [`verify`] gave it.
#[derive(Clone, Debug, Deserialize)]
pub struct Claims {
    pub iss: String,
    #[serde(default)]
    pub sub: Option<String>,
    #[serde(default)]
    aud: Option<OneOrMany>,
    iat: i64,
    exp: i64,
    #[serde(default)]
    nbf: Option<i64>,
    #[serde(default)]
    pub qsh: Option<String>,
    #[serde(default)]
    pub context: Option<serde_json::Value>,
}

impl Claims {
    pub fn audience(&self) -> &[String] {
        match &self.aud {
            None => &[],
            Some(OneOrMany::One(one)) => std::slice::from_ref(one),
            Some(OneOrMany::Many(many)) => many,
        }
    }

    pub fn issued_at(&self) -> Instant {
        Instant::from_seconds(self.iat)
    }

    pub(crate) fn check_times(&self, now: Instant) -> Result<(), TokenError> {
        check_times(self.iat, self.exp, self.nbf, now)
    }

    /// The id of the issue on which the host shows the panel, as a token for panels names it.
    pub fn issue(&self) -> Option<&str> {
        let issue = self.context.as_ref()?.get("jira")?.get("issue")?;
        issue.get("id")?.as_str()
    }
}

/// What a token says of its life; every token has both bounds.
pub(crate) fn check_times(
    iat: i64,
    exp: i64,
    nbf: Option<i64>,
    now: Instant,
) -> Result<(), TokenError> {
    if exp <= now.seconds() || exp <= iat {
        return Err(TokenError::Expired);
    }
    let ahead = (now + AHEAD).seconds();
    if iat > ahead || nbf.is_some_and(|nbf| nbf > ahead) {
        return Err(TokenError::Future);
    }
    Ok(())
}

/// The claims of `token` if it is signed as `signed` demands and alive at `now`. Issuer,
/// audience and binding are the caller's to check.
pub fn verify(token: &str, signed: &Signed<'_>, now: Instant) -> Result<Claims, TokenError> {
    let claims: Claims = verify_signature(token, signed)?;
    claims.check_times(now)?;
    Ok(claims)
}

/// The claims of `token`, of whatever shape, if it is signed as `signed` demands. The caller
/// checks the times.
pub(crate) fn verify_signature<C: DeserializeOwned>(
    token: &str,
    signed: &Signed<'_>,
) -> Result<C, TokenError> {
    let header = header(token)?;
    let wanted = match signed {
        Signed::Hs256(_) => Algorithm::HS256,
        Signed::Rs256(_) => Algorithm::RS256,
    };
    if header.alg != wanted {
        return Err(TokenError::Algorithm);
    }
    // An extension that must be understood is one that we do not understand.
    if header.crit.is_some() {
        return Err(TokenError::Malformed);
    }
    match signed {
        Signed::Rs256(key) => decode(token, key, wanted),
        Signed::Hs256(secrets) => {
            let mut last = TokenError::Signature;
            for secret in *secrets {
                match decode(token, &DecodingKey::from_secret(secret), wanted) {
                    Ok(claims) => return Ok(claims),
                    Err(error) => last = error,
                }
            }
            Err(last)
        }
    }
}

fn decode<C: DeserializeOwned>(
    token: &str,
    key: &DecodingKey,
    algorithm: Algorithm,
) -> Result<C, TokenError> {
    // The library would read the machine's clock, and checks audiences and issuers by a rule of
    // its own; signature and algorithm are its part.
    let mut validation = Validation::new(algorithm);
    validation.algorithms = vec![algorithm];
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    jsonwebtoken::decode::<C>(token, key, &validation)
        .map(|data| data.claims)
        .map_err(|error| match error.kind() {
            jsonwebtoken::errors::ErrorKind::InvalidSignature => TokenError::Signature,
            _ => TokenError::Malformed,
        })
}

/// The header of a token; nothing of it is proved.
pub fn header(token: &str) -> Result<Header, TokenError> {
    if token.len() > LONGEST || !token.is_ascii() {
        return Err(TokenError::Malformed);
    }
    // A header that names an algorithm we do not know, `none` among them, does not parse.
    jsonwebtoken::decode_header(token).map_err(|_| TokenError::Algorithm)
}

/// What a token says, with nothing of it proved: to find out whose key to check it with, and to
/// refuse early what cannot hold.
pub fn unverified<C: DeserializeOwned>(token: &str) -> Result<C, TokenError> {
    let mut parts = token.split('.');
    let (Some(_), Some(claims), Some(_), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(TokenError::Malformed);
    };
    let json = URL_SAFE_NO_PAD
        .decode(claims)
        .map_err(|_| TokenError::Malformed)?;
    serde_json::from_slice(&json).map_err(|error| {
        // Required claims are `iss`, `iat` and `exp`; one that is missing is no life or no name.
        if error.to_string().contains("`exp`") {
            TokenError::Expired
        } else {
            TokenError::Malformed
        }
    })
}

/// Signs `claims` with a shared secret.
pub fn sign<C: Serialize>(claims: &C, secret: &[u8]) -> String {
    jsonwebtoken::encode(
        &Header::new(Algorithm::HS256),
        claims,
        &EncodingKey::from_secret(secret),
    )
    .expect("plain claims are JSON, and HMAC takes a key of any length")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const NOW: Instant = Instant::from_seconds(1_700_000_000);
    const SECRET: &[u8] = b"a secret of the tenant";

    fn claims(change: impl FnOnce(&mut serde_json::Value)) -> serde_json::Value {
        let now = NOW.seconds();
        let mut claims = json!({"iss": "k", "iat": now, "exp": now + 180});
        change(&mut claims);
        claims
    }

    fn check(claims: &serde_json::Value) -> Result<Claims, TokenError> {
        verify(&sign(claims, SECRET), &Signed::Hs256(&[SECRET]), NOW)
    }

    #[test]
    fn life_is_bounded_at_both_ends() {
        let now = NOW.seconds();
        for (change, result) in [
            (json!({}), Ok(())),
            (json!({"exp": now}), Err(TokenError::Expired)),
            (json!({"exp": now + 1}), Ok(())),
            (json!({"exp": null}), Err(TokenError::Malformed)),
            (json!({"iat": now + 60}), Ok(())),
            (
                json!({"iat": now + 61, "exp": now + 200}),
                Err(TokenError::Future),
            ),
            (json!({"nbf": now + 61}), Err(TokenError::Future)),
            (json!({"iat": now + 200}), Err(TokenError::Expired)),
            (json!({"exp": i64::MAX}), Ok(())),
            (json!({"exp": "later"}), Err(TokenError::Malformed)),
        ] {
            let all = claims(|claims| {
                for (name, value) in change.as_object().unwrap() {
                    claims[name] = value.clone();
                }
            });
            assert_eq!(check(&all).map(|_| ()), result, "{change}");
        }
    }

    #[test]
    fn a_token_without_expiry_is_none() {
        let eternal = claims(|claims| {
            claims.as_object_mut().unwrap().remove("exp");
        });
        assert!(check(&eternal).is_err());
        let token = sign(&eternal, SECRET);
        assert_eq!(
            unverified::<Claims>(&token).map(|_| ()),
            Err(TokenError::Expired)
        );
    }

    #[test]
    fn audience_is_one_or_many() {
        let one = check(&claims(|c| c["aud"] = json!("a"))).unwrap();
        assert_eq!(one.audience(), ["a"]);
        let many = check(&claims(|c| c["aud"] = json!(["a", "b"]))).unwrap();
        assert_eq!(many.audience(), ["a", "b"]);
    }

    #[test]
    fn a_doubled_claim_is_refused() {
        let now = NOW.seconds();
        let text = format!(r#"{{"iss":"k","iss":"l","iat":{now},"exp":{}}}"#, now + 9);
        let head = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256"}"#);
        let message = format!("{head}.{}", URL_SAFE_NO_PAD.encode(text));
        let tag = jsonwebtoken::crypto::sign(
            message.as_bytes(),
            &EncodingKey::from_secret(SECRET),
            Algorithm::HS256,
        );
        let token = format!("{message}.{}", tag.unwrap());
        assert_eq!(
            verify(&token, &Signed::Hs256(&[SECRET]), NOW).map(|_| ()),
            Err(TokenError::Malformed)
        );
    }

    #[test]
    fn an_unknown_critical_extension_is_refused() {
        let head = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","crit":["b64"]}"#);
        let token = format!("{head}.{}.AAAA", URL_SAFE_NO_PAD.encode("{}"));
        assert!(verify(&token, &Signed::Hs256(&[SECRET]), NOW).is_err());
    }
}
