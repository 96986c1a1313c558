//! The authorization server: tokens with which the app acts in a person's name (JWT bearer
//! grant). Written from Atlassian's documents, as `token` is.

use poem::http::StatusCode;
use poem::web::{Form, Json};
use poem::{IntoResponse, Request, Response, handler};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{inner_of, struck};
use crate::connect::{Installed, Scope};
use crate::faults::{Moment, strike};
use crate::host::{Inner, locked};
use crate::token;

pub const PATH: &str = "/oauth2/token";
const GRANT: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const LIFE_SECONDS: i64 = 900;
/// An assertion that claims to live longer is refused.
const LONGEST_ASSERTION: i64 = 120;

#[derive(Deserialize)]
struct Asked {
    grant_type: String,
    assertion: String,
}

/// The key of the site's own tokens; nobody else reads them.
fn secret(inner: &Inner) -> String {
    format!("tokens of {}", inner.client_key)
}

/// The account in whose name a token is.
pub fn account_of(inner: &Inner, token: &str) -> Option<String> {
    let claims = token::verify(token, &secret(inner), inner.now_seconds()).ok()?;
    claims["sub"].as_str().map(str::to_owned)
}

#[handler]
pub fn on_token(req: &Request, Form(asked): Form<Asked>) -> poem::Result<Response> {
    let inner = inner_of(req)?;
    let fault = strike(&mut locked(&inner.faults), "POST", PATH);
    let fault = fault.filter(|fault| fault.moment == Moment::Before);
    if let Some(response) = fault.as_ref().and_then(struck) {
        return Ok(response);
    }
    let answer = match granted(&inner, &asked) {
        Ok(account) => {
            let exp = inner.now_seconds() + LIFE_SECONDS;
            let claims = json!({"sub": account, "iat": inner.now_seconds(), "exp": exp});
            let token = token::sign(&claims, &secret(&inner));
            let answer =
                json!({"access_token": token, "expires_in": LIFE_SECONDS, "token_type": "Bearer"});
            Json(answer).into_response()
        }
        Err(why) => {
            let body = json!({"error": "invalid_grant", "error_description": why});
            Json(body)
                .with_status(StatusCode::BAD_REQUEST)
                .into_response()
        }
    };
    Ok(answer)
}

fn granted(inner: &Inner, asked: &Asked) -> Result<String, &'static str> {
    if asked.grant_type != GRANT {
        return Err("another grant type");
    }
    let app = inner.app().filter(|app| app.enabled);
    let app = app.ok_or("no app is installed")?;
    if !app.grants(Scope::ActAsUser) {
        return Err("the app may not act as users");
    }
    let claims = token::verify(&asked.assertion, &app.shared_secret, inner.now_seconds());
    let claims = claims.map_err(|_| "the assertion is not signed, or has ended")?;
    check(inner, &app, &claims)?;
    let sub = claims["sub"].as_str().unwrap_or_default();
    let account = sub.strip_prefix("urn:atlassian:connect:useraccountid:");
    let account = account.ok_or("no account is named")?;
    let site = locked(&inner.site);
    let person = site.people.iter().find(|p| p.account == account);
    match person {
        Some(person) if person.active && person.account_type == "atlassian" => {
            Ok(person.account.clone())
        }
        _ => Err("nobody to act for"),
    }
}

fn check(inner: &Inner, app: &Installed, claims: &Value) -> Result<(), &'static str> {
    let client = format!("urn:atlassian:connect:clientid:{}", app.oauth_client_id);
    let (iat, exp) = (claims["iat"].as_i64(), claims["exp"].as_i64());
    let life = exp.zip(iat).map(|(exp, iat)| exp - iat);
    if claims["iss"] != client.as_str() {
        return Err("another client");
    }
    if claims["aud"] != inner.base_url.as_str() || claims["tnt"] != inner.base_url.as_str() {
        return Err("meant for another place");
    }
    if life.is_none_or(|life| life > LONGEST_ASSERTION) {
        return Err("the assertion lives too long");
    }
    Ok(())
}
