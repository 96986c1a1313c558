//! Whatever was answered as written is there after the process that wrote it was killed.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use bytes::Bytes;
use deskbridge::clock::Clock;
use deskbridge::ids::{Scope, TenantId};
use deskbridge::store::{Batch, CommitError, Envelope, JobKey, Lane, RedisOptions, Store, Until};

use super::bed::{key, secs};
use super::server::{self, Server};

const PATH: &str = "DESKBRIDGE_TEST_KILL_PATH";
const TASKS: u32 = 8;

/// Counts grow with `DESKBRIDGE_SCALE`.
pub fn scaled(count: u32) -> u32 {
    let scale = std::env::var_os("DESKBRIDGE_SCALE");
    let scale = scale.and_then(|scale| scale.into_string().ok()?.parse().ok());
    count * scale.unwrap_or(1)
}

fn scope() -> Scope {
    Scope::tenant(TenantId::from_bytes([7; 16]))
}

/// Two records and a job under one name: all of them or none.
fn batch(name: &str) -> Batch {
    let value = Bytes::from(name.repeat(100));
    let now = Clock::system().now();
    Batch {
        put: ["a", "b"]
            .map(|side| (key(&format!("{side}{name}")), value.clone(), Until::Keep))
            .to_vec(),
        push: vec![Envelope {
            id: JobKey::of(&[name]),
            kind: "test".into(),
            lane: Lane::of(&["issue", &name[..1]]),
            due: now,
            body: value,
        }],
        ..Batch::default()
    }
}

/// Writes without end; tells each name that was tried, and each that was answered.
async fn write(store: Store, task: u32, round: u32, tell: impl Fn(&str, &str)) {
    for n in 0.. {
        let name = format!("{task}-{round}-{n}");
        tell("tried", &name);
        match store
            .commit(&scope(), &batch(&name), Clock::system().now())
            .await
        {
            Ok(_) => tell("wrote", &name),
            Err(CommitError::Full | CommitError::TooLarge(_)) => return,
            Err(_) => tokio::time::sleep(std::time::Duration::from_millis(20)).await,
        }
    }
}

async fn check(store: &Store, tried: &BTreeSet<String>, wrote: &BTreeSet<String>) {
    let now = Clock::system().now();
    let mut jobs = BTreeSet::new();
    loop {
        let leases = store
            .lease(scope().partition(), 50, secs(600), now)
            .await
            .unwrap();
        if leases.is_empty() {
            break;
        }
        jobs.extend(leases.iter().map(|l| l.job.id.as_str().to_owned()));
        let done = Batch {
            done: leases,
            ..Batch::default()
        };
        store.commit(&scope(), &done, now).await.unwrap();
    }
    for name in tried {
        let sides = ["a", "b"].map(|side| key(&format!("{side}{name}")));
        let found = store.get_many(&scope(), &sides, now).await.unwrap();
        let [a, b] = [found[0].is_some(), found[1].is_some()];
        assert_eq!((a, b), (a, a), "{name} is whole");
        assert_eq!(a, jobs.contains(name), "{name} has its job");
        assert!(a || !wrote.contains(name), "{name} was answered");
    }
}

/// The process that is killed; does nothing unless the test below starts it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writer_to_be_killed() {
    let Some(path) = std::env::var_os(PATH) else {
        return;
    };
    let store = Store::open_embedded(Path::new(&path)).unwrap();
    let round = std::process::id();
    let tell = |word: &str, name: &str| {
        let mut out = std::io::stdout().lock();
        // When nobody reads any more, the end is near.
        let _ = writeln!(out, "\n{word} {name}");
        let _ = out.flush();
    };
    let tasks: Vec<_> = (0..TASKS)
        .map(|task| tokio::spawn(write(store.clone(), task, round, tell)))
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
}

fn run_until_killed(path: &OsString, answers: usize) -> (BTreeSet<String>, BTreeSet<String>) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "--nocapture", "store::kill::writer_to_be_killed"])
        .env(PATH, path)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut tried, mut wrote) = (BTreeSet::new(), BTreeSet::new());
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut killed = false;
    for line in lines.map_while(Result::ok) {
        match line.split_once(' ') {
            Some(("tried", name)) => tried.insert(name.to_owned()),
            Some(("wrote", name)) => wrote.insert(name.to_owned()),
            _ => false,
        };
        if !killed && wrote.len() >= answers {
            child.kill().unwrap();
            killed = true;
        }
    }
    child.wait().unwrap();
    assert!(killed, "it wrote until it was killed");
    (tried, wrote)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_process_loses_nothing_it_answered() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    for round in 0..scaled(3) {
        let answers = 200 + (round as usize % 7) * 37;
        let given = path.clone().into_os_string();
        let run = tokio::task::spawn_blocking(move || run_until_killed(&given, answers));
        let (tried, wrote) = run.await.unwrap();
        let store = Store::open_embedded(&path).unwrap();
        check(&store, &tried, &wrote).await;
        store.close().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_server_loses_nothing_it_answered() {
    if !server::installed() {
        return;
    }
    let mut server = Server::start(&[]);
    let options = RedisOptions::new(&server.url());
    let store = Store::open_redis(&options).await.unwrap();
    for round in 0..scaled(3) {
        let (told, mut hear) = tokio::sync::mpsc::unbounded_channel();
        let tasks: Vec<_> = (0..TASKS)
            .map(|task| {
                let told = told.clone();
                let tell = move |word: &str, name: &str| {
                    let _ = told.send((word.to_owned(), name.to_owned()));
                };
                tokio::spawn(write(store.clone(), task, round, tell))
            })
            .collect();
        drop(told);
        let (mut tried, mut wrote) = (BTreeSet::new(), BTreeSet::new());
        let mut killed = false;
        while let Some((word, name)) = hear.recv().await {
            let set = if word == "wrote" {
                &mut wrote
            } else {
                &mut tried
            };
            set.insert(name);
            if !killed && wrote.len() >= 200 {
                killed = true;
                server.kill();
                // What was answered before is still heard; nothing is written any more.
                for task in &tasks {
                    task.abort();
                }
            }
        }
        assert!(killed);
        server.restart();
        let now = Clock::system().now();
        let back = async {
            while store.get(&scope(), &key("x"), now).await.is_err() {
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(secs(20), back).await.unwrap();
        check(&store, &tried, &wrote).await;
    }
}
