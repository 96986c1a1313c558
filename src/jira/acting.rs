//! What the app does in a person's own name, because that person asked for it: with a token that
//! the host's authorization server gives for an assertion of the door's.

use std::fmt;
use std::time::Duration;

use reqwest::header::{ACCEPT, HeaderValue};
use serde::Deserialize;
use url::Url;

use super::client::{Jira, verdict};
use super::error::JiraError;
use super::fresh::Freshness;
use super::http;
use crate::clock::Instant;
use crate::ids::AccountId;
use crate::tenants::Tenant;

const GRANT: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
/// No more than a comment takes.
const SCOPES: &str = "READ WRITE";
/// A token is not used this close to its end: the call has to arrive with it.
const MARGIN: Duration = Duration::from_secs(30);
/// Whatever the host says of its life.
const LONGEST: Duration = Duration::from_secs(3600);
const LONGEST_ANSWER: usize = 64 * 1024;

/// Proves that the app may ask for a token, and for whose.
#[derive(Clone, PartialEq, Eq)]
pub struct Assertion {
    /// Where it is exchanged.
    pub at: Url,
    pub jwt: String,
}

impl fmt::Debug for Assertion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Assertion({}, ..)", self.at)
    }
}

/// A token in somebody's name, as the header that carries it.
#[derive(Clone)]
pub(super) struct Token {
    header: HeaderValue,
    until: Instant,
}

#[derive(Deserialize)]
struct RawToken {
    access_token: String,
    expires_in: u64,
}

impl RawToken {
    /// None where it is no token that a header can carry.
    fn read(&self, asked: Instant) -> Option<Token> {
        let mut header = HeaderValue::from_str(&format!("Bearer {}", self.access_token)).ok()?;
        header.set_sensitive(true);
        let life = Duration::from_secs(self.expires_in).min(LONGEST);
        Some(Token {
            header,
            until: asked + life,
        })
    }
}

impl Jira {
    /// The proof of a call in `account`'s name; a kept one where `freshness` allows it and it
    /// has not nearly ended. `Refused` where the host gives none: the app lacks the scope, or
    /// there is no such person to act for.
    pub(super) async fn acting(
        &self,
        tenant: &Tenant,
        account: &AccountId,
        freshness: Freshness,
    ) -> Result<HeaderValue, JiraError> {
        let key = (tenant.id, account.clone());
        let now = || self.inner.clock.now();
        let tokens = &self.inner.tokens;
        let question = self.exchange(tenant, account);
        let token = tokens.get(&key, freshness, now, question).await?;
        if now() + MARGIN < token.until {
            return Ok(token.header);
        }
        let question = self.exchange(tenant, account);
        let token = tokens.get(&key, Freshness::Now, now, question).await?;
        Ok(token.header)
    }

    async fn exchange(&self, tenant: &Tenant, account: &AccountId) -> Result<Token, JiraError> {
        let asked = self.inner.clock.now();
        let assertion = self.inner.credentials.assertion(tenant, account, asked);
        let assertion = assertion.await.map_err(|_| JiraError::NoCredentials)?;
        let form = [
            ("grant_type", GRANT),
            ("assertion", assertion.jwt.as_str()),
            ("scope", SCOPES),
        ];
        let request = self.inner.http.post(assertion.at);
        let request = request.header(ACCEPT, "application/json").form(&form);
        let answer = request.send().await.map_err(|_| JiraError::Unreachable)?;
        let status = answer.status().as_u16();
        if status != 200 {
            return Err(verdict(status, None));
        }
        let body = http::read_body(answer, LONGEST_ANSWER).await;
        let body = body.map_err(|_| JiraError::Unreadable)?;
        let raw: RawToken = serde_json::from_slice(&body).map_err(|_| JiraError::Unreadable)?;
        raw.read(asked).ok_or(JiraError::Unreadable)
    }
}

/// For as long as a token may be kept; it says itself when it ends.
pub(super) const KEPT: Freshness = Freshness::Within(LONGEST);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_lives_no_longer_than_it_says_and_shows_itself_nowhere() {
        let raw = |access_token: &str, expires_in| RawToken {
            access_token: access_token.to_owned(),
            expires_in,
        };
        let now = Instant::from_seconds(100);
        let token = raw("abc", 900).read(now).expect("a token");
        assert_eq!(token.until, Instant::from_seconds(1000));
        assert_eq!(token.header.to_str().ok(), Some("Bearer abc"));
        assert_eq!(format!("{:?}", token.header), "Sensitive");
        let endless = raw("abc", u64::MAX).read(now).expect("a token");
        assert_eq!(endless.until, now + LONGEST);
        assert!(raw("a\nb", 900).read(now).is_none());
    }
}
