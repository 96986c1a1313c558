//! The hash that binds a token to a request, against Atlassian's own vectors and library.

use std::fmt::Write as _;
use std::fs;

use deskbridge::clock::{Entropy, Instant};
use deskbridge::doors::connect::jwt::{Signed, verify};
use deskbridge::doors::connect::qsh::{canonical, qsh};
use serde_json::{Value, json};
use url::Url;

use crate::data;
use crate::npm;

#[test]
fn atlassians_vectors_hold() {
    let Some(folder) = data::folder() else {
        // SKIPPED-DATA qsh-vectors
        return;
    };
    let text = fs::read_to_string(folder.join("qsh-vectors/vectors.json")).unwrap();
    let vectors: Value = serde_json::from_str(&text).unwrap();
    let secret = vectors["secret"].as_str().unwrap();
    let all = vectors["tests"].as_array().unwrap();
    assert_eq!(all.len(), 78);
    for vector in all {
        let text = |name: &str| vector[name].as_str().unwrap_or_default();
        let name = text("name");
        let (path, query) = target(text("url"));
        let base = base_path(vector);
        let found = canonical(text("method"), &path, &base, query.as_deref());
        assert_eq!(found, text("canonical"), "{name}");
        let hash = qsh(text("method"), &path, &base, query.as_deref());
        assert_eq!(hash, text("qsh"), "{name}");
        let token = text("jwt");
        let at = Instant::from_seconds(1_466_731_100);
        if let Ok(claims) = verify(token, &Signed::Hs256(&[secret.as_bytes()]), at) {
            assert_eq!(claims.qsh.as_deref(), Some(text("qsh")), "{name}");
        }
    }
}

/// Path and query of an address or of a bare path, not normalised.
fn target(url: &str) -> (String, Option<String>) {
    let rest = match url.split_once("://") {
        Some((_, rest)) => rest.find(['/', '?']).map_or("", |at| &rest[at..]),
        None => url,
    };
    let rest = rest.split('#').next().unwrap_or_default();
    match rest.split_once('?') {
        Some((path, query)) => (path.to_owned(), Some(query.to_owned())),
        None => (rest.to_owned(), None),
    }
}

fn base_path(vector: &Value) -> String {
    let base = vector["baseUrl"].as_str().unwrap_or_default();
    Url::parse(base).map_or_else(|_| base.to_owned(), |url| url.path().to_owned())
}

struct Chance(Entropy);

impl Chance {
    fn below(&self, most: usize) -> usize {
        usize::try_from(self.0.below(most as u64)).unwrap()
    }

    fn pick<'a>(&self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }

    fn text(&self, parts: &[&str], most: usize) -> String {
        (0..self.below(most + 1))
            .map(|_| self.pick(parts))
            .collect()
    }
}

const METHODS: &[&str] = &["GET", "POST", "PUT", "DELETE", "get", "pAtCh"];
const BASES: &[&str] = &["", "/app", "/jira/a", "/a%20b"];
const PATH: &[&str] = &[
    "a", "Z", "0", "/", "//", ".", "..", "-", "_", "~", "&", "=", "+", ",", ";", ":", "@", "!",
    "$", "'", "(", ")", "*", "%20", "%2F", "%2f", "%26", "%C3%BC", "%25",
];
const VALUE: &[&str] = &[
    "a",
    "Z",
    "0",
    "-",
    "_",
    "~",
    ".",
    "+",
    "%20",
    "%2B",
    "%2C",
    ",",
    "*",
    "'",
    "(",
    ")",
    "!",
    "=",
    "%26",
    "%3D",
    "%25",
    "%2520",
    "%",
    "%zz",
    "%C3%BC",
    "%c3%bc",
    "%E2%82%AC",
    "%F0%9F%94%92",
    "%EF%BC%A1",
    "/",
    ":",
    "@",
    "?",
    "[",
    "]",
    "{",
    "\\",
    "\"",
    ";",
    "$",
    "^",
    "|",
    "`",
    "<",
];

/// Names begin with three characters that differ, for where those decide the order, libraries
/// agree; the documentation sorts names as encoded, the npm library as decoded.
fn query(chance: &Chance) -> String {
    let names: Vec<String> = (0..chance.below(6))
        .map(|n| {
            let begin = format!("{}{n}", chance.pick(&["a", "B", "z.", "_", "~", "-"]));
            match chance.below(12) {
                0 => "jwt".to_owned(),
                1 => String::new(),
                _ => format!("{n}{begin}{}", chance.text(VALUE, 3).replace('=', "")),
            }
        })
        .collect();
    let mut out = String::new();
    for _ in 0..chance.below(9) {
        let Some(at) = names.len().checked_sub(1) else {
            break;
        };
        let name = &names[chance.below(at + 1)];
        out.push_str(chance.pick(&["&", "&", "&", "&&"]));
        match chance.below(8) {
            0 => out.push_str(name),
            1 => write!(out, "{name}=").unwrap(),
            _ => write!(out, "{name}={}", chance.text(VALUE, 6)).unwrap(),
        }
    }
    out.trim_start_matches('&').to_owned()
}

fn request(chance: &Chance) -> Value {
    let base = chance.pick(BASES);
    let mut path = format!("/{}", chance.text(PATH, 8));
    // The npm library also takes `/app` off the front of `/apple`; ours must not.
    if chance.below(2) == 0 {
        path = format!("{base}{path}");
    } else if !base.is_empty() && path.starts_with(base) {
        path = "/".to_owned();
    }
    json!({
        "method": chance.pick(METHODS), "path": path, "base": base, "query": query(chance),
    })
}

#[test]
fn random_requests_have_the_hash_that_atlassians_library_gives() {
    let chance = Chance(Entropy::seeded(20_260_101));
    let requests: Vec<Value> = (0..5_000).map(|_| request(&chance)).collect();
    let input = requests.iter().fold(String::new(), |mut out, request| {
        writeln!(out, "{request}").unwrap();
        out
    });
    let answers = npm::run("qsh.mjs", "atlassian-jwt", input);
    assert_eq!(answers.lines().count(), requests.len());
    for (request, answer) in requests.iter().zip(answers.lines()) {
        let (theirs, hash): (String, String) = serde_json::from_str(answer).unwrap();
        let text = |name: &str| request[name].as_str().unwrap();
        let (path, base) = (text("path"), text("base"));
        let query = Some(text("query"));
        assert_eq!(
            canonical(text("method"), path, base, query),
            theirs,
            "{request}"
        );
        assert_eq!(qsh(text("method"), path, base, query), hash, "{request}");
    }
}
