//! The whole way: a host that signs and delivers, the program that answers it.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use deskbridge::app::config::{Config, StoreKind};
use deskbridge::app::{Running, start};
use deskbridge::clock::{Clock, Entropy, Instant};
use deskbridge::ids::Scope;
use deskbridge::store::{Batch, Envelope, JobKey, Key, Lane, Until};
use deskbridge_playground::{Delivery, Host, HostOptions};
use serde_json::json;

use super::stage::{eventually, scaled};
use crate::harness::{Place, on_each_store};

on_each_store!(
    w2_a_host_that_delivers_twice_and_out_of_order_is_answered_200_each_time,
    what_changed_during_an_outage_is_asked_for_and_told,
);

struct Hosted {
    host: Host,
    place: Place,
    port: u16,
    clock: Clock,
    bridge: Option<Running>,
}

fn configuration(host: &Host, place: &Place, port: u16) -> Config {
    let text = format!(
        "[server]\nlisten = \"127.0.0.1:{port}\"\noperations = \"\"\n\
         public_url = \"http://127.0.0.1:{port}\"\n\
         [vault]\nkeys = \"{0}/keys.toml\"\n\
         [connect]\nkey_server = \"{1}\"\ntoken_server = \"{3}\"\nbridge_script = \"{2}\"\nsites = [\"{3}\"]\n",
        place.folder.path().display(),
        host.key_server_url,
        host.bridge_script_url,
        host.base_url,
    );
    let mut config = Config::parse("test", &text, BTreeMap::new()).unwrap();
    config.store = place.section();
    config
}

impl Hosted {
    async fn installed(on: StoreKind) -> Self {
        let host = Host::start(HostOptions::default()).await.unwrap();
        let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = taken.local_addr().unwrap().port();
        drop(taken);
        let mut hosted = Self {
            host,
            place: Place::new(on),
            port,
            clock: Clock::system(),
            bridge: None,
        };
        hosted.start().await;
        let descriptor = format!("http://127.0.0.1:{port}/atlassian-connect.json");
        hosted.host.install(&descriptor).await.unwrap();
        hosted
    }

    async fn start(&mut self) {
        let config = configuration(&self.host, &self.place, self.port);
        let running = start(config, self.clock.clone(), Entropy::system()).await;
        self.bridge = Some(running.unwrap());
    }

    async fn stop(&mut self) {
        if let Some(bridge) = self.bridge.take() {
            bridge.stop().await;
        }
    }

    fn bridge(&self) -> &Running {
        self.bridge.as_ref().unwrap()
    }

    async fn scope(&self) -> Scope {
        let parts = self.bridge().parts();
        for partition in deskbridge::ids::Partition::all() {
            let tenants = parts.store.tenants(partition, None, 10).await.unwrap();
            if let Some(tenant) = tenants.first() {
                return Scope::tenant(*tenant);
            }
        }
        unreachable!("one tenant is installed")
    }

    /// Gives an issue a new summary; the host tells of it.
    fn edit(&self, issue: u64, summary: &str) {
        let niro = self.host.account("niro");
        let changes = BTreeMap::from([("summary".to_owned(), json!(summary))]);
        self.host
            .change(|site| site.edit_issue(issue, &niro, &changes))
            .unwrap();
    }

    /// Deliveries of edits: the host's life-cycle calls are in the same log.
    fn edits(&self) -> Vec<Delivery> {
        let mut all = self.host.deliveries();
        all.retain(|delivery| delivery.event == "jira:issue_updated");
        all
    }

    /// Waits until the app has answered every notice of this kind. One that it missed is sent
    /// again after a while, and may else come after its successor.
    async fn noticed(&self, event: &str) {
        eventually("the notice is answered", || async {
            let deliveries = self.host.deliveries();
            let mut notices = deliveries.iter().filter(|d| d.event == event).peekable();
            let answered = |d: &Delivery| d.attempts.last().is_some_and(|a| a.status == Some(204));
            notices.peek().is_some() && notices.all(answered)
        })
        .await;
    }

    async fn drained(&self) {
        let store = &self.bridge().parts().store;
        eventually("no job is left", || async {
            store.health(self.clock.now()).await.jobs == 0
        })
        .await;
    }

    /// Whether the store knows the job as done: pushed again, it is not run again.
    async fn is_done(&self, scope: &Scope, id: JobKey) -> bool {
        let store = &self.bridge().parts().store;
        let before = store.dead(scope, None, 100).await.unwrap().len();
        let batch = Batch {
            push: vec![Envelope {
                id,
                kind: "told-apart".into(),
                lane: Lane::UNORDERED,
                due: self.clock.now(),
                body: deskbridge::jobs::pack(1, b"{}"),
            }],
            ..Batch::default()
        };
        store.commit(scope, &batch, self.clock.now()).await.unwrap();
        self.drained().await;
        store.dead(scope, None, 100).await.unwrap().len() == before
    }

