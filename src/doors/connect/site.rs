use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, de};
use url::{Host, Url};

/// A site that may install the app, as the operator lists it: `https://*.example.net` (one or
/// more labels in place of the star) or an exact origin. Plain http only for a loopback address,
/// listed as such, where `:*` stands for any port.
///
/// An installation names the address that we then send requests to; without this list anybody who
/// can have an installation signed could make us call into our own network.
#[derive(Clone, PartialEq, Eq)]
pub struct SitePattern {
    text: String,
    scheme: Scheme,
    host: HostPattern,
    port: Port,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Scheme {
    Https,
    Http,
}

#[derive(Clone, PartialEq, Eq)]
enum HostPattern {
    Exact(String),
    /// The part after the star, with its leading dot.
    Below(String),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Port {
    Default,
    Number(u16),
    Any,
}

/// The text is not a pattern of sites. Says why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadPattern(&'static str);

impl FromStr for SitePattern {
    type Err = BadPattern;

    fn from_str(text: &str) -> Result<Self, BadPattern> {
        let (scheme, rest) = if let Some(rest) = text.strip_prefix("https://") {
            (Scheme::Https, rest)
        } else if let Some(rest) = text.strip_prefix("http://") {
            (Scheme::Http, rest)
        } else {
            return Err(BadPattern("a site begins with https://"));
        };
        let (rest, port) = match rest.strip_suffix(":*") {
            Some(rest) => (rest, Port::Any),
            None => (rest, Port::Default),
        };
        let below = rest.strip_prefix("*.");
        let url = Url::parse(&format!("https://{}", below.unwrap_or(rest)))
            .map_err(|_| BadPattern("a site is a host name"))?;
        let bare = url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none()
            && !rest.ends_with('/');
        let (true, Some(name)) = (bare, url.host_str()) else {
            return Err(BadPattern("a site is scheme and host, without a path"));
        };
        if name.contains('*') {
            return Err(BadPattern("a star stands for the first labels only"));
        }
        let port = match (port, url.port()) {
            (Port::Default, Some(number)) => Port::Number(number),
            (port, _) => port,
        };
        let host = match below {
            Some(_) if !name.contains('.') => {
                return Err(BadPattern("a star needs a domain of two labels or more"));
            }
            Some(_) => HostPattern::Below(format!(".{name}")),
            None => HostPattern::Exact(name.to_owned()),
        };
        let loopback = matches!(&host, HostPattern::Exact(_)) && is_loopback(&url);
        if (scheme == Scheme::Http || port == Port::Any) && !loopback {
            return Err(BadPattern(
                "only a loopback address may use http or any port",
            ));
        }
        Ok(Self {
            text: text.to_owned(),
            scheme,
            host,
            port,
        })
    }
}

impl SitePattern {
    fn matches(&self, url: &Url) -> bool {
        let scheme = match self.scheme {
            Scheme::Https => "https",
            Scheme::Http => "http",
        };
        let port = match self.port {
            Port::Any => true,
            Port::Default => url.port().is_none(),
            Port::Number(number) => url.port_or_known_default() == Some(number),
        };
        let host = url.host_str().is_some_and(|name| match &self.host {
            HostPattern::Exact(exact) => name == exact,
            HostPattern::Below(suffix) => name.strip_suffix(suffix.as_str()).is_some_and(|rest| {
                !rest.is_empty() && rest.split('.').all(|label| !label.is_empty())
            }),
        });
        url.scheme() == scheme && port && host
    }
}

impl fmt::Debug for SitePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SitePattern({})", self.text)
    }
}

impl<'de> Deserialize<'de> for SitePattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

/// The address requests to a site go to, without a trailing slash, if the list allows it.
pub(super) fn allowed(text: &str, sites: &[SitePattern]) -> Option<String> {
    let url = plain(text)?;
    sites
        .iter()
        .any(|site| site.matches(&url))
        .then(|| without_slash(&url))
}

