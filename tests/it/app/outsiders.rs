//! Every documented route against everybody who has no business there. The routes are read from
//! the checked-in OpenAPI document, so that a new one is tested from its first day.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use deskbridge::clock::Clock;
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::{Value, json};

use crate::harness::Served;

/// Method and path below `/api`, with parameters filled in.
fn routes() -> Vec<(Method, String)> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi/deskbridge.json");
    let document: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let mut routes = Vec::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        let path = path.replace("{id}", "AAAAAAAAAAAAAAAAAAAAAA");
        let path = path.replace("{file}", "AAAAAAAAAAAAAAAAAAAAAA");
        for method in operations.as_object().unwrap().keys() {
            routes.push((method.to_uppercase().parse().unwrap(), path.clone()));
        }
    }
    assert!(routes.len() >= 12, "{routes:?}");
    routes
}

fn request(http: &Client, served: &Served, route: &(Method, String)) -> RequestBuilder {
    let query = match route.1.as_str() {
        "/keys" => "?accounts=x",
        path if path.ends_with("/let-in") => "?account=x",
        path if path.contains("/files/") => "?part=0",
        _ => "",
    };
    let request = http.request(
        route.0.clone(),
        served.at(&format!("/api{}{query}", route.1)),
    );
    if route.0 == Method::POST {
        request.json(&json!({}))
    } else if route.0 == Method::PUT {
        let request = request.header("content-type", "application/octet-stream");
        request.body("x")
    } else {
        request
    }
}

/// A token that the host itself signs for panels: whom it names, and on which issue.
fn context_token(served: &Served, account: Option<&str>, issue: &str) -> String {
    let installed = served.host.installed().unwrap();
    let now = Clock::system().now().seconds();
    let mut claims = json!({
        "iss": installed.client_key, "iat": now, "exp": now + 180, "qsh": "context-qsh",
        "context": { "jira": { "issue": { "id": issue, "key": "ITH-1" } } },
    });
    if let Some(account) = account {
        claims["sub"] = account.into();
    }
    let head = URL_SAFE_NO_PAD.encode(br#"{"alg":"HS256","typ":"JWT"}"#);
    let signed = format!("{head}.{}", URL_SAFE_NO_PAD.encode(claims.to_string()));
    let key = aws_lc_rs::hmac::Key::new(
        aws_lc_rs::hmac::HMAC_SHA256,
        installed.shared_secret.as_bytes(),
    );
    let signature = aws_lc_rs::hmac::sign(&key, signed.as_bytes());
    format!("JWT {signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

async fn assert_problem(response: Response, allowed: &[u16], who: &str) {
    let place = response.url().path().to_owned();
    let status = response.status().as_u16();
    assert!(allowed.contains(&status), "{who} at {place}: {status}");
    assert_eq!(
        response.headers()["content-type"],
        "application/problem+json",
        "{who} {place}"
    );
    let problem: Value = response.json().await.unwrap();
    let kind = problem["type"].as_str().unwrap();
    assert!(
        kind.starts_with("urn:deskbridge:problem:"),
        "{who} at {place}: {kind}"
    );
}

#[tokio::test]
async fn x8_whoever_proves_no_identity_is_refused_everywhere() {
    let served = Served::start().await;
    let elsewhere = Served::start().await;
    let http = Client::new();
    let niro = served.host.account("niro");
    let foreign = context_token(&elsewhere, Some(&niro), "10101");
    let anonymous = context_token(&served, None, "10101");
    let strangers = [
        ("nobody", String::new()),
        (
            "a made-up session",
            "Bearer eyJhbGciOiJIUzI1NiJ9.e30.c2lnbmF0dXJl".to_owned(),
        ),
        ("a token of another site", foreign),
        ("somebody not logged in", anonymous),
    ];
    for route in routes() {
        for (who, token) in &strangers {
            let mut request = request(&http, &served, &route);
            if !token.is_empty() {
                request = request.header("authorization", token);
            }
            let response = request.send().await.unwrap();
            assert_problem(response, &[401], who).await;
        }
    }
}

#[tokio::test]
async fn x8_who_may_not_see_the_issue_is_refused_on_every_route_about_it() {
    let served = Served::start().await;
    let http = Client::new();
    let issue = served.host.site().issue("ITH-1").unwrap().id.to_string();
    let kofi = served.host.account("kofi");
    let token = context_token(&served, Some(&kofi), &issue);
    for route in routes() {
        // These are about the caller alone: their own session, browsers and waiting list.
        if ["/session", "/waiting", "/live", "/browsers"].contains(&route.1.as_str()) {
            continue;
        }
        let request = request(&http, &served, &route).header("authorization", &token);
        let response = request.send().await.unwrap();
        assert_problem(response, &[400, 403, 404], "Kofi").await;
    }
    let waiting = http
        .get(served.at("/api/waiting"))
        .header("authorization", &token);
    let waiting: Value = waiting.send().await.unwrap().json().await.unwrap();
    assert_eq!(waiting["waiting"], json!([]));
    let state = http
        .get(served.at("/api/state"))
        .header("authorization", &token);
    assert_problem(state.send().await.unwrap(), &[403], "Kofi").await;
}

#[tokio::test]
async fn x8_public_routes_tell_strangers_nothing_of_any_site() {
    let served = Served::start().await;
    let http = Client::new();
    for path in ["/atlassian-connect.json", "/icon.svg", "/healthz"] {
        let answer = http
            .get(served.at(path))
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap();
        for private in [
            &served.host.base_url,
            &served.host.installed().unwrap().client_key,
        ] {
            assert!(!answer.contains(private.as_str()), "{path}");
        }
    }
    for path in ["/connect/webhook", "/connect/enabled", "/connect/disabled"] {
        let response = http
            .post(served.at(path))
            .json(&json!({}))
            .send()
            .await
            .unwrap();
        assert_problem(response, &[401], "a stranger").await;
    }
}
