//! What the store itself wrote down of the jobs that were completed, in the order of its commits.
//! A job's completion is in the commit that holds its effects, so a completion is a run.
//!
//! SQLite: a trigger, put into the file from outside while nobody has it open, writes each
//! completion into a table of its own, in the transaction that made it. Redis: the append-only
//! file is what it answers from after a crash; all its parts are kept and read.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use deskbridge::clock::Clock;
use deskbridge::store::{RedisOptions, Store};
use rusqlite::Connection;

/// A table of what became of the ids of jobs. `until` is set when a job is completed: for so long
/// its id is remembered.
const TRIGGER: &str = "
CREATE TABLE witness(n INTEGER PRIMARY KEY, scope TEXT NOT NULL, id TEXT NOT NULL);
CREATE TRIGGER completed AFTER UPDATE OF until ON ident WHEN NEW.until IS NOT NULL
  BEGIN INSERT INTO witness(scope, id) VALUES(NEW.scope, NEW.id); END;
CREATE TRIGGER completed_unknown AFTER INSERT ON ident WHEN NEW.until IS NOT NULL
  BEGIN INSERT INTO witness(scope, id) VALUES(NEW.scope, NEW.id); END;";

/// The parts of an append-only file that were superseded stay where they are.
pub const KEEP_LOG: [&str; 2] = ["--aof-disable-auto-gc", "yes"];
/// The instant of a job that is not completed, in milliseconds.
const NEVER: f64 = 9e15;

pub enum Witness {
    Embedded(PathBuf),
    Redis { store: Store, folder: PathBuf },
}

impl Witness {
    /// Of a store that exists and is not open.
    pub fn of_file(path: &Path) -> Self {
        Connection::open(path)
            .unwrap()
            .execute_batch(TRIGGER)
            .unwrap();
        Self::Embedded(path.to_owned())
    }

    pub async fn of_redis(url: &str, folder: &Path) -> Self {
        Self::Redis {
            store: Store::open_redis(&RedisOptions::new(url)).await.unwrap(),
            folder: folder.join("appendonlydir"),
        }
    }

    /// How many jobs are left; None while the store cannot say.
    pub async fn waiting(&self) -> Option<u64> {
        match self {
            Self::Embedded(path) => count(path).ok(),
            Self::Redis { store, .. } => {
                let health = store.health(Clock::system().now()).await;
                health.reachable.then_some(health.jobs)
            }
        }
    }

    /// Tenant and id of every completed job, with a space between.
    pub fn completed(&self) -> Vec<String> {
        match self {
            Self::Embedded(path) => read_file(path).unwrap(),
            Self::Redis { folder, .. } => read_log(folder),
        }
    }
}

fn count(path: &Path) -> rusqlite::Result<u64> {
    let sql = "SELECT count(*) FROM job";
    let jobs: i64 = Connection::open(path)?.query_row(sql, [], |row| row.get(0))?;
    Ok(u64::try_from(jobs).unwrap_or(0))
}

fn read_file(path: &Path) -> rusqlite::Result<Vec<String>> {
    let sql = "SELECT scope || ' ' || id FROM witness ORDER BY n";
    let file = Connection::open(path)?;
    let mut all = file.prepare(sql)?;
    all.query_map([], |row| row.get(0))?.collect()
}

fn read_log(folder: &Path) -> Vec<String> {
    let files = std::fs::read_dir(folder).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    let mut parts: Vec<(usize, String)> = names
        .filter_map(|name| {
            let number = name.strip_suffix(".incr.aof")?.rsplit('.').next()?;
            Some((number.parse().unwrap(), name))
        })
        .collect();
    parts.sort_unstable();
    let numbers: Vec<usize> = parts.iter().map(|(number, _)| *number).collect();
    assert_eq!(
        numbers,
        (1..=parts.len()).collect::<Vec<_>>(),
        "a part of the log is missing"
    );
    let mut completed = Vec::new();
    for (_, name) in parts {
        let log = std::fs::read(folder.join(name)).unwrap();
        completions(&log, &mut completed);
    }
    completed
}

