//! `kill -9` under load: what was acknowledged is run, once, and in order.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use deskbridge::clock::Entropy;
use deskbridge::ids::TenantId;
use poem::listener::{Acceptor as _, Listener as _, TcpListener};
use poem::web::Data;
use poem::web::Path;
use poem::{Body, EndpointExt as _, IntoResponse as _, Response, Route, Server, handler, post};

use super::stage::{Stage, effect_of, eventually, quick, scaled, updated};
use crate::store::server::{self, Server as Redis};

const STORE: &str = "DESKBRIDGE_TEST_STORE";
const TENANT: &str = "DESKBRIDGE_TEST_TENANT";
/// Issues whose events are delivered at the same time, each by its own client.
const CLIENTS: u64 = 8;

#[handler]
async fn webhook(
    Data(stage): Data<&Arc<Stage>>,
    Path(delivery): Path<String>,
    body: Body,
) -> poem::Result<Response> {
    let body = body.into_bytes().await?;
    let now = stage.clock.now();
    let answer = stage.inbox.accept(stage.tenant, &delivery, body, now).await;
    Ok(answer.map_or_else(|problem| problem.into_response(), |()| Response::default()))
}

/// Serves a stage over HTTP until its process ends; returns where.
async fn serve(stage: Arc<Stage>) -> String {
    let acceptor = TcpListener::bind("127.0.0.1:0")
        .into_acceptor()
        .await
        .unwrap();
    let addr = acceptor.local_addr()[0]
        .as_socket_addr()
        .unwrap()
        .to_string();
    let app = Route::new()
        .at("/webhook/:delivery", post(webhook))
        .data(stage);
    tokio::spawn(Server::new_with_acceptor(acceptor).run(app));
    format!("http://{addr}")
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test's own client; and how a test is told that it is the child of another"
)]
pub mod outside {
    pub fn client() -> reqwest::Client {
        let builder = reqwest::Client::builder();
        let limit = std::time::Duration::from_secs(5);
        builder.timeout(limit).no_proxy().build().unwrap()
    }

    pub fn told(name: &str) -> Option<String> {
        std::env::var(name).ok()
    }
}

/// By itself, one event over HTTP. As a child, serves the store it is told of until it is killed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bridge_serves_events() {
    if let (Some(store), Some(tenant)) = (outside::told(STORE), outside::told(TENANT)) {
        let mut stage = Stage::of_store(&store, tenant.parse().unwrap(), quick()).await;
        stage.start();
        let url = serve(Arc::new(stage)).await;
        let mut out = std::io::stdout();
        writeln!(out, "\nLISTENING {url}").unwrap();
        out.flush().unwrap();
        return std::future::pending().await;
    }
    let mut stage = Stage::embedded();
    stage.start();
    let stage = Arc::new(stage);
    let url = serve(Arc::clone(&stage)).await;
    let client = outside::client();
    let send = |delivery: &str, body: String| {
        let request = client.post(format!("{url}/webhook/{delivery}")).body(body);
        async move { request.send().await.unwrap().status().as_u16() }
    };
    assert_eq!(send("d-1", updated(7, 1)).await, 200);
    assert_eq!(send("d-2", "junk".to_owned()).await, 400);
    stage.drained().await;
    assert_eq!(stage.ran(&effect_of("d-1")).await, 1);
}

struct Bridge {
    child: Child,
    url: String,
    store: String,
    tenant: TenantId,
}

