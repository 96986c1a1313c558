//! A request that can be bent out of shape, one part at a time.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use deskbridge_playground::token::{self, Signer};
use serde_json::{Value, json};

use super::bed::{APP, BASE, Bed, payload};
use super::wire::{Answer, Body, send};

/// Who signs.
#[derive(Clone)]
pub enum Sign {
    Rs(Signer),
    Hs(String),
    /// HMAC under any header.
    Headed(Value, Vec<u8>),
    /// No signature, as the algorithm `none` has it.
    Nobody(&'static str),
    /// This text, whatever it is.
    Raw(String),
}

/// What the hash in the token is made of.
#[derive(Clone)]
pub enum Bind {
    Request,
    To(&'static str, String),
    Context,
    Nothing,
}

/// Where the token is put.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Header(&'static str),
    Query,
    Both,
    Nowhere,
}

/// Each change gives a new one.
#[derive(Clone)]
pub struct Forged {
    pub method: &'static str,
    pub target: String,
    pub claims: Value,
    pub sign: Sign,
    pub bind: Bind,
    pub place: Place,
    pub headers: Vec<(String, String)>,
    pub body: Body,
    /// Applied to the finished token.
    pub bend: fn(&str) -> String,
}

fn claims(bed: &Bed, iss: &str) -> Value {
    json!({"iss": iss, "iat": bed.now(), "exp": bed.now() + 180})
}

impl Forged {
    fn new(bed: &Bed, method: &'static str, target: &str, client: &str, sign: Sign) -> Self {
        Self {
            method,
            target: target.to_owned(),
            claims: claims(bed, client),
            sign,
            bind: Bind::Request,
            place: Place::Header("JWT"),
            headers: Vec::new(),
            body: Body::Sized(Vec::new()),
            bend: str::to_owned,
        }
    }

    /// A notice of the host about an installation; nothing wrong with it yet.
    pub fn notice(bed: &Bed, notice: &str, client: &str, secret: &str) -> Self {
        let signed = matches!(notice, "installed" | "uninstalled");
        let sign = if signed {
            Sign::Rs(bed.signer.clone())
        } else {
            Sign::Hs(secret.to_owned())
        };
        let mut out = Self::new(bed, "POST", &format!("/connect/{notice}"), client, sign);
        out.claims["aud"] = json!([BASE]);
        out.body(&payload(notice, client, secret))
    }

    pub fn hook(bed: &Bed, client: &str, secret: &str) -> Self {
        let sign = Sign::Hs(secret.to_owned());
        let out = Self::new(bed, "POST", "/connect/webhook", client, sign);
        out.body(&json!({"webhookEvent": "jira:issue_created"}))
    }

    pub fn page(bed: &Bed, client: &str, secret: &str) -> Self {
        let sign = Sign::Hs(secret.to_owned());
        let target = "/panels/issue-activity?issue=10101&xdm_e=https%3A%2F%2Facme";
        let mut out = Self::new(bed, "GET", target, client, sign);
        out.claims["sub"] = "712020:niro".into();
        out.place = Place::Query;
        out
    }

    /// A panel's request with the token that the host gives panels.
    pub fn panel(bed: &Bed, client: &str, secret: &str) -> Self {
        let sign = Sign::Hs(secret.to_owned());
        let mut out = Self::new(bed, "POST", "/api/session", client, sign);
        out.claims["sub"] = "712020:niro".into();
        out.claims["context"] = json!({"jira": {"issue": {"id": "10101"}}});
        out.bind = Bind::Context;
        out
    }

    /// A panel's request with what is said to be a session of ours.
    pub fn session(bed: &Bed, session: String) -> Self {
        let mut out = Self::new(bed, "POST", "/api/session", APP, Sign::Raw(session));
        out.place = Place::Header("Bearer");
        out
    }

    pub fn body(&self, body: &Value) -> Self {
        let mut out = self.clone();
        out.body = Body::Sized(body.to_string().into_bytes());
        out
    }

    pub fn claim(&self, name: &str, value: Value) -> Self {
        let mut out = self.clone();
        out.claims[name] = value;
        out
    }

    pub fn without(&self, name: &str) -> Self {
        let mut out = self.clone();
        out.claims.as_object_mut().unwrap().remove(name);
        out
    }

    pub fn signed(&self, sign: Sign) -> Self {
        let mut out = self.clone();
        out.sign = sign;
        out
    }

    pub fn bound(&self, bind: Bind) -> Self {
        let mut out = self.clone();
        out.bind = bind;
        out
    }

    pub fn placed(&self, place: Place) -> Self {
        let mut out = self.clone();
        out.place = place;
        out
    }

    /// Sent to `target`, with the token for where it was meant to go.
    pub fn diverted(&self, target: &str) -> Self {
        let mut out = self.clone();
        out.bind = Bind::To(out.method, out.target.clone());
        out.target = target.to_owned();
        out
    }

    pub fn bent(&self, bend: fn(&str) -> String) -> Self {
        let mut out = self.clone();
        out.bend = bend;
        out
    }

    pub fn header(&self, name: &str, value: &str) -> Self {
        let mut out = self.clone();
        out.headers.push((name.to_owned(), value.to_owned()));
        out
    }

    pub fn sized(&self, body: Body) -> Self {
        let mut out = self.clone();
        out.body = body;
        out
    }

    pub fn token(&self) -> String {
        let mut claims = self.claims.clone();
        match &self.bind {
            Bind::Request => claims["qsh"] = token::of_target(self.method, &self.target).into(),
            Bind::To(method, target) => claims["qsh"] = token::of_target(method, target).into(),
            Bind::Context => claims["qsh"] = "context-qsh".into(),
            Bind::Nothing => {}
        }
        let token = match &self.sign {
            Sign::Rs(signer) => signer.sign(&claims),
            Sign::Hs(secret) => token::sign(&claims, secret),
            Sign::Headed(header, key) => headed(header, &claims, key),
            Sign::Nobody(none) => {
                let header = json!({"typ": "JWT", "alg": none});
                format!("{}.{}.", part(&header), part(&claims))
            }
            Sign::Raw(text) => text.clone(),
        };
        (self.bend)(&token)
    }

    pub async fn send(&self, bed: &Bed) -> Answer {
        let token = self.token();
        let mut target = self.target.clone();
        let mut headers = self.headers.clone();
        if let Place::Header(scheme) = self.place {
            headers.push(("authorization".into(), format!("{scheme} {token}")));
        }
        if self.place == Place::Both {
            headers.push(("authorization".into(), format!("JWT {token}")));
        }
        if matches!(self.place, Place::Query | Place::Both) {
            let mark = if target.contains('?') { '&' } else { '?' };
            target = format!("{target}{mark}jwt={token}");
        }
        send(bed.addr, self.method, &target, &headers, &self.body).await
    }
}

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

fn headed(header: &Value, claims: &Value, key: &[u8]) -> String {
    let message = format!("{}.{}", part(header), part(claims));
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    let tag = hmac::sign(&key, message.as_bytes());
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(tag))
}

/// Changes the claims of a signed token, and nothing else.
pub fn tampered(token: &str) -> String {
    let parts: Vec<&str> = token.split('.').collect();
    let claims = URL_SAFE_NO_PAD.decode(parts[1]).unwrap();
    let mut claims: Value = serde_json::from_slice(&claims).unwrap();
    claims["sub"] = "712020:someone-else".into();
    format!("{}.{}.{}", parts[0], part(&claims), parts[2])
}
