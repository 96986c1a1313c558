//! A closed loop of clients that send signed webhooks over connections kept open.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::{Request, header};
use hyper_util::rt::TokioIo;

use crate::Failure;

/// One server under load.
#[derive(Clone, Debug)]
pub struct Target {
    pub host: String,
    pub path: String,
    pub issuer: String,
    pub secret: String,
}

#[derive(Clone, Copy, Debug, Default)]
pub struct Round {
    pub accepted: u64,
    pub refused: u64,
    pub seconds: f64,
    pub p50_ms: f64,
    pub p99_ms: f64,
}

/// Sends `bodies` in turn from `clients` connections for `span`; each with its own identifier.
pub async fn round(
    target: &Target,
    bodies: &Arc<[Bytes]>,
    clients: usize,
    span: Duration,
    seed: u64,
) -> Result<Round, Failure> {
    let stop = Arc::new(AtomicBool::new(false));
    let counter = Arc::new(AtomicU64::new(0));
    let mut tasks = Vec::new();
    for _ in 0..clients {
        let client = Client {
            target: target.clone(),
            bodies: bodies.clone(),
            stop: stop.clone(),
            counter: counter.clone(),
            seed,
        };
        tasks.push(tokio::spawn(client.run()));
    }
    let began = now();
    tokio::time::sleep(span).await;
    stop.store(true, Ordering::Relaxed);
    let mut times = Vec::new();
    let mut refused = 0;
    for task in tasks {
        let (mut more, bad) = task.await??;
        times.append(&mut more);
        refused += bad;
    }
    let seconds = began.elapsed().as_secs_f64();
    times.sort_unstable();
    let at = |part: f64| -> f64 {
        let index = (times.len() as f64 * part) as usize;
        times
            .get(index.min(times.len().saturating_sub(1)))
            .map_or(0.0, Duration::as_secs_f64)
            * 1000.0
    };
    let accepted = times.len() as u64;
    Ok(Round {
        accepted,
        refused,
        seconds,
        p50_ms: at(0.5),
        p99_ms: at(0.99),
    })
}

struct Client {
    target: Target,
    bodies: Arc<[Bytes]>,
    stop: Arc<AtomicBool>,
    counter: Arc<AtomicU64>,
    seed: u64,
}

impl Client {
    async fn run(self) -> Result<(Vec<Duration>, u64), Failure> {
        let mut sender = connect(&self.target.host).await?;
        let mut times = Vec::with_capacity(100_000);
        let mut refused = 0;
        let mut token = Token::new(&self.target);
        while !self.stop.load(Ordering::Relaxed) {
            let number = self.counter.fetch_add(1, Ordering::Relaxed);
            let body = &self.bodies[number as usize % self.bodies.len()];
            let began = now();
            let request = Request::post(&self.target.path)
                .header(header::HOST, &self.target.host)
                .header(header::CONTENT_TYPE, "application/json; charset=utf-8")
                .header(header::AUTHORIZATION, token.current())
                .header(
                    "x-atlassian-webhook-identifier",
                    format!("{}-{number}", self.seed),
                )
                .body(Full::new(body.clone()))?;
            sender.ready().await?;
            let response = sender.send_request(request).await?;
            let good = response.status().is_success();
            response.into_body().collect().await?;
            if good {
                times.push(began.elapsed());
            } else {
                refused += 1;
            }
        }
        Ok((times, refused))
    }
}

async fn connect(host: &str) -> Result<SendRequest<Full<Bytes>>, Failure> {
    let socket = tokio::net::TcpStream::connect(host).await?;
    socket.set_nodelay(true)?;
    let (sender, connection) = handshake(TokioIo::new(socket)).await?;
    tokio::spawn(connection);
    Ok(sender)
}

/// The webhook's token: signed anew each minute, as a host would for each delivery; every server
/// verifies it for each request all the same.
struct Token {
    target: Target,
    made: Option<(Instant, String)>,
}

impl Token {
    fn new(target: &Target) -> Self {
        Self {
            target: target.clone(),
            made: None,
        }
    }

    fn current(&mut self) -> String {
        match &self.made {
            Some((at, token)) if at.elapsed() < Duration::from_secs(60) => token.clone(),
            _ => {
                let token = format!("JWT {}", sign(&self.target, 0));
                self.made = Some((now(), token.clone()));
                token
            }
        }
    }
}

/// A token of three minutes that was made `age` seconds ago.
pub fn sign(target: &Target, age: u64) -> String {
    use aws_lc_rs::{digest, hmac};
    let canonical = format!("POST&{}&", target.path);
    let qsh: String = digest::digest(&digest::SHA256, canonical.as_bytes())
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let seconds = seconds_now().saturating_sub(age);
    let claims = serde_json::json!({
        "iss": target.issuer, "iat": seconds, "exp": seconds + 180, "qsh": qsh,
    });
    let head = URL_SAFE_NO_PAD.encode(br#"{"typ":"JWT","alg":"HS256"}"#);
    let signed = format!("{head}.{}", URL_SAFE_NO_PAD.encode(claims.to_string()));
    let key = hmac::Key::new(hmac::HMAC_SHA256, target.secret.as_bytes());
    format!(
        "{signed}.{}",
        URL_SAFE_NO_PAD.encode(hmac::sign(&key, signed.as_bytes()))
    )
}

#[expect(clippy::disallowed_methods, reason = "a measurement")]
pub fn now() -> Instant {
    Instant::now()
}

#[expect(
    clippy::disallowed_methods,
    reason = "a signed token carries the current time"
)]
pub fn seconds_now() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.unwrap_or_default().as_secs()
}
