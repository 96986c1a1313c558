//! Every request the client builds, held against the two documents that Atlassian publishes.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use deskbridge::clock::Instant;
use deskbridge::ids::IssueId;
use deskbridge::jira::adf::{Announcement, Language, Named};
use deskbridge::jira::{Attempt, Notice, OrganizationId, Site};
use serde_json::{Map, Value, json};

use super::host::Seen;
use super::world::{ANA, JONATHAN, KOFI, NERO, NIRO, REQUEST, TASK};
use super::{account, posting, site};

struct Documents(Vec<Value>);

impl Documents {
    fn load(folder: &Path) -> Self {
        let files = ["jira-v3.json", "jsm.json"];
        Self(
            files
                .iter()
                .map(|file| {
                    let text = fs::read(folder.join("openapi").join(file)).unwrap();
                    serde_json::from_slice(&text).unwrap()
                })
                .collect(),
        )
    }

    /// The document, template and operation that a request belongs to.
    fn operation(&self, method: &str, path: &str) -> Option<(&Value, &str, &Value)> {
        let mut found: Vec<_> = self
            .0
            .iter()
            .flat_map(|document| {
                let paths = document["paths"].as_object().unwrap();
                paths
                    .iter()
                    .map(move |(template, item)| (document, template, item))
            })
            .filter(|(_, template, _)| fits(template, path))
            .collect();
        // A fixed segment is closer than a parameter.
        found.sort_by_key(|(_, template, _)| template.matches('{').count());
        let (document, template, item) = found.first()?;
        let operation = &item[method.to_lowercase()];
        operation
            .is_object()
            .then_some((*document, template.as_str(), operation))
    }

    /// What is wrong with a request; empty when nothing is.
    fn faults(&self, seen: &Seen) -> Vec<String> {
        let Some((document, template, operation)) = self.operation(&seen.method, &seen.path) else {
            return vec![format!("{} {} is no operation", seen.method, seen.path)];
        };
        let mut faults = Vec::new();
        if operation["deprecated"] == true {
            faults.push("deprecated".to_owned());
        }
        let changes = operation["x-changes"].as_array();
        if changes.is_some_and(|all| all.iter().any(|change| change["type"] == "removed")) {
            faults.push("removed".to_owned());
        }
        let scope = operation["x-atlassian-connect-scope"]
            .as_str()
            .unwrap_or("NONE");
        if !["READ", "WRITE"].contains(&scope) {
            faults.push(format!("scope {scope}"));
        }
        let desk = seen.path.starts_with("/rest/servicedeskapi/");
        let experimental = desk && operation["x-experimental"] == true;
        if seen.headers.contains_key("x-experimentalapi") != experimental {
            faults.push("X-ExperimentalApi where it does not belong, or not where it does".into());
        }
        faults.extend(query_faults(document, operation, seen));
        faults.extend(body_faults(document, operation, seen));
        faults.extend(answer_faults(document, operation, seen));
        let name = format!("{} {template}", seen.method);
        faults
            .iter()
            .map(|fault| format!("{name}: {fault}"))
            .collect()
    }
}

fn fits(template: &str, path: &str) -> bool {
    let (template, path) = (template.split('/'), path.split('/'));
    template.clone().count() == path.clone().count()
        && template
            .zip(path)
            .all(|(t, p)| t == p || (t.starts_with('{') && t.ends_with('}')))
}

fn query_faults(document: &Value, operation: &Value, seen: &Seen) -> Vec<String> {
    let parameters = operation["parameters"].as_array();
    let parameters: Vec<&Value> = parameters
        .into_iter()
        .flatten()
        .map(|parameter| resolved(document, parameter))
        .filter(|parameter| parameter["in"] == "query")
        .collect();
    let mut faults = Vec::new();
    for (name, value) in &seen.query {
        let Some(known) = parameters.iter().find(|p| p["name"] == name.as_str()) else {
            faults.push(format!("unknown query parameter {name}"));
            continue;
        };
        let description = known["description"].as_str().unwrap_or_default();
        if known["deprecated"] == true || description.contains("no longer available") {
            faults.push(format!("query parameter {name} is gone"));
        }
        let schema = &known["schema"];
        let read = match schema["type"].as_str() {
            Some("integer") => json!(value.parse::<i64>().ok()),
            Some("boolean") => json!(value.parse::<bool>().ok()),
            Some("array") => json!([value]),
            _ => json!(value),
        };
        faults.extend(violations(document, schema, &read));
    }
    for parameter in parameters.iter().filter(|p| p["required"] == true) {
        let name = parameter["name"].as_str().unwrap();
        if !seen.query.iter().any(|(asked, _)| asked == name) {
            faults.push(format!("query parameter {name} is missing"));
        }
    }
    faults
}

