use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jsonwebtoken::DecodingKey;
use reqwest::header::CONTENT_TYPE;
use tokio::sync::Semaphore;
use url::Url;

use super::jwt::TokenError;
use super::refusal::Refusal;
use crate::clock::Instant;
use crate::jira::HttpOptions;
use crate::jira::http::{self, Cut};

/// A published key does not change, but one that was withdrawn must stop counting.
const KEPT_FOR: Duration = Duration::from_secs(60 * 60);
const UNKNOWN_FOR: Duration = Duration::from_secs(60);
const MOST: usize = 256;
const AT_ONCE: usize = 4;
const TIMEOUT: Duration = Duration::from_secs(5);
/// A 4096-bit key has about 800 characters.
const LONGEST: usize = 16 * 1024;

/// The keys with which the host signs installations, by name, from its key server.
pub(super) struct KeyServer {
    base: Url,
    http: reqwest::Client,
    known: Mutex<HashMap<String, Known>>,
    /// Made-up names must not make us flood the key server.
    at_once: Semaphore,
}

#[derive(Clone)]
struct Known {
    key: Option<Arc<DecodingKey>>,
    until: Instant,
}

impl fmt::Debug for KeyServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyServer({})", self.base)
    }
}

impl KeyServer {
    pub(super) fn new(base: Url) -> Result<Self, reqwest::Error> {
        let options = HttpOptions {
            timeout: TIMEOUT,
            ..HttpOptions::default()
        };
        Ok(Self {
            base,
            http: http::client(&options)?,
            known: Mutex::default(),
            at_once: Semaphore::new(AT_ONCE),
        })
    }

    /// The key called `name`. A server that does not answer is a reason to try again, a name that
    /// it does not know is not.
    pub(super) async fn key(&self, name: &str, now: Instant) -> Result<Arc<DecodingKey>, Refusal> {
        if !is_key_name(name) {
            return Err(TokenError::KeyName.into());
        }
        let key = match self.remembered(name, now) {
            Some(known) => known.key,
            None => {
                let key = self.fetch(name).await?;
                self.remember(name, key.clone(), now);
                key
            }
        };
        key.ok_or(TokenError::UnknownKey.into())
    }

    fn remembered(&self, name: &str, now: Instant) -> Option<Known> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(name).filter(|known| now < known.until).cloned()
    }

    fn remember(&self, name: &str, key: Option<Arc<DecodingKey>>, now: Instant) {
        let life = if key.is_some() { KEPT_FOR } else { UNKNOWN_FOR };
        let until = now + life;
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.retain(|_, known| now < known.until && known.key.is_some());
        }
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(name.to_owned(), Known { key, until });
    }

    async fn fetch(&self, name: &str) -> Result<Option<Arc<DecodingKey>>, Refusal> {
        let _permit = tokio::time::timeout(TIMEOUT, self.at_once.acquire())
            .await
            .map_err(|_| Refusal::KeyServer("too many keys are being fetched"))?;
        let url = format!("{}/{name}", self.base.as_str().trim_end_matches('/'));
        let response = self
            .http
            .get(url)
            .send()
            .await
            .map_err(|_| Refusal::KeyServer("the key server does not answer"))?;
        match response.status().as_u16() {
            200 => {}
            404 | 410 | 403 => return Ok(None),
            _ => return Err(Refusal::KeyServer("the key server has a fault")),
        }
        let html = response
            .headers()
            .get(CONTENT_TYPE)
            .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
        let body = match http::read_body(response, LONGEST).await {
            Ok(body) => body,
            Err(Cut::TooLong) => return Ok(None),
            Err(Cut::Broken) => return Err(Refusal::KeyServer("the key server broke off")),
        };
        Ok(parse(&body).filter(|_| !html).map(Arc::new))
    }
}

/// The name becomes part of an address: a UUID, or something as plain.
fn is_key_name(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// A public key and nothing else. An error page that is answered with 200 is none.
fn parse(body: &[u8]) -> Option<DecodingKey> {
    let text = std::str::from_utf8(body).ok()?.trim();
    let whole = text.starts_with("-----BEGIN PUBLIC KEY-----")
        && text.ends_with("-----END PUBLIC KEY-----")
        && text.matches("-----BEGIN").count() == 1;
    DecodingKey::from_rsa_pem(whole.then_some(text)?.as_bytes()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_names_that_would_lead_elsewhere_are_refused() {
        assert!(is_key_name("b4f3a1de-0c2a-4b51-9f4e-9c7b0f2d1a11"));
        let long = "a".repeat(65);
        for bad in [
            "", "..", "../x", "a/b", "a%2fb", "a\\b", "a?b", "a#b", "a b", "a.b", "ä", "a\0",
            "@evil", &long,
        ] {
            assert!(!is_key_name(bad), "{bad:?}");
        }
    }

    #[test]
    fn a_page_is_not_a_key() {
        for bad in [
            "",
            "<!doctype html><p>Not found",
            "-----BEGIN PUBLIC KEY-----\n<html>\n-----END PUBLIC KEY-----",
            "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
        ] {
            assert!(parse(bad.as_bytes()).is_none(), "{bad}");
        }
    }
}
