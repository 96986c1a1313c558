//! What an operator types, and the one line that says what is wrong.

use std::fs;

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