    async fn put(&self, scope: &Scope, key: Key, instant: Instant) {
        let batch = Batch {
            put: vec![(
                key,
                format!("\u{1}{}", instant.millis()).into(),
                Until::Keep,
            )],
            ..Batch::default()
        };
        let store = &self.bridge().parts().store;
        store.commit(scope, &batch, self.clock.now()).await.unwrap();
    }

    /// Edits issues while webhooks are `disturbed`; waits until each was sent so many times, and
    /// every attempt answered 200.
    async fn disturbed(&self, disturbed: &serde_json::Value, edits: usize, attempts: usize) {
        let before = self.edits().len();
        self.control("/faults", &json!({"webhooks": disturbed}))
            .await;
        let issues: Vec<u64> = self.host.site().issues.keys().copied().collect();
        for (n, issue) in (0..edits).zip(issues.iter().cycle()) {
            self.edit(*issue, &format!("edit {n}"));
        }
        eventually("all are delivered", || async {
            let deliveries = self.edits();
            let new = &deliveries[before..];
            let tried = |d: &Delivery| d.attempts.len() >= attempts;
            new.len() == edits && new.iter().all(tried)
        })
        .await;
        for delivery in &self.edits()[before..] {
            let fine = delivery.attempts.iter().all(|a| a.status == Some(200));
            assert!(fine, "{:?}", delivery.attempts);
        }
    }

    async fn control(&self, path: &str, body: &serde_json::Value) {
        let url = format!("{}/__control{path}", self.host.base_url);
        let sent = super::kill::outside::client()
            .post(url)
            .json(body)
            .send()
            .await
            .unwrap();
        assert!(sent.status().is_success(), "{path}: {}", sent.status());
    }
}

async fn w2_a_host_that_delivers_twice_and_out_of_order_is_answered_200_each_time(on: StoreKind) {
    let mut hosted = Hosted::installed(on).await;
    let edits = scaled(12);
    hosted.disturbed(&json!({"duplicate": 3}), edits, 4).await;
    hosted.disturbed(&json!({"reorder": 3}), edits, 1).await;
    hosted.drained().await;
    let scope = hosted.scope().await;
    let ids: HashSet<String> = hosted.edits().into_iter().map(|d| d.id).collect();
    assert_eq!(
        ids.len(),
        2 * edits,
        "each event has an identifier of its own"
    );
    for id in ids {
        assert!(
            hosted.is_done(&scope, JobKey::of(&["event", &id])).await,
            "{id}"
        );
    }
    let store = &hosted.bridge().parts().store;
    assert!(store.dead(&scope, None, 10).await.unwrap().is_empty());
    hosted.stop().await;
}

async fn what_changed_during_an_outage_is_asked_for_and_told(on: StoreKind) {
    let mut hosted = Hosted::installed(on).await;
    let issues: Vec<u64> = hosted.host.site().issues.keys().copied().collect();
    hosted.edit(issues[0], "before");
    let scope = hosted.scope().await;
    eventually("the event came", || async {
        hosted.edits().iter().any(|d| !d.attempts.is_empty())
    })
    .await;
    hosted.drained().await;
    // As half an hour without the bridge leaves it.
    let away = hosted.clock.now() - Duration::from_secs(30 * 60);
    hosted
        .put(&scope, Key::point("inbox", &["seen"]), away)
        .await;
    let pulse = Scope::shared(b"pulse");
    hosted
        .put(&pulse, Key::shared("inbox", &["alive"]), away)
        .await;
    hosted.stop().await;

    // The host gives up telling of it, here at once.
    hosted.host.set_enabled(false).unwrap();
    hosted.edit(issues[1], "meanwhile");
    let updated = hosted.host.site().issues[&issues[1]].updated;

    hosted.start().await;
    hosted.noticed("disabled").await;
    hosted.host.set_enabled(true).unwrap();
    hosted.noticed("enabled").await;
    // To the next minute's tick.
    let seconds = hosted.clock.now().seconds().rem_euclid(60);
    let rest = Duration::from_secs(60 - u64::try_from(seconds).unwrap());
    hosted.clock.advance(rest);
    let store = hosted.bridge().parts().store.clone();
    eventually("the site was asked", || async {
        let key = Key::point("inbox", &["seen"]);
        let now = hosted.clock.now();
        let seen = store.get(&scope, &key, now).await.unwrap().unwrap();
        let seen = std::str::from_utf8(&seen.value[1..]).unwrap().to_owned();
        seen.parse::<i64>().unwrap() > updated
    })
    .await;
    hosted.drained().await;
    let missed = [
        "event",
        "missed",
        &issues[1].to_string(),
        &updated.to_string(),
    ]
    .map(str::to_owned);
    let missed: Vec<&str> = missed.iter().map(String::as_str).collect();
    assert!(hosted.is_done(&scope, JobKey::of(&missed)).await);
    let other = JobKey::of(&["event", "missed", "1", "1"]);
    assert!(!hosted.is_done(&scope, other).await, "the check can fail");
    hosted.stop().await;
}
