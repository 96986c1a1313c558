//! *What the server holds*: the store's bytes, read without the store's code.

use bytes::Bytes;
use deskbridge::clock::{Clock, Entropy};
use deskbridge::ids::{Scope, TenantId};
use deskbridge::store::{Batch, Key, RedisOptions, Store, Until};
use deskbridge_playground::{Holdings, Host, HostOptions};
use serde_json::Value;

use super::app::client;
use crate::store::server::{self, Server};

/// Long enough to be packed in the store, so that only unpacking shows it.
fn letter() -> String {
    "a very secret letter about issue 10101, ".repeat(40)
}

async fn ask(host: &Host, route: &str, name: &str, value: &str) -> Value {
    let url = format!("{}/__page/{route}", host.base_url);
    let answer = client().get(url).query(&[(name, value)]).send();
    answer.await.unwrap().json().await.unwrap()
}

async fn shown(store: &Store, holdings: Holdings) {
    let scope = Scope::tenant(TenantId::random(&Entropy::system()));
    let key = Key::point("letter", &["V78zF6Sx5Vc6vchro3isig"]);
    let beside = Key::point("letter-cover", &["V78zF6Sx5Vc6vchro3isig"]);
    let other = Key::point("letter", &["another"]);
    let batch = Batch {
        put: vec![
            (key, letter().into(), Until::Keep),
            (beside, Bytes::from_static(b"plain cover"), Until::Keep),
            (other, Bytes::from_static(b"about nothing"), Until::Keep),
        ],
        ..Batch::default()
    };
    let now = Clock::system().now();
    store.commit(&scope, &batch, now).await.unwrap();
    let options = HostOptions {
        holdings: Some(holdings),
        ..HostOptions::default()
    };
    let host = Host::start(options).await.unwrap();
    for (words, count) in [
        ("VERY secret letter", 1),
        ("plain cover", 1),
        ("about", 2),
        ("never written", 0),
    ] {
        let search = ask(&host, "holdings/search", "words", words).await;
        let found = search["found"].as_array().unwrap();
        assert_eq!(found.len(), count, "{words}: {search}");
    }
    let records = ask(&host, "holdings", "issue", "ITH-1").await;
    let records = records["records"].as_array().unwrap();
    let texts: Vec<_> = records
        .iter()
        .map(|r| r["text"].as_str().unwrap())
        .collect();
    assert!(
        texts.contains(&letter().as_str()),
        "the record that names the issue: {texts:?}"
    );
    assert!(
        texts.contains(&"plain cover"),
        "what is called like it: {texts:?}"
    );
    assert!(!texts.contains(&"about nothing"), "{texts:?}");
}

#[tokio::test]
async fn an_embedded_store_is_shown_and_searched() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let store = Store::open_embedded(&path).unwrap();
    shown(&store, Holdings::Files(vec![path])).await;
    store.close().await;
}

#[tokio::test]
async fn a_redis_store_is_shown_and_searched() {
    if !server::installed() {
        return;
    }
    let server = Server::start(&[]);
    let mut options = RedisOptions::new(&server.url());
    options.accept = vec!["no-sync".to_owned()];
    let store = Store::open_redis(&options).await.unwrap();
    shown(&store, Holdings::Redis(server.url())).await;
}
