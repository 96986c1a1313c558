//! The bridge in this process with a site beside it, for one test, and people of the site who
//! press buttons through HTTP.

use std::time::Duration;

use deskbridge::app::config::{Config, StoreKind};
use deskbridge::app::{Running, start};
use deskbridge::audit::{self, Action};
use deskbridge::clock::{Clock, Entropy, Instant};
use deskbridge::ids::{AccountId, IssueId, Scope, TenantId};
use deskbridge::jira::ANNOUNCEMENT;
use deskbridge::store::{Key, Store};
use deskbridge_playground::{Host, HostOptions};
use serde_json::{Value, json};

use super::browser::Browser;
use crate::harness::{Place, free_port};

/// How long a test waits for something that happens by itself.
const PATIENCE: Duration = Duration::from_secs(20);

pub struct Bed {
    pub host: Host,
    pub url: String,
    pub clock: Clock,
    pub store: Store,
    pub tenant: TenantId,
    pub running: Running,
    pub place: Place,
    config: Config,
    http: reqwest::Client,
}

impl Bed {
    /// Notes are announced at once.
    pub async fn start(on: StoreKind) -> Self {
        Self::with(on, 0).await
    }

    /// Notes are announced after so many seconds.
    pub async fn with(on: StoreKind, announce_after: u64) -> Self {
        let bed = Self::unsubscribed(on, announce_after).await;
        for slug in ["niro", "jonathan"] {
            let person = bed.person(slug, "ITH-1");
            person.post("/api/subscription", &json!({})).await.ok();
        }
        bed
    }

    /// A site where nobody has subscribed to secure notes yet.
    pub async fn unsubscribed(on: StoreKind, announce_after: u64) -> Self {
        let host = Host::start(HostOptions::default()).await.unwrap();
        let place = Place::new(on);
        let port = free_port();
        let mut config = Config::default();
        config.server.listen = format!("127.0.0.1:{port}");
        config.server.operations = String::new();
        config.server.public_url = format!("http://localhost:{port}");
        config.store = place.section();
        config.vault.keys = place.folder.path().join("keys.toml");
        config.blobs.folder = Some(place.folder.path().join("files"));
        config.connect.key_server.clone_from(&host.key_server_url);
        config.connect.token_server.clone_from(&host.base_url);
        config
            .connect
            .bridge_script
            .clone_from(&host.bridge_script_url);
        let renamed = host.base_url.replace("127.0.0.1", "localhost");
        config.connect.sites = vec![host.base_url.clone(), renamed];
        config.notes.announce_after_seconds = announce_after;
        let url = config.server.public_url.clone();
        let clock = Clock::system();
        let running = start(config.clone(), clock.clone(), Entropy::system()).await;
        let running = running.unwrap();
        let installed = host.install(&format!("{url}/atlassian-connect.json")).await;
        installed.unwrap();
        let mut bed = Self {
            host,
            url,
            clock,
            store: running.parts().store.clone(),
            tenant: TenantId::from_bytes([0; 16]),
            running,
            place,
            config,
            http: client(),
        };
        let state = bed.person("niro", "ITH-1").get("/api/state").await;
        bed.tenant = state.ok()["tenant"].as_str().unwrap().parse().unwrap();
        bed
    }

    /// The same bridge in a new process, which finds what `meanwhile` left in the store.
    pub async fn restarted(self, meanwhile: impl AsyncFnOnce(&Store, Instant)) -> Self {
        self.running.stop().await;
        let store = self.place.open().await;
        meanwhile(&store, self.clock.now()).await;
        store.close().await;
        let config = self.config.clone();
        let running = start(config, self.clock.clone(), Entropy::system()).await;
        let running = running.unwrap();
        Self {
            store: running.parts().store.clone(),
            running,
            ..self
        }
    }

    pub fn now(&self) -> i64 {
        self.clock.now().seconds()
    }

    /// Moves the time of the bridge and of its host. Whoever sat before a panel comes anew.
    pub fn advance(&self, by: Duration) {
        self.clock.advance(by);
        self.host.advance(by);
    }

    /// To this second at least.
    pub fn advance_to(&self, second: i64) {
        self.advance(Instant::from_seconds(second).since(self.clock.now()));
    }

    /// A second bridge on the same Redis, or wherever `change` leads it.
    pub async fn replica(&self, change: impl FnOnce(&mut Config)) -> Replica {
        let mut config = self.config.clone();
        config.server.listen = "127.0.0.1:0".to_owned();
        change(&mut config);
        let running = start(config, self.clock.clone(), Entropy::system()).await;
        let running = running.unwrap();
        Replica {
            url: format!("http://{}", running.addr()),
            _running: running,
        }
    }

    /// The JSON of a stored record, also of one that nobody may be shown any longer.
    pub async fn stored(&self, key: &Key) -> Option<Value> {
        let found = self.raw(key).await?;
        Some(serde_json::from_slice(&found[1..]).unwrap())
    }

    pub async fn raw(&self, key: &Key) -> Option<Vec<u8>> {
        let found = self.store.get(&self.scope(), key, Instant::EPOCH).await;
        found.unwrap().map(|record| record.value.to_vec())
    }

    pub fn scope(&self) -> Scope {
        Scope::tenant(self.tenant)
    }

    pub fn account(&self, slug: &str) -> AccountId {
        self.host.account(slug).parse().unwrap()
    }

    pub fn issue(&self, key: &str) -> IssueId {
        IssueId::new(self.host.site().issue(key).unwrap().id)
    }

