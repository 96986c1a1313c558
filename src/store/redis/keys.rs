//! Names of keys. `{p}`, the partition in two hex digits, is the hash tag, so that all keys of a
//! script are on one node. A name holds none of the separators used here.

use crate::clock::Instant;
use crate::ids::{Partition, Scope};
use crate::store::{Folder, Key, Name, Topic};

/// Instants beyond this are not exact in a script; it is in the year 287,000.
const LAST: i64 = 9_000_000_000_000_000;

/// An instant as scripts take it; 0 is none, so it is never 0.
pub(super) fn millis(at: Instant) -> i64 {
    at.millis().clamp(1, LAST)
}

/// A tenant's name in keys and marks; `-` for shared keys.
pub(super) fn owner(scope: &Scope, shared: bool) -> String {
    match scope.owner() {
        Some(tenant) if !shared => tenant.to_string(),
        _ => "-".to_owned(),
    }
}

/// The keys of one partition that every script takes, in the order of its first lines.
#[derive(Debug)]
pub(super) struct Fixed {
    pub job: String,
    pub state: String,
    pub lane: String,
    pub ready: String,
    pub wait: String,
    pub ring: String,
    pub version: String,
    pub tenants: String,
    pub expiry: String,
    pub dead: String,
    pub graves: String,
    pub seen: String,
    pub size: String,
    /// Told when a job can be leased.
    pub topic: Topic,
}

impl Fixed {
    pub(super) fn of(p: Partition) -> Self {
        let key = |name: &str| format!("{{{:02x}}}:{name}", p.number());
        Self {
            job: key("q:job"),
            state: key("q:state"),
            lane: key("q:lane"),
            ready: key("q:ready"),
            wait: key("q:wait"),
            ring: key("q:ring"),
            version: key("v"),
            tenants: key("t"),
            expiry: key("exp"),
            dead: key("q:dead"),
            graves: key("q:graves"),
            seen: key("q:seen"),
            size: key("q:size"),
            topic: Topic::jobs(p),
        }
    }

    pub(super) fn queue(&self) -> [&str; 6] {
        [
            &self.job,
            &self.state,
            &self.lane,
            &self.ready,
            &self.wait,
            &self.ring,
        ]
    }

    pub(super) fn all(&self) -> [&str; 13] {
        [
            &self.job,
            &self.state,
            &self.lane,
            &self.ready,
            &self.wait,
            &self.ring,
            &self.version,
            &self.tenants,
            &self.expiry,
            &self.dead,
            &self.graves,
            &self.seen,
            &self.size,
        ]
    }
}

pub(super) fn record(p: Partition, owner: &str, folder: Option<&str>, name: &str) -> String {
    let p = p.number();
    match folder {
        None => format!("{{{p:02x}}}:r:{owner}:{name}"),
        Some(folder) => format!("{{{p:02x}}}:r:{owner}:{folder}|{name}"),
    }
}

pub(super) fn of_key(scope: &Scope, key: &Key) -> String {
    let folder = key.folder.as_ref().map(|folder| folder.name.as_str());
    let owner = owner(scope, key.shared);
    record(scope.partition(), &owner, folder, key.name.as_str())
}

/// The set of a folder's names.
pub(super) fn names(p: Partition, owner: &str, folder: &str) -> String {
    format!("{{{:02x}}}:z:{owner}:{folder}", p.number())
}

/// A followed folder's names by the version of their last change.
pub(super) fn feed(p: Partition, owner: &str, folder: &str) -> String {
    format!("{{{:02x}}}:f:{owner}:{folder}", p.number())
}

/// What the names of all records, folders and feeds of a tenant match. Its id, of base64url, has
/// no character that means something in a pattern.
pub(super) fn pattern(scope: &Scope) -> String {
    let owner = owner(scope, false);
    format!("{{{:02x}}}:[rzf]:{owner}:*", scope.partition().number())
}

/// A listed record among what expires.
pub(super) fn mark(owner: &str, folder: &Folder, name: &Name) -> String {
    let feed = u8::from(folder.feed);
    format!("{owner} {} {} {feed}", folder.name.as_str(), name.as_str())
}

/// What [`mark`] wrote.
pub(super) fn parse_mark(mark: &str) -> Option<(&str, Folder, Name)> {
    let mut parts = mark.split(' ');
    let (owner, folder, name, feed) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let folder = Folder {
        name: Name::stored(folder),
        feed: feed == "1",
    };
    Some((owner, folder, Name::stored(name)))
}
