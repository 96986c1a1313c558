use std::time::Duration;

use super::*;

fn config() -> ConnectConfig {
    ConnectConfig {
        app_key: "deskbridge".into(),
        public_url: "https://bridge.example".parse().unwrap(),
        key_server: "https://keys.example".parse().unwrap(),
        token_server: "https://tokens.example".parse().unwrap(),
        bridge_script: "https://host.example/all.js".parse().unwrap(),
        sites: vec!["https://*.atlassian.net".parse().unwrap()],
        secret_overlap: Duration::from_secs(600),
        retention: Duration::from_secs(86_400),
    }
}

fn body(change: impl FnOnce(&mut serde_json::Value)) -> Vec<u8> {
    let mut body = serde_json::json!({
        "key": "deskbridge", "clientKey": "client", "eventType": "installed",
        "sharedSecret": "a secret of sixteen", "baseUrl": "https://acme.atlassian.net",
        "displayUrlServicedeskHelpCenter": "https://help.acme.example", "later": {"field": 1},
    });
    change(&mut body);
    body.to_string().into_bytes()
}

fn parse(body: &[u8]) -> Result<Installation, Refusal> {
    Payload::parse(body, Notice::Installed, &config())?.installation(&config())
}

#[test]
fn a_notice_may_say_more_but_not_less() {
    let good = parse(&body(|_| {})).unwrap_or_else(|_| panic!("accepted"));
    assert_eq!(good.site.help_center(), "https://help.acme.example");
    for (field, value) in [
        ("key", "another".into()),
        ("eventType", "uninstalled".into()),
        ("clientKey", "".into()),
        ("clientKey", "a b".into()),
        ("clientKey", "k".repeat(256).into()),
        ("sharedSecret", serde_json::Value::Null),
        ("sharedSecret", "short".into()),
        ("sharedSecret", "s".repeat(513).into()),
        ("baseUrl", serde_json::Value::Null),
        ("baseUrl", "http://169.254.169.254".into()),
        ("baseUrl", "https://acme.atlassian.net.evil.example".into()),
    ] {
        let bad = body(|body| body[field] = value);
        match parse(&bad) {
            Err(Refusal::Invalid { field: at, .. }) => assert_eq!(at, field),
            _ => panic!("{field} is not looked at"),
        }
    }
    assert!(matches!(
        parse(b"[]"),
        Err(Refusal::Invalid { field: "body", .. })
    ));
}
