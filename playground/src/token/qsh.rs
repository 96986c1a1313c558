//! The query string hash: SHA-256 over method, path and sorted query, which binds a token to one
//! request.

use std::collections::BTreeMap;

use aws_lc_rs::digest;

use crate::chance::hex;

/// RFC 3986 percent-encoding: unreserved characters stay, everything else becomes `%XX`.
pub fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// Form decoding: `+` is a space, `%XX` a byte of UTF-8.
pub fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let pair = text.get(at + 1..at + 3);
        match (bytes[at], pair.and_then(|p| u8::from_str_radix(p, 16).ok())) {
            (b'%', Some(byte)) => {
                out.push(byte);
                at += 2;
            }
            (b'+', _) => out.push(b' '),
            (byte, _) => out.push(byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn canonical_query(query: &str) -> String {
    let mut names: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for pair in query.split('&').filter(|p| !p.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let name = decode(name);
        if name != "jwt" {
            names.entry(encode(&name)).or_default().push(decode(value));
        }
    }
    let pairs: Vec<_> = names
        .into_iter()
        .map(|(name, mut values)| {
            values.sort();
            let values: Vec<_> = values.iter().map(|v| encode(v)).collect();
            format!("{name}={}", values.join(","))
        })
        .collect();
    pairs.join("&")
}

fn canonical(method: &str, target: &str) -> String {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let path = path.replace('&', "%26");
    let path = path.strip_suffix('/').unwrap_or(&path);
    let path = if path.starts_with('/') {
        path.to_owned()
    } else {
        format!("/{path}")
    };
    format!(
        "{}&{path}&{}",
        method.to_uppercase(),
        canonical_query(query)
    )
}

/// Hash of a request to this site. `target` is path and query as they stand in the request line.
pub fn of_target(method: &str, target: &str) -> String {
    let canonical = canonical(method, target);
    hex(digest::digest(&digest::SHA256, canonical.as_bytes()).as_ref())
}

/// Hash of a request to an app: `url` is absolute and begins with the app's `base_url`, whose path
/// is not part of the hash.
pub fn of_url(method: &str, url: &str, base_url: &str) -> String {
    of_target(method, url.strip_prefix(base_url).unwrap_or(url))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_hashes() {
        assert_eq!(
            of_target("get", "/"),
            "c88caad15a1c1a900b8ac08aa9686f4e8184539bea1deda36e2f649430df3239"
        );
        assert_eq!(
            of_target("GET", "/path/?jwt=x"),
            "799be84a7fa35570087163c0cd9af3abff7ac05c2c12ba0bb1d7eebc984b3ac2"
        );
        assert_eq!(
            canonical(
                "GET",
                "/path/to/service?zee_last=param&repeated=parameter 1&first=param\
                 &repeated=parameter 2&repeated=Parameter+2"
            ),
            "GET&/path/to/service&first=param\
             &repeated=Parameter%202,parameter%201,parameter%202&zee_last=param"
        );
        assert_eq!(
            canonical("GET", "/a?ids=10%2C2&ids=1&b"),
            "GET&/a&b=&ids=1,10%2C2"
        );
        assert_eq!(
            of_url(
                "GET",
                "http://localhost:1/app/path",
                "http://localhost:1/app"
            ),
            of_target("GET", "/path")
        );
    }
}
