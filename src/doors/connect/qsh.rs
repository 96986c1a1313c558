//! The query string hash that binds a host's token to one request: lower-case hex SHA-256 of
//! `METHOD&path&query` in canonical form, as Atlassian's documentation and libraries have it.

use aws_lc_rs::digest;

/// The hash of a request. `path` and `query` are as they were sent, still percent-encoded;
/// `base_path` is the path of the address that the host knows us (or we know the host) by, and
/// is taken off the front of `path` where it is there as whole segments.
pub fn qsh(method: &str, path: &str, base_path: &str, query: Option<&str>) -> String {
    let canonical = canonical(method, path, base_path, query);
    hex(digest::digest(&digest::SHA256, canonical.as_bytes()).as_ref())
}

/// What is hashed.
pub fn canonical(method: &str, path: &str, base_path: &str, query: Option<&str>) -> String {
    format!(
        "{}&{}&{}",
        method.to_ascii_uppercase(),
        canonical_path(path, base_path),
        canonical_query(query.unwrap_or_default())
    )
}

fn canonical_path(path: &str, base_path: &str) -> String {
    let base = base_path.trim_end_matches('/');
    let rest = match path.strip_prefix(base) {
        // `/app` is not a part of `/apple`.
        Some(rest) if rest.is_empty() || rest.starts_with('/') => rest,
        _ => path,
    };
    let mut out = rest.replace('&', "%26");
    if !out.starts_with('/') {
        out.insert(0, '/');
    }
    if out.len() > 1 && out.ends_with('/') {
        out.pop();
    }
    out
}

fn canonical_query(query: &str) -> String {
    let mut pairs: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes())
        .filter(|(name, _)| name != "jwt")
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    // Names are sorted as they are written, values as they are read: by UTF-16 units, which is
    // how Java and JavaScript compare text.
    pairs.sort_by(|(a, x), (b, y)| {
        let values = || x.encode_utf16().cmp(y.encode_utf16());
        encode(a).cmp(&encode(b)).then_with(values)
    });
    let mut out = String::new();
    let mut last: Option<&str> = None;
    for (name, value) in &pairs {
        if last == Some(name.as_str()) {
            out.push(',');
        } else {
            if last.is_some() {
                out.push('&');
            }
            out.push_str(&encode(name));
            out.push('=');
        }
        out.push_str(&encode(value));
        last = Some(name);
    }
    out
}

/// RFC 3986: all but the unreserved characters as upper-case `%XX` of their UTF-8 bytes.
fn encode(text: &str) -> String {
    const RESERVED: percent_encoding::AsciiSet = percent_encoding::NON_ALPHANUMERIC
        .remove(b'-')
        .remove(b'.')
        .remove(b'_')
        .remove(b'~');
    percent_encoding::utf8_percent_encode(text, &RESERVED).to_string()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut out, byte| {
        write!(out, "{byte:02x}").expect("a string takes all");
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_have_the_canonical_form_of_the_documentation() {
        for (method, path, base, query, expected) in [
            ("get", "", "", "", "GET&/&"),
            ("GET", "/", "", "", "GET&/&"),
            ("GET", "/test/", "", "", "GET&/test&"),
            ("GET", "/app/x", "/app", "", "GET&/x&"),
            ("GET", "/app/x", "/app/", "", "GET&/x&"),
            ("GET", "/app", "/app", "", "GET&/&"),
            ("GET", "/apple", "/app", "", "GET&/apple&"),
            ("POST", "/a&b", "", "", "POST&/a%26b&"),
            ("GET", "/a%2Fb", "", "", "GET&/a%2Fb&"),
            ("GET", "/t", "", "jwt=x&a=1&jwt=y", "GET&/t&a=1"),
            ("GET", "/t", "", "a", "GET&/t&a="),
            ("GET", "/t", "", "b=1&A=2&a=3", "GET&/t&A=2&a=3&b=1"),
            ("GET", "/t", "", "ids=10&ids=2", "GET&/t&ids=10,2"),
            ("GET", "/t", "", "ids=10%2C2", "GET&/t&ids=10%2C2"),
            ("GET", "/t", "", "q=a+b%20c", "GET&/t&q=a%20b%20c"),
            ("GET", "/t", "", "q=*'()!~", "GET&/t&q=%2A%27%28%29%21~"),
            ("GET", "/t", "", "q=%2520", "GET&/t&q=%2520"),
            ("GET", "/t", "", "q=%c3%bc", "GET&/t&q=%C3%BC"),
        ] {
            let query = Some(query).filter(|query| !query.is_empty());
            assert_eq!(canonical(method, path, base, query), expected);
        }
    }

    #[test]
    fn known_hashes() {
        assert_eq!(
            qsh("GET", "/", "", None),
            "c88caad15a1c1a900b8ac08aa9686f4e8184539bea1deda36e2f649430df3239"
        );
        assert_eq!(
            qsh("GET", "/path", "", None),
            "799be84a7fa35570087163c0cd9af3abff7ac05c2c12ba0bb1d7eebc984b3ac2"
        );
    }
}
