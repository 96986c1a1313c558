//! Keys in one SQLite file. `journal_mode=DELETE`, because a write-ahead log keeps old pages
//! until it is emptied, and `secure_delete=ON`, which overwrites what a row leaves behind.

use std::fmt;
use std::fs::File;
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension as _, params};
use tokio::sync::oneshot;

use crate::clock::{Clock, Instant};
use crate::store::{OpenError, Unavailable, lock_file};

const DEADLINE: Duration = Duration::from_millis(1500);
const GROUP: usize = 256;

enum Task {
    Put(Vec<u8>, [u8; 32], Instant),
    Get(Vec<u8>),
    Shred(Vec<u8>),
    Before(Instant),
}

enum Outcome {
    Done,
    Key(Option<[u8; 32]>),
    Ids(Vec<Vec<u8>>),
}

struct Op {
    task: Task,
    reply: oneshot::Sender<Result<Outcome, String>>,
}

pub(super) struct FileKeys {
    tasks: Mutex<Option<Sender<Op>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
    lock: Mutex<Option<File>>,
    clock: Clock,
}

impl fmt::Debug for FileKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FileKeys")
    }
}

impl FileKeys {
    pub(super) fn open(path: &Path, clock: Clock) -> Result<Self, OpenError> {
        let lock = lock_file(path)?;
        let failed = |error: rusqlite::Error| OpenError::Unreachable(error.into());
        let conn = Connection::open(path).map_err(failed)?;
        conn.execute_batch(
            "PRAGMA journal_mode = DELETE;
             PRAGMA synchronous = FULL;
             PRAGMA secure_delete = ON;
             PRAGMA temp_store = MEMORY;
             CREATE TABLE IF NOT EXISTS shred_key(
               id BLOB PRIMARY KEY, value BLOB NOT NULL, put_at INTEGER NOT NULL)
               STRICT, WITHOUT ROWID;
             CREATE INDEX IF NOT EXISTS shred_key_put ON shred_key(put_at);",
        )
        .map_err(failed)?;
        let (tasks, inbox) = channel();
        let thread = std::thread::Builder::new()
            .name("shred-keys".to_owned())
            .spawn(move || run(&conn, &inbox))
            .map_err(|error| OpenError::Unreachable(error.into()))?;
        Ok(Self {
            tasks: Mutex::new(Some(tasks)),
            thread: Mutex::new(Some(thread)),
            lock: Mutex::new(Some(lock)),
            clock,
        })
    }

    async fn ask(&self, task: Task) -> Result<Outcome, Unavailable> {
        let (reply, answer) = oneshot::channel();
        let sent = self
            .tasks
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .as_ref()
            .is_some_and(|tasks| tasks.send(Op { task, reply }).is_ok());
        if !sent {
            return Err(Unavailable("the shred keys are closed".into()));
        }
        match tokio::time::timeout(DEADLINE, answer).await {
            Ok(Ok(outcome)) => outcome.map_err(|why| Unavailable(why.into())),
            _ => Err(Unavailable("the shred keys did not answer in time".into())),
        }
    }

    pub(super) async fn put(&self, id: &[u8], key: &[u8; 32]) -> Result<(), Unavailable> {
        let task = Task::Put(id.to_vec(), *key, self.clock.now());
        self.ask(task).await.map(|_| ())
    }

    pub(super) async fn get(&self, id: &[u8]) -> Result<Option<[u8; 32]>, Unavailable> {
        match self.ask(Task::Get(id.to_vec())).await? {
            Outcome::Key(key) => Ok(key),
            _ => Ok(None),
        }
    }

    pub(super) async fn shred(&self, id: &[u8]) -> Result<(), Unavailable> {
        self.ask(Task::Shred(id.to_vec())).await.map(|_| ())
    }

    pub(super) async fn put_before(&self, before: Instant) -> Result<Vec<Vec<u8>>, Unavailable> {
        match self.ask(Task::Before(before)).await? {
            Outcome::Ids(ids) => Ok(ids),
            _ => Ok(Vec::new()),
        }
    }

    pub(super) async fn close(&self) {
        let tasks = self
            .tasks
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        drop(tasks);
        let thread = self
            .thread
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let _ = tokio::task::spawn_blocking(move || thread.map(JoinHandle::join)).await;
        let lock = self
            .lock
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        drop(lock);
    }
}

