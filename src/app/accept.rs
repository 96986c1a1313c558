//! The accept loop. poem's own server has no header-read timeout (a client that dribbles bytes
//! stays for ever), does not set `TCP_NODELAY`, and spins when `accept` fails; this one does
//! what is needed around `Endpoint::get_response` and nothing else.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use poem::http::uri::Scheme;
use poem::web::{LocalAddr, RemoteAddr};
use poem::{Addr, Endpoint, Request, Response};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

/// How long the loop rests after `accept` failed, for example without free file handles.
const REST: Duration = Duration::from_millis(100);
/// HTTP/2 streams at once on one connection.
const STREAMS: u32 = 128;

#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub connections: u32,
    pub headers: Duration,
    pub stop: Duration,
}

type Answer = hyper::Response<http_body_util::combinators::BoxBody<bytes::Bytes, std::io::Error>>;

/// Serves `app` until `stop` is cancelled; then lets open requests end within the limit.
pub async fn serve<E>(listener: TcpListener, app: E, limits: Limits, stop: CancellationToken)
where
    E: Endpoint<Output = Response> + 'static,
{
    let app = Arc::new(app);
    let places = Arc::new(Semaphore::new(
        usize::try_from(limits.connections).unwrap_or(1),
    ));
    let open = GracefulShutdown::new();
    let builder = http(limits);
    loop {
        let place = tokio::select! {
            () = stop.cancelled() => break,
            place = places.clone().acquire_owned() => place,
        };
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        let (socket, from) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "accept failed; resting");
                tokio::time::sleep(REST).await;
                continue;
            }
        };
        let service = service(app.clone(), socket.local_addr().unwrap_or(from), from);
        if socket.set_nodelay(true).is_err() {
            continue; // the peer has gone already
        }
        let connection = builder
            .serve_connection(TokioIo::new(socket), service)
            .into_owned();
        let connection = open.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "connection ended");
            }
            drop(place);
        });
    }
    drop(listener);
    tokio::select! {
        () = open.shutdown() => {}
        () = tokio::time::sleep(limits.stop) => tracing::warn!("stopped with requests open"),
    }
}

fn http(limits: Limits) -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.headers)
        .max_headers(100);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS)
        .max_header_list_size(32 * 1024)
        .keep_alive_interval(Duration::from_secs(30))
        .keep_alive_timeout(Duration::from_secs(10));
    builder
}

/// One connection's requests, handed to the router.
fn service<E>(
    app: Arc<E>,
    to: SocketAddr,
    from: SocketAddr,
) -> impl hyper::service::Service<
    hyper::Request<hyper::body::Incoming>,
    Response = Answer,
    Error = Infallible,
    Future = impl Future<Output = Result<Answer, Infallible>> + Send,
>
where
    E: Endpoint<Output = Response> + 'static,
{
    let local = LocalAddr(Addr::SocketAddr(to));
    let remote = RemoteAddr(Addr::SocketAddr(from));
    hyper::service::service_fn(move |request| {
        let app = app.clone();
        let (local, remote) = (local.clone(), remote.clone());
        async move {
            let request = Request::from((request, local, remote, Scheme::HTTP));
            Ok(app.get_response(request).await.into())
        }
    })
}
