//! Webhooks on their way to the app: signed, sent, retried as Jira does.

use std::sync::{Arc, Weak};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use super::Installed;
use crate::chance;
use crate::host::{Inner, locked};
use crate::moment::now_millis;
use crate::site::{Event, Site};
use crate::token::{self, LIFE_SECONDS};

/// Jira opens at most this many primary webhook calls to one host at a time.
const AT_ONCE: usize = 20;
const RETRIES: usize = 5;
const KEPT: usize = 5000;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    Pending,
    Delivered,
    Failed,
}

#[derive(Clone, Debug, Serialize)]
pub struct Attempt {
    /// Milliseconds since 1970.
    pub at: i64,
    pub status: Option<u16>,
    pub error: Option<String>,
}

/// One webhook and what became of it.
#[derive(Clone, Debug, Serialize)]
pub struct Delivery {
    /// The value of `X-Atlassian-Webhook-Identifier`, the same for every attempt.
    pub id: String,
    pub event: String,
    pub url: String,
    pub issue: Option<u64>,
    pub state: State,
    pub attempts: Vec<Attempt>,
    pub body: Value,
    #[serde(skip)]
    actor: String,
}

pub type Deliveries = Vec<Delivery>;

/// Faults of the webhook sender.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct WebhookFaults {
    /// Every webhook is sent this many times more, with the same identifier.
    pub duplicate: usize,
    /// Webhooks are gathered in groups of this size and sent last first, one by one.
    pub reorder: usize,
    /// Milliseconds before each first attempt.
    pub delay: u64,
}

#[derive(Default)]
struct Log {
    deliveries: Deliveries,
    held: Vec<usize>,
    /// How many were dropped from the front, so that numbers stay valid.
    dropped: usize,
    faults: WebhookFaults,
}

#[derive(Clone)]
pub struct Outbox {
    log: Arc<std::sync::Mutex<Log>>,
    slots: Arc<Semaphore>,
    inner: Weak<Inner>,
}

impl Outbox {
    pub fn new(inner: Weak<Inner>) -> Outbox {
        Outbox {
            log: Arc::default(),
            slots: Arc::new(Semaphore::new(AT_ONCE)),
            inner,
        }
    }

    pub fn deliveries(&self) -> Deliveries {
        locked(&self.log).deliveries.clone()
    }

    pub fn set_faults(&self, faults: WebhookFaults) {
        locked(&self.log).faults = faults;
    }

    pub fn faults(&self) -> WebhookFaults {
        locked(&self.log).faults.clone()
    }

    /// Sends an event to every webhook of the descriptor that asks for it.
    pub fn announce(&self, app: &Installed, site: &Site, event: &Event) {
        for hook in app.modules("webhooks") {
            let issue = event.issue.and_then(|id| site.issues.get(&id));
            let filter = hook["filter"].as_str().unwrap_or_default();
            let kept = filter.is_empty()
                || issue.is_none_or(|issue| {
                    let found = site.search(filter).unwrap_or_default();
                    found.iter().any(|i| i.id == issue.id)
                });
            if hook["event"] != event.name.as_str() || !kept {
                continue;
            }
            let url = app.address(hook["url"].as_str().unwrap_or_default());
            let url = filled(&url, event);
            let empty = Value::Null;
            let body = if hook["excludeBody"] == true {
                &empty
            } else {
                &event.body
            };
            self.send(&event.name, event.issue, &url, body, &event.actor);
        }
    }

    pub fn send(&self, event: &str, issue: Option<u64>, url: &str, body: &Value, actor: &str) {
        let mut log = locked(&self.log);
        if log.deliveries.len() >= KEPT {
            log.deliveries.remove(0);
            log.dropped += 1;
        }
        let number = log.dropped + log.deliveries.len();
        log.deliveries.push(Delivery {
            id: chance::uuid(),
            event: event.to_owned(),
            url: url.to_owned(),
            issue,
            state: State::Pending,
            attempts: Vec::new(),
            body: body.clone(),
            actor: actor.to_owned(),
        });
        let faults = log.faults.clone();
        if faults.reorder > 1 {
            log.held.push(number);
            if log.held.len() >= faults.reorder {
                let mut group = std::mem::take(&mut log.held);
                group.reverse();
                let outbox = self.clone();
                tokio::spawn(async move {
                    for number in group {
                        outbox.deliver(number).await;
                    }
                });
            }
            return;
        }
        for _ in 0..=faults.duplicate {
            let outbox = self.clone();
            let delay = Duration::from_millis(faults.delay);
            tokio::spawn(async move {
                tokio::time::sleep(delay).await;
                outbox.deliver(number).await;
            });
        }
    }

