use std::time::Duration;

use super::*;

const NOW: Instant = Instant::from_seconds(1_700_000_000);
const DAY: Duration = Duration::from_secs(86_400);

fn config() -> ConnectConfig {
    ConnectConfig {
        app_key: "deskbridge".into(),
        public_url: "https://bridge.example".parse().unwrap(),
        key_server: "https://keys.example".parse().unwrap(),
        bridge_script: "https://host.example/all.js".parse().unwrap(),
        sites: vec!["https://*.atlassian.net".parse().unwrap()],
        secret_overlap: Duration::from_secs(600),
        retention: 30 * DAY,
    }
}

fn new(secret: &str) -> Installation {
    Installation {
        install_key: "client".into(),
        secret: secret.into(),
        site: SiteUrls {
            base_url: "https://acme.atlassian.net".into(),
            display_url: None,
            help_center_url: None,
        },
    }
}

fn accepted(tenant: &Tenant, now: Instant) -> Vec<String> {
    let secrets = Secrets::of(&tenant.credentials).unwrap();
    let all = secrets.accepted(now).into_iter();
    all.map(|s| String::from_utf8(s.to_vec()).unwrap())
        .collect()
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

#[test]
fn a_secret_is_rotated_with_an_overlap() {
    let (first, action) = installed(None, &new("first secret here"), &config(), NOW);
    assert_eq!(action, Action::Installed);
    let later = NOW + DAY;
    let (second, action) = installed(Some(&first), &new("second secret"), &config(), later);
    assert_eq!(action, Action::SecretRotated);
    assert_eq!(second.id, first.id);
    assert_eq!(second.installed_at, NOW);
    assert_eq!(
        accepted(&second, later),
        ["second secret", "first secret here"]
    );
    let after = later + Duration::from_secs(600);
    assert_eq!(accepted(&second, after), ["second secret"]);
}

#[test]
fn a_reinstallation_within_retention_finds_its_data_and_no_old_secret() {
    let (first, _) = installed(None, &new("first secret here"), &config(), NOW);
    let gone = uninstalled(&first, NOW + DAY, &config(), NOW + DAY).unwrap();
    assert_eq!(
        gone.state,
        TenantState::Uninstalled {
            at: NOW + DAY,
            shred_at: NOW + 31 * DAY
        }
    );
    assert_eq!(gone.credentials, Credentials::default());
    let again = NOW + 30 * DAY;
    let (back, action) = installed(Some(&gone), &new("second secret"), &config(), again);
    assert_eq!((back.id, action), (first.id, Action::Installed));
    assert_eq!(back.state, TenantState::Active);
    assert_eq!(accepted(&back, again), ["second secret"]);
}

#[test]
fn after_retention_a_new_life_begins() {
    let (first, _) = installed(None, &new("first secret here"), &config(), NOW);
    let gone = uninstalled(&first, NOW, &config(), NOW).unwrap();
    let (next, _) = installed(Some(&gone), &new("second"), &config(), NOW + 30 * DAY);
    assert_ne!(next.id, first.id);
    assert_eq!(next.life, 1);
}

#[test]
fn a_late_uninstallation_does_not_undo_the_installation_after_it() {
    let (tenant, _) = installed(None, &new("first secret here"), &config(), NOW);
    let before = NOW - Duration::from_secs(1);
    assert_eq!(uninstalled(&tenant, before, &config(), NOW), None);
    let gone = uninstalled(&tenant, NOW, &config(), NOW).unwrap();
    assert_eq!(uninstalled(&gone, NOW + DAY, &config(), NOW + DAY), None);
}

#[test]
fn switching_does_nothing_twice_and_revives_nothing() {
    let (on, _) = installed(None, &new("first secret here"), &config(), NOW);
    let off = switched(&on, false, NOW).unwrap();
    assert_eq!(off.state, TenantState::Disabled);
    assert_eq!(switched(&on, true, NOW), None);
    assert_eq!(switched(&off, false, NOW), None);
    assert_eq!(
        switched(&off, true, NOW).map(|t| t.state),
        Some(TenantState::Active)
    );
    let gone = uninstalled(&on, NOW, &config(), NOW).unwrap();
    assert_eq!(switched(&gone, true, NOW), None);
    // A host that gives a new secret does not thereby switch on what an admin switched off.
    let (rotated, _) = installed(Some(&off), &new("second secret"), &config(), NOW);
    assert_eq!(rotated.state, TenantState::Disabled);
}
