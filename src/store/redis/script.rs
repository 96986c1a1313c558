//! The two scripts and how a call of theirs is put together.

use redis::{Arg, Cmd, ToRedisArgs, cmd};

use super::envelope;
use super::keys::{self, Fixed};
use crate::clock::Instant;
use crate::ids::Scope;
use crate::store::{Add, Backlog, Batch, Envelope, Expect, Key, Lease, Topic};

/// Sums beyond this are not exact in a script.
const LARGEST_SUM: i64 = 1 << 53;
const SEEN_MILLIS: i64 = 48 * 3600 * 1000;

/// A script and the digest by which the server knows it.
#[derive(Debug)]
pub(super) struct Script {
    pub text: &'static str,
    digest: String,
}

impl Script {
    fn new(text: &'static str) -> Self {
        let digest = redis::Script::new(text).get_hash().to_owned();
        Self { text, digest }
    }

    pub(super) fn commit() -> Self {
        Self::new(concat!(
            include_str!("queue.lua"),
            include_str!("records.lua"),
            include_str!("settle.lua"),
            include_str!("erase.lua"),
            include_str!("commit.lua"),
        ))
    }

    pub(super) fn lease() -> Self {
        Self::new(concat!(
            include_str!("queue.lua"),
            include_str!("lease.lua")
        ))
    }
}

/// What every call of the commit script says first.
pub(super) struct Frame<'a> {
    pub scope: Scope,
    pub now: Instant,
    pub channel: &'a str,
    pub topics: &'a [Topic],
    /// Told besides when a job can be leased that could not before.
    pub jobs: &'a Topic,
    pub backlog: Backlog,
}

/// A call of the commit script while it is put together.
pub(super) struct Call<'a> {
    fixed: &'a Fixed,
    scope: Scope,
    now: Instant,
    keys: Vec<String>,
    values: Cmd,
}

impl<'a> Call<'a> {
    pub(super) fn new(fixed: &'a Fixed, frame: &Frame<'_>) -> Self {
        let own = keys::owner(&frame.scope, false);
        let topics: Vec<&str> = frame.topics.iter().map(Topic::as_str).collect();
        let mut values = Cmd::with_capacity(32, 512);
        values
            .arg(keys::millis(frame.now))
            .arg(&own)
            .arg(frame.channel)
            .arg(topics.join(" "))
            .arg(frame.backlog.jobs)
            .arg(frame.backlog.bytes)
            .arg(frame.jobs.as_str());
        Self {
            fixed,
            scope: frame.scope,
            now: frame.now,
            keys: Vec::with_capacity(4),
            values,
        }
    }

    /// Declares a key and says its number in KEYS.
    fn declare(&mut self, key: String) -> usize {
        self.keys.push(key);
        self.fixed.all().len() + self.keys.len()
    }

    fn op(&mut self, letter: &str) -> &mut Cmd {
        self.values.arg(letter)
    }

    /// The five values of a key.
    fn place(&mut self, scope: &Scope, key: &Key) {
        let record = self.declare(keys::of_key(scope, key));
        let Some(folder) = &key.folder else {
            self.values.arg(record).arg(0).arg(0).arg("").arg("");
            return;
        };
        let p = scope.partition();
        let owner = keys::owner(scope, key.shared);
        let names = self.declare(keys::names(p, &owner, folder.name.as_str()));
        let feed = if folder.feed {
            self.declare(keys::feed(p, &owner, folder.name.as_str()))
        } else {
            0
        };
        self.values
            .arg(record)
            .arg(names)
            .arg(feed)
            .arg(key.name.as_str())
            .arg(keys::mark(&owner, folder, &key.name));
    }

    fn expect(&mut self, expect: &Expect) {
        let (key, wanted) = match expect {
            Expect::Absent(key) => (key, "absent".to_owned()),
            Expect::Live(key) => (key, "live".to_owned()),
            Expect::Is(key, version) => (key, version.0.to_string()),
        };
        let record = self.declare(keys::of_key(&self.scope, key));
        self.op("E").arg(record).arg(wanted);
    }

    fn put(&mut self, key: &Key, ends: Option<Instant>, value: &[u8]) {
        let scope = self.scope;
        self.op("W");
        self.place(&scope, key);
        self.values.arg(ends.map_or(0, keys::millis)).arg(value);
    }

    fn add(&mut self, add: &Add) {
        let scope = self.scope;
        self.op("C");
        self.place(&scope, &add.key);
        let most = add.at_most.unwrap_or(LARGEST_SUM).min(LARGEST_SUM);
        self.values
            .arg(add.until.instant().map_or(0, keys::millis))
            .arg(add.by)
            .arg(most);
    }

    pub(super) fn settle<V: ToRedisArgs>(&mut self, letter: &str, lease: &Lease, value: V) {
        let lane = match &lease.job.lane.0 {
            Some(name) if !lease.apart => name.as_str(),
            _ => "*",
        };
        self.values
            .arg(letter)
            .arg(seq_text(lease.seq))
            .arg(lane)
            .arg(lease.job.id.as_str())
            .arg(lease.attempt)
            .arg(value)
            .arg(stored_length(&lease.job.body));
    }

