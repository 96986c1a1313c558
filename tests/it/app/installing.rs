//! From *Get app* to the first panel, with nothing configured in between.

use std::collections::BTreeMap;

use crate::harness::{Served, until};

#[tokio::test]
async fn n43_after_get_app_nothing_needs_to_be_configured() {
    let served = Served::start().await;
    let http = reqwest::Client::new();
    let descriptor: serde_json::Value = http
        .get(served.at("/atlassian-connect.json"))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let addresses = deskbridge::doors::connect::descriptor::addresses(&descriptor);
    assert!(addresses.len() > 8, "{addresses:?}");
    for (method, address) in addresses {
        let method: reqwest::Method = method.parse().unwrap();
        let url = if address.starts_with("http") {
            address
        } else {
            served.at(&address)
        };
        let url = url
            .replace("{issue.id}", "10001")
            .replace("{servicedesk.requestId}", "10001");
        if !url.starts_with(&served.url) {
            continue; // the vendor's own page
        }
        let response = http.request(method, &url).send().await.unwrap();
        // Answered by a route of ours: the page itself, or a refusal for want of a token.
        assert!(
            [200, 401].contains(&response.status().as_u16()),
            "{url}: {response:?}"
        );
    }
    the_first_panel_opens(&served, &http).await;
}

/// The app is in use from the first request on: the host's own page token opens a panel.
async fn the_first_panel_opens(served: &Served, http: &reqwest::Client) {
    let frame = served
        .host
        .frame(Some("niro"), "secure-notes-activity", Some("ITH-1"))
        .unwrap();
    let page = http.get(&frame.url).send().await.unwrap();
    assert_eq!(page.status(), 200);
    let policy = page.headers()["content-security-policy"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(
        policy.contains(&format!("frame-ancestors {}", served.host.base_url)),
        "{policy}"
    );
    assert!(!policy.contains("unsafe"), "{policy}");
    let html = page.text().await.unwrap();
    assert!(html.contains("\"surface\":\"issue-activity\""), "{html}");
    let script = html
        .split("src=\"/assets/")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let script = http
        .get(served.at(&format!("/assets/{script}")))
        .send()
        .await
        .unwrap();
    assert_eq!(script.status(), 200);
    assert!(
        script.headers()["cache-control"]
            .to_str()
            .unwrap()
            .contains("immutable")
    );
}

#[tokio::test]
async fn what_the_host_delivers_is_on_disk_and_understood() {
    let served = Served::start().await;
    let author = served.host.account("niro");
    let text = serde_json::json!({ "type": "doc", "version": 1, "content": [] });
    served
        .host
        .change(|site| {
            let (issue, niro) = (site.issue("ITH-1").unwrap().id, author.clone());
            site.add_comment(issue, &niro, text.clone(), true, BTreeMap::new())
        })
        .unwrap();
    until("the webhook is accepted and handled", || async {
        let metrics = reqwest::get(format!("{}/metrics", served.operations))
            .await
            .unwrap();
        let metrics = metrics.text().await.unwrap();
        let done = metrics.lines().any(|line| {
            line.starts_with("deskbridge_jobs_total{")
                && line.contains("kind=\"event\"")
                && line.contains("outcome=\"done\"")
        });
        done.then_some(())
    })
    .await;
}