    fn change(&self, number: usize, change: impl FnOnce(&mut Delivery)) {
        let mut log = locked(&self.log);
        let at = number.wrapping_sub(log.dropped);
        if let Some(delivery) = log.deliveries.get_mut(at) {
            change(delivery);
        }
    }

    async fn deliver(&self, number: usize) {
        let mut delivery = None;
        self.change(number, |d| delivery = Some(d.clone()));
        let Some(delivery) = delivery else { return };
        for retry in 0..=RETRIES {
            let Some(inner) = self.inner.upgrade() else {
                return;
            };
            let Some(app) = inner.app() else {
                return self.change(number, |d| d.state = State::Failed);
            };
            let attempt = {
                let _slot = self.slots.acquire().await;
                attempt(&inner, &app, &delivery, retry).await
            };
            let again = again(&attempt);
            let state = match (&attempt.status, again) {
                (Some(200..=299), _) => State::Delivered,
                (_, true) if retry < RETRIES => State::Pending,
                _ => State::Failed,
            };
            self.change(number, |d| {
                d.attempts.push(attempt);
                // A second copy of a delivered webhook does not unmake it.
                if d.state != State::Delivered {
                    d.state = state;
                }
            });
            if state != State::Pending {
                return;
            }
            let pace = inner.options.pace.clone();
            drop(inner);
            tokio::time::sleep(pace.pause()).await;
        }
    }
}

/// Whether Jira would send a webhook again after this attempt.
fn again(attempt: &Attempt) -> bool {
    matches!(
        attempt.status,
        None | Some(408 | 409 | 425 | 429 | 500..=599)
    )
}

async fn attempt(inner: &Inner, app: &Installed, delivery: &Delivery, retry: usize) -> Attempt {
    let now = inner.now_seconds();
    let claims = json!({
        "iss": app.client_key,
        "sub": delivery.actor,
        "iat": now,
        "exp": now + LIFE_SECONDS,
        "qsh": token::of_url("POST", &delivery.url, &app.base_url),
        "context": {},
    });
    let body = match &delivery.body {
        Value::Null => String::new(),
        body => body.to_string(),
    };
    let mut request = inner
        .http
        .post(&delivery.url)
        .timeout(inner.options.pace.timeout)
        .header("Content-Type", "application/json; charset=utf-8")
        .header("User-Agent", "Atlassian Webhook HTTP Client")
        .header("X-Atlassian-Webhook-Identifier", &delivery.id)
        .header("X-Atlassian-Webhook-Flow", "Primary")
        .header(
            "Authorization",
            format!("JWT {}", token::sign(&claims, &app.shared_secret)),
        );
    if retry > 0 {
        request = request.header("X-Atlassian-Webhook-Retry", retry.to_string());
    }
    let answer = request.body(body).send().await;
    Attempt {
        at: now_millis(),
        status: answer.as_ref().ok().map(|a| a.status().as_u16()),
        error: answer.err().map(|e| e.to_string()),
    }
}

/// Fills `{issue.id}` and the like in a webhook's address.
fn filled(url: &str, event: &Event) -> String {
    let body = &event.body;
    let project = &body["issue"]["fields"]["project"];
    let text = |value: &Value| token::encode(value.as_str().unwrap_or_default());
    [
        ("{issue.id}", text(&body["issue"]["id"])),
        ("{issue.key}", text(&body["issue"]["key"])),
        ("{project.id}", text(&project["id"])),
        ("{project.key}", text(&project["key"])),
        ("{comment.id}", text(&body["comment"]["id"])),
        ("{property.key}", text(&body["property"]["key"])),
    ]
    .iter()
    .fold(url.to_owned(), |url, (name, value)| {
        url.replace(name, value)
    })
}
