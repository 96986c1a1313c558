//! A store with a worker on it, whose jobs leave marks: how often each ran to its end, and in
//! which order.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use deskbridge::app::config::StoreKind;
use deskbridge::audit;
use deskbridge::clock::{Clock, Entropy, Instant};
use deskbridge::ids::{IssueId, Scope, TenantId};
use deskbridge::inbox::{EVENT, Events, Inbox, ReducedEvent};
use deskbridge::jobs::{
    self, Dispatch, Happened, Job, Listener, Outcome, Told, Worker, WorkerHandle, WorkerOptions,
};
use deskbridge::store::{
    Add, Batch, Envelope, Expect, JobKey, Key, Lane, RedisOptions, Store, StoredJob, Until, Version,
};
use serde::{Deserialize, Serialize};

use crate::harness::Place;

pub use crate::harness::scaled;

/// A job that does as it is told.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Trial {
    Succeed,
    /// Takes this many milliseconds.
    Take(u64),
    Panic,
    /// Until [`Hands::mend`] is called.
    FailUntilMended,
    /// Not before this many seconds after its first run.
    AskFor(u64),
    /// Adds one to a counter by reading it first: needs the decision to be made anew whenever
    /// another was faster.
    Increment,
    /// Gives up at once.
    Refuse,
}

impl Job for Trial {
    const KIND: &'static str = "trial";
}

/// Runs the jobs of a stage.
pub struct Hands {
    store: Store,
    clock: Clock,
    events: Events,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    begun: HashMap<String, u32>,
    ended: Vec<String>,
    mended: bool,
    asked: HashMap<String, Instant>,
}

impl Hands {
    fn new(store: Store, clock: Clock) -> Self {
        let listeners = vec![Listener {
            room: "notes",
            hears: &["issue-updated", "issue-deleted", "comment-created"],
        }];
        Self {
            store,
            clock,
            events: Events::new(listeners),
            seen: Mutex::default(),
        }
    }

    pub fn mend(&self) {
        self.seen.lock().unwrap().mended = true;
    }

    pub fn begun(&self, id: &str) -> u32 {
        let seen = self.seen.lock().unwrap();
        seen.begun.get(id).copied().unwrap_or_default()
    }

    /// Ids in the order in which their runs ended.
    pub fn ended(&self) -> Vec<String> {
        self.seen.lock().unwrap().ended.clone()
    }

    #[expect(clippy::panic, reason = "what a worker must survive")]
    async fn trial(&self, trial: &Trial, job: &StoredJob, now: Instant) -> Outcome {
        let id = job.id.as_str();
        match trial {
            Trial::Succeed => {}
            Trial::Take(millis) => tokio::time::sleep(Duration::from_millis(*millis)).await,
            Trial::Panic => panic!("as told"),
            Trial::Refuse => return Outcome::failed("as told"),
            Trial::FailUntilMended => {
                if !self.seen.lock().unwrap().mended {
                    return Outcome::later("as told");
                }
            }
            Trial::AskFor(seconds) => {
                let mut seen = self.seen.lock().unwrap();
                let until = now + Duration::from_secs(*seconds);
                let until = *seen.asked.entry(id.to_owned()).or_insert(until);
                if now < until {
                    return Outcome::Later {
                        after: Some(until),
                        batch: Batch::default(),
                        why: "asked for".to_owned(),
                    };
                }
            }
            Trial::Increment => return self.increment(&job.scope, now).await,
        }
        Outcome::Done(mark(id))
    }

    async fn increment(&self, scope: &Scope, now: Instant) -> Outcome {
        let key = Key::point("test", &["sum"]);
        let record = self.store.get(scope, &key, now).await.unwrap();
        let expect = record.as_ref().map_or_else(
            || Expect::Absent(key.clone()),
            |record| Expect::Is(key.clone(), record.version),
        );
        let sum: u64 = record.map_or(0, |record| number(&record.value));
        Outcome::Done(Batch {
            expect: vec![expect],
            put: vec![(key, (sum + 1).to_string().into(), Until::Keep)],
            ..Batch::default()
        })
    }
}

fn number(value: &Bytes) -> u64 {
    std::str::from_utf8(value).unwrap().parse().unwrap()
}