    /// Somebody in front of a panel of an issue.
    pub fn person(&self, slug: &str, issue: &str) -> Person<'_> {
        Person {
            bed: self,
            url: self.url.clone(),
            account: self.account(slug),
            issue: self.issue(issue),
            token: self.host.context_token(Some(slug), Some(issue)).unwrap(),
        }
    }

    /// Somebody in front of the admin page, which belongs to no issue.
    pub fn outside(&self, slug: &str) -> Person<'_> {
        Person {
            token: self.host.context_token(Some(slug), None).unwrap(),
            ..self.person(slug, "ITH-1")
        }
    }

    /// What anybody is answered who proves nothing.
    pub async fn bare(&self, path: &str) -> Answer {
        let answer = self.http.get(format!("{}{path}", self.url)).send().await;
        let answer = answer.unwrap();
        Answer {
            status: answer.status().as_u16(),
            body: answer.text().await.unwrap(),
        }
    }

    /// The announcements on the issue, whoever posted them.
    pub fn comments(&self, issue: &str) -> Vec<deskbridge_playground::site::Comment> {
        let site = self.host.site();
        let comments = site.issue(issue).unwrap().comments.clone();
        let ours = comments.into_iter();
        ours.filter(|c| c.properties.contains_key(ANNOUNCEMENT))
            .collect()
    }

    /// How many entries of this kind the audit has.
    pub async fn audited(&self, what: Action) -> usize {
        let entries = audit::entries(&self.store, &self.scope(), self.clock.now()).await;
        let entries = entries.unwrap().into_iter();
        entries
            .filter_map(|e| e.entry)
            .filter(|e| e.what == what)
            .count()
    }

    /// Waits until `holds`; what it is about is for whoever reads the failure.
    pub async fn until(&self, what: &str, mut holds: impl AsyncFnMut() -> bool) {
        let holds = async {
            while !holds().await {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        assert!(
            tokio::time::timeout(PATIENCE, holds).await.is_ok(),
            "never: {what}"
        );
    }

    /// The same for what is tried again after a pause: time goes faster, by at most a minute.
    pub async fn patiently(&self, what: &str, holds: impl AsyncFn() -> bool) {
        for _ in 0..60 {
            if holds().await {
                return;
            }
            self.clock.advance(Duration::from_secs(1));
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        self.until(what, async || holds().await).await;
    }

    /// Every byte that the bridge keeps on disk.
    pub fn dump(&self) -> Vec<u8> {
        self.place.dump()
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the client of a test's own people"
)]
fn client() -> reqwest::Client {
    reqwest::Client::builder()
        .timeout(PATIENCE)
        .build()
        .unwrap()
}

/// Somebody in front of a panel.
pub struct Person<'a> {
    pub bed: &'a Bed,
    pub account: AccountId,
    pub issue: IssueId,
    url: String,
    token: String,
}

/// A further bridge on the store of a bed.
pub struct Replica {
    pub url: String,
    _running: Running,
}

/// What the bridge answered.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub body: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }

    pub fn ok(&self) -> Value {
        assert!(self.status < 300, "{} {}", self.status, self.body);
        self.json()
    }
}

impl Person<'_> {
    /// The same person, whose panel asks another bridge.
    pub fn at(mut self, replica: &Replica) -> Self {
        self.url.clone_from(&replica.url);
        self
    }

    /// The same person, whose words pass through here.
    pub fn through(mut self, url: &str) -> Self {
        url.clone_into(&mut self.url);
        self
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.bed.http.get(format!("{}{path}", self.url)))
            .await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        let request = self.bed.http.post(format!("{}{path}", self.url));
        self.send(request.json(body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send(self.bed.http.delete(format!("{}{path}", self.bed.url)))
            .await
    }

    pub async fn put(&self, path: &str, body: &[u8]) -> Answer {
        let request = self.bed.http.put(format!("{}{path}", self.url));
        let request = request.header("content-type", "application/octet-stream");
        self.send(request.body(body.to_vec())).await
    }

    /// The stream of live hints.
    pub async fn live(&self) -> reqwest::Response {
        let request = self.bed.http.get(format!("{}/api/live", self.bed.url));
        let request = request.header("authorization", format!("JWT {}", self.token));
        request.send().await.unwrap()
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let request = request.header("authorization", format!("JWT {}", self.token));
        let answer = request.send().await.unwrap();
        Answer {
            status: answer.status().as_u16(),
            body: answer.text().await.unwrap(),
        }
    }

    /// A browser of this person that keeps its key, published.
    pub async fn browser(&self) -> Browser {
        self.browser_by(None, "kept").await
    }

    /// This person's own entries.
    pub async fn history(&self) -> Vec<Value> {
        let keys = self
            .get(&format!("/api/keys?accounts={}", self.account))
            .await
            .ok();
        let history = keys["histories"][self.account.as_str()].as_array().cloned();
        history.unwrap_or_default()
    }

    pub async fn browser_by(&self, by: Option<&Browser>, life: &str) -> Browser {
        let history = self.history().await;
        let now = self.bed.now();
        let (browser, entry) =
            Browser::new(self.bed.tenant, &self.account, &history, by, now, life);
        let answer = self
            .post("/api/keys", &serde_json::json!({"entry": entry}))
            .await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        browser
    }

    pub async fn cards(&self) -> Vec<Value> {
        let state = self.get("/api/state").await.ok();
        state["notes"].as_array().cloned().unwrap_or_default()
    }
}
