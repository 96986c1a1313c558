use std::time::Duration;

use super::*;
use crate::ids::TenantId;

const NOW: Instant = Instant::from_seconds(1_700_000_000);
const DAY: Duration = Duration::from_secs(86_400);

fn config() -> ConnectConfig {
    ConnectConfig {
        app_key: "deskbridge".into(),
        public_url: "https://bridge.example".parse().unwrap(),
        key_server: "https://keys.example".parse().unwrap(),
        token_server: "https://tokens.example".parse().unwrap(),
        bridge_script: "https://host.example/all.js".parse().unwrap(),
        sites: vec!["https://*.atlassian.net".parse().unwrap()],
        secret_overlap: Duration::from_secs(600),
        retention: 30 * DAY,
    }
}

fn new(secret: &str) -> Installation {
    Installation {
        install_key: "client".into(),
        client: Some("client-1".into()),
        secret: secret.into(),
        site: SiteUrls {
            base_url: "https://acme.atlassian.net".into(),
            display_url: None,
            help_center_url: None,
        },
    }
}

fn installed() -> Tenant {
    first(
        TenantId::from_bytes([1; 16]),
        &new("first secret here"),
        NOW,
    )
}

fn accepted(tenant: &Tenant, now: Instant) -> Vec<String> {
    let secrets = Secrets::of(&tenant.credentials).unwrap();
    let all = secrets.accepted(now).into_iter();
    all.map(|s| String::from_utf8(s.to_vec()).unwrap())
        .collect()
}

#[test]
fn a_secret_is_rotated_with_an_overlap() {
    let first = installed();
    let later = NOW + DAY;
    let (second, action) = again(&first, &new("second secret"), &config(), later);
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
    let first = installed();
    let gone = uninstalled(&first, NOW + DAY, &config(), NOW + DAY).unwrap();
    assert_eq!(
        gone.state,
        TenantState::Uninstalled {
            at: NOW + DAY,
            shred_at: NOW + 31 * DAY
        }
    );
    assert_eq!(gone.credentials, Credentials::default());
    let later = NOW + 30 * DAY;
    let (back, action) = again(&gone, &new("second secret"), &config(), later);
    assert_eq!((back.id, action), (first.id, Action::Installed));
    assert_eq!(back.state, TenantState::Active);
    assert_eq!(accepted(&back, later), ["second secret"]);
}

#[test]
fn what_is_due_to_be_shredded_does_not_come_back() {
    let on = installed();
    let gone = uninstalled(&on, NOW, &config(), NOW).unwrap();
    let off = switched(&on, false, NOW).unwrap();
    let going = Tenant {
        state: TenantState::Shredding {
            at: NOW,
            since: NOW + 30 * DAY,
        },
        ..gone.clone()
    };
    let end = NOW + 30 * DAY;
    let second = Duration::from_secs(1);
    let table = [
        (&on, end, true),
        (&off, end, true),
        (&gone, end - second, true),
        (&gone, end, false),
        (&going, NOW, false),
    ];
    for (tenant, now, expected) in table {
        assert_eq!(comes_back(tenant, now), expected, "{:?}", tenant.state);
    }
    assert_eq!(uninstalled(&going, end, &config(), end), None);
    assert_eq!(switched(&going, true, end), None);
}

#[test]
fn an_uninstallation_is_followed_by_its_shredding_and_an_installation_by_what_was_parked() {
    let on = installed();
    let gone = uninstalled(&on, NOW, &config(), NOW).unwrap();
    let off = switched(&on, false, NOW).unwrap();
    let due = |tenant: &Tenant, action, kind: &str| {
        let followers = followers(tenant, action, NOW);
        let found = followers.iter().find(|envelope| envelope.kind == kind);
        found.map(|envelope| envelope.due)
    };
    assert_eq!(
        due(&gone, Action::Uninstalled, "tenant-shred"),
        Some(NOW + 30 * DAY)
    );
    assert_eq!(due(&gone, Action::Uninstalled, "unpark"), None);
    for action in [Action::Installed, Action::Enabled] {
        assert_eq!(due(&on, action, "unpark"), Some(NOW), "{action:?}");
        assert_eq!(due(&on, action, "tenant-shred"), None, "{action:?}");
    }
    for (tenant, action) in [(&off, Action::Disabled), (&on, Action::SecretRotated)] {
        assert_eq!(followers(tenant, action, NOW).len(), 1, "audited only");
    }
}

#[test]
fn a_late_uninstallation_does_not_undo_the_installation_after_it() {
    let tenant = installed();
    let before = NOW - Duration::from_secs(1);
    assert_eq!(uninstalled(&tenant, before, &config(), NOW), None);
    let gone = uninstalled(&tenant, NOW, &config(), NOW).unwrap();
    assert_eq!(uninstalled(&gone, NOW + DAY, &config(), NOW + DAY), None);
}

#[test]
fn switching_does_nothing_twice_and_revives_nothing() {
    let on = installed();
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
    let (rotated, _) = again(&off, &new("second secret"), &config(), NOW);
    assert_eq!(rotated.state, TenantState::Disabled);
}