impl Bridge {
    fn start(store: &str, tenant: TenantId) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([
                "bridge::kill::a_bridge_serves_events",
                "--exact",
                "--nocapture",
            ])
            .env(STORE, store)
            .env(TENANT, tenant.to_string())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let said = lines
            .map_while(Result::ok)
            .find_map(|line| line.strip_prefix("LISTENING ").map(str::to_owned));
        Self {
            url: said.expect("the child serves"),
            child,
            store: store.to_owned(),
            tenant,
        }
    }

    /// Killed, and started again on the same store.
    fn killed(bridge: &mut Bridge) {
        bridge.kill();
        *bridge = Bridge::start(&bridge.store, bridge.tenant);
    }

    /// SIGKILL: nothing of it can be caught.
    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Bridge {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Delivers the events of one issue one after the other, each until it is acknowledged, as a
/// host does; returns how many.
async fn deliver(issue: u64, url: Arc<Mutex<String>>, ended: Arc<AtomicBool>) -> u64 {
    let client = outside::client();
    let mut number = 0;
    while !ended.load(Ordering::SeqCst) {
        let delivery = format!("{issue}-{number}");
        loop {
            let place = url.lock().unwrap().clone();
            let request = client
                .post(format!("{place}/webhook/{delivery}"))
                .body(updated(issue, number));
            match request.send().await.map(|answer| answer.status().as_u16()) {
                Ok(200) => break,
                Ok(503) | Err(_) => tokio::time::sleep(Duration::from_millis(5)).await,
                Ok(other) => unreachable!("answered {other}"),
            }
        }
        number += 1;
    }
    number
}

/// Every acknowledged event ran once, and those of an issue in the order of their delivery.
async fn assert_all_ran_once_in_order(stage: &Stage, issue: u64, count: u64) {
    let mut last = None;
    for number in 0..count {
        let effect = effect_of(&format!("{issue}-{number}"));
        let (ran, version) = stage.ran_at(&effect).await;
        assert_eq!(ran, 1, "event {number} of issue {issue}");
        assert!(version > last, "event {number} of issue {issue} came early");
        last = version;
    }
}

/// Delivers while `kill` ends something and starts it again, so many times; then counts.
#[expect(clippy::print_stdout, reason = "the figures that `make prove` shows")]
async fn killed_under_load(store: &str, rounds: usize, mut kill: impl FnMut(&mut Bridge)) {
    let tenant = TenantId::random(&Entropy::system());
    let mut bridge = Bridge::start(store, tenant);
    let url = Arc::new(Mutex::new(bridge.url.clone()));
    let ended = Arc::new(AtomicBool::new(false));
    let clients: Vec<_> = (0..CLIENTS)
        .map(|issue| tokio::spawn(deliver(issue, Arc::clone(&url), Arc::clone(&ended))))
        .collect();
    for _ in 0..rounds {
        let alive = 150 + Entropy::system().below(600);
        tokio::time::sleep(Duration::from_millis(alive)).await;
        kill(&mut bridge);
        (*url.lock().unwrap()).clone_from(&bridge.url);
    }
    ended.store(true, Ordering::SeqCst);
    let mut counts = Vec::new();
    for client in clients {
        counts.push(client.await.unwrap());
    }
    bridge.kill();

    let mut stage = Stage::of_store(store, tenant, quick()).await;
    stage.start();
    stage.drained().await;
    assert!(stage.dead().await.is_empty());
    let total: u64 = counts.iter().sum();
    assert!(total > rounds as u64 * 10, "there was load: {total}");
    for (issue, count) in (0..).zip(counts) {
        assert_all_ran_once_in_order(&stage, issue, count).await;
    }
    println!("{total} acknowledged over {rounds} kills: none lost, none run twice, order kept");
    assert!(stage.stop().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn w2_a_killed_bridge_loses_nothing_it_acknowledged_and_runs_it_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    killed_under_load(path.to_str().unwrap(), scaled(4), Bridge::killed).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn w2_a_killed_bridge_over_redis_loses_nothing_it_acknowledged() {
    if !server::installed() {
        return;
    }
    let redis = Redis::start(&[]);
    killed_under_load(&redis.url(), scaled(3), Bridge::killed).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn w2_a_killed_redis_has_lost_nothing_that_was_acknowledged() {
    if !server::installed() {
        return;
    }
    let mut redis = Redis::start(&[]);
    let url = redis.url();
    killed_under_load(&url, scaled(3), |_| {
        redis.kill();
        redis.restart();
    })
    .await;
}

/// A paused server: connections stay open and nothing answers.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_paused_store_is_answered_503_and_taken_up_again_by_itself() {
    if !server::installed() {
        return;
    }
    let redis = Redis::start(&[]);
    let tenant = TenantId::random(&Entropy::system());
    let mut stage = Stage::of_store(&redis.url(), tenant, quick()).await;
    stage.start();
    assert_eq!(stage.deliver("before", &updated(7, 1)).await, 200);
    stage.drained().await;

    redis.signal("-STOP");
    let deliveries: Vec<_> = (0..4).map(|n| format!("during-{n}")).collect();
    for delivery in &deliveries {
        let body = updated(7, 2);
        let answer = stage.deliver(delivery, &body);
        let answer = tokio::time::timeout(Duration::from_secs(2), answer).await;
        assert_eq!(answer, Ok(503), "answered within two seconds");
    }
    redis.signal("-CONT");

    // The host delivers again; what was perhaps written is there once.
    for delivery in &deliveries {
        eventually("it is accepted again", || async {
            stage.deliver(delivery, &updated(7, 2)).await == 200
        })
        .await;
    }
    stage.drained().await;
    for delivery in &deliveries {
        assert_eq!(stage.ran(&effect_of(delivery)).await, 1, "{delivery}");
    }
    assert!(stage.dead().await.is_empty());
    assert!(stage.stop().await);
}
