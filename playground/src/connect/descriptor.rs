//! What a descriptor must say before the site installs the app.

use serde_json::Value;

/// What an app may do; a scope implies those before it, `ActAsUser` stands alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    None,
    Read,
    Write,
    Delete,
    ProjectAdmin,
    Admin,
    ActAsUser,
}

impl Scope {
    pub fn parse(text: &str) -> Option<Scope> {
        Some(match text.to_uppercase().as_str() {
            "NONE" => Scope::None,
            "READ" => Scope::Read,
            "WRITE" => Scope::Write,
            "DELETE" => Scope::Delete,
            "PROJECT_ADMIN" => Scope::ProjectAdmin,
            "ADMIN" => Scope::Admin,
            "ACT_AS_USER" => Scope::ActAsUser,
            _ => return None,
        })
    }

    pub fn implies(self, needed: Scope) -> bool {
        match (self, needed) {
            (Scope::ActAsUser, other) => other == Scope::ActAsUser,
            (_, Scope::ActAsUser) => false,
            (held, needed) => held >= needed,
        }
    }
}

/// Module types this site knows, with the properties each must have.
const MODULES: [(&str, &[&str]); 17] = [
    ("webhooks", &["event", "url"]),
    ("jiraIssueTabPanels", &["key", "name", "url"]),
    (
        "jiraIssueContents",
        &["key", "name", "icon", "tooltip", "target"],
    ),
    (
        "jiraIssueContexts",
        &["key", "name", "icon", "content", "target"],
    ),
    ("jiraBackgroundScripts", &["key", "url", "location"]),
    (
        "jiraDashboardItems",
        &["key", "name", "description", "url", "thumbnailUrl"],
    ),
    ("jiraProjectAdminTabPanels", &["key", "name", "url"]),
    ("jiraProjectPages", &["key", "name", "url"]),
    ("generalPages", &["key", "name", "url"]),
    ("adminPages", &["key", "name", "url"]),
    ("configurePage", &["key", "name", "url"]),
    ("postInstallPage", &["key", "name", "url"]),
    ("webSections", &["key", "name", "location"]),
    ("webPanels", &["key", "name", "location", "url"]),
    ("dialogs", &["key", "url"]),
    ("serviceDeskPortalRequestViewPanels", &["key", "url"]),
    ("serviceDeskPortalUserMenuActions", &["key", "name", "url"]),
];

fn word(text: &str, extra: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || extra.contains(c))
}

/// Everything that keeps the descriptor from being installed, in words.
pub fn faults(descriptor: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    let text = |name: &str| descriptor[name].as_str().unwrap_or_default();
    let mut check = |ok: bool, fault: &str| {
        if !ok {
            faults.push(fault.to_owned());
        }
    };
    check(
        word(text("key"), "-._") && text("key").len() <= 64,
        "key: 1 to 64 of A-Z a-z 0-9 - . _",
    );
    let base = text("baseUrl");
    let loopback = ["http://localhost", "http://127.0.0.1", "http://[::1]"];
    check(
        base.starts_with("https://") || loopback.iter().any(|l| base.starts_with(l)),
        "baseUrl: must be https, or http on this machine",
    );
    check(!base.ends_with('/'), "baseUrl: without a slash at its end");
    check(
        descriptor["authentication"]["type"]
            .as_str()
            .is_some_and(|t| t.eq_ignore_ascii_case("jwt")),
        "authentication.type: must be jwt",
    );
    check(
        descriptor["lifecycle"]["installed"]
            .as_str()
            .is_some_and(|u| u.starts_with('/')),
        "lifecycle.installed: a path is needed",
    );
    check(
        descriptor["apiMigrations"]["signed-install"] == true,
        "apiMigrations.signed-install: must be true",
    );
    check(!text("name").is_empty(), "name: missing");
    for field in ["name", "url"] {
        check(
            descriptor["vendor"][field]
                .as_str()
                .is_some_and(|v| !v.is_empty()),
            &format!("vendor.{field}: missing"),
        );
    }
    for scope in descriptor["scopes"].as_array().into_iter().flatten() {
        let known = scope.as_str().and_then(Scope::parse).is_some();
        check(known, &format!("scopes: {scope} is not known"));
    }
    faults.extend(module_faults(descriptor));
    faults
}

fn module_faults(descriptor: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    let mut keys = Vec::new();
    for (kind, list) in descriptor["modules"].as_object().into_iter().flatten() {
        let Some((_, required)) = MODULES.iter().find(|(known, _)| known == kind) else {
            faults.push(format!("modules.{kind}: not known to this site"));
            continue;
        };
        let list = list
            .as_array()
            .cloned()
            .unwrap_or_else(|| vec![list.clone()]);
        for module in &list {
            for name in required.iter().filter(|name| module[**name].is_null()) {
                faults.push(format!("modules.{kind}: {name} is missing in {module}"));
            }
            if let Some(key) = module["key"].as_str() {
                if !word(key, "-") || keys.contains(&key.to_owned()) {
                    faults.push(format!(
                        "modules.{kind}: key {key} is malformed or used twice"
                    ));
                }
                keys.push(key.to_owned());
            }
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_descriptor_is_taken_or_refused_with_reasons() {
        let good = json!({
            "key": "app", "name": "App", "baseUrl": "http://localhost:8080",
            "vendor": {"name": "v", "url": "https://v.test"},
            "authentication": {"type": "jwt"}, "lifecycle": {"installed": "/installed"},
            "apiMigrations": {"signed-install": true}, "scopes": ["READ", "act_as_user"],
            "modules": {"webhooks": [{"event": "comment_created", "url": "/w"}]},
        });
        assert_eq!(faults(&good), Vec::<String>::new());
        for (pointer, value) in [
            ("/key", json!("a b")),
            ("/baseUrl", json!("http://example.com")),
            ("/baseUrl", json!("https://example.com/")),
            ("/authentication/type", json!("none")),
            ("/lifecycle/installed", json!(null)),
            ("/apiMigrations/signed-install", json!(false)),
            ("/scopes/0", json!("EVERYTHING")),
            ("/modules/webhooks/0/url", json!(null)),
            ("/modules/webhooks", json!([{"event": "a"}])),
        ] {
            let mut bad = good.clone();
            *bad.pointer_mut(pointer).unwrap() = value;
            assert_eq!(faults(&bad).len(), 1, "{pointer}");
        }
        let mut unknown = good;
        unknown["modules"]["jiraNothing"] = json!([]);
        assert_eq!(faults(&unknown).len(), 1);
    }

    #[test]
    fn scopes_imply_lower_ones() {
        assert!(Scope::Write.implies(Scope::Read));
        assert!(!Scope::Read.implies(Scope::Write));
        assert!(!Scope::Admin.implies(Scope::ActAsUser));
        assert!(!Scope::ActAsUser.implies(Scope::Read));
    }
}