/// One transaction, and so one sync, for all who came while the last one was being synced.
fn run(conn: &Connection, inbox: &Receiver<Op>) {
    while let Ok(first) = inbox.recv() {
        let group: Vec<Op> = std::iter::once(first)
            .chain(inbox.try_iter().take(GROUP - 1))
            .collect();
        match write(conn, &group) {
            Ok(outcomes) => {
                for (op, outcome) in group.into_iter().zip(outcomes) {
                    let _ = op.reply.send(Ok(outcome));
                }
            }
            Err(error) => {
                let _ = conn.execute_batch("ROLLBACK");
                for op in group {
                    let _ = op.reply.send(Err(error.to_string()));
                }
            }
        }
    }
}

fn write(conn: &Connection, group: &[Op]) -> rusqlite::Result<Vec<Outcome>> {
    conn.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
    let outcomes: Vec<Outcome> = group
        .iter()
        .map(|op| apply(conn, &op.task))
        .collect::<Result<_, _>>()?;
    conn.prepare_cached("COMMIT")?.execute([])?;
    Ok(outcomes)
}

fn apply(conn: &Connection, task: &Task) -> rusqlite::Result<Outcome> {
    match task {
        Task::Put(id, key, now) => {
            let sql = "INSERT INTO shred_key(id, value, put_at) VALUES(?1, ?2, ?3)
                       ON CONFLICT(id) DO NOTHING";
            conn.prepare_cached(sql)?
                .execute(params![id, &key[..], now.millis()])?;
            Ok(Outcome::Done)
        }
        Task::Get(id) => {
            let key: Option<[u8; 32]> = conn
                .prepare_cached("SELECT value FROM shred_key WHERE id = ?1")?
                .query_row([id], |row| row.get(0))
                .optional()?;
            Ok(Outcome::Key(key))
        }
        Task::Shred(id) => {
            conn.prepare_cached("DELETE FROM shred_key WHERE id = ?1")?
                .execute([id])?;
            Ok(Outcome::Done)
        }
        Task::Before(before) => {
            let sql = "SELECT id FROM shred_key WHERE put_at < ?1 ORDER BY put_at";
            let mut statement = conn.prepare_cached(sql)?;
            let ids = statement.query_map([before.millis()], |row| row.get(0))?;
            Ok(Outcome::Ids(ids.collect::<Result<_, _>>()?))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Entropy;

    fn everything(folder: &Path) -> Vec<u8> {
        let files = std::fs::read_dir(folder).unwrap();
        files
            .flat_map(|entry| std::fs::read(entry.unwrap().path()).unwrap())
            .collect()
    }

    fn holds(bytes: &[u8], key: &[u8; 32]) -> bool {
        bytes
            .windows(8)
            .any(|window| window == &key[..8] || window == &key[24..])
    }

    #[tokio::test]
    async fn a_shredded_key_is_nowhere_in_the_files() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.db.shred");
        let clock = Clock::system();
        let keys = FileKeys::open(&path, clock.clone()).unwrap();
        let entropy = Entropy::seeded(3);
        let all: Vec<([u8; 32], [u8; 32])> = (0..300)
            .map(|_| (entropy.bytes(), entropy.bytes()))
            .collect();
        for (id, key) in &all {
            keys.put(id, key).await.unwrap();
        }
        let bytes = everything(folder.path());
        assert!(all.iter().all(|(_, key)| holds(&bytes, key)));
        let (gone, kept) = all.split_at(200);
        for (id, _) in gone {
            keys.shred(id).await.unwrap();
            keys.shred(id).await.unwrap();
        }
        let bytes = everything(folder.path());
        assert!(!gone.iter().any(|(_, key)| holds(&bytes, key)));
        for (id, key) in kept {
            assert_eq!(keys.get(id).await.unwrap(), Some(*key));
        }
        assert_eq!(keys.get(&gone[0].0).await.unwrap(), None);
        keys.close().await;
        let keys = FileKeys::open(&path, clock).unwrap();
        assert_eq!(keys.get(&kept[0].0).await.unwrap(), Some(kept[0].1));
    }

    #[tokio::test]
    async fn a_second_key_for_an_id_is_not_taken() {
        let folder = tempfile::tempdir().unwrap();
        let clock = Clock::system();
        let path = folder.path().join("keys");
        let keys = FileKeys::open(&path, clock.clone()).unwrap();
        assert!(FileKeys::open(&path, clock.clone()).is_err());
        keys.put(b"a", &[1; 32]).await.unwrap();
        keys.put(b"a", &[2; 32]).await.unwrap();
        assert_eq!(keys.get(b"a").await.unwrap(), Some([1; 32]));
        clock.advance(Duration::from_secs(3600));
        keys.put(b"b", &[3; 32]).await.unwrap();
        let old = keys
            .put_before(clock.now() - Duration::from_secs(1800))
            .await;
        assert_eq!(old.unwrap(), [b"a".to_vec()]);
    }
}
