//! What the site answers, against the API descriptions that Atlassian publishes.

use deskbridge_playground::{Host, HostOptions, token};
use serde_json::{Value, json};

use super::app::{App, call};
use crate::data;

#[expect(clippy::print_stdout, reason = "the test run names what it skipped")]
fn skipped(what: &str) {
    println!("SKIPPED-DATA {what}");
}

fn document(name: &str) -> Option<Value> {
    let path = data::folder()?.join("openapi").join(name);
    Some(serde_json::from_slice(&std::fs::read(path).ok()?).unwrap())
}

/// The response schema of an operation, as a document of its own with all definitions.
fn schema(document: &Value, template: &str, method: &str, status: u16) -> Value {
    let operation = &document["paths"][template][method.to_lowercase()];
    assert!(
        operation.is_object(),
        "{method} {template} is in the description"
    );
    assert_ne!(operation["deprecated"], true, "{method} {template}");
    let response = &operation["responses"][status.to_string()];
    assert!(
        response.is_object(),
        "{method} {template} may answer {status}"
    );
    let schema = &response["content"]["application/json"]["schema"];
    json!({"allOf": [schema], "components": document["components"]})
}

/// OpenAPI's `nullable` in the words of JSON Schema.
fn translate(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            map.values_mut().for_each(translate);
            if map.remove("nullable") == Some(json!(true))
                && let Some(Value::String(kind)) = map.get("type").cloned()
            {
                map.insert("type".into(), json!([kind, "null"]));
            }
        }
        Value::Array(list) => list.iter_mut().for_each(translate),
        _ => {}
    }
}

/// Method and path of the description, and what stands for its variables.
const PLATFORM: [(&str, &str, &str); 13] = [
    ("GET", "issue/{issueIdOrKey}", "issue/ITH-1"),
    ("GET", "issue/{issueIdOrKey}", "issue/10101?fields=summary"),
    ("GET", "issue/{issueIdOrKey}/comment", "issue/ITH-1/comment"),
    (
        "GET",
        "mypermissions",
        "mypermissions?permissions=BROWSE_PROJECTS",
    ),
    ("GET", "user", "user?accountId={jonathan}"),
    ("GET", "user/bulk", "user/bulk?accountId={jonathan}"),
    ("GET", "user/search", "user/search?query=n"),
    (
        "GET",
        "user/assignable/search",
        "user/assignable/search?issueId=10101",
    ),
    ("GET", "myself", "myself"),
    ("GET", "field", "field"),
    ("GET", "project/{projectIdOrKey}", "project/ITH"),
    ("GET", "project/search", "project/search"),
    ("GET", "serverInfo", "serverInfo"),
];

const DESK: [(&str, &str, &str); 12] = [
    ("GET", "request/{issueIdOrKey}", "request/ITH-1"),
    (
        "GET",
        "request/{issueIdOrKey}",
        "request/ITH-1?expand=participant",
    ),
    (
        "GET",
        "request/{issueIdOrKey}/participant",
        "request/ITH-1/participant",
    ),
    (
        "GET",
        "request/{issueIdOrKey}/comment",
        "request/ITH-1/comment",
    ),
    ("GET", "organization", "organization"),
    ("GET", "organization/{organizationId}", "organization/1"),
    (
        "GET",
        "organization/{organizationId}/user",
        "organization/1/user",
    ),
    ("GET", "servicedesk", "servicedesk"),
    ("GET", "servicedesk/{serviceDeskId}", "servicedesk/1"),
    (
        "GET",
        "servicedesk/{serviceDeskId}/organization",
        "servicedesk/1/organization",
    ),
    (
        "GET",
        "servicedesk/{serviceDeskId}/customer",
        "servicedesk/1/customer",
    ),
    (
        "GET",
        "servicedesk/{serviceDeskId}/requesttype",
        "servicedesk/1/requesttype",
    ),
];