/// An address that people see. We only link to it and let it frame our panels, so any https
/// origin will do, and a loopback one where the list names one.
pub(super) fn displayable(text: &str, sites: &[SitePattern]) -> Option<String> {
    let url = plain(text)?;
    let ok = url.scheme() == "https" || sites.iter().any(|site| site.matches(&url));
    ok.then(|| without_slash(&url))
}

fn plain(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    // The parser lets through what means more in a header than in a name: stars, semicolons.
    let name = |b: u8| b.is_ascii_alphanumeric() || b"-._:[]".contains(&b);
    let plain = url.host_str().is_some_and(|host| host.bytes().all(name))
        && url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none()
        && text.len() <= 512;
    plain.then_some(url)
}

fn without_slash(url: &Url) -> String {
    url.as_str().trim_end_matches('/').to_owned()
}

pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sites(list: &[&str]) -> Vec<SitePattern> {
        list.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn only_listed_sites_are_called() {
        let sites = sites(&["https://*.atlassian.net", "https://*.jira.com"]);
        for good in [
            "https://acme.atlassian.net",
            "https://acme.atlassian.net/",
            "https://ACME.atlassian.net",
            "https://a.b.jira.com",
            "https://acme.atlassian.net:443/jira",
        ] {
            assert!(allowed(good, &sites).is_some(), "{good}");
        }
        for bad in [
            "http://acme.atlassian.net",
            "https://atlassian.net",
            "https://.atlassian.net",
            "https://evilatlassian.net",
            "https://acme.atlassian.net.evil.example",
            "https://acme.atlassian.net:8443",
            "https://user@acme.atlassian.net",
            "https://acme.atlassian.net@evil.example",
            "https://evil.example/acme.atlassian.net",
            "https://evil.example#.atlassian.net",
            "https://evil.example?x=.atlassian.net",
            "https://acme.atlassian.net?x",
            "https://evil.example\\.atlassian.net",
            "https://127.0.0.1",
            "https://[::1]",
            "https://169.254.169.254",
            "https://localhost",
            "http://127.0.0.1:8080",
            "file:///etc/passwd",
            "gopher://acme.atlassian.net",
            "//acme.atlassian.net",
            "acme.atlassian.net",
            "",
        ] {
            assert_eq!(allowed(bad, &sites), None, "{bad}");
        }
    }

    #[test]
    fn loopback_is_allowed_only_where_listed() {
        let listed = sites(&["http://127.0.0.1:*", "http://localhost:8091"]);
        for good in ["http://127.0.0.1:4711", "http://localhost:8091/"] {
            assert!(allowed(good, &listed).is_some(), "{good}");
        }
        for bad in [
            "http://127.0.0.2:4711",
            "http://localhost:8092",
            "http://10.0.0.1:80",
            "https://127.0.0.1:4711",
        ] {
            assert_eq!(allowed(bad, &listed), None, "{bad}");
        }
    }

    #[test]
    fn patterns_that_would_allow_too_much_are_refused() {
        for bad in [
            "*",
            "https://*",
            "https://*.net",
            "http://*.atlassian.net",
            "http://acme.example",
            "https://acme.example:*",
            "https://a.*.example.net",
            "https://acme.example/path",
            "https://acme.example/",
            "https://user@acme.example",
            "ftp://acme.example",
            "",
        ] {
            assert!(bad.parse::<SitePattern>().is_err(), "{bad}");
        }
    }

    #[test]
    fn an_address_is_kept_in_one_spelling() {
        let sites = sites(&["https://*.atlassian.net"]);
        assert_eq!(
            allowed("https://ACME.atlassian.net:443/", &sites).as_deref(),
            Some("https://acme.atlassian.net")
        );
    }

    #[test]
    fn what_people_see_may_be_elsewhere_but_is_an_address() {
        let sites = sites(&["http://127.0.0.1:*"]);
        assert!(displayable("https://help.acme.example", &sites).is_some());
        assert!(displayable("http://127.0.0.1:1", &sites).is_some());
        for bad in [
            "http://acme.example",
            "javascript:alert(1)",
            "https://a@b.c",
            "https://*",
            "https://a;script-src.example",
        ] {
            assert_eq!(displayable(bad, &sites), None, "{bad}");
        }
    }
}
