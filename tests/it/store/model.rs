//! Random sequences of calls against a simple model that cannot be wrong about them.

use std::collections::{BTreeMap, HashMap, VecDeque};

use deskbridge::clock::Instant;
use deskbridge::store::{Add, Batch, Expect, Lane, Lease, Reason, Until, Version};
use proptest::prelude::{Strategy, any, prop, prop_oneof};
use proptest::test_runner::{Config, TestRunner};

use super::bed::{self, Bed, HOLD, delete, done, job, key, push, put, put_until, secs};
use super::kill::scaled;
use super::server::Server;

#[derive(Clone, Debug)]
enum Step {
    Put(u8, Option<u8>),
    Delete(u8),
    Add(u8, i8, Option<u8>),
    /// Puts where the record is absent, alive, or of the version last read.
    Expect(u8, u8),
    Wait(u8),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let name = 0..4_u8;
    let step = prop_oneof![
        (name.clone(), any::<Option<u8>>()).prop_map(|(k, ttl)| Step::Put(k, ttl)),
        name.clone().prop_map(Step::Delete),
        (name.clone(), any::<i8>(), any::<Option<u8>>()).prop_map(|(k, n, m)| Step::Add(k, n, m)),
        (name, 0..3_u8).prop_map(|(k, kind)| Step::Expect(k, kind)),
        any::<u8>().prop_map(Step::Wait),
    ];
    prop::collection::vec(step, 1..40)
}

/// Value, version and end of a record.
type Kept = (String, Version, Option<Instant>);

/// The record a step is about, what it commits, whether that must succeed, and what is then kept
/// there. None for a step that only lets time pass.
type Asked = (u8, Batch, bool, Option<(String, Option<Instant>)>);

fn asked(model: &BTreeMap<u8, Kept>, at: usize, step: &Step, now: Instant) -> Option<Asked> {
    let name = |k: u8| key(&k.to_string());
    let value = format!("value {at}");
    let asked = match step {
        Step::Wait(_) => return None,
        Step::Put(k, None) => (*k, put(&name(*k), &value), true, Some((value, None))),
        Step::Put(k, Some(ttl)) => {
            let end = now + secs(u64::from(*ttl) + 1);
            (
                *k,
                put_until(&name(*k), &value, end),
                true,
                Some((value, Some(end))),
            )
        }
        Step::Delete(k) => (*k, delete(&name(*k)), true, None),
        Step::Add(k, by, most) => {
            let before = model
                .get(k)
                .map_or(Some(0), |kept| kept.0.parse::<i64>().ok());
            let sum = before.map(|before| before + i64::from(*by));
            let most = most.map(i64::from);
            let fits = sum.is_some_and(|sum| most.is_none_or(|most| sum <= most));
            let add = Add {
                key: name(*k),
                by: i64::from(*by),
                at_most: most,
                until: Until::Keep,
            };
            let batch = Batch {
                add: vec![add],
                ..Batch::default()
            };
            (*k, batch, fits, sum.map(|sum| (sum.to_string(), None)))
        }
        Step::Expect(k, kind) => {
            let found = model.get(k).map(|kept| kept.1);
            let (expect, holds) = match kind {
                0 => (Expect::Absent(name(*k)), found.is_none()),
                1 => (Expect::Live(name(*k)), found.is_some()),
                _ => (
                    Expect::Is(name(*k), found.unwrap_or(Version::START)),
                    found.is_some(),
                ),
            };
            let mut batch = put(&name(*k), &value);
            batch.expect = vec![expect];
            (*k, batch, holds, Some((value, None)))
        }
    };
    Some(asked)
}

