//! What the app is and where, as a host reads it when it is installed.

use serde_json::Value;

use super::ConnectConfig;

const TEMPLATE: &str = include_str!("../../../descriptor/connect.json");
const SCOPES: &str = include_str!("../../../descriptor/scopes.json");

/// The address of the descriptor itself.
pub const PATH: &str = "/atlassian-connect.json";

/// The descriptor for `config`.
pub fn render(config: &ConnectConfig) -> Value {
    let mut out: Value = serde_json::from_str(TEMPLATE).expect("the template is JSON");
    let base = config.base_url();
    out["key"] = config.app_key.as_str().into();
    out["baseUrl"] = base.into();
    out["links"]["self"] = format!("{base}{PATH}").into();
    out
}

/// Each scope and why it is asked for.
pub fn scopes() -> Vec<(String, String)> {
    let all: Value = serde_json::from_str(SCOPES).expect("the reasons are JSON");
    let all = all.as_object().cloned().unwrap_or_default();
    all.into_iter()
        .map(|(scope, why)| (scope, why.as_str().unwrap_or_default().to_owned()))
        .collect()
}

/// Every address the descriptor names, relative to its base, variables unfilled: the method it is
/// called with, and path and query.
pub fn addresses(descriptor: &Value) -> Vec<(&'static str, String)> {
    let mut out = vec![("GET", PATH.to_owned())];
    if let Some(lifecycle) = descriptor["lifecycle"].as_object() {
        let all = lifecycle.values().filter_map(Value::as_str);
        out.extend(all.map(|path| ("POST", path.to_owned())));
    }
    if let Some(modules) = descriptor["modules"].as_object() {
        for (kind, module) in modules {
            let method = if kind == "webhooks" { "POST" } else { "GET" };
            collect(module, method, &mut out);
        }
    }
    out.sort();
    out.dedup();
    out
}

fn collect(value: &Value, method: &'static str, out: &mut Vec<(&'static str, String)>) {
    match value {
        Value::Array(all) => all.iter().for_each(|one| collect(one, method, out)),
        Value::Object(all) => {
            for (name, value) in all {
                match value {
                    Value::String(text) if name == "url" => out.push((method, text.clone())),
                    _ => collect(value, method, out),
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scope_has_a_reason_and_every_reason_a_scope() {
        let template: Value = serde_json::from_str(TEMPLATE).unwrap();
        let mut asked: Vec<_> = template["scopes"].as_array().unwrap().clone();
        asked.sort_by_key(ToString::to_string);
        let mut reasons: Vec<_> = scopes().into_iter().map(|(scope, _)| scope).collect();
        reasons.sort();
        assert_eq!(asked, reasons);
        assert!(scopes().iter().all(|(_, why)| why.ends_with('.')));
    }
}
