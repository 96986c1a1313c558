//! The descriptor, against the module definitions that Atlassian publishes.

use std::fs;

use deskbridge::doors::connect::{ConnectConfig, descriptor};
use serde_json::{Value, json};

use super::bed;
use crate::npm;

const DEFINITIONS: &str = "@forge/manifest/out/schema/manifest-schema.json";

fn config() -> ConnectConfig {
    bed::config("https://keys.example", &["https://*.atlassian.net"])
}

#[test]
fn every_module_is_valid_against_atlassians_definitions() {
    let text = fs::read_to_string(npm::file(DEFINITIONS)).unwrap();
    let manifest: Value = serde_json::from_str(&text).unwrap();
    let known = manifest["definitions"]["ModuleSchema"]["properties"]
        .as_object()
        .unwrap();
    let ours = known
        .keys()
        .filter(|name| name.starts_with("connect-jira:"));
    assert_eq!(ours.count(), 61);
    let rendered = descriptor::render(&config());
    let modules = rendered["modules"].as_object().unwrap();
    assert!(modules.len() >= 6);
    for (kind, module) in modules {
        let name = format!("connect-jira:{kind}");
        assert!(known.contains_key(&name), "no module {kind}");
        let schema = json!({
            "$schema": manifest["$schema"],
            "definitions": manifest["definitions"],
            "$ref": format!("#/definitions/ModuleSchema/properties/{name}"),
        });
        let validator = jsonschema::validator_for(&schema).unwrap();
        let errors: Vec<_> = validator
            .iter_errors(module)
            .map(|error| format!("{kind}{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{}", errors.join("\n"));
        // The check can fail.
        assert!(!validator.is_valid(&json!([{ "nothing": "of this kind" }])));
    }
}

#[test]
fn keys_are_unique_and_every_address_is_ours() {
    let rendered = descriptor::render(&config());
    assert_eq!(rendered["baseUrl"], "https://bridge.example");
    assert_eq!(
        rendered["links"]["self"],
        "https://bridge.example/atlassian-connect.json"
    );
    let modules = rendered["modules"].as_object().unwrap();
    let mut keys: Vec<_> = modules
        .values()
        .flat_map(|all| all.as_array().unwrap())
        .filter_map(|module| module["key"].as_str())
        .collect();
    let count = keys.len();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), count);
    let addresses = descriptor::addresses(&rendered);
    assert!(addresses.iter().all(|(_, path)| path.starts_with('/')));
    for wanted in [
        ("GET", "/atlassian-connect.json"),
        ("GET", "/icon.svg"),
        ("POST", "/connect/installed"),
        ("POST", "/connect/webhook"),
        ("GET", "/panels/issue-activity?issue={issue.id}"),
    ] {
        let found = addresses
            .iter()
            .any(|(method, path)| (*method, path.as_str()) == wanted);
        assert!(found, "{wanted:?}");
    }
}

#[test]
fn every_event_is_asked_for_once_and_with_its_body() {
    let rendered = descriptor::render(&config());
    let hooks = rendered["modules"]["webhooks"].as_array().unwrap();
    let mut events: Vec<_> = hooks.iter().map(|h| h["event"].as_str().unwrap()).collect();
    let count = events.len();
    events.sort_unstable();
    events.dedup();
    assert_eq!(events.len(), count);
    assert!(hooks.iter().all(|hook| hook["excludeBody"] == false));
}