async fn follow(bed: &mut Bed, steps: &[Step]) {
    let mut model: BTreeMap<u8, Kept> = BTreeMap::new();
    for (at, step) in steps.iter().enumerate() {
        if let Step::Wait(by) = step {
            bed.now = bed.now + secs(u64::from(*by));
        }
        let now = bed.now;
        model.retain(|_, (_, _, end)| end.is_none_or(|end| end > now));
        let Some((k, batch, holds, kept)) = asked(&model, at, step, now) else {
            continue;
        };
        let answer = bed.commit(&bed.scope, &batch, now).await;
        assert_eq!(answer.is_ok(), holds, "{step:?} {answer:?}");
        if let Ok(version) = answer {
            match kept {
                Some((value, end)) => model.insert(k, (value, version, end)),
                None => model.remove(&k),
            };
        }
        for k in 0..4 {
            let found = bed
                .get(&bed.scope, &key(&k.to_string()), now)
                .await
                .unwrap();
            let found = found.map(|r| (r.value.to_vec(), r.version, r.expires_at));
            let wanted = model.get(&k).cloned();
            let wanted = wanted.map(|(value, v, end)| (value.into_bytes(), v, end));
            assert_eq!(found, wanted);
        }
    }
}

#[derive(Clone, Debug)]
enum Work {
    Push {
        lane: u8,
        late: u8,
    },
    Lease(u8),
    /// Of the leases ever given, one is settled in one of four ways.
    Settle {
        which: u8,
        how: u8,
        late: u8,
    },
    Wait(u8),
}

fn works() -> impl Strategy<Value = Vec<Work>> {
    let work = prop_oneof![
        3 => (0..4_u8, 0..20_u8).prop_map(|(lane, late)| Work::Push { lane, late }),
        2 => (1..6_u8).prop_map(Work::Lease),
        4 => (any::<u8>(), 0..7_u8, 0..20_u8)
            .prop_map(|(which, how, late)| Work::Settle { which, how, late }),
        1 => any::<u8>().prop_map(|by| Work::Wait(by % 40)),
    ];
    prop::collection::vec(work, 1..80)
}

#[derive(Debug)]
struct Waiting {
    /// None: it waits alone.
    lane: Option<u8>,
    due: Instant,
    held: Option<Instant>,
    attempt: u32,
}

#[derive(Default)]
struct Jobs {
    all: HashMap<String, Waiting>,
    lanes: HashMap<u8, VecDeque<String>>,
    given: Vec<Lease>,
    pushed: u32,
    ended: u32,
}

impl Jobs {
    fn is_head(&self, id: &str) -> bool {
        match self.all[id].lane {
            Some(lane) => self.lanes[&lane].front().map(String::as_str) == Some(id),
            None => true,
        }
    }

    fn ripe(&self, now: Instant) -> usize {
        let ripe = self.all.iter().filter(|(id, job)| {
            job.due <= now && job.held.is_none_or(|held| held <= now) && self.is_head(id)
        });
        ripe.count()
    }

    fn leave(&mut self, id: &str) {
        if let Some(lane) = self.all.get_mut(id).and_then(|job| job.lane.take()) {
            let line = self.lanes.get_mut(&lane).unwrap();
            line.retain(|other| other != id);
        }
    }

    fn end(&mut self, id: &str) {
        self.leave(id);
        self.all.remove(id);
        self.ended += 1;
    }

    async fn take(&mut self, bed: &Bed, max: u16) {
        let now = bed.now;
        let ripe = self.ripe(now);
        let leases = bed.lease_at(max, now).await;
        assert_eq!(leases.len(), ripe.min(usize::from(max)));
        for lease in &leases {
            let id = lease.job.id.as_str();
            assert!(self.is_head(id), "{id} is not the head of its lane");
            let job = self.all.get_mut(id).unwrap();
            assert!(job.due <= now && job.held.is_none_or(|held| held <= now));
            assert_eq!(lease.in_lane(), job.lane.is_some());
            job.attempt += 1;
            job.held = Some(now + HOLD);
            assert_eq!(lease.attempt, job.attempt);
        }
        self.given.extend(leases);
    }

