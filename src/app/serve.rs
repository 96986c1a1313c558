//! The program as it runs: listeners, workers, and how they stop.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::accept::{self, Limits};
use super::config::Config;
use super::dispatch::Jobs;
use super::parts::{Parts, StartError};
use super::{operations, router};
use crate::clock::{Clock, Entropy};
use crate::jobs::{Worker, WorkerHandle, WorkerOptions};

/// Connections that wait to be accepted.
const BACKLOG: u32 = 4096;

/// A bridge that serves.
pub struct Running {
    parts: Parts,
    addr: SocketAddr,
    operations: Option<SocketAddr>,
    stop: CancellationToken,
    listeners: Vec<JoinHandle<()>>,
    worker: Option<WorkerHandle>,
    grace: Duration,
}

/// Starts everything; returns when requests are answered.
pub async fn start(config: Config, clock: Clock, entropy: Entropy) -> Result<Running, StartError> {
    operations::metrics();
    let parts = Parts::open(&config, clock, entropy).await?;
    let stop = CancellationToken::new();
    let limits = Limits {
        connections: config.server.max_connections,
        headers: Duration::from_secs(config.server.header_seconds),
        stop: Duration::from_secs(config.server.stop_seconds),
    };
    let listener = listen(&config.server.listen)?;
    let addr = local(&listener, &config.server.listen)?;
    let mut listeners = Vec::new();
    let public = router::public(parts.clone());
    listeners.push(tokio::spawn(accept::serve(
        listener,
        public,
        limits,
        stop.clone(),
    )));
    let mut operations = None;
    if !config.server.operations.is_empty() {
        let listener = listen(&config.server.operations)?;
        operations = Some(local(&listener, &config.server.operations)?);
        let routes = operations::routes(parts.store.clone(), parts.clock.clone());
        listeners.push(tokio::spawn(accept::serve(
            listener,
            routes,
            limits,
            stop.clone(),
        )));
    }
    let worker = config
        .jobs
        .run
        .then(|| run_jobs(&config, &parts))
        .transpose()?;
    tracing::info!(%addr, "serving");
    Ok(Running {
        parts,
        addr,
        operations,
        stop,
        listeners,
        worker,
        grace: limits.stop,
    })
}

impl Running {
    /// Where the public listener answers.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Where health, readiness and metrics answer.
    pub fn operations(&self) -> Option<SocketAddr> {
        self.operations
    }

    /// The rooms, for commands and tests that look inside.
    pub fn parts(&self) -> &Parts {
        &self.parts
    }

    /// Accepts nothing more, ends live streams, lets open requests and running jobs end within
    /// the limit, then gives the store free. Nothing accepted is lost: it waits in the store.
    pub async fn stop(self) {
        self.parts.stopping.cancel();
        self.stop.cancel();
        for listener in self.listeners {
            if listener.await.is_err() {
                tracing::error!("a listener did not end by itself");
            }
        }
        if let Some(worker) = self.worker
            && !worker.stop(self.grace).await
        {
            tracing::warn!("stopped with jobs running; they are run again");
        }
        self.parts.close().await;
    }
}

fn run_jobs(config: &Config, parts: &Parts) -> Result<WorkerHandle, StartError> {
    let ticks = Jobs::ticks().map_err(|error| StartError::Config(error.to_string()))?;
    let worker = Worker::spawn(
        parts.store.clone(),
        Arc::new(Jobs::new(parts.clone())),
        parts.clock.clone(),
        parts.entropy.clone(),
        WorkerOptions {
            hold: Duration::from_secs(config.jobs.hold_seconds),
            ..WorkerOptions::default()
        },
    );
    worker.tick(ticks);
    Ok(worker)
}

fn listen(place: &str) -> Result<TcpListener, StartError> {
    let failed = |error| StartError::Listen(place.to_owned(), error);
    let addr: SocketAddr = place
        .parse()
        .map_err(|_| StartError::Config(format!("{place:?} is not an address and a port")))?;
    let socket = if addr.is_ipv4() {
        TcpSocket::new_v4()
    } else {
        TcpSocket::new_v6()
    };
    let socket = socket.map_err(failed)?;
    socket.set_reuseaddr(true).map_err(failed)?;
    socket.bind(addr).map_err(failed)?;
    socket.listen(BACKLOG).map_err(failed)
}

fn local(listener: &TcpListener, place: &str) -> Result<SocketAddr, StartError> {
    listener
        .local_addr()
        .map_err(|error| StartError::Listen(place.to_owned(), error))
}
