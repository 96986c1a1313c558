//! Bare references: a hyper server that verifies, dedupes and stores, and nothing else. What
//! they reach is the ceiling of this machine on this day.

use std::convert::Infallible;
use std::sync::Arc;

use aws_lc_rs::{digest, hmac};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use clap::Args;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::{Request, Response, StatusCode, header};
use hyper_util::rt::TokioIo;
use redis::aio::MultiplexedConnection;
use tokio::net::TcpListener;

use crate::Failure;

mod ours;

/// Dedupes by `SET NX` and appends the raw body to a stream: the least a durable queue does.
const XADD: &str = "
if redis.call('SET', KEYS[1], '1', 'NX', 'EX', 172800) then
  redis.call('XADD', KEYS[2], '*', 'body', ARGV[1])
end
return 1";

/// The secret that bare servers and the load share.
pub const SECRET: &str = "a bare server verifies with this, and nobody else";

#[derive(Debug, Args)]
pub struct Options {
    /// `xadd` or `ours`.
    #[arg(long)]
    kind: String,
    #[arg(long)]
    redis: String,
    #[arg(long)]
    port: u16,
}

/// Serves until the process ends.
pub async fn run(options: Options) -> Result<(), Failure> {
    let listener = TcpListener::bind(("127.0.0.1", options.port)).await?;
    let queue = match options.kind.as_str() {
        "ours" => Queue::Ours(ours::Ours::open(&options.redis).await?),
        _ => {
            let client = redis::Client::open(options.redis.as_str())?;
            let connection = client.get_multiplexed_async_connection().await?;
            Queue::Stream {
                connection,
                script: redis::Script::new(XADD),
            }
        }
    };
    let shared = Arc::new(Shared {
        queue,
        key: hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes()),
        qsh: qsh("/webhook"),
    });
    loop {
        let (socket, _) = listener.accept().await?;
        socket.set_nodelay(true)?;
        let shared = shared.clone();
        tokio::spawn(async move {
            let service = hyper::service::service_fn(move |request| {
                let shared = shared.clone();
                async move { Ok::<_, Infallible>(answer(&shared, request).await) }
            });
            let connection = hyper::server::conn::http1::Builder::new();
            let _ = connection
                .serve_connection(TokioIo::new(socket), service)
                .await;
        });
    }
}

enum Queue {
    Stream {
        connection: MultiplexedConnection,
        script: redis::Script,
    },
    Ours(ours::Ours),
}

struct Shared {
    queue: Queue,
    key: hmac::Key,
    qsh: String,
}

async fn answer(shared: &Shared, request: Request<Incoming>) -> Response<Full<Bytes>> {
    let status = store(shared, request)
        .await
        .unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
    let mut response = Response::new(Full::default());
    *response.status_mut() = status;
    response
}

async fn store(shared: &Shared, request: Request<Incoming>) -> Result<StatusCode, Failure> {
    let verified = request
        .headers()
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok()?.strip_prefix("JWT "))
        .is_some_and(|token| verify(shared, token));
    if !verified {
        return Ok(StatusCode::UNAUTHORIZED);
    }
    let id = request
        .headers()
        .get("x-atlassian-webhook-identifier")
        .cloned();
    let Some(id) = id else {
        return Ok(StatusCode::BAD_REQUEST);
    };
    let body = request.into_body().collect().await?.to_bytes();
    match &shared.queue {
        Queue::Stream { connection, script } => {
            let mut connection = connection.clone();
            let mut key = b"{0}:d:".to_vec();
            key.extend_from_slice(id.as_bytes());
            let mut call = script.prepare_invoke();
            let call = call.key(key).key("{0}:q").arg(&body[..]);
            let _: i64 = call.invoke_async(&mut connection).await?;
        }
        Queue::Ours(ours) => ours.accept(id.to_str()?, &body).await?,
    }
    Ok(StatusCode::NO_CONTENT)
}

fn verify(shared: &Shared, token: &str) -> bool {
    let Some((signed, signature)) = token.rsplit_once('.') else {
        return false;
    };
    let Ok(signature) = URL_SAFE_NO_PAD.decode(signature) else {
        return false;
    };
    if hmac::verify(&shared.key, signed.as_bytes(), &signature).is_err() {
        return false;
    }
    let claims = signed
        .split_once('.')
        .and_then(|(_, c)| URL_SAFE_NO_PAD.decode(c).ok());
    let claims: Option<serde_json::Value> =
        claims.and_then(|claims| serde_json::from_slice(&claims).ok());
    claims.is_some_and(|claims| {
        claims["qsh"] == shared.qsh.as_str()
            && claims["exp"].as_u64() > Some(crate::load::seconds_now())
    })
}

fn qsh(path: &str) -> String {
    let canonical = format!("POST&{path}&");
    let digest = digest::digest(&digest::SHA256, canonical.as_bytes());
    digest
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
