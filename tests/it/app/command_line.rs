//! What an operator types, and the one line that says what is wrong.

use std::fs;
use std::time::Duration;

use deskbridge::app::Parts;
use deskbridge::app::config::Config;
use deskbridge::clock::{Clock, Entropy, Instant};
use deskbridge::doors::connect::DOOR;
use deskbridge::ids::TenantId;
use deskbridge::store::Batch;
use deskbridge::tenants::{Credentials, SiteUrls, Tenant, TenantState};

use crate::harness::command;

fn written(text: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deskbridge.toml");
    fs::write(
        &path,
        text.replace("FOLDER", &folder.path().display().to_string()),
    )
    .unwrap();
    let path = path.display().to_string();
    (folder, path)
}

const KEYS: &str = "[vault]\nkeys = \"FOLDER/keys.toml\"\n";
const GOOD: &str = "[store]\npath = \"FOLDER/db.sqlite\"\n[vault]\nkeys = \"FOLDER/keys.toml\"\n";

#[test]
fn a_wrong_setting_is_named_in_one_line_and_exits_with_2() {
    let table = [
        ("[server]\nlisen = \"x\"", "lisen"),
        ("[server]\nlisten = \"nowhere\"", "nowhere"),
        ("[store]\nkind = \"postgres\"", "`embedded` or `redis`"),
        ("[store]\nkind = \"redis\"", "store.url"),
        ("[connect]\nsites = [\"ftp://x\"]", "connect.sites"),
        ("[connect]\nkey_server = \"http://evil.example\"", "connect"),
        ("[store]\npath = \"/proc/none/db.sqlite\"", "store"),
        ("= broken", "deskbridge.toml"),
        ("[store]\nurl = \"redis://:hunter2@host", "deskbridge.toml"),
    ];
    for (text, named) in table {
        let (_folder, path) = written(&format!("{KEYS}{text}"));
        let (code, out, err) = command(&["serve", "--config", &path], &[]);
        assert_eq!((code, out.as_str()), (2, ""), "{text}: {err}");
        assert_eq!(err.trim_end().lines().count(), 1, "{text}: {err}");
        assert!(err.contains(named), "{text}: {err}");
        assert!(!err.contains("hunter2"), "a password was printed: {err}");
    }
    let (code, _, err) = command(&["doctor", "--config", "/no/such/file.toml"], &[]);
    assert_eq!(code, 2);
    assert!(err.contains("/no/such/file.toml"), "{err}");
}

#[test]
fn the_environment_overrides_the_file() {
    let (_folder, path) = written(GOOD);
    let (code, _, err) = command(
        &["serve", "--config", &path],
        &[("DESKBRIDGE_SERVER_LISTEN", "elsewhere")],
    );
    assert_eq!(code, 2);
    assert!(err.contains("elsewhere"), "{err}");
}

#[test]
fn doctor_says_that_all_is_well_or_what_is_not() {
    let (folder, path) = written(GOOD);
    let (code, out, err) = command(&["doctor", "--config", &path], &[]);
    assert_eq!(code, 0, "{out}{err}");
    assert!(out.contains("Everything needed is in place."), "{out}");
    let keys = folder.path().join("keys.toml");
    fs::write(&keys, "not a ring").unwrap();
    let (code, out, _) = command(&["doctor", "--config", &path], &[]);
    assert_eq!(code, 1);
    assert!(out.contains("FAIL  key ring"), "{out}");
}

#[test]
fn keys_rotate_adds_a_key_and_says_what_to_do() {
    let (folder, path) = written(GOOD);
    let (code, _, err) = command(&["doctor", "--config", &path], &[]);
    assert_eq!(code, 0, "{err}");
    let before = fs::read_to_string(folder.path().join("keys.toml")).unwrap();
    let (code, out, err) = command(&["keys", "rotate", "--config", &path], &[]);
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("2 keys in the ring"), "{out}");
    let after = fs::read_to_string(folder.path().join("keys.toml")).unwrap();
    assert_ne!(before, after);
    for line in after.lines().filter(|line| line.contains("secret")) {
        assert!(!out.contains(line), "a secret was printed");
    }
}

#[test]
fn the_checked_in_openapi_document_is_the_one_the_code_makes() {
    let (code, out, err) = command(&["openapi"], &[]);
    assert_eq!(code, 0, "{err}");
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi/deskbridge.json");
    let checked_in = fs::read_to_string(path).unwrap_or_default();
    assert!(
        out == checked_in,
        "openapi/deskbridge.json has drifted: run make openapi"
    );
}

#[test]
fn the_descriptor_names_the_address_that_is_configured() {
    let text = format!("{GOOD}[server]\npublic_url = \"https://bridge.example\"\n");
    let (_folder, path) = written(&text);
    let (code, out, err) = command(&["descriptor", "--config", &path], &[]);
    assert_eq!(code, 0, "{err}");
    let descriptor: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(descriptor["baseUrl"], "https://bridge.example");
}

const TENANT: [u8; 16] = [7; 16];

/// A store with one tenant in it, as the configuration at `path` finds it.
async fn one_tenant(path: &str, state: TenantState) {
    let config = Config::load(Some(std::path::Path::new(path))).unwrap();
    let parts = Parts::open(&config, Clock::system(), Entropy::system());
    let parts = parts.await.unwrap();
    let now = parts.clock.now();
    let tenant = Tenant {
        id: TenantId::from_bytes(TENANT),
        door: DOOR,
        install_key: "client".to_owned(),
        site: SiteUrls {
            base_url: "https://acme.example".to_owned(),
            display_url: None,
            help_center_url: None,
        },
        state,
        credentials: Credentials::default(),
        installed_at: now,
        changed_at: now,
        moved_at: None,
    };
    let saved = parts.tenants.save(tenant, None, Batch::default(), now);
    saved.await.unwrap();
    parts.close().await;
}

#[tokio::test]
async fn tenants_are_listed_with_what_becomes_of_them_and_shredded_only_when_uninstalled() {
    let at = Instant::from_seconds(4_000_000_000);
    let shred_at = at + Duration::from_secs(86_400);
    let id = TenantId::from_bytes(TENANT).to_string();
    let table = [
        (TenantState::Active, "active", false),
        (TenantState::Disabled, "disabled", false),
        (
            TenantState::Uninstalled { at, shred_at },
            "until 2096-10-03T07:06:40Z, then it is shredded",
            true,
        ),
    ];
    for (state, told, goes) in table {
        let (_folder, path) = written(GOOD);
        one_tenant(&path, state).await;
        let run = |arguments: &[&str]| command(&[arguments, &["--config", &path]].concat(), &[]);
        let (code, out, err) = run(&["tenants", "list"]);
        assert_eq!(code, 0, "{err}");
        assert!(out.contains(&id) && out.contains(told), "{out}");
        let (code, out, err) = run(&["tenants", "shred", &id]);
        assert_eq!(code == 0, goes, "{state:?}: {out}{err}");
        if !goes {
            assert_eq!(err.trim_end().lines().count(), 1, "{err}");
            assert!(err.contains("--even-installed"), "{err}");
            assert!(run(&["tenants", "list"]).1.contains(told));
            let (code, _, err) = run(&["tenants", "shred", &id, "--even-installed"]);
            assert_eq!(code, 0, "{err}");
        }
        let (_, out, _) = run(&["tenants", "list"]);
        assert!(out.contains("due to be shredded since"), "{out}");
    }
    let (_folder, path) = written(GOOD);
    let (code, _, err) = command(&["tenants", "shred", &id, "--config", &path], &[]);
    assert_eq!(code, 1);
    assert!(err.contains("there is no tenant"), "{err}");
}
