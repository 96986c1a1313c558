//! A small app: a descriptor, lifecycle and webhook routes, everything it was sent on record.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use deskbridge_playground::token;
use poem::http::{HeaderMap, Method, StatusCode};
use poem::listener::{Acceptor, Listener, TcpListener};
use poem::web::{Data, Json};
use poem::{Body, EndpointExt, Request, Route, Server, get, handler, post};
use serde_json::{Value, json};

#[derive(Clone, Debug)]
pub struct Received {
    pub path: String,
    pub target: String,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Received {
    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.map_or("", |value| value.to_str().unwrap())
    }

    pub fn token(&self) -> &str {
        self.header("authorization").strip_prefix("JWT ").unwrap()
    }
}

#[derive(Default)]
struct Record {
    received: Vec<Received>,
    /// Statuses of the next answers; 200 when none is left.
    answers: VecDeque<u16>,
    descriptor: Value,
}

pub struct App {
    pub base_url: String,
    record: Arc<Mutex<Record>>,
    server: tokio::task::JoinHandle<()>,
}

#[handler]
fn descriptor(Data(record): Data<&Arc<Mutex<Record>>>) -> Json<Value> {
    Json(record.lock().unwrap().descriptor.clone())
}

#[handler]
async fn receive(Data(record): Data<&Arc<Mutex<Record>>>, req: &Request, body: Body) -> StatusCode {
    let bytes = body.into_bytes().await.unwrap();
    let mut record = record.lock().unwrap();
    let uri = req.original_uri();
    record.received.push(Received {
        path: uri.path().to_owned(),
        target: uri.path_and_query().unwrap().to_string(),
        headers: req.headers().clone(),
        body: serde_json::from_slice(&bytes).unwrap_or(Value::Null),
    });
    let webhook = uri.path() == "/app/webhook";
    let answer = webhook.then(|| record.answers.pop_front()).flatten();
    StatusCode::from_u16(answer.unwrap_or(200)).unwrap()
}

impl App {
    /// Answers under `/app`, so that a base URL with a path is always tried.
    pub async fn start() -> App {
        let acceptor = TcpListener::bind("127.0.0.1:0")
            .into_acceptor()
            .await
            .unwrap();
        let addr = acceptor.local_addr()[0].as_socket_addr().copied().unwrap();
        let base_url = format!("http://localhost:{}/app", addr.port());
        let hook = |event: &str| json!({"event": event, "url": "/webhook?from=jira&k={issue.key}"});
        let descriptor_of = json!({
            "key": "tiny", "name": "Tiny", "baseUrl": base_url,
            "vendor": {"name": "Tiny", "url": "https://tiny.test"},
            "authentication": {"type": "jwt"},
            "lifecycle": {"installed": "/installed", "uninstalled": "/uninstalled",
                "enabled": "/enabled", "disabled": "/disabled"},
            "apiMigrations": {"signed-install": true, "gdpr": true, "context-qsh": true},
            "scopes": ["READ", "WRITE"],
            "modules": {
                "webhooks": [hook("comment_created"), hook("jira:issue_updated")],
                "jiraIssueTabPanels": [{"key": "notes", "name": {"value": "Notes"},
                    "url": "/panel?issue={issue.id}&project={project.key}&odd={no.such}"}],
            },
        });
        let record = Arc::new(Mutex::new(Record {
            descriptor: descriptor_of,
            ..Record::default()
        }));
        let routes = Route::new()
            .at("/app/descriptor.json", get(descriptor))
            .at("/app/*rest", post(receive))
            .data(record.clone());
        let server = tokio::spawn(async move {
            Server::new_with_acceptor(acceptor)
                .run(routes)
                .await
                .unwrap();
        });
        App {
            base_url,
            record,
            server,
        }
    }

    pub fn descriptor_url(&self) -> String {
        format!("{}/descriptor.json", self.base_url)
    }

    pub fn change_descriptor(&self, change: impl FnOnce(&mut Value)) {
        change(&mut self.record.lock().unwrap().descriptor);
    }

    pub fn answer_webhooks(&self, statuses: &[u16]) {
        self.record.lock().unwrap().answers.extend(statuses);
    }

    pub fn received(&self, path: &str) -> Vec<Received> {
        let record = self.record.lock().unwrap();
        let fits = record.received.iter().filter(|r| r.path == path);
        fits.cloned().collect()
    }

    /// Waits until `count` calls came to `path`.
    pub async fn wait_for(&self, path: &str, count: usize) -> Vec<Received> {
        for attempt in 0.. {
            let received = self.received(path);
            if received.len() >= count {
                return received;
            }
            assert!(attempt < 500, "{path} was called {} times", received.len());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Vec::new()
    }
}

impl Drop for App {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Calls the site's REST API with the app's token.
pub async fn call(
    host: &deskbridge_playground::Host,
    method: &str,
    target: &str,
    body: Option<Value>,
) -> (u16, Value) {
    let app = host.installed().unwrap();
    let now = deskbridge::clock::Clock::default().now().seconds();
    let claims = json!({"iss": app.key, "iat": now, "exp": now + 180,
        "qsh": token::of_target(method, target)});
    let header = format!("JWT {}", token::sign(&claims, &app.shared_secret));
    send(host, method, target, &header, body).await
}

pub async fn send(
    host: &deskbridge_playground::Host,
    method: &str,
    target: &str,
    authorization: &str,
    body: Option<Value>,
) -> (u16, Value) {
    let client = client();
    let method = Method::from_bytes(method.as_bytes()).unwrap();
    let mut request = client
        .request(method, format!("{}{target}", host.base_url))
        .header("Authorization", authorization)
        .header("X-ExperimentalApi", "opt-in");
    if let Some(body) = body {
        request = request.json(&body);
    }
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    let text = answer.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or(Value::Null))
}

#[expect(clippy::disallowed_methods, reason = "a test calls a loopback server")]
pub fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}
