//! Keys in one SQLite file. `journal_mode=DELETE`, because a write-ahead log keeps old pages
//! until it is emptied, and `secure_delete=ON`, which overwrites what a row leaves behind.
//!
//! That does not reach the copies which SQLite leaves in the free room of pages when it moves rows
//! from one to another: one of some thousands of deleted keys was found there. So keys lie in
//! slots that are never moved: rows of one size that are only added at the end, are overwritten
//! with zeros in their place, and are used again.

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
/// Keys that are destroyed by one transaction, so that others are not held up.
const AT_ONCE: u16 = 200;
/// Behind every id: those have at most 64 bytes.
const BEHIND: [u8; 65] = [0xFF; 65];

enum Task {
    Put(Vec<u8>, [u8; 32], Instant),
    Get(Vec<u8>),
    Shred(Vec<u8>),
    /// Some of those from the first id on and before the second.
    ShredSome(Vec<u8>, Vec<u8>),
    Before(Instant),
}

enum Outcome {
    Done,
    Count(usize),
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
             CREATE TABLE IF NOT EXISTS slot(n INTEGER PRIMARY KEY, value BLOB NOT NULL) STRICT;
             CREATE TABLE IF NOT EXISTS free(n INTEGER PRIMARY KEY) STRICT;
             CREATE TABLE IF NOT EXISTS held(
               id BLOB PRIMARY KEY, slot INTEGER NOT NULL, put_at INTEGER NOT NULL)
               STRICT, WITHOUT ROWID;
             CREATE INDEX IF NOT EXISTS held_put ON held(put_at);",
        )
        .map_err(failed)?;
        take_over(&conn).map_err(failed)?;
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

    pub(super) async fn shred_all(&self, prefix: &[u8]) -> Result<u64, Unavailable> {
        let mut total = 0;
        loop {
            let task = Task::ShredSome(prefix.to_vec(), behind(prefix));
            let Outcome::Count(count) = self.ask(task).await? else {
                return Ok(total);
            };
            total += u64::try_from(count).unwrap_or(u64::MAX);
            if count < usize::from(AT_ONCE) {
                return Ok(total);
            }
        }
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

/// Takes the keys of a file in which they did not lie in slots yet, and leaves no copy there.
fn take_over(conn: &Connection) -> rusqlite::Result<()> {
    let sql = "SELECT count(*) FROM sqlite_schema WHERE name = 'shred_key'";
    let old: bool = conn.query_row(sql, [], |row| row.get(0))?;
    if !old {
        return Ok(());
    }
    conn.execute_batch(
        "BEGIN IMMEDIATE;
         INSERT INTO slot(value) SELECT value FROM shred_key ORDER BY id;
         INSERT INTO held(id, slot, put_at)
           SELECT id, row_number() OVER (ORDER BY id), put_at FROM shred_key;
         DROP TABLE shred_key;
         COMMIT;
         VACUUM;",
    )
}

/// The first name that is behind all that begin with `prefix`.
fn behind(prefix: &[u8]) -> Vec<u8> {
    let mut out = prefix.to_vec();
    while let Some(last) = out.pop() {
        if let Some(next) = last.checked_add(1) {
            out.push(next);
            return out;
        }
    }
    BEHIND.to_vec()
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
            if slot_of(conn, id)?.is_none() {
                let slot = fill_slot(conn, key)?;
                conn.prepare_cached("INSERT INTO held(id, slot, put_at) VALUES(?1, ?2, ?3)")?
                    .execute(params![id, slot, now.millis()])?;
            }
            Ok(Outcome::Done)
        }
        Task::Get(id) => {
            let key: Option<[u8; 32]> = conn
                .prepare_cached("SELECT value FROM held JOIN slot ON n = slot WHERE id = ?1")?
                .query_row([id], |row| row.get(0))
                .optional()?;
            Ok(Outcome::Key(key))
        }
        Task::Shred(id) => {
            shred(conn, id)?;
            Ok(Outcome::Done)
        }
        Task::ShredSome(from, behind) => {
            let sql = "SELECT id FROM held WHERE id >= ?1 AND id < ?2 LIMIT ?3";
            let mut statement = conn.prepare_cached(sql)?;
            let ids = statement.query_map(params![from, behind, AT_ONCE], |row| row.get(0))?;
            let ids: Vec<Vec<u8>> = ids.collect::<Result<_, _>>()?;
            for id in &ids {
                shred(conn, id)?;
            }
            Ok(Outcome::Count(ids.len()))
        }
        Task::Before(before) => {
            let sql = "SELECT id FROM held WHERE put_at < ?1 ORDER BY put_at";
            let mut statement = conn.prepare_cached(sql)?;
            let ids = statement.query_map([before.millis()], |row| row.get(0))?;
            Ok(Outcome::Ids(ids.collect::<Result<_, _>>()?))
        }
    }
}

fn slot_of(conn: &Connection, id: &[u8]) -> rusqlite::Result<Option<i64>> {
    conn.prepare_cached("SELECT slot FROM held WHERE id = ?1")?
        .query_row([id], |row| row.get(0))
        .optional()
}

/// Puts a key into a free slot, or a new one at the end.
fn fill_slot(conn: &Connection, key: &[u8; 32]) -> rusqlite::Result<i64> {
    let sql = "DELETE FROM free WHERE n = (SELECT min(n) FROM free) RETURNING n";
    let free: Option<i64> = conn
        .prepare_cached(sql)?
        .query_row([], |row| row.get(0))
        .optional()?;
    if let Some(slot) = free {
        overwrite(conn, slot, key)?;
        return Ok(slot);
    }
    conn.prepare_cached("INSERT INTO slot(value) VALUES(?1)")?
        .execute([&key[..]])?;
    Ok(conn.last_insert_rowid())
}

/// Of the same size, so in its place.
fn overwrite(conn: &Connection, slot: i64, value: &[u8; 32]) -> rusqlite::Result<()> {
    conn.prepare_cached("UPDATE slot SET value = ?2 WHERE n = ?1")?
        .execute(params![slot, &value[..]])?;
    Ok(())
}

fn shred(conn: &Connection, id: &[u8]) -> rusqlite::Result<()> {
    let sql = "DELETE FROM held WHERE id = ?1 RETURNING slot";
    let slot: Option<i64> = conn
        .prepare_cached(sql)?
        .query_row([id], |row| row.get(0))
        .optional()?;
    if let Some(slot) = slot {
        overwrite(conn, slot, &[0; 32])?;
        conn.prepare_cached("INSERT INTO free(n) VALUES(?1)")?
            .execute([slot])?;
    }
    Ok(())
}

#[cfg(test)]
#[path = "file_tests.rs"]
mod tests;
