//! The store in one SQLite file, for one process.

mod apply;
mod checkpoint;
mod erase;
mod jobs;
mod lanes;
mod reader;
mod records;
mod schema;
mod sweep;
mod writer;

use std::fmt;
use std::fs::File;
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::{Semaphore, broadcast, oneshot};

use self::reader::{Place, Readers};
use self::writer::{Failure, Op, Outcome, Ripe, Task, Writer};
use super::codec::Prepared;
use super::lock::lock_file;
use super::{
    Backlog, Batch, Change, CommitError, DeadJob, Erasing, Folder, Health, JobKey, Key, Lease,
    Name, OpenError, Page, Persistence, Record, Spared, Topic, Unavailable, Version,
};
use crate::clock::Instant;
use crate::ids::{Partition, Scope, TenantId};

/// Longer than this nobody waits for an answer: the host is told to come again.
const DEADLINE: Duration = Duration::from_millis(1500);
/// Tasks in the hands of the writer; who comes later waits for a place.
const IN_FLIGHT: usize = 4096;

pub(super) struct Embedded {
    tasks: Mutex<Option<Sender<Op>>>,
    places: Semaphore,
    readers: Readers,
    ripe: Ripe,
    hints: broadcast::Sender<Topic>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    /// Asks for the file to be rewritten; dropped to end the checkpoints.
    checkpoints: Mutex<Option<Sender<()>>>,
    /// Held for as long as the store is open.
    lock: Mutex<Option<File>>,
}

impl fmt::Debug for Embedded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Embedded")
    }
}

impl Embedded {
    pub(super) fn open(path: &Path, backlog: Backlog) -> Result<Self, OpenError> {
        // The writer keeps the order of lanes in memory, so a second process would break it.
        let lock = lock_file(path)?;
        let conn = schema::open_writer(path)?;
        let owed = schema::owes_rewrite(&conn).map_err(schema::unreachable)?;
        let copier = Connection::open(path).map_err(schema::unreachable)?;
        copier
            .busy_timeout(Duration::from_millis(500))
            .map_err(schema::unreachable)?;
        let (hints, _) = broadcast::channel(1024);
        let ripe: Ripe = Arc::new(std::array::from_fn(|_| AtomicI64::new(0)));
        let writer =
            Writer::new(conn, backlog, ripe.clone(), hints.clone()).map_err(schema::unreachable)?;
        let (tasks, inbox): (Sender<Op>, Receiver<Op>) = channel();
        let (checkpoints, asked) = channel();
        let log = checkpoint::log_path(path);
        if owed {
            let _ = checkpoints.send(());
        }
        let rewriter = Sender::clone(&tasks);
        let threads = vec![
            thread("store-writer", move || writer.run(&inbox))?,
            thread("store-checkpoint", move || {
                checkpoint::run(&copier, &log, &asked, || rewrite(&rewriter));
            })?,
        ];
        Ok(Self {
            tasks: Mutex::new(Some(tasks)),
            places: Semaphore::new(IN_FLIGHT),
            readers: Readers::new(path),
            ripe,
            hints,
            threads: Mutex::new(threads),
            checkpoints: Mutex::new(Some(checkpoints)),
            lock: Mutex::new(Some(lock)),
        })
    }

    pub(super) fn hints(&self) -> broadcast::Receiver<Topic> {
        self.hints.subscribe()
    }

    /// Hands a task to the writer and waits for the group it came into.
    async fn ask(&self, task: Task) -> Result<Outcome, Failure> {
        let asked = async {
            let _place = self.places.acquire().await;
            let (reply, answer) = oneshot::channel();
            let sent = self
                .tasks
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .as_ref()
                .is_some_and(|tasks| tasks.send(Op { task, reply }).is_ok());
            if !sent {
                return Err(Failure::new(false, "the store is closed"));
            }
            answer
                .await
                .unwrap_or_else(|_| Err(Failure::new(true, "the writer ended")))
        };
        tokio::time::timeout(DEADLINE, asked)
            .await
            .unwrap_or_else(|_| Err(Failure::new(true, "the writer did not answer in time")))
    }

