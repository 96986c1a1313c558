//! The language a panel page begins in. A guess: the page's script asks the host and has the last
//! word. It decides nothing but which words are fetched first.

use poem::http::{HeaderMap, Uri, header};

/// A language tag is never longer than this (RFC 5646, section 4.4.1).
const LONGEST: usize = 35;

/// The language by the host's `loc` (`de_DE` or `de-DE`), else the first that the browser prefers.
pub fn of(uri: &Uri, headers: &HeaderMap) -> Option<String> {
    let query = uri.query().unwrap_or_default();
    let named = url::form_urlencoded::parse(query.as_bytes())
        .find(|(name, _)| name == "loc")
        .and_then(|(_, value)| tag(&value));
    named.or_else(|| {
        let accepted = headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
        tag(accepted.split([',', ';']).next()?)
    })
}

/// The tag, if it has the form of one.
fn tag(text: &str) -> Option<String> {
    let tag = text.trim().replace('_', "-");
    let sound = |part: &str| {
        (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    let letters = tag.split('-').next().unwrap_or_default();
    let language = letters.len() >= 2 && letters.bytes().all(|byte| byte.is_ascii_alphabetic());
    (tag.len() <= LONGEST && language && tag.split('-').all(sound)).then_some(tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_says_it_first_and_the_browser_second() {
        let table = [
            ("/p?loc=de_DE", "ja", Some("de-DE")),
            ("/p?issue=1&loc=ja-JP&jwt=x", "de", Some("ja-JP")),
            ("/p?loc=", "de-AT,de;q=0.9,en;q=0.8", Some("de-AT")),
            ("/p", "fr;q=0.5", Some("fr")),
            ("/p?loc=%22%3E%3Cscript%3E", "en-GB", Some("en-GB")),
            ("/p?loc=d", "*", None),
            ("/p", "", None),
            ("/p?loc=de-toolongpart", "", None),
            ("/p?loc=de-1-2-3-4-5-6-7-8-9-10-11-12-13-14-15-16", "", None),
        ];
        for (uri, accepted, expected) in table {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_LANGUAGE, accepted.parse().unwrap());
            let found = of(&uri.parse().unwrap(), &headers);
            assert_eq!(found.as_deref(), expected, "{uri} {accepted}");
        }
        assert_eq!(of(&Uri::from_static("/p"), &HeaderMap::new()), None);
    }
}
