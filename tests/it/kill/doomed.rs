//! Notes whose issues are deleted: what the program does about an event, as people and the audit
//! see it.

use deskbridge::audit::{self, Action};
use deskbridge::clock::Clock;
use deskbridge::ids::{AccountId, IssueId, NoteId, Scope, TenantId};
use deskbridge::seal::Fill;
use deskbridge::store::Store;
use deskbridge_playground::Host;
use serde_json::{Value, json};

use crate::notes::browser::{Browser, Draft, Histories};

const WEEK: i64 = 7 * 86_400;

/// A note in an issue of its own.
pub struct Doomed {
    /// Key of the issue.
    key: String,
    note: NoteId,
}

/// Somebody in front of the panel of an issue.
struct Panel<'a> {
    host: &'a Host,
    url: &'a str,
    who: &'a str,
    issue: &'a str,
}

impl Panel<'_> {
    async fn ask(&self, request: reqwest::RequestBuilder) -> Value {
        let token = self.host.context_token(Some(self.who), Some(self.issue));
        let token = format!("JWT {}", token.unwrap());
        let answer = request.header("authorization", token).send().await;
        let answer = answer.unwrap();
        let status = answer.status();
        let text = answer.text().await.unwrap();
        assert!(status.is_success(), "{status} {text}");
        if text.is_empty() {
            return Value::Null;
        }
        serde_json::from_str(&text).unwrap()
    }

    async fn get(&self, path: &str) -> Value {
        let http = reqwest::Client::new();
        self.ask(http.get(format!("{}{path}", self.url))).await
    }

    async fn post(&self, path: &str, body: &Value) -> Value {
        let http = reqwest::Client::new();
        let request = http.post(format!("{}{path}", self.url));
        self.ask(request.json(body)).await
    }

    fn account(&self) -> AccountId {
        self.host.account(self.who).parse().unwrap()
    }

    async fn browser(&self, tenant: TenantId) -> Browser {
        let now = Clock::system().now().seconds();
        let (browser, entry) = Browser::new(tenant, &self.account(), &[], None, now, "kept");
        self.post("/api/keys", &json!({"entry": entry})).await;
        browser
    }
}

/// Seals a note in each of the `issues` (their keys); gives also the tenant.
pub async fn seal(host: &Host, url: &str, issues: &[(u64, String)]) -> (TenantId, Vec<Doomed>) {
    let panel = |who, issue| Panel {
        host,
        url,
        who,
        issue,
    };
    let first = issues[0].1.as_str();
    let state = panel("niro", first).get("/api/state").await;
    let tenant: TenantId = state["tenant"].as_str().unwrap().parse().unwrap();
    let agent = panel("niro", first);
    agent.post("/api/subscription", &json!({})).await;
    let author = panel("niro", first).browser(tenant).await;
    let reader = panel("nero", first).browser(tenant).await.account;
    let path = format!("/api/keys?accounts={},{reader}", author.account);
    let histories = Histories::read(tenant, &panel("niro", first).get(&path).await);
    let mut doomed = Vec::new();
    for (id, key) in issues {
        let sealed = author.seal(
            &Draft {
                issue: IssueId::new(*id),
                readers: &[&reader],
                text: "what is sealed here goes with its issue",
                now: Clock::system().now().seconds(),
                life: WEEK,
                fill: Fill::Readers,
            },
            &histories,
        );
        let body = json!({"envelope": sealed.envelope, "seal": sealed.seal});
        panel("niro", key).post("/api/notes", &body).await;
        let (key, note) = (key.clone(), sealed.id);
        doomed.push(Doomed { key, note });
    }
    (tenant, doomed)
}

/// Each note has ended, for whoever looks.
pub async fn assert_ended(host: &Host, url: &str, doomed: &[Doomed]) {
    for Doomed { key, note } in doomed {
        let panel = Panel {
            host,
            url,
            who: "niro",
            issue: key,
        };
        let state = panel.get("/api/state").await;
        let [card] = &state["notes"].as_array().unwrap()[..] else {
            panic!("one note: {state}");
        };
        assert_eq!(card["id"], note.to_string());
        assert!(card["endedAt"].is_i64(), "{card}");
    }
}

/// The audit says of each note once that it ended, and of no other.
pub async fn assert_audited(store: &Store, tenant: TenantId, doomed: &[Doomed]) {
    let now = Clock::system().now();
    let entries = audit::entries(store, &Scope::tenant(tenant), now).await;
    let mut ended: Vec<_> = entries
        .unwrap()
        .into_iter()
        .filter_map(|numbered| numbered.entry)
        .filter(|entry| entry.what == Action::NoteEnded)
        .map(|entry| entry.about.note.unwrap().to_string())
        .collect();
    let mut notes: Vec<_> = doomed.iter().map(|d| d.note.to_string()).collect();
    ended.sort();
    notes.sort();
    assert_eq!(ended, notes);
}
