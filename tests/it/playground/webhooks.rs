//! Webhooks: who gets them, what they carry, when they come again.

use std::collections::BTreeSet;
use std::time::Duration;

use deskbridge_playground::{DeliveryState, Fault, Host, HostOptions, Pace, token};
use serde_json::json;

use super::app::{App, call, client, send};

async fn installed() -> (Host, App) {
    let pace = Pace {
        retry: (Duration::from_millis(5), Duration::from_millis(20)),
        timeout: Duration::from_secs(2),
    };
    let options = HostOptions {
        pace,
        ..HostOptions::default()
    };
    let (host, app) = (Host::start(options).await.unwrap(), App::start().await);
    host.install(&app.descriptor_url()).await.unwrap();
    (host, app)
}

async fn control(host: &Host, route: &str, body: serde_json::Value) {
    let url = format!("{}/__control/{route}", host.base_url);
    let answer = client().post(url).json(&body).send().await.unwrap();
    assert_eq!(answer.status(), 200);
}

#[tokio::test]
async fn a_comment_reaches_the_app_signed_for_that_very_request() {
    let (host, app) = installed().await;
    control(
        &host,
        "issues/ITH-1/comments",
        json!({"as": "jonathan", "text": "Any news?"}),
    )
    .await;
    let received = app.wait_for("/app/webhook", 2).await;
    let secret = host.installed().unwrap().shared_secret;
    let now = deskbridge::clock::Clock::default().now().seconds();
    for webhook in &received {
        let claims = token::verify(webhook.token(), &secret, now).unwrap();
        let target = webhook.target.strip_prefix("/app").unwrap();
        assert_eq!(target, "/webhook?from=jira&k=ITH-1");
        assert_eq!(claims["qsh"], token::of_target("POST", target));
        assert_eq!(claims["sub"], host.account("jonathan"));
        assert_eq!(webhook.header("x-atlassian-webhook-retry"), "");
    }
    let created = received
        .iter()
        .find(|w| w.body["webhookEvent"] == "comment_created")
        .unwrap();
    assert_eq!(created.body["comment"]["body"], "Any news?");
    assert_eq!(created.body["comment"]["jsdPublic"], true);
    assert_eq!(created.body["issue"]["key"], "ITH-1");
    let updated = received
        .iter()
        .find(|w| w.body["webhookEvent"] == "jira:issue_updated")
        .unwrap();
    assert_eq!(updated.body["issue_event_type_name"], "issue_commented");
}

#[tokio::test]
async fn a_webhook_comes_again_with_the_same_identifier_until_it_is_taken() {
    let (host, app) = installed().await;
    app.answer_webhooks(&[503, 429, 408]);
    control(
        &host,
        "events",
        json!({"name": "comment_created", "body": {"n": 1}}),
    )
    .await;
    let received = app.wait_for("/app/webhook", 4).await;
    let ids: BTreeSet<_> = received
        .iter()
        .map(|w| w.header("x-atlassian-webhook-identifier"))
        .collect();
    assert_eq!(ids.len(), 1);
    let retries: Vec<_> = received
        .iter()
        .map(|w| w.header("x-atlassian-webhook-retry"))
        .collect();
    assert_eq!(retries, ["", "1", "2", "3"]);
}

#[tokio::test]
async fn a_webhook_that_is_refused_does_not_come_again_and_six_failures_are_the_end() {
    let (host, app) = installed().await;
    app.answer_webhooks(&[400]);
    control(
        &host,
        "events",
        json!({"name": "comment_created", "body": {"n": 1}}),
    )
    .await;
    app.wait_for("/app/webhook", 1).await;
    app.answer_webhooks(&[500; 6]);
    control(
        &host,
        "events",
        json!({"name": "comment_created", "body": {"n": 2}}),
    )
    .await;
    app.wait_for("/app/webhook", 7).await;
    for _ in 0..500 {
        let pending = |d: &&_| {
            matches!(
                d,
                &&deskbridge_playground::Delivery {
                    state: DeliveryState::Pending,
                    ..
                }
            )
        };
        if host.deliveries().iter().find(pending).is_none() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let attempts: Vec<_> = host
        .deliveries()
        .iter()
        .filter(|d| d.event == "comment_created")
        .map(|d| (d.state, d.attempts.len()))
        .collect();
    assert_eq!(
        attempts,
        [(DeliveryState::Failed, 1), (DeliveryState::Failed, 6)]
    );
}

#[tokio::test]
async fn duplicates_and_another_order_can_be_asked_for() {
    let (host, app) = installed().await;
    control(&host, "faults", json!({"webhooks": {"duplicate": 2}})).await;
    control(
        &host,
        "events",
        json!({"name": "comment_created", "body": {"n": 1}}),
    )
    .await;
    let received = app.wait_for("/app/webhook", 3).await;
    let ids: BTreeSet<_> = received
        .iter()
        .map(|w| w.header("x-atlassian-webhook-identifier"))
        .collect();
    assert_eq!(ids.len(), 1);
    control(&host, "faults", json!({"webhooks": {"reorder": 3}})).await;
    for n in 2..=4 {
        control(
            &host,
            "events",
            json!({"name": "comment_created", "body": {"n": n}}),
        )
        .await;
    }
    let received = app.wait_for("/app/webhook", 6).await;
    let order: Vec<_> = received[3..].iter().map(|w| w.body["n"].clone()).collect();
    assert_eq!(order, [4, 3, 2]);
}

#[tokio::test]
async fn faults_of_the_api_strike_before_or_after_the_call() {
    let (host, _app) = installed().await;
    let target = "/rest/api/3/issue/ITH-2/comment";
    let body = json!({"body": {"type": "doc", "version": 1, "content": []}});
    let comments = || host.site().issue("ITH-2").unwrap().comments.len();
    let limited = json!({"path": "/rest/api/3/issue/*/comment", "method": "POST", "status": 429,
        "retryAfter": 2, "reason": "jira-per-issue-on-write", "times": 1});
    control(&host, "faults", json!({"rest": [limited]})).await;
    assert_eq!(call(&host, "POST", target, Some(body.clone())).await.0, 429);
    assert_eq!(comments(), 0);
    let after = json!({"path": target, "status": 502, "moment": "after", "times": 1});
    control(&host, "faults", json!({"rest": [after]})).await;
    assert_eq!(call(&host, "POST", target, Some(body.clone())).await.0, 502);
    assert_eq!(
        comments(),
        1,
        "carried out, though the answer says otherwise"
    );
    host.set_faults(vec![Fault {
        reset: true,
        times: Some(1),
        ..Fault::default()
    }]);
    let answer = client()
        .get(format!("{}/rest/api/3/field", host.base_url))
        .send()
        .await;
    assert!(match answer {
        Err(_) => true,
        Ok(answer) => answer.bytes().await.is_err(),
    });
    assert_eq!(
        send(&host, "GET", "/rest/api/3/field", "", None).await.0,
        401,
        "struck once"
    );
}