fn body_faults(document: &Value, operation: &Value, seen: &Seen) -> Vec<String> {
    let wanted = &operation["requestBody"];
    match (&seen.body, wanted.is_object()) {
        (None, false) => Vec::new(),
        (None, true) => vec!["a body is missing".to_owned()],
        (Some(_), false) => vec!["a body is not wanted".to_owned()],
        (Some(body), true) => {
            let wanted = resolved(document, wanted);
            let content = &wanted["content"]["application/json"];
            let kind = seen.headers.get("content-type");
            assert_eq!(kind.unwrap(), "application/json");
            violations(document, &content["schema"], body)
        }
    }
}

/// Our own stand-in has to be true to the documents too, or the test proves little.
fn answer_faults(document: &Value, operation: &Value, seen: &Seen) -> Vec<String> {
    let known = &operation["responses"][seen.status.to_string()];
    if !known.is_object() {
        return vec![format!("status {} is not documented", seen.status)];
    }
    let content = known["content"].as_object();
    let Some(content) = content.and_then(|c| c.values().next()) else {
        return Vec::new();
    };
    if seen.status >= 300 {
        return Vec::new();
    }
    let found = violations(document, &content["schema"], &seen.answer);
    found
        .iter()
        .map(|fault| format!("answer: {fault}"))
        .collect()
}

fn resolved<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    match value["$ref"].as_str() {
        Some(reference) => document.pointer(reference.trim_start_matches('#')).unwrap(),
        None => value,
    }
}

/// Formats are left out: Jira writes times as `+0000`, against its own document.
fn violations(document: &Value, schema: &Value, instance: &Value) -> Vec<String> {
    let mut schemas = Map::new();
    collect_references(document, schema, &mut schemas);
    let whole = json!({"allOf": [schema], "components": {"schemas": schemas}});
    let validator = jsonschema::draft4::options()
        .should_validate_formats(false)
        .build(&whole)
        .unwrap();
    validator
        .iter_errors(instance)
        .map(|error| format!("{error} at {}", error.instance_path()))
        .collect()
}

/// The named schemas that `schema` leads to, so that not the whole document is compiled.
fn collect_references(document: &Value, schema: &Value, into: &mut Map<String, Value>) {
    match schema {
        Value::Object(members) => {
            let name = schema["$ref"].as_str().and_then(|r| r.rsplit('/').next());
            if let Some(name) = name
                && !into.contains_key(name)
            {
                let named = resolved(document, schema);
                into.insert(name.to_owned(), named.clone());
                collect_references(document, named, into);
            }
            for member in members.values() {
                collect_references(document, member, into);
            }
        }
        Value::Array(all) => {
            for one in all {
                collect_references(document, one, into);
            }
        }
        _ => {}
    }
}

/// Makes every call there is, in every shape.
async fn call_everything(site: &Site) {
    let request = IssueId::new(REQUEST);
    let people = [NIRO, NERO, ANA, JONATHAN, KOFI].map(account);
    site.issue(request).await.unwrap();
    site.issue(IssueId::new(TASK)).await.unwrap();
    let permissions = ["BROWSE_PROJECTS", "ADD_COMMENTS"];
    site.permissions(&people[0], &permissions, &[request], &[])
        .await
        .unwrap();
    site.administers(&people[0], None).await.unwrap();
    site.request(request).await.unwrap();
    site.participants(request).await.unwrap();
    site.members(OrganizationId(7), 10).await.unwrap();
    site.users(&people).await.unwrap();
    site.assignable(request, "Ni & ro", 50).await.unwrap();
    site.own_account().await.unwrap();
    site.search("project = ITH ORDER BY updated", &["updated"], 5)
        .await
        .unwrap();
    let named = |name: &str, of: &str| Named {
        account: account(of),
        name: name.to_owned(),
        portal_only: of.starts_with("qm:"),
    };
    let announcement = Announcement {
        author: named("Niro", NIRO),
        readers: vec![named("Nero", NERO), named("Jonathan", JONATHAN)],
        panel: "https://site.example/browse/ITH-1".parse().unwrap(),
        language: Language::default(),
    };
    let body = announcement.comment();
    site.add_comment(request, &body, true, &[]).await.unwrap();
    for (key, public, attempt) in [
        ("a", false, Attempt::First),
        (
            "a",
            false,
            Attempt::Again {
                since: Instant::EPOCH,
            },
        ),
    ] {
        site.comment_once(request, posting(&body, public, key), attempt)
            .await
            .unwrap();
    }
    let notice = Notice {
        subject: "Secure note".to_owned(),
        text: announcement.text(),
        html: announcement.html(),
        to: vec![people[1].clone()],
    };
    site.notify(request, &notice).await.unwrap();
}

