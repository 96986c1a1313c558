use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Method;
use reqwest::header::HeaderValue;
use serde_json::Value;
use url::Url;

use super::limits::Ask;
use crate::ids::IssueId;

/// Everything but RFC 3986's unreserved characters: an account id holds colons, and what a
/// person types may hold anything.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// One request, before it has a host.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) method: Method,
    pub(super) ask: Ask,
    /// May be sent twice: it changes nothing.
    pub(super) harmless: bool,
    pub(super) body: Option<Value>,
    /// Whose name it is made in, where that is not the app's.
    pub(super) proof: Option<HeaderValue>,
    path: String,
    query: Vec<(&'static str, String)>,
}

impl Call {
    /// `template` is a verb and a path with `{}` for each of `parts`, which are encoded.
    pub(super) fn new(template: &'static str, parts: &[&str]) -> Self {
        let (verb, pattern) = template.split_once(' ').unwrap_or(("GET", template));
        let mut pieces = pattern.split("{}");
        let mut path = pieces.next().unwrap_or_default().to_owned();
        for (piece, part) in pieces.zip(parts) {
            path.push_str(&segment(part));
            path.push_str(piece);
        }
        Self {
            method: Method::from_bytes(verb.as_bytes()).unwrap_or(Method::GET),
            ask: Ask {
                endpoint: template,
                writes: None,
                points: 1,
                spare: false,
            },
            harmless: true,
            body: None,
            proof: None,
            path,
            query: Vec::new(),
        }
    }

    #[must_use]
    pub(super) fn body(mut self, body: Value) -> Self {
        self.body = Some(body);
        self
    }

    #[must_use]
    pub(super) fn proof(mut self, proof: HeaderValue) -> Self {
        self.proof = Some(proof);
        self
    }

    /// It changes `issue`: it is sent once, and counts towards the writes Jira allows on one issue.
    #[must_use]
    pub(super) fn writes(mut self, issue: IssueId) -> Self {
        self.harmless = false;
        self.ask.writes = Some(issue);
        self
    }

    #[must_use]
    pub(super) fn query(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.query.push((name, value.into()));
        self
    }

    #[must_use]
    pub(super) fn points(mut self, points: u64) -> Self {
        self.ask.points = points;
        self
    }

    #[must_use]
    pub(super) fn spare(mut self) -> Self {
        self.ask.spare = true;
        self
    }

    /// The address below `base`, which may have a path of its own.
    pub(super) fn url(&self, base: &Url) -> Url {
        let mut url = base.clone();
        url.set_fragment(None);
        url.set_path(&format!(
            "{}{}",
            base.path().trim_end_matches('/'),
            self.path
        ));
        let query: Vec<String> = self
            .query
            .iter()
            .map(|(name, value)| format!("{name}={}", encoded(value)))
            .collect();
        let query = query.join("&");
        url.set_query((!query.is_empty()).then_some(query.as_str()));
        url
    }
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// A part of a path. Dots alone would climb, encoded or not.
fn segment(part: &str) -> String {
    match part {
        "" | "." | ".." => "-".to_owned(),
        other => encoded(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(base: &str, call: &Call) -> String {
        call.url(&base.parse().unwrap()).to_string()
    }

    #[test]
    fn parts_and_values_are_encoded() {
        let call = Call::new(
            "GET /rest/api/3/comment/{}/properties/{}",
            &["7", "a/b?c#d"],
        )
        .query("accountId", "qm:1:2")
        .query("query", "Müller & + %41");
        assert_eq!(
            url("https://site.example", &call),
            "https://site.example/rest/api/3/comment/7/properties/a%2Fb%3Fc%23d\
             ?accountId=qm%3A1%3A2&query=M%C3%BCller%20%26%20%2B%20%2541"
        );
    }

    #[test]
    fn a_base_keeps_its_path_and_loses_what_is_no_part_of_it() {
        let call = Call::new("GET /rest/api/3/myself", &[]);
        for (base, expected) in [
            ("https://h.example", "https://h.example/rest/api/3/myself"),
            ("https://h.example/", "https://h.example/rest/api/3/myself"),
            (
                "https://h.example/jira/",
                "https://h.example/jira/rest/api/3/myself",
            ),
            (
                "https://h.example/jira?x=1#y",
                "https://h.example/jira/rest/api/3/myself",
            ),
        ] {
            assert_eq!(url(base, &call), expected);
        }
    }

    #[test]
    fn a_part_cannot_climb() {
        for part in ["..", ".", ""] {
            let call = Call::new("GET /a/{}/b", &[part]);
            assert_eq!(url("https://h.example", &call), "https://h.example/a/-/b");
        }
    }
}