    async fn ask_for<T>(
        &self,
        task: Task,
        read: impl FnOnce(Outcome) -> Option<T>,
    ) -> Result<T, Unavailable> {
        let outcome = self
            .ask(task)
            .await
            .map_err(|failure| failure.unavailable())?;
        read(outcome).ok_or_else(|| Unavailable::because("the writer answered something else"))
    }

    async fn read<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Connection) -> Result<T, Unavailable> + Send + 'static,
    ) -> Result<T, Unavailable> {
        tokio::time::timeout(DEADLINE, self.readers.read(query))
            .await
            .unwrap_or_else(|_| Err(Unavailable::because("the read did not end in time")))
    }

    pub(super) async fn commit(
        &self,
        scope: &Scope,
        batch: &Batch,
        now: Instant,
    ) -> Result<Version, CommitError> {
        let prepared = Prepared::new(batch)?;
        let answer = self.ask(Task::Commit(*scope, prepared, now)).await;
        if batch.last {
            self.ask_for_rewrite();
        }
        match answer {
            Ok(Outcome::Committed(written)) => written,
            Ok(_) => Err(CommitError::Unknown(Unavailable::because(
                "the writer answered something else",
            ))),
            Err(failure) if failure.full => Err(CommitError::Full),
            Err(failure) if failure.perhaps => Err(CommitError::Unknown(failure.unavailable())),
            Err(failure) => Err(CommitError::Unavailable(failure.unavailable())),
        }
    }

    fn ask_for_rewrite(&self) {
        let checkpoints = &self.checkpoints;
        let checkpoints = checkpoints.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(checkpoints) = checkpoints.as_ref() {
            let _ = checkpoints.send(());
        }
    }

    pub(super) async fn erase(
        &self,
        scope: &Scope,
        spared: &Spared,
        from: Erasing,
        limit: u16,
        now: Instant,
    ) -> Result<Option<Erasing>, Unavailable> {
        let task = Task::Erase(*scope, spared.clone(), limit, now);
        let removed = self.ask_for(task, Outcome::count).await?;
        Ok((removed >= u32::from(limit)).then_some(from))
    }

    pub(super) async fn get_many(
        &self,
        scope: &Scope,
        keys: &[Key],
        now: Instant,
    ) -> Result<Vec<Option<Record>>, Unavailable> {
        let places: Vec<Place> = keys.iter().map(|key| place(scope, key)).collect();
        self.read(move |conn| reader::get_many(conn, &places, now))
            .await
    }

    pub(super) async fn get(
        &self,
        scope: &Scope,
        key: &Key,
        now: Instant,
    ) -> Result<Option<Record>, Unavailable> {
        let place = place(scope, key);
        self.read(move |conn| reader::get(conn, &place, now)).await
    }

    pub(super) async fn range(
        &self,
        scope: &Scope,
        folder: &Folder,
        after: Option<&Name>,
        limit: u16,
        now: Instant,
    ) -> Result<Page, Unavailable> {
        let (scope, folder) = (schema::owner(scope, false), folder.name.clone());
        let after = after.cloned();
        self.read(move |conn| {
            let after = after.as_ref().map(Name::as_str);
            reader::range(conn, &scope, folder.as_str(), after, limit, now)
        })
        .await
    }

    pub(super) async fn changes(
        &self,
        scope: &Scope,
        folder: &Folder,
        after: Version,
        limit: u16,
    ) -> Result<Vec<Change>, Unavailable> {
        let (scope, folder) = (schema::owner(scope, false), folder.name.clone());
        self.read(move |conn| reader::changes(conn, &scope, folder.as_str(), after, limit))
            .await
    }

    pub(super) async fn lease(
        &self,
        p: Partition,
        max: u16,
        hold: Duration,
        now: Instant,
    ) -> Result<Vec<Lease>, Unavailable> {
        if self.ripe[usize::from(p.number())].load(Ordering::Acquire) > now.millis() {
            return Ok(Vec::new());
        }
        let task = Task::Lease(p, max, hold, now);
        self.ask_for(task, Outcome::leases).await
    }

    pub(super) async fn lease_next(
        &self,
        lease: &Lease,
        max: u16,
        hold: Duration,
        now: Instant,
    ) -> Result<Vec<Lease>, Unavailable> {
        let task = Task::Next(lease.clone(), max, hold, now);
        self.ask_for(task, Outcome::leases).await
    }

    pub(super) async fn extend(
        &self,
        lease: &Lease,
        hold: Duration,
        now: Instant,
    ) -> Result<bool, Unavailable> {
        let task = Task::Extend(lease.clone(), now + hold);
        self.ask_for(task, Outcome::held).await
    }

    pub(super) async fn tenants(
        &self,
        p: Partition,
        after: Option<&TenantId>,
        limit: u16,
    ) -> Result<Vec<TenantId>, Unavailable> {
        let after = after.map(TenantId::to_string);
        self.read(move |conn| reader::tenants(conn, p.number(), after.as_deref(), limit))
            .await
    }

    pub(super) async fn dead(
        &self,
        scope: &Scope,
        after: Option<&JobKey>,
        limit: u16,
    ) -> Result<Vec<DeadJob>, Unavailable> {
        let (scope, after) = (schema::owner(scope, false), after.cloned());
        self.read(move |conn| {
            let after = after.as_ref().map(JobKey::as_str);
            reader::dead(conn, &scope, after, limit)
        })
        .await
    }

    pub(super) async fn redrive(
        &self,
        scope: &Scope,
        ids: &[JobKey],
        now: Instant,
    ) -> Result<u32, Unavailable> {
        let task = Task::Redrive(*scope, ids.to_vec(), now);
        self.ask_for(task, Outcome::count).await
    }

    pub(super) async fn sweep(&self, limit: u16, now: Instant) -> Result<u32, Unavailable> {
        self.ask_for(Task::Sweep(limit, now), Outcome::count).await
    }

    pub(super) async fn health(&self, now: Instant) -> Health {
        let survey = self.ask_for(Task::Survey, Outcome::survey).await;
        let dead = self.read(reader::count_dead).await;
        let reachable = survey.is_ok() && dead.is_ok();
        let (oldest, jobs) = survey.unwrap_or((None, 0));
        Health {
            reachable,
            persistence: Persistence::Durable,
            oldest_due: oldest.filter(|due| *due <= now).map(|due| now.since(due)),
            jobs,
            dead: dead.unwrap_or(0),
        }
    }

    /// Ends the threads after what they have begun, and gives the file free.
    pub(super) async fn close(&self) {
        let _ = self.ask(Task::Close).await;
        let tasks = &self.tasks;
        drop(tasks.lock().unwrap_or_else(PoisonError::into_inner).take());
        let checkpoints = &self.checkpoints;
        drop(
            checkpoints
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take(),
        );
        self.readers.close();
        let threads =
            std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        let joined = tokio::task::spawn_blocking(move || {
            for thread in threads {
                let _ = thread.join();
            }
        });
        let _ = joined.await;
        drop(
            self.lock
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take(),
        );
    }
}

/// Whether the writer has written the file anew.
fn rewrite(tasks: &Sender<Op>) -> bool {
    let (reply, answer) = oneshot::channel();
    let task = Task::Rewrite;
    tasks.send(Op { task, reply }).is_ok() && matches!(answer.blocking_recv(), Ok(Ok(_)))
}

fn place(scope: &Scope, key: &Key) -> Place {
    Place {
        scope: schema::owner(scope, key.shared),
        folder: records::folder_text(key).to_owned(),
        name: key.name.as_str().to_owned(),
    }
}

fn thread(name: &str, run: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, OpenError> {
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(run)
        .map_err(|error| OpenError::Unreachable(error.into()))
}