/// Calls an operation and checks its answer against the description.
async fn checked(
    host: &Host,
    document: &Value,
    operation: (&str, &str),
    target: &str,
    body: Option<Value>,
) -> Value {
    let (method, template) = operation;
    let (status, answer) = call(host, method, target, body).await;
    assert!(
        (200..300).contains(&status),
        "{method} {target}: {status} {answer}"
    );
    let mut schema = schema(document, template, method, status);
    if answer.is_null() {
        return answer;
    }
    translate(&mut schema);
    let validator = jsonschema::validator_for(&schema).unwrap();
    let faults: Vec<_> = validator
        .iter_errors(&answer)
        .map(|e| format!("{}: {e}", e.instance_path()))
        .collect();
    assert!(faults.is_empty(), "{method} {target}: {faults:#?}");
    answer
}

async fn installed() -> (Host, App) {
    let host = Host::start(HostOptions::default()).await.unwrap();
    let app = App::start().await;
    host.install(&app.descriptor_url()).await.unwrap();
    (host, app)
}

#[tokio::test]
async fn the_platform_api_answers_in_the_published_shapes() {
    let Some(document) = document("jira-v3.json") else {
        return skipped("openapi-playground");
    };
    let (host, _app) = installed().await;
    let api = |path: &str| format!("/rest/api/3/{path}");
    let jonathan = token::encode(&host.account("jonathan"));
    for (method, template, target) in PLATFORM {
        let target = api(&target.replace("{jonathan}", &jonathan));
        checked(&host, &document, (method, &api(template)), &target, None).await;
    }
    let doc = json!({"type": "doc", "version": 1, "content": []});
    let comment = json!({"body": doc, "properties": [{"key": "k", "value": 1}]});
    let check = json!({"accountId": host.account("niro"), "globalPermissions": ["ADMINISTER"],
        "projectPermissions": [{"permissions": ["BROWSE_PROJECTS"], "issues": [10101],
            "projects": [10000]}]});
    let notify = json!({"subject": "s", "textBody": "t", "to": {"reporter": true}});
    let search = json!({"jql": "project = ITH", "fields": ["*all"]});
    for (template, target, body) in [
        (
            "issue/{issueIdOrKey}/comment",
            "issue/ITH-1/comment",
            comment,
        ),
        ("issue/{issueIdOrKey}/notify", "issue/ITH-1/notify", notify),
        ("permissions/check", "permissions/check", check),
        ("search/jql", "search/jql", search),
    ] {
        let operation = ("POST", api(template));
        let operation = (operation.0, operation.1.as_str());
        checked(&host, &document, operation, &api(target), Some(body)).await;
    }
    let newest = host
        .site()
        .issue("ITH-1")
        .unwrap()
        .comments
        .last()
        .unwrap()
        .id;
    let property = "comment/{commentId}/properties/{propertyKey}";
    let target = api(&format!("comment/{newest}/properties/k"));
    checked(&host, &document, ("GET", &api(property)), &target, None).await;
}

#[tokio::test]
async fn the_service_desk_api_answers_in_the_published_shapes() {
    let Some(document) = document("jsm.json") else {
        return skipped("openapi-playground");
    };
    let (host, _app) = installed().await;
    let api = |path: &str| format!("/rest/servicedeskapi/{path}");
    for (method, template, target) in DESK {
        checked(
            &host,
            &document,
            (method, &api(template)),
            &api(target),
            None,
        )
        .await;
    }
    let kofi = json!({"accountIds": [host.account("kofi")]});
    let comment = json!({"body": "Hello", "public": true});
    for (part, body) in [("participant", kofi), ("comment", comment)] {
        let template = api(&format!("request/{{issueIdOrKey}}/{part}"));
        let target = api(&format!("request/ITH-1/{part}"));
        checked(&host, &document, ("POST", &template), &target, Some(body)).await;
    }
}

#[test]
fn request_hashes_agree_with_the_published_vectors() {
    let Some(folder) = data::folder() else {
        return skipped("qsh-playground");
    };
    let text = std::fs::read(folder.join("qsh-vectors/vectors.json")).unwrap();
    let vectors: Value = serde_json::from_slice(&text).unwrap();
    let vectors = vectors["tests"].as_array().unwrap();
    assert_eq!(vectors.len(), 78);
    for vector in vectors {
        let text = |name: &str| vector[name].as_str().unwrap();
        let url = text("url");
        let target = url
            .split_once("://")
            .map_or(url, |(_, rest)| &rest[rest.find('/').unwrap()..]);
        let hash = token::of_target(text("method"), target);
        assert_eq!(hash, text("qsh"), "{vector:#}");
    }
}