    fn push(&mut self, envelope: &Envelope) {
        let lane = envelope.lane.0.as_ref();
        let encoded = envelope::encode(envelope, self.now);
        self.op("P")
            .arg(lane.map_or("*", |name| name.as_str()))
            .arg(envelope.id.as_str())
            .arg(keys::millis(envelope.due))
            .arg(envelope.body.len())
            .arg(encoded);
    }

    /// Raises a dead letter whose envelope says `lane`.
    pub(super) fn raise(&mut self, id: &str, lane: Option<&str>, size: usize) {
        let now = keys::millis(self.now);
        self.op("G")
            .arg(lane.unwrap_or("*"))
            .arg(id)
            .arg(now)
            .arg(size)
            .arg("");
    }

    /// Removes a listed record of `scope`, which is of the same partition, if it has expired.
    pub(super) fn sweep(&mut self, scope: &Scope, key: &Key) {
        self.op("S");
        self.place(scope, key);
    }

    /// Removes a job of the tenant without a trace.
    pub(super) fn erase(&mut self, seq: &str, lane: &str, id: &str) {
        self.op("K").arg(seq).arg(lane).arg(id);
    }

    pub(super) fn batch(&mut self, batch: &Batch) {
        let seen = match batch.last {
            true => 0,
            false => keys::millis(self.now).saturating_add(SEEN_MILLIS),
        };
        for lease in &batch.done {
            self.settle("D", lease, seen);
        }
        for (lease, due) in &batch.retry {
            self.settle("R", lease, keys::millis(*due));
        }
        for (lease, due) in &batch.retry_apart {
            self.settle("A", lease, keys::millis(*due));
        }
        for (lease, reason) in &batch.bury {
            let notice = envelope::notice(lease, reason, self.now);
            self.settle("B", lease, notice);
        }
        for expect in &batch.expect {
            self.expect(expect);
        }
        let scope = self.scope;
        for key in &batch.delete {
            self.op("X");
            self.place(&scope, key);
        }
        for (key, value, until) in &batch.put {
            self.put(key, until.instant(), value);
        }
        for add in &batch.add {
            self.add(add);
        }
        for envelope in &batch.push {
            self.push(envelope);
        }
        if batch.last {
            self.op("Z");
        }
    }

    pub(super) fn finish(self, script: &Script) -> Cmd {
        let fixed = self.fixed.all();
        let mut command = Cmd::with_capacity(64, 4096);
        command
            .arg("EVALSHA")
            .arg(&script.digest)
            .arg(fixed.len() + self.keys.len())
            .arg(&fixed[..])
            .arg(&self.keys);
        for value in self.values.args_iter() {
            if let Arg::Simple(value) = value {
                command.arg(value);
            }
        }
        command
    }
}

pub(super) fn seq_text(seq: u64) -> String {
    format!("{seq:016}")
}

/// What a plain body takes in the store: with the head of the codec.
pub(super) fn stored_length(body: &[u8]) -> usize {
    body.len() + crate::store::codec::HEAD
}

/// A call of the lease script; `more` as its first lines say.
pub(super) fn lease_call(script: &Script, fixed: &Fixed, head: [i64; 3], more: &[&[u8]]) -> Cmd {
    let mut command = cmd("EVALSHA");
    let queue = fixed.queue();
    command
        .arg(&script.digest)
        .arg(queue.len())
        .arg(&queue[..])
        .arg(&head[..]);
    for value in more {
        command.arg(*value);
    }
    command
}

#[cfg(test)]
mod tests {
    const FILES: [(&str, &str); 6] = [
        ("queue", include_str!("queue.lua")),
        ("records", include_str!("records.lua")),
        ("settle", include_str!("settle.lua")),
        ("erase", include_str!("erase.lua")),
        ("commit", include_str!("commit.lua")),
        ("lease", include_str!("lease.lua")),
    ];

    /// Names that the scripts give to KEYS.
    fn declared() -> Vec<&'static str> {
        let lines = FILES.iter().flat_map(|(_, text)| text.lines());
        lines
            .filter(|line| line.contains("unpack(KEYS"))
            .flat_map(|line| {
                let names = line.trim_start_matches("local ").split_once(" = ");
                names.map_or("", |(names, _)| names).split(", ")
            })
            .collect()
    }

    /// On a cluster a script may only touch keys that the caller declared: so none is ever put
    /// together from data. The server does not notice one that is by chance on the same node.
    #[test]
    fn no_script_builds_a_key() {
        let declared = declared();
        assert_eq!(declared.len(), 13);
        let mut calls = 0;
        for (file, text) in FILES {
            assert!(!text.contains("redis.pcall"), "{file}");
            for (at, _) in text.match_indices("call('") {
                let (command, rest) = text[at + 6..].split_once("', ").unwrap();
                let key = rest.split([',', ')']).next().unwrap();
                let fine = declared.contains(&key) || key.starts_with("KEYS[");
                assert!(fine || command == "PUBLISH", "{file}: {command} {key}");
                calls += 1;
            }
        }
        assert!(calls > 40);
    }

    #[test]
    fn scripts_stay_small() {
        for (file, text) in FILES {
            assert!(text.lines().count() <= 80, "{file}");
        }
    }
}