fn mark_key(id: &str) -> Key {
    Key::point("test", &["ran", id])
}

/// Counts the completed runs of a job in the commit that completes it.
fn mark(id: &str) -> Batch {
    Batch {
        add: vec![Add {
            key: mark_key(id),
            by: 1,
            at_most: None,
            until: Until::Keep,
        }],
        ..Batch::default()
    }
}

#[async_trait]
impl Dispatch for Hands {
    async fn run(&self, job: &StoredJob, _attempt: u32, now: Instant) -> Outcome {
        let id = job.id.as_str().to_owned();
        *self.seen.lock().unwrap().begun.entry(id).or_default() += 1;
        let outcome = match job.kind.as_str() {
            EVENT | ReducedEvent::KIND => self.events.event(job, now),
            Happened::KIND => self.events.happened(job, now),
            Told::KIND => Outcome::Done(mark(job.id.as_str())),
            Trial::KIND => {
                let trial: Trial = jobs::read(job).unwrap();
                self.trial(&trial, job, now).await
            }
            other => Outcome::failed(format!("no such kind: {other}")),
        };
        if matches!(outcome, Outcome::Done(_)) {
            let id = job.id.as_str().to_owned();
            self.seen.lock().unwrap().ended.push(id);
        }
        outcome
    }

    fn together(&self, kind: &str) -> u16 {
        if kind == audit::Entry::KIND {
            audit::TOGETHER
        } else {
            1
        }
    }

    async fn run_together(&self, jobs: &[StoredJob], now: Instant) -> Outcome {
        audit::chain(&self.store, &jobs[0].scope, jobs, self.clock.now().max(now)).await
    }
}

pub struct Stage {
    pub store: Store,
    pub clock: Clock,
    pub tenant: TenantId,
    pub scope: Scope,
    pub hands: Arc<Hands>,
    pub inbox: Inbox,
    worker: Option<WorkerHandle>,
    options: WorkerOptions,
    _place: Option<Place>,
}

/// Short waits, so that tests do not.
pub fn quick() -> WorkerOptions {
    WorkerOptions {
        poll: Duration::from_millis(50),
        hold: Duration::from_secs(2),
        ..WorkerOptions::default()
    }
}

impl Stage {
    pub async fn new(on: StoreKind) -> Self {
        Self::with(on, quick()).await
    }

    pub fn embedded() -> Self {
        let place = Place::new(StoreKind::Embedded);
        let store = Store::open_embedded(&place.section().path).unwrap();
        let tenant = TenantId::random(&Entropy::system());
        Self::on(store, tenant, quick(), Some(place))
    }

    pub async fn with(on: StoreKind, options: WorkerOptions) -> Self {
        let place = Place::new(on);
        let store = place.open().await;
        let tenant = TenantId::random(&Entropy::system());
        Self::on(store, tenant, options, Some(place))
    }

    /// On a store that others open as well, after or (Redis) beside this: a path or an address.
    pub async fn of_store(place: &str, tenant: TenantId, options: WorkerOptions) -> Self {
        let store = if place.starts_with("redis://") {
            Store::open_redis(&RedisOptions::new(place)).await.unwrap()
        } else {
            Store::open_embedded(Path::new(place)).unwrap()
        };
        Self::on(store, tenant, options, None)
    }

    fn on(store: Store, tenant: TenantId, options: WorkerOptions, place: Option<Place>) -> Self {
        let clock = Clock::system();
        Self {
            hands: Arc::new(Hands::new(store.clone(), clock.clone())),
            inbox: Inbox::new(store.clone()),
            scope: Scope::tenant(tenant),
            tenant,
            store,
            clock,
            worker: None,
            options,
            _place: place,
        }
    }

    pub fn start(&mut self) {
        self.worker = Some(self.another_worker());
    }

    /// A further worker on the same store, as a second replica has one.
    pub fn another_worker(&self) -> WorkerHandle {
        Worker::spawn(
            self.store.clone(),
            Arc::clone(&self.hands) as Arc<dyn Dispatch>,
            self.clock.clone(),
            Entropy::system(),
            self.options.clone(),
        )
    }

    pub async fn stop(&mut self) -> bool {
        match self.worker.take() {
            Some(worker) => worker.stop(Duration::from_secs(20)).await,
            None => true,
        }
    }

