//! A small Jira of one process that remembers what it was asked, and fails when told to.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::world::World;

/// A request as it arrived.
#[derive(Clone, Debug)]
pub struct Seen {
    pub method: String,
    pub path: String,
    pub query: Vec<(String, String)>,
    pub headers: hyper::HeaderMap,
    pub body: Option<Value>,
    /// What was answered.
    pub status: u16,
    pub answer: Value,
}

/// Something else than the usual answer.
#[derive(Clone, Debug)]
pub enum Fault {
    /// A status, headers, and a body as it is.
    Answer(u16, Vec<(&'static str, String)>, String),
    /// The connection ends before anything is answered, and nothing was done.
    Reset,
    /// What was asked is done, and the connection ends before that is answered.
    ResetAfter,
    Slow(Duration),
}

#[derive(Default)]
pub struct State {
    pub seen: Vec<Seen>,
    pub faults: VecDeque<(&'static str, Fault)>,
    pub world: World,
}

pub struct Host {
    pub base: String,
    state: Arc<Mutex<State>>,
    accepting: JoinHandle<()>,
}

impl Drop for Host {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Host {
    pub async fn start() -> Self {
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0)))
            .await
            .unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        let accepting = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let state = Arc::clone(&shared);
                tokio::spawn(async move {
                    let service = service_fn(|request| serve(Arc::clone(&state), request));
                    let connection = hyper::server::conn::http1::Builder::new()
                        .serve_connection(TokioIo::new(stream), service);
                    connection.await.ok();
                });
            }
        });
        Self {
            base,
            state,
            accepting,
        }
    }

    /// Changes what the site knows.
    pub fn world<T>(&self, change: impl FnOnce(&mut World) -> T) -> T {
        change(&mut self.state.lock().unwrap().world)
    }

    /// The next request whose path holds `path` is answered otherwise.
    pub fn fault(&self, path: &'static str, fault: Fault) {
        self.state.lock().unwrap().faults.push_back((path, fault));
    }

    pub fn refuse(&self, path: &'static str, status: u16, headers: &[(&'static str, &str)]) {
        let headers = headers
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()))
            .collect();
        self.fault(path, Fault::Answer(status, headers, String::new()));
    }

    /// What was asked since the last time this was called.
    pub fn take_seen(&self) -> Vec<Seen> {
        std::mem::take(&mut self.state.lock().unwrap().seen)
    }

    /// Method and path of what was asked since then.
    pub fn take_calls(&self) -> Vec<String> {
        let seen = self.take_seen();
        let calls = seen.iter().map(|s| format!("{} {}", s.method, s.path));
        calls.collect()
    }
}

/// The connection shall end without an answer.
#[derive(Debug)]
struct Gone;

impl std::fmt::Display for Gone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("gone")
    }
}

impl std::error::Error for Gone {}

async fn serve(
    state: Arc<Mutex<State>>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Gone> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map_err(|_| Gone)?.to_bytes();
    let path = parts.uri.path().to_owned();
    let query = parts.uri.query().unwrap_or_default();
    let query: Vec<_> = url::form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect();
    let body: Option<Value> = (!body.is_empty()).then(|| serde_json::from_slice(&body).unwrap());
    let fault = {
        let mut state = state.lock().unwrap();
        let at = state
            .faults
            .iter()
            .position(|(part, _)| path.contains(part));
        at.and_then(|at| state.faults.remove(at))
            .map(|(_, fault)| fault)
    };
    let (status, headers, text) = match fault {
        Some(Fault::Answer(status, headers, text)) => (status, headers, Some(text)),
        Some(Fault::Reset) => (0, Vec::new(), Some(String::new())),
        Some(Fault::ResetAfter) => (0, Vec::new(), None),
        Some(Fault::Slow(time)) => {
            tokio::time::sleep(time).await;
            (200, Vec::new(), None)
        }
        None => (200, Vec::new(), None),
    };
    let mut state = state.lock().unwrap();
    let (usual, answer) = match text {
        None => state
            .world
            .answer(parts.method.as_str(), &path, &query, body.as_ref()),
        Some(_) => (status, Value::Null),
    };
    state.seen.push(Seen {
        method: parts.method.to_string(),
        path,
        query,
        headers: parts.headers,
        body,
        status: usual,
        answer: answer.clone(),
    });
    if status == 0 {
        return Err(Gone);
    }
    let text = text.unwrap_or_else(|| match &answer {
        Value::Null => String::new(),
        other => other.to_string(),
    });
    let mut response = Response::builder().status(usual);
    for (name, value) in headers {
        response = response.header(name, value);
    }
    let response = response.body(Full::new(Bytes::from(text)));
    Ok::<_, Infallible>(response.unwrap()).map_err(|_| Gone)
}
