//! Addresses that Jira has and apps link to, led to the pages of this site. Who looks is whoever
//! looked last, kept in a cookie.

use std::sync::Arc;

use poem::web::{Data, Path, Redirect};
use poem::{Request, handler};

use crate::host::{Inner, locked};

/// A short name, and only one that the site knows: cookies are not trusted.
fn known(inner: &Inner, req: &Request, cookie: &str, otherwise: &str) -> String {
    let cookies = req.header("Cookie").unwrap_or_default();
    let name = cookies
        .split("; ")
        .find_map(|pair| pair.strip_prefix(cookie)?.strip_prefix('='));
    let site = locked(&inner.site);
    let known = name.filter(|name| site.people.iter().any(|p| p.slug == **name));
    known.unwrap_or(otherwise).to_owned()
}

fn rest(req: &Request) -> String {
    let query = req.uri().query().unwrap_or_default();
    if query.is_empty() {
        String::new()
    } else {
        format!("&{query}")
    }
}

#[handler]
pub fn browse(req: &Request, Data(inner): Data<&Arc<Inner>>, Path(key): Path<String>) -> Redirect {
    let who = known(inner, req, "playground-agent", "niro");
    let key = crate::token::encode(&key);
    Redirect::see_other(format!("/agent?as={who}&issue={key}{}", rest(req)))
}

#[handler]
pub fn request(
    req: &Request,
    Data(inner): Data<&Arc<Inner>>,
    Path((_desk, key)): Path<(String, String)>,
) -> Redirect {
    let who = known(inner, req, "playground-customer", "jonathan");
    let key = crate::token::encode(&key);
    Redirect::see_other(format!("/portal?as={who}&request={key}{}", rest(req)))
}
