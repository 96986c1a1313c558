//! The whole demonstration: a store, the bridge, the site, the app installed by a signed call.

use std::path::{Path, PathBuf};

use deskbridge_playground::demo::{self, Demo, StoreChoice};
use serde_json::{Value, json};

use super::app::client;

async fn started(fresh: bool) -> demo::Running {
    demo::start(Demo {
        bridge: Some(PathBuf::from(env!("CARGO_BIN_EXE_deskbridge"))),
        port: 0,
        bridge_port: 0,
        fresh,
        store: StoreChoice::Embedded,
        guarded: false,
    })
    .await
    .unwrap()
}

async fn read(url: &str) -> Value {
    client()
        .get(url)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap()
}

fn text<'a>(addresses: &'a Value, name: &str) -> &'a str {
    addresses[name].as_str().unwrap()
}

#[tokio::test]
async fn the_demonstration_installs_the_app_and_ends_without_a_trace() {
    let running = started(false).await;
    let addresses = running.addresses();
    let site = text(&addresses, "site");
    let control = text(&addresses, "control");
    let state = read(&format!("{control}/state")).await;
    assert_eq!(state["app"]["baseUrl"], addresses["bridge"]);
    for page in ["site", "agent", "portal", "holdings", "admin"] {
        let answer = client().get(text(&addresses, page)).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{page}");
    }
    let held = read(&format!("{site}__page/holdings")).await;
    let records = held["records"].as_array().unwrap();
    let tenant = records.iter().any(|r| {
        r["text"]
            .as_str()
            .unwrap()
            .contains(site.trim_end_matches('/'))
    });
    assert!(tenant, "the tenant's record is shown: {held}");
    let secret = text(&state["app"], "sharedSecret").to_owned();
    let search = client()
        .get(format!("{site}__page/holdings/search"))
        .query(&[("words", &secret)])
        .send();
    let search: Value = search.await.unwrap().json().await.unwrap();
    assert_eq!(
        search["found"],
        json!([]),
        "the shared secret is nowhere in clear"
    );
    let folder = PathBuf::from(text(&addresses, "folder"));
    let bridge = text(&addresses, "bridge").to_owned();
    assert!(folder.is_dir());
    running.stop().await;
    assert!(!Path::new(&folder).exists());
    assert!(
        client().get(bridge).send().await.is_err(),
        "nobody listens any more"
    );
}

#[tokio::test]
async fn a_fresh_site_gets_the_app_from_its_menu() {
    let running = started(true).await;
    let addresses = running.addresses();
    let site = text(&addresses, "site")
        .split_once('?')
        .unwrap()
        .0
        .to_owned();
    let control = text(&addresses, "control").to_owned();
    assert!(read(&format!("{control}/state")).await["app"].is_null());
    let answer = client()
        .post(format!("{site}__page/get-app"))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    let state = read(&format!("{control}/state")).await;
    assert_eq!(state["app"]["key"], "deskbridge");
    running.stop().await;
}
