//! What the site answers, against the API descriptions that Atlassian publishes.

use std::path::PathBuf;

use deskbridge_playground::{Host, HostOptions, token};
use serde_json::{Value, json};

use super::app::{App, call};

/// Folder of Atlassian's data, if it is there.
#[expect(clippy::disallowed_methods, reason = "tests read where their data is")]
fn data() -> Option<PathBuf> {
    let beside = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data"));
    let folder = std::env::var("DESKBRIDGE_TEST_DATA").map_or_else(|_| beside(), PathBuf::from);
    folder.is_dir().then_some(folder)
}

#[expect(clippy::print_stdout, reason = "the test run names what it skipped")]
fn skipped(what: &str) {
    println!("SKIPPED-DATA {what}");
}

fn document(name: &str) -> Option<Value> {
    let path = data()?.join("openapi").join(name);
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

struct Case {
    template: &'static str,
    target: String,
    method: &'static str,
    body: Option<Value>,
    status: u16,
}

fn case(template: &'static str, method: &'static str, target: &str, body: Option<Value>) -> Case {
    let status = match (method, template) {
        ("POST", "/rest/api/3/issue/{issueIdOrKey}/notify") => 204,
        ("POST", t) if t.ends_with("/comment") => 201,
        _ => 200,
    };
    let target = target.to_owned();
    Case {
        template,
        target,
        method,
        body,
        status,
    }
}

async fn checked(host: &Host, document: &Value, cases: Vec<Case>) {
    for case in cases {
        let (status, answer) = call(host, case.method, &case.target, case.body).await;
        assert_eq!(
            status, case.status,
            "{} {}: {answer}",
            case.method, case.target
        );
        let mut schema = schema(document, case.template, case.method, status);
        if answer.is_null() {
            continue;
        }
        translate(&mut schema);
        let validator = jsonschema::validator_for(&schema).unwrap();
        let faults: Vec<_> = validator
            .iter_errors(&answer)
            .map(|e| format!("{}: {e}", e.instance_path()))
            .collect();
        assert!(
            faults.is_empty(),
            "{} {}: {faults:#?}",
            case.method,
            case.target
        );
    }
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
    let account = token::encode(&host.account("jonathan"));
    let doc = json!({"type": "doc", "version": 1, "content": []});
    let check = json!({"accountId": host.account("niro"), "globalPermissions": ["ADMINISTER"],
        "projectPermissions": [{"permissions": ["BROWSE_PROJECTS"], "issues": [10101],
            "projects": [10000]}]});
    let notify = json!({"subject": "s", "textBody": "t", "to": {"reporter": true}});
    let api = |path: &str| format!("/rest/api/3/{path}");
    checked(
        &host,
        &document,
        vec![
            case(
                "/rest/api/3/issue/{issueIdOrKey}",
                "GET",
                &api("issue/ITH-1"),
                None,
            ),
            case(
                "/rest/api/3/issue/{issueIdOrKey}",
                "GET",
                &api("issue/10101?fields=summary"),
                None,
            ),
            case(
                "/rest/api/3/issue/{issueIdOrKey}/comment",
                "GET",
                &api("issue/ITH-1/comment"),
                None,
            ),
            case(
                "/rest/api/3/issue/{issueIdOrKey}/comment",
                "POST",
                &api("issue/ITH-1/comment"),
                Some(json!({"body": doc, "properties": [{"key": "k", "value": 1}]})),
            ),
            case(
                "/rest/api/3/issue/{issueIdOrKey}/notify",
                "POST",
                &api("issue/ITH-1/notify"),
                Some(notify),
            ),
            case(
                "/rest/api/3/permissions/check",
                "POST",
                &api("permissions/check"),
                Some(check),
            ),
            case(
                "/rest/api/3/mypermissions",
                "GET",
                &api("mypermissions?permissions=BROWSE_PROJECTS"),
                None,
            ),
            case(
                "/rest/api/3/user",
                "GET",
                &api(&format!("user?accountId={account}")),
                None,
            ),
            case(
                "/rest/api/3/user/bulk",
                "GET",
                &api(&format!("user/bulk?accountId={account}")),
                None,
            ),
            case(
                "/rest/api/3/user/search",
                "GET",
                &api("user/search?query=n"),
                None,
            ),
            case(
                "/rest/api/3/user/assignable/search",
                "GET",
                &api("user/assignable/search?project=ITH"),
                None,
            ),
            case("/rest/api/3/myself", "GET", &api("myself"), None),
            case("/rest/api/3/field", "GET", &api("field"), None),
            case(
                "/rest/api/3/search/jql",
                "POST",
                &api("search/jql"),
                Some(json!({"jql": "project = ITH", "fields": ["*all"]})),
            ),
            case(
                "/rest/api/3/project/{projectIdOrKey}",
                "GET",
                &api("project/ITH"),
                None,
            ),
            case("/rest/api/3/serverInfo", "GET", &api("serverInfo"), None),
        ],
    )
    .await;
    let newest = host
        .site()
        .issue("ITH-1")
        .unwrap()
        .comments
        .last()
        .unwrap()
        .id;
    let property = api(&format!("comment/{newest}/properties/k"));
    checked(
        &host,
        &document,
        vec![
            case(
                "/rest/api/3/comment/{commentId}/properties/{propertyKey}",
                "GET",
                &property,
                None,
            ),
            case(
                "/rest/api/3/issue/{issueIdOrKey}/comment/{id}",
                "GET",
                &api(&format!("issue/ITH-1/comment/{newest}")),
                None,
            ),
            case(
                "/rest/api/3/comment/list",
                "POST",
                &api("comment/list"),
                Some(json!({"ids": [newest]})),
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn the_service_desk_api_answers_in_the_published_shapes() {
    let Some(document) = document("jsm.json") else {
        return skipped("openapi-playground");
    };
    let (host, _app) = installed().await;
    let api = |path: &str| format!("/rest/servicedeskapi/{path}");
    let kofi = json!({"accountIds": [host.account("kofi")]});
    let comment = json!({"body": "Hello", "public": true});
    checked(
        &host,
        &document,
        vec![
            case(
                "/rest/servicedeskapi/request/{issueIdOrKey}",
                "GET",
                &api("request/ITH-1"),
                None,
            ),
            case(
                "/rest/servicedeskapi/request/{issueIdOrKey}",
                "GET",
                &api("request/ITH-1?expand=participant"),
                None,
            ),
            case(
                "/rest/servicedeskapi/request/{issueIdOrKey}/participant",
                "GET",
                &api("request/ITH-1/participant"),
                None,
            ),
            case(
                "/rest/servicedeskapi/request/{issueIdOrKey}/participant",
                "POST",
                &api("request/ITH-1/participant"),
                Some(kofi),
            ),
            case(
                "/rest/servicedeskapi/request/{issueIdOrKey}/comment",
                "POST",
                &api("request/ITH-1/comment"),
                Some(comment),
            ),
            case(
                "/rest/servicedeskapi/request/{issueIdOrKey}/comment",
                "GET",
                &api("request/ITH-1/comment"),
                None,
            ),
            case(
                "/rest/servicedeskapi/organization",
                "GET",
                &api("organization"),
                None,
            ),
            case(
                "/rest/servicedeskapi/organization/{organizationId}",
                "GET",
                &api("organization/1"),
                None,
            ),
            case(
                "/rest/servicedeskapi/organization/{organizationId}/user",
                "GET",
                &api("organization/1/user"),
                None,
            ),
            case(
                "/rest/servicedeskapi/servicedesk",
                "GET",
                &api("servicedesk"),
                None,
            ),
            case(
                "/rest/servicedeskapi/servicedesk/{serviceDeskId}",
                "GET",
                &api("servicedesk/1"),
                None,
            ),
            case(
                "/rest/servicedeskapi/servicedesk/{serviceDeskId}/organization",
                "GET",
                &api("servicedesk/1/organization"),
                None,
            ),
            case(
                "/rest/servicedeskapi/servicedesk/{serviceDeskId}/customer",
                "GET",
                &api("servicedesk/1/customer"),
                None,
            ),
            case(
                "/rest/servicedeskapi/servicedesk/{serviceDeskId}/requesttype",
                "GET",
                &api("servicedesk/1/requesttype"),
                None,
            ),
        ],
    )
    .await;
}

#[test]
fn request_hashes_agree_with_the_published_vectors() {
    let Some(folder) = data() else {
        return skipped("qsh-playground");
    };
    let text = std::fs::read(folder.join("qsh-vectors/vectors.json")).unwrap();
    let vectors: Value = serde_json::from_slice(&text).unwrap();
    let vectors = vectors["vectors"]
        .as_array()
        .or(vectors.as_array())
        .unwrap();
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