/// Each command is an array of strings as clients send it.
fn completions(mut log: &[u8], completed: &mut Vec<String>) {
    while !log.is_empty() {
        let count = number(&mut log, b'*');
        let words: Vec<&[u8]> = (0..count).map(|_| word(&mut log)).collect();
        if let [b"ZADD", key, until, id] = words[..]
            && key.ends_with(b":q:seen")
            && text(until).parse::<f64>().unwrap() < NEVER
        {
            completed.push(text(id).to_owned());
        }
    }
}

fn word<'a>(log: &mut &'a [u8]) -> &'a [u8] {
    let length = number(log, b'$');
    let (word, rest) = log.split_at(length);
    *log = rest.strip_prefix(b"\r\n").unwrap();
    word
}

fn number(log: &mut &[u8], mark: u8) -> usize {
    assert_eq!(log[0], mark, "no command begins here");
    let end = log.iter().position(|byte| *byte == b'\r').unwrap();
    let number = text(&log[1..end]).parse().unwrap();
    *log = &log[end + 2..];
    number
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// What is wrong with what was completed, counted.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    pub lost: usize,
    pub twice: usize,
    /// Completed before what came before it.
    pub early: usize,
}

/// Compares what had to be completed, each sequence in its order, with what was.
pub fn judge(expected: &[Vec<String>], completed: &[String]) -> Verdict {
    let mut places: HashMap<&str, (usize, usize)> = HashMap::new();
    for (at, id) in completed.iter().enumerate() {
        let (first, times) = places.entry(id).or_insert((at, 0));
        *first = at.min(*first);
        *times += 1;
    }
    let mut verdict = Verdict::default();
    for sequence in expected {
        let mut last = None;
        for id in sequence {
            match places.get(id.as_str()) {
                None => verdict.lost += 1,
                Some((first, times)) => {
                    verdict.twice += times - 1;
                    verdict.early += usize::from(Some(*first) < last);
                    last = Some(*first).max(last);
                }
            }
        }
    }
    verdict
}

#[test]
fn a_verdict_counts_what_is_lost_run_twice_or_out_of_order() {
    let table = [
        ("a b c d", (0, 0, 0)),
        ("c a d b", (0, 0, 0)),
        ("x a b y c d", (0, 0, 0)),
        ("a c d", (1, 0, 0)),
        ("", (4, 0, 0)),
        ("a b a c d d d", (0, 3, 0)),
        ("b a c d", (0, 0, 1)),
        ("b a a d", (1, 1, 1)),
    ];
    let expected = [["a", "b"], ["c", "d"]].map(|ids| ids.map(str::to_owned).to_vec());
    for (completed, (lost, twice, early)) in table {
        let completed: Vec<String> = completed.split(' ').map(str::to_owned).collect();
        let verdict = judge(&expected, &completed);
        assert_eq!(verdict, Verdict { lost, twice, early }, "{completed:?}");
    }
}

#[test]
fn completions_are_read_from_a_log() {
    let command = |words: &[&str]| {
        let words: Vec<_> = words
            .iter()
            .map(|word| format!("${}\r\n{word}\r\n", word.len()))
            .collect();
        format!("*{}\r\n{}", words.len(), words.concat())
    };
    let log = [
        command(&["SELECT", "0"]),
        command(&["ZADD", "{01}:q:seen", "9000000000000000", "t a"]),
        command(&["ZADD", "{01}:q:seen", "1790000000000", "t a"]),
        command(&["ZADD", "{01}:q:wait", "1790000000000", "t b"]),
        command(&["ZADD", "{3f}:q:seen", "1790000000001", "t b\r\n"]),
    ];
    let mut completed = Vec::new();
    completions(log.concat().as_bytes(), &mut completed);
    assert_eq!(completed, ["t a", "t b\r\n"]);
}