    async fn settle(&mut self, bed: &Bed, which: u8, how: u8, late: u8) {
        if self.given.is_empty() {
            return;
        }
        let lease = self.given[usize::from(which) % self.given.len()].clone();
        let id = lease.job.id.as_str().to_owned();
        let own = self
            .all
            .get(&id)
            .is_some_and(|job| job.held.is_some() && job.attempt == lease.attempt);
        let due = bed.now + secs(u64::from(late));
        let mut batch = Batch::default();
        match how {
            0 => batch.retry = vec![(lease, due)],
            1 => batch.retry_apart = vec![(lease, due)],
            2 => batch.bury = vec![(lease, Reason("x".into()))],
            _ => batch = done(vec![lease]),
        }
        let answer = bed.commit(&bed.scope, &batch, bed.now).await;
        assert_eq!(answer.is_ok(), own, "{id} {how} {answer:?}");
        if !own {
            return;
        }
        match how {
            0 | 1 => {
                if how == 1 {
                    self.leave(&id);
                }
                let job = self.all.get_mut(&id).unwrap();
                (job.due, job.held) = (due, None);
            }
            _ => self.end(&id),
        }
    }
}

async fn work(bed: &mut Bed, works: &[Work]) {
    let mut jobs = Jobs::default();
    for one in works {
        match one {
            Work::Push { lane, late } => {
                let id = format!("job-{}", jobs.pushed);
                let due = bed.now + secs(u64::from(late.saturating_sub(10)));
                let lane = (*lane > 0).then_some(*lane);
                let name = lane.map_or(Lane::UNORDERED, |n| Lane::of(&[&n.to_string()]));
                bed.write(push(vec![job(&id, name, due)])).await;
                jobs.pushed += 1;
                if let Some(lane) = lane {
                    jobs.lanes.entry(lane).or_default().push_back(id.clone());
                }
                let waiting = Waiting {
                    lane,
                    due,
                    held: None,
                    attempt: 0,
                };
                jobs.all.insert(id, waiting);
            }
            Work::Lease(max) => jobs.take(bed, u16::from(*max)).await,
            Work::Settle { which, how, late } => jobs.settle(bed, *which, *how, *late).await,
            Work::Wait(by) => bed.now = bed.now + secs(u64::from(*by)),
        }
    }
    // Whatever happened, everything comes to its end.
    while !jobs.all.is_empty() {
        bed.now = bed.now + HOLD + secs(20);
        jobs.given.clear();
        jobs.take(bed, 60).await;
        assert!(!jobs.given.is_empty());
        for at in 0..jobs.given.len() {
            jobs.settle(bed, u8::try_from(at).unwrap(), 3, 0).await;
        }
    }
    assert_eq!(jobs.ended, jobs.pushed);
    assert!(bed.lease_at(60, bed.now + secs(9999)).await.is_empty());
}

/// Runs `cases` random values of `strategy` through `check`, each on a bed of its own.
fn each<T: std::fmt::Debug>(
    cases: u32,
    strategy: &impl Strategy<Value = T>,
    make: impl AsyncFn() -> Bed,
    check: &impl AsyncFn(&mut Bed, &T),
) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let config = Config {
        failure_persistence: None,
        max_shrink_iters: 200,
        ..Config::with_cases(scaled(cases))
    };
    let outcome = TestRunner::new(config).run(strategy, |value| {
        runtime.block_on(async {
            let mut bed = make().await;
            check(&mut bed, &value).await;
            bed.close().await;
        });
        Ok(())
    });
    outcome.unwrap();
}

/// Durability is proved elsewhere; here the server need not sync.
fn on_server(check: impl FnOnce(&Server)) {
    check(&Server::start(&["--appendfsync", "no"]));
}

#[test]
fn records_follow_the_model_in_a_file() {
    let make = async || bed::embedded();
    each(30, &steps(), make, &async |bed, steps| {
        follow(bed, steps).await;
    });
}

#[test]
fn records_follow_the_model_on_a_server() {
    on_server(|server| {
        let make = async || bed::emptied(server).await;
        each(30, &steps(), make, &async |bed, steps| {
            follow(bed, steps).await;
        });
    });
}

#[test]
fn jobs_follow_the_model_in_a_file() {
    let make = async || bed::embedded();
    each(40, &works(), make, &async |bed, works| {
        work(bed, works).await;
    });
}

#[test]
fn jobs_follow_the_model_on_a_server() {
    on_server(|server| {
        let make = async || bed::emptied(server).await;
        each(40, &works(), make, &async |bed, works| {
            work(bed, works).await;
        });
    });
}