    /// Delivers as a host does; the answer's status.
    pub async fn deliver(&self, delivery: &str, body: &str) -> u16 {
        self.deliver_to(self.tenant, delivery, body.as_bytes())
            .await
    }

    pub async fn deliver_to(&self, tenant: TenantId, delivery: &str, body: &[u8]) -> u16 {
        let body = Bytes::copy_from_slice(body);
        let now = self.clock.now();
        match self.inbox.accept(tenant, delivery, body, now).await {
            Ok(()) => 200,
            Err(problem) => problem.status,
        }
    }

    pub async fn push(&self, jobs: Vec<Envelope>) {
        self.push_for(&self.scope, jobs).await;
    }

    pub async fn push_for(&self, scope: &Scope, jobs: Vec<Envelope>) {
        for chunk in jobs.chunks(100) {
            let batch = Batch {
                push: chunk.to_vec(),
                ..Batch::default()
            };
            let now = self.clock.now();
            self.store.commit(scope, &batch, now).await.unwrap();
        }
    }

    pub fn trial(&self, id: &str, lane: Lane, trial: &Trial) -> Envelope {
        jobs::envelope(trial, JobKey::of(&[id]), lane, self.clock.now())
    }

    /// How often the job ran to its end, by what was committed.
    pub async fn ran(&self, id: &str) -> u64 {
        self.ran_for(&self.scope, id).await
    }

    pub async fn ran_for(&self, scope: &Scope, id: &str) -> u64 {
        let now = self.clock.now();
        let record = self.store.get(scope, &mark_key(id), now).await.unwrap();
        record.map_or(0, |record| number(&record.value))
    }

    /// How often, and at which version of the store's partition.
    pub async fn ran_at(&self, id: &str) -> (u64, Option<Version>) {
        let now = self.clock.now();
        let record = self.store.get(&self.scope, &mark_key(id), now).await;
        record.unwrap().map_or((0, None), |record| {
            (number(&record.value), Some(record.version))
        })
    }

    pub async fn sum(&self) -> u64 {
        let key = Key::point("test", &["sum"]);
        let now = self.clock.now();
        let record = self.store.get(&self.scope, &key, now).await.unwrap();
        record.map_or(0, |record| number(&record.value))
    }

    /// Dead letters of the stage's tenant: id and reason.
    pub async fn dead(&self) -> Vec<(String, String)> {
        let dead = self.store.dead(&self.scope, None, 100).await.unwrap();
        dead.into_iter()
            .map(|job| (job.id.as_str().to_owned(), job.reason))
            .collect()
    }

    pub async fn redrive(&self, id: &str) -> u32 {
        let ids = [JobKey::of(&[id])];
        let now = self.clock.now();
        self.store.redrive(&self.scope, &ids, now).await.unwrap()
    }

    /// When this returns, no job is left: none waits, none runs.
    pub async fn drained(&self) {
        eventually("no job is left", || async {
            let health = self.store.health(self.clock.now()).await;
            assert!(health.reachable);
            health.jobs == 0
        })
        .await;
    }
}

/// Polls until `holds`; fails after a long while.
pub async fn eventually<F, Fut>(what: &str, mut holds: F)
where
    F: FnMut() -> Fut,
    Fut: Future<Output = bool>,
{
    for _ in 0..6000 {
        if holds().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(holds().await, "waited a minute in vain: {what}");
}

/// An event about an issue, numbered so that order can be read.
pub fn updated(issue: u64, number: u64) -> String {
    format!(
        r#"{{"timestamp":{number},"webhookEvent":"jira:issue_updated","user":{{"accountId":"a"}},
        "issue":{{"id":"{issue}","key":"ITH-{issue}","fields":{{"project":{{"id":"1"}}}}}}}}"#
    )
}

/// The id of the effect that an [`updated`] delivery leads to.
pub fn effect_of(delivery: &str) -> String {
    let source = JobKey::of(&["event", delivery]);
    JobKey::of(&["told", "notes", "issue-updated", source.as_str()])
        .as_str()
        .to_owned()
}

pub fn lane_of(issue: u64) -> Lane {
    jobs::effect_lane(IssueId::new(issue), "notes")
}