#[tokio::test]
#[expect(clippy::print_stdout, reason = "a test left out says so")]
async fn every_request_is_as_atlassian_documents_it() {
    let Some(folder) = crate::data::folder() else {
        println!("SKIPPED-DATA openapi");
        return;
    };
    let documents = Documents::load(&folder);
    let (host, site) = site().await;
    call_everything(&site).await;
    let seen = host.take_seen();
    let faults: Vec<_> = seen
        .iter()
        .flat_map(|seen| documents.faults(seen))
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));

    let made: HashSet<_> = seen
        .iter()
        .filter_map(|seen| documents.operation(&seen.method, &seen.path))
        .map(|(_, template, operation)| (template, operation["operationId"].to_string()))
        .collect();
    assert_eq!(made.len(), 14, "every call is made: {made:#?}");
}

fn asked(verb_and_path: &str, query: &[(&str, &str)], body: Option<Value>) -> Seen {
    let (method, path) = verb_and_path.split_once(' ').unwrap();
    let kind = (
        "content-type".parse().unwrap(),
        "application/json".parse().unwrap(),
    );
    Seen {
        method: method.to_owned(),
        path: path.to_owned(),
        query: query
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        headers: [kind].into_iter().collect(),
        body,
        status: 200,
        answer: Value::Null,
    }
}

/// Requests that are wrong, and how.
fn wrong() -> Vec<(Seen, &'static str)> {
    let check = "POST /rest/api/3/permissions/check";
    let search = "POST /rest/api/3/search/jql";
    let myself = "GET /rest/api/3/myself";
    let by_key = json!({
        "projectPermissions": [{"permissions": ["X"], "issues": ["ITH-1"], "projects": []}],
    });
    vec![
        (asked("GET /rest/api/3/nothing", &[], None), "no operation"),
        (asked("PATCH /rest/api/3/myself", &[], None), "no operation"),
        (asked("GET /rest/api/3/search", &[], None), "removed"),
        (
            asked("GET /rest/api/3/users/search", &[], None),
            "scope INACCESSIBLE",
        ),
        (
            asked("GET /rest/api/3/user/bulk", &[], None),
            "accountId is missing",
        ),
        (
            asked("GET /rest/api/3/user", &[("key", "x")], None),
            "key is gone",
        ),
        (
            asked(myself, &[("x", "y")], None),
            "unknown query parameter x",
        ),
        (asked(myself, &[], Some(json!({}))), "not wanted"),
        (asked(search, &[], Some(json!({"startAt": 0}))), "startAt"),
        (asked(search, &[], None), "a body is missing"),
        (asked(check, &[], Some(by_key)), "ITH-1"),
        (
            asked("GET /rest/servicedeskapi/servicedesk/3/customer", &[], None),
            "X-ExperimentalApi",
        ),
    ]
}

/// A check that finds nothing wrong anywhere would prove nothing.
#[test]
#[expect(clippy::print_stdout, reason = "a test left out says so")]
fn a_wrong_request_would_be_seen() {
    let Some(folder) = crate::data::folder() else {
        println!("SKIPPED-DATA openapi");
        return;
    };
    let documents = Documents::load(&folder);
    for (seen, expected) in wrong() {
        let faults = documents.faults(&seen);
        assert!(
            faults.iter().any(|fault| fault.contains(expected)),
            "{expected}: {faults:?}"
        );
    }
}
