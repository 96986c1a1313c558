//! A server that is slow, silent, emptied, or set so that it may lose what it answered.

use std::time::Duration;

use deskbridge::clock::Clock;
use deskbridge::store::{
    Batch, CommitError, Expect, Lane, OpenError, Persistence, RedisOptions, Store,
};
use deskbridge::vault::shred::ShredKeys;

use super::bed::{self, Bed, HOLD, done, job, key, put, secs};
use super::proxy::Proxy;
use super::server::{self, Server};

/// A commit that does nothing twice: a record that must not be there, and a job.
fn safe(bed: &Bed, name: &str) -> Batch {
    let mut batch = put(&key(name), "once");
    batch.expect = vec![Expect::Absent(key(name))];
    batch.push = vec![job(name, Lane::of(&["issue", "1"]), bed.now)];
    batch
}

async fn until<F: AsyncFn() -> bool>(what: &str, holds: F) {
    let waiting = async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let came = tokio::time::timeout(secs(20), waiting).await;
    assert!(came.is_ok(), "{what}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_whose_answer_was_lost_is_repeated_without_harm() {
    if !server::installed() {
        return;
    }
    let server = Server::start(&[]);
    let wire = Proxy::to(server.port).await;
    let store = Store::open_redis(&RedisOptions::new(&wire.url()))
        .await
        .unwrap();
    let bed = bed::around(store, server);
    // From here on the server knows both scripts, so that what is lost is the answer.
    bed.write(put(&key("first"), "x")).await;
    assert!(bed.lease_all(1).await.is_empty());
    for round in 0..10 {
        let name = format!("round-{round}");
        let batch = safe(&bed, &name);
        wire.swallow(true);
        let answer = bed.commit(&bed.scope, &batch, bed.now).await;
        wire.swallow(false);
        assert!(matches!(answer, Err(CommitError::Unknown(_))), "{answer:?}");
        let again = bed.refused(batch).await;
        assert!(matches!(again, CommitError::Conflict(0)), "{again:?}");
        assert_eq!(bed.read(&key(&name)).await.as_deref(), Some("once"));
        let leases = bed.lease_all(10).await;
        assert_eq!(leases.len(), 1, "the job is there once");
        wire.swallow(true);
        let answer = bed.commit(&bed.scope, &done(leases.clone()), bed.now).await;
        wire.swallow(false);
        assert!(matches!(answer, Err(CommitError::Unknown(_))), "{answer:?}");
        let again = bed.refused(done(leases)).await;
        assert!(matches!(again, CommitError::LeaseLost(0)), "{again:?}");
        assert!(bed.lease_at(10, bed.now + HOLD * 2).await.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_stalls_is_told_of_in_time_and_used_again_at_once() {
    let Some(bed) = bed::redis(&[]).await else {
        return;
    };
    let server = bed.server.as_ref().unwrap();
    bed.write(safe(&bed, "before")).await;
    server.signal("-STOP");
    for _ in 0..2 {
        let answers = async {
            assert!(bed.get(&bed.scope, &key("before"), bed.now).await.is_err());
            let lost = bed.refused(safe(&bed, "during")).await;
            let either = matches!(lost, CommitError::Unknown(_) | CommitError::Unavailable(_));
            assert!(either, "{lost:?}");
        };
        // Two calls of at most 1.5 s each; the rest is room for a busy machine.
        tokio::time::timeout(secs(6), answers).await.unwrap();
    }
    assert!(!bed.health(bed.now).await.reachable);
    server.signal("-CONT");
    until("it is read again", async || {
        bed.get(&bed.scope, &key("before"), bed.now).await.is_ok()
    })
    .await;
    bed.write(safe(&bed, "after")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_ends_and_comes_back_keeps_what_it_answered() {
    let Some(mut bed) = bed::redis(&[]).await else {
        return;
    };
    bed.write(safe(&bed, "before")).await;
    bed.server.as_mut().unwrap().kill();
    let gone = bed.refused(safe(&bed, "during")).await;
    let either = matches!(gone, CommitError::Unknown(_) | CommitError::Unavailable(_));
    assert!(either, "{gone:?}");
    let refused = bed.refused(safe(&bed, "during")).await;
    assert!(
        matches!(refused, CommitError::Unavailable(_)),
        "{refused:?}"
    );
    bed.server.as_mut().unwrap().restart();
    until("it is read again", async || {
        bed.get(&bed.scope, &key("before"), bed.now).await.is_ok()
    })
    .await;
    assert_eq!(bed.read(&key("before")).await.as_deref(), Some("once"));
    bed.write(safe(&bed, "after")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_emptied_server_is_not_taken_for_a_fresh_store() {
    let Some(bed) = bed::redis(&[]).await else {
        return;
    };
    let server = bed.server.as_ref().unwrap();
    bed.write(safe(&bed, "before")).await;
    server.say("FLUSHALL");
    server.say("CLIENT KILL TYPE normal");
    until("the connection is gone", async || {
        bed.get(&bed.scope, &key("before"), bed.now).await.is_err()
    })
    .await;
    for _ in 0..3 {
        let refused = bed.refused(safe(&bed, "after")).await;
        assert!(
            matches!(refused, CommitError::Unavailable(_)),
            "{refused:?}"
        );
    }
    assert!(!bed.health(bed.now).await.reachable);
}

async fn opened(server: &Server, accept: &[&str]) -> Result<Store, OpenError> {
    let mut options = RedisOptions::new(&server.url());
    options.accept = accept.iter().map(|name| (*name).to_owned()).collect();
    Store::open_redis(&options).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn settings_that_may_lose_answers_are_refused_at_start_and_later() {
    if !server::installed() {
        return;
    }
    let server = Server::start(&["--appendfsync", "everysec"]);
    let refusal = opened(&server, &[]).await.unwrap_err();
    assert!(matches!(refusal, OpenError::Unsafe(_)), "{refusal}");
    assert!(refusal.to_string().contains("everysec"), "{refusal}");
    let store = opened(&server, &["everysec"]).await.unwrap();
    let accepted = Persistence::Accepted(vec!["everysec".to_owned()]);
    let bed = bed::around(store, server);
    let health = bed.health(bed.now).await;
    assert_eq!((health.reachable, health.persistence), (true, accepted));
    let server = bed.server.as_ref().unwrap();
    server.say("CONFIG SET maxmemory-policy allkeys-lru");
    server.say("CLIENT KILL TYPE normal");
    until("it is refused", async || {
        let health = bed.health(bed.now).await;
        !health.reachable && matches!(health.persistence, Persistence::Refused(_))
    })
    .await;
    server.say("CONFIG SET maxmemory-policy noeviction");
    until("it is used again", async || {
        bed.health(bed.now).await.reachable
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_without_memory_is_full_and_not_gone() {
    let Some(bed) = bed::redis(&[]).await else {
        return;
    };
    bed.write(put(&key("a"), "x")).await;
    let server = bed.server.as_ref().unwrap();
    server.say("CONFIG SET maxmemory 1");
    let full = bed.refused(put(&key("b"), "x")).await;
    assert!(matches!(full, CommitError::Full), "{full:?}");
    assert_eq!(bed.read(&key("a")).await.as_deref(), Some("x"));
    server.say("CONFIG SET maxmemory 0");
    bed.write(put(&key("b"), "x")).await;
}

#[tokio::test]
async fn a_file_is_opened_by_one_process() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let store = Store::open_embedded(&path).unwrap();
    let busy = Store::open_embedded(&path).unwrap_err();
    assert!(matches!(busy, OpenError::Busy(_)), "{busy}");
    store.close().await;
    Store::open_embedded(&path).unwrap();
}

#[tokio::test]
async fn a_file_of_something_else_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("text.db");
    std::fs::write(&text, "no database".repeat(2000)).unwrap();
    assert!(Store::open_embedded(&text).is_err());
    let foreign = folder.path().join("foreign.db");
    let conn = rusqlite::Connection::open(&foreign).unwrap();
    conn.execute_batch("CREATE TABLE x(y)").unwrap();
    drop(conn);
    let refusal = Store::open_embedded(&foreign).unwrap_err();
    assert!(matches!(refusal, OpenError::Incompatible(_)), "{refusal}");
    let newer = folder.path().join("newer.db");
    Store::open_embedded(&newer).unwrap().close().await;
    let conn = rusqlite::Connection::open(&newer).unwrap();
    conn.execute_batch("UPDATE meta SET value = 2 WHERE name = 'min_reader'")
        .unwrap();
    drop(conn);
    let refusal = Store::open_embedded(&newer).unwrap_err();
    assert!(matches!(refusal, OpenError::Incompatible(_)), "{refusal}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn shred_keys_on_a_server_leave_its_files_too() {
    if !server::installed() {
        return;
    }
    let server = Server::start(&["--aof-use-rdb-preamble", "no"]);
    let (options, clock) = (RedisOptions::new(&server.url()), Clock::system());
    let keys = ShredKeys::in_redis(&options, &clock).await.unwrap();
    let (gone, kept) = ([0xA7; 32], [0xB9; 32]);
    keys.put(b"gone", &gone).await.unwrap();
    keys.put(b"kept", &kept).await.unwrap();
    keys.put(b"kept", &gone).await.unwrap();
    assert_eq!(keys.get(b"kept").await.unwrap(), Some(kept));
    let all = keys.orphans(clock.now() + secs(1)).await.unwrap();
    assert_eq!(all.len(), 2);
    assert!(
        keys.orphans(clock.now() - secs(60))
            .await
            .unwrap()
            .is_empty()
    );
    let holds = |key: &[u8]| files(server.folder.path()).windows(32).any(|w| w == key);
    assert!(holds(&gone) && holds(&kept));
    keys.shred(b"gone").await.unwrap();
    assert_eq!(keys.get(b"gone").await.unwrap(), None);
    until("the files are rewritten", async || !holds(&gone)).await;
    assert!(holds(&kept));
    assert_eq!(
        keys.orphans(clock.now() + secs(1)).await.unwrap(),
        [b"kept"]
    );
    keys.close().await;
    server.say("CONFIG SET save \"60 1\"");
    let refusal = ShredKeys::in_redis(&options, &clock).await.unwrap_err();
    assert!(matches!(refusal, OpenError::Unsafe(_)), "{refusal}");
}

/// Between notes nobody uses their connection: the first who does must not be the one who finds
/// out that the server was started anew.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn shred_keys_answer_at_once_after_a_server_was_started_anew() {
    let mut server = Server::start(&[]);
    let options = RedisOptions::new(&server.url());
    let keys = ShredKeys::in_redis(&options, &Clock::system()).await;
    let keys = keys.unwrap();
    let mut anew = || {
        server.kill();
        server.restart();
    };
    anew();
    keys.put(b"a note", &[7; 32]).await.unwrap();
    anew();
    assert_eq!(keys.get(b"a note").await.unwrap(), Some([7; 32]));
    anew();
    keys.shred(b"a note").await.unwrap();
    anew();
    assert_eq!(keys.get(b"a note").await.unwrap(), None);
}

fn files(folder: &std::path::Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            bytes.extend(files(&path));
        } else {
            // A file that a rewrite has just removed is empty.
            bytes.extend(std::fs::read(path).unwrap_or_default());
        }
    }
    bytes
}
