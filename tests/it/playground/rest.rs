//! What the API answers about access: the cases that apps get wrong.

use deskbridge_playground::{Host, HostOptions};
use serde_json::{Value, json};

use super::app::{App, call};

async fn installed() -> (Host, App) {
    let host = Host::start(HostOptions::default()).await.unwrap();
    let app = App::start().await;
    host.install(&app.descriptor_url()).await.unwrap();
    (host, app)
}

async fn granted(host: &Host, who: &str, permissions: &[&str], issues: &[u64]) -> Value {
    let body = json!({"accountId": host.account(who),
        "projectPermissions": [{"permissions": permissions, "issues": issues}]});
    let (status, answer) = call(host, "POST", "/rest/api/3/permissions/check", Some(body)).await;
    assert_eq!(status, 200);
    answer["projectPermissions"].clone()
}

#[tokio::test]
async fn permissions_are_answered_by_number_and_unknown_issues_are_left_out() {
    let (host, _app) = installed().await;
    let asked = ["BROWSE_PROJECTS", "SERVICEDESK_AGENT"];
    assert_eq!(
        granted(&host, "niro", &asked, &[10101, 10201, 99999]).await,
        json!([
            {"permission": "BROWSE_PROJECTS", "issues": [10101, 10201], "projects": []},
            {"permission": "SERVICEDESK_AGENT", "issues": [10101], "projects": []},
        ])
    );
    assert_eq!(
        granted(&host, "ada", &asked, &[10101]).await,
        json!([{"permission": "BROWSE_PROJECTS", "issues": [10101], "projects": []}])
    );
    assert_eq!(
        granted(&host, "jonathan", &asked, &[10101]).await,
        json!([])
    );
    let keys = json!({"projectPermissions":
        [{"permissions": ["BROWSE_PROJECTS"], "issues": ["ITH-1"]}]});
    let (status, _) = call(&host, "POST", "/rest/api/3/permissions/check", Some(keys)).await;
    assert_eq!(status, 400, "keys instead of numbers");
}

#[tokio::test]
async fn participants_come_and_go_and_organizations_are_listed() {
    let (host, _app) = installed().await;
    let path = "/rest/servicedeskapi/request/ITH-1/participant";
    let people = |page: &Value| -> Vec<String> {
        let values = page["values"].as_array().unwrap();
        values
            .iter()
            .map(|v| v["accountId"].as_str().unwrap().to_owned())
            .collect()
    };
    let (_, page) = call(&host, "GET", path, None).await;
    assert_eq!(people(&page), [host.account("ana")]);
    let kofi = json!({"accountIds": [host.account("kofi")]});
    let (status, page) = call(&host, "POST", path, Some(kofi)).await;
    assert_eq!((status, people(&page).len()), (200, 2));
    let nobody = json!({"accountIds": ["712020:nobody"]});
    assert_eq!(call(&host, "POST", path, Some(nobody)).await.0, 400);

    let organizations = "/rest/servicedeskapi/servicedesk/1/organization?start=1&limit=1";
    let (_, page) = call(&host, "GET", organizations, None).await;
    assert_eq!(
        (page["size"].as_u64(), page["isLastPage"].as_bool()),
        (Some(1), Some(true))
    );
    assert_eq!(page["values"][0]["name"], "Globex");
    let (_, page) = call(
        &host,
        "GET",
        "/rest/servicedeskapi/organization/1/user",
        None,
    )
    .await;
    assert_eq!(people(&page), [host.account("jonathan")]);
    assert_eq!(
        call(&host, "GET", "/rest/servicedeskapi/request/DEV-1", None)
            .await
            .0,
        404
    );
}

#[tokio::test]
async fn comments_are_public_unless_their_property_says_internal() {
    let (host, _app) = installed().await;
    let path = "/rest/api/3/issue/10102/comment";
    let doc = json!({"type": "doc", "version": 1, "content": []});
    let (status, public) = call(&host, "POST", path, Some(json!({"body": doc}))).await;
    assert_eq!((status, &public["jsdPublic"]), (201, &json!(true)));
    assert_eq!(public["author"]["accountId"], host.account("app"));
    let internal = json!({"body": doc, "properties": [
        {"key": "sd.public.comment", "value": {"internal": true}},
        {"key": "job", "value": {"id": 7}}]});
    let (_, internal) = call(&host, "POST", path, Some(internal)).await;
    assert_eq!(internal["jsdPublic"], false);
    let id = internal["id"].as_str().unwrap();
    let property = format!("/rest/api/3/comment/{id}/properties/job");
    let (_, property) = call(&host, "GET", &property, None).await;
    assert_eq!(property["value"]["id"], 7);
    let newest = format!("{path}?maxResults=1&orderBy=-created&expand=properties");
    let (_, page) = call(&host, "GET", &newest, None).await;
    assert_eq!(
        (&page["comments"][0]["id"], &page["total"]),
        (&json!(id), &json!(2))
    );
    assert_eq!(page["comments"][0]["properties"][0]["key"], "job");
    let wrong = json!({"body": "just a text"});
    assert_eq!(call(&host, "POST", path, Some(wrong)).await.0, 400);
}

#[tokio::test]
async fn search_goes_page_by_page_with_a_token() {
    let (host, _app) = installed().await;
    let path = "/rest/api/3/search/jql";
    let mut keys = Vec::new();
    let mut token = Value::Null;
    for _ in 0..10 {
        let mut body = json!({"jql": "project = ITH ORDER BY key ASC", "maxResults": 2,
            "fields": ["key", "updated"]});
        if token.is_string() {
            body["nextPageToken"] = token;
        }
        let (status, page) = call(&host, "POST", path, Some(body)).await;
        assert_eq!(status, 200);
        let issues = page["issues"].as_array().unwrap();
        keys.extend(issues.iter().map(|i| i["key"].as_str().unwrap().to_owned()));
        token = page["nextPageToken"].clone();
        if token.is_null() {
            assert_eq!(page["isLast"], true);
            break;
        }
    }
    assert_eq!(keys, ["ITH-1", "ITH-2", "ITH-3", "ITH-4", "ITH-5"]);
    for wrong in [
        json!({"jql": "project = ITH", "startAt": 0}),
        json!({"jql": "ORDER BY key"}),
        json!({"jql": "project = ITH", "nextPageToken": "x"}),
    ] {
        assert_eq!(call(&host, "POST", path, Some(wrong)).await.0, 400);
    }
}

#[tokio::test]
async fn scopes_hold_and_notices_name_whom_they_reach() {
    let (host, app) = installed().await;
    let path = "/rest/api/3/issue/ITH-1/notify";
    let ana = host.account("ana");
    let body = json!({"subject": "Hello", "textBody": "Look", "to": {"users": [{"accountId": ana}],
        "reporter": true}});
    assert_eq!(call(&host, "POST", path, Some(body.clone())).await.0, 204);
    let notice = host.site().notices.remove(0);
    assert_eq!(notice.to.len(), 2);
    assert_eq!(
        call(&host, "POST", path, Some(json!({"to": {}}))).await.0,
        400
    );
    app.change_descriptor(|d| d["scopes"] = json!(["READ"]));
    host.install(&app.descriptor_url()).await.unwrap();
    assert_eq!(call(&host, "POST", path, Some(body)).await.0, 403);
    assert_eq!(
        call(&host, "GET", "/rest/api/3/issue/ITH-1", None).await.0,
        200
    );
}
