//! Which job is next: the order of lanes and the turn of tenants. The file holds every job; this
//! is the index over them, built when the file is opened and changed by the writer alone. Leases
//! live here only: one process owns the file, so its end is the end of every lease.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::time::Duration;

use crate::clock::Instant;
use crate::ids::{PARTITIONS, Partition, Scope};
use crate::store::{Lane, Name};

/// Where a job waits: in a lane, or alone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Way {
    Lane(Name),
    Apart(u64),
}

impl Way {
    pub(super) fn of(lane: &Lane, apart: bool, seq: u64) -> Self {
        match &lane.0 {
            Some(name) if !apart => Self::Lane(name.clone()),
            _ => Self::Apart(seq),
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Job {
    pub seq: u64,
    pub due: Instant,
    pub attempt: u32,
    pub bytes: u64,
    /// Set by a lease and cleared when it is settled; a hold that has ended stays until the next.
    pub held_until: Option<Instant>,
}

impl Job {
    fn ripe_at(&self) -> Instant {
        self.held_until.map_or(self.due, |held| held.max(self.due))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Spot {
    Nowhere,
    Ready(u64),
    Waiting(Instant, u64),
}

#[derive(Debug)]
struct Line {
    jobs: VecDeque<Job>,
    spot: Spot,
}

#[derive(Debug, Default)]
struct Queue {
    /// Its place in the ring, if a lane of it is ready: times served, then order of arrival.
    turn: Option<(u64, u64)>,
    /// Ready lanes by the age of their heads.
    ready: BTreeSet<(u64, Way)>,
    lines: HashMap<Way, Line>,
    jobs: u64,
    bytes: u64,
}

#[derive(Debug, Default)]
struct Part {
    queues: HashMap<Scope, Queue>,
    ring: BTreeMap<(u64, u64), Scope>,
    waiting: BTreeMap<(Instant, u64), (Scope, Way)>,
    arrivals: u64,
}

/// A job that was given out: `attempt` counts this time in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Taken {
    pub scope: Scope,
    pub seq: u64,
    pub attempt: u32,
    pub held_until: Instant,
}

#[derive(Debug)]
pub(super) struct Lanes {
    parts: Vec<Part>,
}

impl Lanes {
    pub(super) fn new() -> Self {
        Self {
            parts: (0..PARTITIONS).map(|_| Part::default()).collect(),
        }
    }

    fn part(&mut self, p: Partition) -> &mut Part {
        &mut self.parts[usize::from(p.number())]
    }

    /// When a lease from `p` can give something: None if it holds no job at all.
    pub(super) fn ripe_at(&self, p: Partition) -> Option<Instant> {
        let part = &self.parts[usize::from(p.number())];
        if part.ring.is_empty() {
            part.waiting.keys().next().map(|(at, _)| *at)
        } else {
            Some(Instant::EPOCH)
        }
    }

    /// Jobs and their bytes that `scope` has waiting.
    pub(super) fn backlog(&self, scope: &Scope) -> (u64, u64) {
        let part = &self.parts[usize::from(scope.partition().number())];
        part.queues
            .get(scope)
            .map_or((0, 0), |queue| (queue.jobs, queue.bytes))
    }

    pub(super) fn push(&mut self, scope: &Scope, way: &Way, job: Job, now: Instant) {
        let part = self.part(scope.partition());
        let queue = part.queues.entry(*scope).or_default();
        queue.jobs += 1;
        queue.bytes += job.bytes;
        let line = queue.lines.entry(way.clone()).or_insert_with(|| Line {
            jobs: VecDeque::new(),
            spot: Spot::Nowhere,
        });
        line.jobs.push_back(job);
        if line.jobs.len() == 1 {
            part.place(scope, way, now);
        }
    }

    fn find(&mut self, scope: &Scope, way: &Way, seq: u64) -> Option<&mut Job> {
        let queue = self.part(scope.partition()).queues.get_mut(scope)?;
        let line = queue.lines.get_mut(way)?;
        line.jobs.iter_mut().find(|job| job.seq == seq)
    }

    /// Whether the lease (`seq`, `attempt`) is still its holder's.
    pub(super) fn holds(&mut self, scope: &Scope, way: &Way, seq: u64, attempt: u32) -> bool {
        self.find(scope, way, seq)
            .is_some_and(|job| job.attempt == attempt && job.held_until.is_some())
    }

    pub(super) fn extend(&mut self, scope: &Scope, way: &Way, seq: u64, until: Instant) {
        if let Some(job) = self.find(scope, way, seq) {
            job.held_until = Some(until);
            self.part(scope.partition())
                .place(scope, way, Instant::EPOCH);
        }
    }

    /// Ends a lease with a new instant at which the job is due, in its place.
    pub(super) fn retry(&mut self, scope: &Scope, way: &Way, seq: u64, due: Instant, now: Instant) {
        if let Some(job) = self.find(scope, way, seq) {
            job.due = due;
            job.held_until = None;
            self.part(scope.partition()).place(scope, way, now);
        }
    }

    /// Takes a job out; its successors go on.
    pub(super) fn remove(
        &mut self,
        scope: &Scope,
        way: &Way,
        seq: u64,
        now: Instant,
    ) -> Option<Job> {
        let part = self.part(scope.partition());
        let queue = part.queues.get_mut(scope)?;
        let line = queue.lines.get_mut(way)?;
        let at = line.jobs.iter().position(|job| job.seq == seq)?;
        let job = line.jobs.remove(at)?;
        queue.jobs -= 1;
        queue.bytes -= job.bytes;
        part.place(scope, way, now);
        Some(job)
    }

    /// Up to `limit` jobs of `scope`, wherever they wait, held or not.
    pub(super) fn all(&self, scope: &Scope, limit: usize) -> Vec<(Way, u64)> {
        let part = &self.parts[usize::from(scope.partition().number())];
        let lines = part.queues.get(scope).map(|queue| &queue.lines);
        let jobs = lines.into_iter().flatten();
        jobs.flat_map(|(way, line)| line.jobs.iter().map(|job| (way.clone(), job.seq)))
            .take(limit)
            .collect()
    }

    /// Gives out up to `max` heads of ready lanes, the least served tenant first.
    pub(super) fn take(
        &mut self,
        p: Partition,
        max: usize,
        hold: Duration,
        now: Instant,
    ) -> Vec<Taken> {
        let part = self.part(p);
        part.ripen(now);
        let mut taken = Vec::new();
        while taken.len() < max {
            let Some((_, scope)) = part.ring.first_key_value() else {
                break;
            };
            let scope = *scope;
            let Some(job) = part.take_from(&scope, hold, now) else {
                break;
            };
            taken.push(job);
        }
        taken
    }

    /// The jobs behind the held `seq` in its lane that are due and not held, in order; not yet
    /// given out.
    pub(super) fn behind(&self, scope: &Scope, way: &Way, seq: u64, now: Instant) -> Vec<u64> {
        let part = &self.parts[usize::from(scope.partition().number())];
        let line = part.queues.get(scope).and_then(|q| q.lines.get(way));
        line.map_or_else(Vec::new, |line| {
            line.jobs
                .iter()
                .skip_while(|job| job.seq != seq)
                .skip(1)
                .take_while(|job| job.ripe_at() <= now)
                .map(|job| job.seq)
                .collect()
        })
    }

    /// Gives out one job that [`Lanes::behind`] named.
    pub(super) fn hold(
        &mut self,
        scope: &Scope,
        way: &Way,
        seq: u64,
        until: Instant,
    ) -> Option<Taken> {
        let job = self.find(scope, way, seq)?;
        job.attempt += 1;
        job.held_until = Some(until);
        Some(Taken {
            scope: *scope,
            seq,
            attempt: job.attempt,
            held_until: until,
        })
    }
}

impl Part {
    /// Moves lanes whose waiting is over to the ready ones.
    fn ripen(&mut self, now: Instant) {
        while let Some((&(at, seq), _)) = self.waiting.first_key_value() {
            if at > now {
                break;
            }
            let Some((scope, way)) = self.waiting.remove(&(at, seq)) else {
                break;
            };
            self.place(&scope, &way, now);
        }
    }

    fn take_from(&mut self, scope: &Scope, hold: Duration, now: Instant) -> Option<Taken> {
        let queue = self.queues.get_mut(scope)?;
        let (_, way) = queue.ready.first().cloned()?;
        let head = queue.lines.get_mut(&way)?.jobs.front_mut()?;
        head.attempt += 1;
        head.held_until = Some(now + hold);
        let taken = Taken {
            scope: *scope,
            seq: head.seq,
            attempt: head.attempt,
            held_until: now + hold,
        };
        self.place(scope, &way, now);
        let arrivals = &mut self.arrivals;
        if let Some(queue) = self.queues.get_mut(scope)
            && let Some(turn) = queue.turn.take()
        {
            self.ring.remove(&turn);
            *arrivals += 1;
            let next = (turn.0 + 1, *arrivals);
            queue.turn = Some(next);
            self.ring.insert(next, *scope);
        }
        Some(taken)
    }

    /// Puts a lane where its head belongs: ready, waiting, or away when it is empty.
    fn place(&mut self, scope: &Scope, way: &Way, now: Instant) {
        let Some(queue) = self.queues.get_mut(scope) else {
            return;
        };
        let Some(line) = queue.lines.get_mut(way) else {
            return;
        };
        let spot = match line.jobs.front() {
            None => Spot::Nowhere,
            Some(head) if head.ripe_at() <= now => Spot::Ready(head.seq),
            Some(head) => Spot::Waiting(head.ripe_at(), head.seq),
        };
        match std::mem::replace(&mut line.spot, spot) {
            Spot::Nowhere => {}
            Spot::Ready(seq) => {
                queue.ready.remove(&(seq, way.clone()));
            }
            Spot::Waiting(at, seq) => {
                self.waiting.remove(&(at, seq));
            }
        }
        match spot {
            Spot::Nowhere => {
                queue.lines.remove(way);
            }
            Spot::Ready(seq) => {
                queue.ready.insert((seq, way.clone()));
            }
            Spot::Waiting(at, seq) => {
                self.waiting.insert((at, seq), (*scope, way.clone()));
            }
        }
        self.seat(scope);
    }

    /// A tenant is in the ring while a lane of it is ready. Who comes in stands one behind the
    /// least served, so that leaving and coming back gains nothing.
    fn seat(&mut self, scope: &Scope) {
        let Some(queue) = self.queues.get_mut(scope) else {
            return;
        };
        if queue.ready.is_empty() {
            if let Some(turn) = queue.turn.take() {
                self.ring.remove(&turn);
            }
        } else if queue.turn.is_none() {
            let least = self.ring.first_key_value().map(|((served, _), _)| *served);
            self.arrivals += 1;
            let turn = (least.map_or(0, |served| served + 1), self.arrivals);
            queue.turn = Some(turn);
            self.ring.insert(turn, *scope);
        }
        if queue.lines.is_empty() {
            self.queues.remove(scope);
        }
    }

    fn oldest_due(&self) -> Option<Instant> {
        let heads = self.queues.values().flat_map(|queue| queue.lines.values());
        let unheld = heads.filter_map(|line| line.jobs.front());
        unheld
            .filter(|job| job.held_until.is_none())
            .map(|job| job.due)
            .min()
    }
}

impl Lanes {
    /// The earliest instant at which a head that nobody holds was due, and how many jobs there are.
    pub(super) fn survey(&self) -> (Option<Instant>, u64) {
        let oldest = self.parts.iter().filter_map(Part::oldest_due).min();
        let queues = self.parts.iter().flat_map(|part| part.queues.values());
        (oldest, queues.map(|queue| queue.jobs).sum())
    }
}
