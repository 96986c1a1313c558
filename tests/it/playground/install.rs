//! Signed install and uninstall, as an app that trusts nobody checks them.

use deskbridge_playground::{Host, HostOptions, InstallError, token};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde_json::{Value, json};

use super::app::{App, Received, client, send};

async fn started() -> (Host, App) {
    let host = Host::start(HostOptions::default()).await.unwrap();
    (host, App::start().await)
}

/// Verifies an RS256 token with the key that the key server gives for its `kid`.
async fn signed_claims(host: &Host, app: &App, received: &Received) -> Value {
    let header = decode_header(received.token()).unwrap();
    assert_eq!(header.alg, Algorithm::RS256);
    let url = format!("{}/{}", host.key_server_url, header.kid.unwrap());
    let pem = client()
        .get(url)
        .send()
        .await
        .unwrap()
        .bytes()
        .await
        .unwrap();
    let key = DecodingKey::from_rsa_pem(&pem).unwrap();
    let mut validation = Validation::new(Algorithm::RS256);
    validation.set_audience(&[&app.base_url]);
    decode::<Value>(received.token(), &key, &validation)
        .unwrap()
        .claims
}

#[tokio::test]
async fn an_install_is_signed_by_the_site_and_carries_the_secret() {
    let (host, app) = started().await;
    let installed = host.install(&app.descriptor_url()).await.unwrap();
    let received = app.wait_for("/app/installed", 1).await.remove(0);
    let claims = signed_claims(&host, &app, &received).await;
    assert_eq!(claims["iss"], installed.client_key.as_str());
    assert_eq!(claims["qsh"], token::of_target("POST", "/installed"));
    assert_eq!(received.body["clientKey"], installed.client_key.as_str());
    assert_eq!(
        received.body["sharedSecret"],
        installed.shared_secret.as_str()
    );
    assert_eq!(received.body["baseUrl"], host.base_url.as_str());
    assert_eq!(received.body["eventType"], "installed");

    let enabled = app.wait_for("/app/enabled", 1).await.remove(0);
    let now = deskbridge::clock::Clock::default().now().seconds();
    let claims = token::verify(enabled.token(), &installed.shared_secret, now).unwrap();
    assert_eq!(claims["qsh"], token::of_target("POST", "/enabled"));
}

#[tokio::test]
async fn rotation_and_reinstall_keep_the_client_key_and_change_the_secret() {
    let (host, app) = started().await;
    let first = host.install(&app.descriptor_url()).await.unwrap();
    let second = host.rotate_secret().await.unwrap();
    host.uninstall().await.unwrap();
    let gone = app.wait_for("/app/uninstalled", 1).await.remove(0);
    signed_claims(&host, &app, &gone).await;
    assert!(gone.body["sharedSecret"].is_null());
    let third = host.install(&app.descriptor_url()).await.unwrap();
    assert_eq!(first.client_key, third.client_key);
    assert_eq!(first.client_key, second.client_key);
    assert_ne!(first.shared_secret, second.shared_secret);
    assert_ne!(second.shared_secret, third.shared_secret);
}

#[tokio::test]
async fn a_descriptor_that_is_wrong_is_refused_and_installs_nothing() {
    let (host, app) = started().await;
    app.change_descriptor(|d| d["apiMigrations"] = json!({}));
    let refused = host.install(&app.descriptor_url()).await;
    assert!(matches!(refused, Err(InstallError::Descriptor(_))));
    let refused = host
        .install(&format!("{}/nothing.json", app.base_url))
        .await;
    assert!(matches!(refused, Err(InstallError::Fetch(_))));
    assert!(host.installed().is_none());
    assert!(app.received("/app/installed").is_empty());
}

#[tokio::test]
async fn a_page_address_is_filled_and_bound_to_its_token() {
    let (host, app) = started().await;
    let installed = host.install(&app.descriptor_url()).await.unwrap();
    let now = deskbridge::clock::Clock::default().now().seconds();
    let frame = host.frame(Some("niro"), "notes", Some("ITH-1")).unwrap();
    assert!(frame.url.starts_with(&format!(
        "{}/panel?issue=10101&project=ITH&odd=&",
        app.base_url
    )));
    let jwt = frame.url.rsplit_once("&jwt=").unwrap().1;
    let claims = token::verify(jwt, &installed.shared_secret, now).unwrap();
    assert_eq!(claims["sub"], host.account("niro"));
    assert_eq!(
        claims["qsh"],
        token::of_url("GET", &frame.url, &app.base_url)
    );

    let nobody = host.frame(None, "notes", Some("ITH-1")).unwrap();
    let claims = token::claims_unverified(nobody.url.rsplit_once("&jwt=").unwrap().1).unwrap();
    assert!(claims.get("sub").is_none());
    assert!(
        host.frame(Some("kofi"), "notes", Some("ITH-1")).is_err(),
        "not on the request"
    );
    assert!(
        host.frame(Some("niro"), "other", Some("ITH-1")).is_err(),
        "no such module"
    );

    let context = host.context_token(Some("ana"), Some("ITH-1")).unwrap();
    let claims = token::verify(&context, &installed.shared_secret, now).unwrap();
    assert_eq!(claims["qsh"], "context-qsh");
    assert_eq!(claims["context"]["jira"]["issue"]["id"], "10101");
}

#[tokio::test]
async fn calls_that_the_app_did_not_sign_are_refused() {
    let (host, app) = started().await;
    let installed = host.install(&app.descriptor_url()).await.unwrap();
    let now = deskbridge::clock::Clock::default().now().seconds();
    let target = "/rest/api/3/issue/ITH-1?fields=summary";
    let claims = json!({"iss": "tiny", "iat": now, "exp": now + 180,
        "qsh": token::of_target("GET", target)});
    let with = |name: &str, value: Value| {
        let mut claims = claims.clone();
        claims[name] = value;
        format!("JWT {}", token::sign(&claims, &installed.shared_secret))
    };
    let good = with("aud", json!(["site"]));
    assert_eq!(send(&host, "GET", target, &good, None).await.0, 200);
    for (why, header) in [
        ("no token", String::new()),
        ("bearer", good.replace("JWT", "Bearer")),
        (
            "another secret",
            format!("JWT {}", token::sign(&claims, "guess")),
        ),
        ("expired", with("exp", json!(now - 1))),
        ("another issuer", with("iss", json!("other"))),
        (
            "another request",
            with("qsh", json!(token::of_target("GET", "/rest/api/3/field"))),
        ),
        ("bound to nothing", with("qsh", json!("context-qsh"))),
    ] {
        assert_eq!(
            send(&host, "GET", target, &header, None).await.0,
            401,
            "{why}"
        );
    }
    host.set_enabled(false).unwrap();
    assert_eq!(
        send(&host, "GET", target, &good, None).await.0,
        401,
        "disabled"
    );
}
