use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use super::Entry;
use crate::clock::Instant;
use crate::ids::Scope;
use crate::jobs::{self, Outcome};
use crate::store::{Batch, Expect, Folder, Key, Store, StoredJob, Until};

/// Entries that are chained by one commit: one chunk and one head for all of them.
pub const TOGETHER: u16 = 100;

/// The hash before the first entry.
pub(super) const START: Hash = Hash([0; 32]);
/// Sets this chain's hashes apart from any other SHA-256.
const LABEL: &[u8] = b"deskbridge audit 1\n";

/// SHA-256 over a label, the hash before and the entry's JSON; base64url in records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    pub(super) fn then(self, entry: &str) -> Self {
        let mut context = digest::Context::new(&digest::SHA256);
        context.update(LABEL);
        context.update(&self.0);
        context.update(entry.as_bytes());
        let mut out = [0; 32];
        out.copy_from_slice(context.finish().as_ref());
        Self(out)
    }
}

impl Serialize for Hash {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        let mut bytes = [0; 32];
        match URL_SAFE_NO_PAD.decode_slice(text.as_ref(), &mut bytes) {
            Ok(32) => Ok(Self(bytes)),
            _ => Err(serde::de::Error::custom("not a hash")),
        }
    }
}

/// Where the chain ends. `next` is the number of the entry to come; the first is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    pub next: u64,
    pub hash: Hash,
}

/// Entries that were chained together. `entries` are the exact texts that were hashed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Chunk {
    pub(super) first: u64,
    pub(super) before: Hash,
    pub(super) entries: Vec<String>,
}

/// Record formats begin with their number.
const FORMAT: u8 = 1;

pub(super) fn folder() -> Folder {
    Folder::of(&["audit"])
}

pub(super) fn head_key() -> Key {
    Key::point("audit", &["head"])
}

/// Chunks sort by their first entry: twenty digits hold every number there is.
pub(super) fn chunk_key(first: u64) -> Key {
    Key::listed(&folder(), &[&format!("{first:020}")])
}

/// A record of this room: its format number, then JSON.
pub(super) fn write<T: Serialize>(value: &T) -> bytes::Bytes {
    let mut out = vec![FORMAT];
    out.extend(serde_json::to_vec(value).unwrap_or_default());
    out.into()
}

pub(super) fn read<T: serde::de::DeserializeOwned>(record: &[u8]) -> Option<T> {
    let (format, json) = record.split_first()?;
    (*format == FORMAT)
        .then(|| serde_json::from_slice(json).ok())
        .flatten()
}

/// The text of a job that gets a link of its own in the chain. An entry that cannot be read, for
/// example because a newer release wrote it, is kept as it lay: the chain leaves nothing out.
fn text(job: &StoredJob) -> String {
    if jobs::read::<Entry>(job).is_ok()
        && let Ok((_, json)) = jobs::unpack(&job.body)
        && let Ok(text) = String::from_utf8(json.into_owned())
    {
        return text;
    }
    let kept = URL_SAFE_NO_PAD.encode(&job.body);
    format!("{{\"unreadable\":\"{kept}\"}}")
}

/// Runs audit jobs: appends their entries, in order, to the tenant's chain.
pub async fn chain(store: &Store, scope: &Scope, jobs: &[StoredJob], now: Instant) -> Outcome {
    let entries: Vec<String> = jobs.iter().map(text).collect();
    let record = match store.get(scope, &head_key(), now).await {
        Ok(record) => record,
        Err(away) => return Outcome::later(away.to_string()),
    };
    let expect = record.as_ref().map_or_else(
        || Expect::Absent(head_key()),
        |record| Expect::Is(head_key(), record.version),
    );
    let head = match record.map(|record| read::<Head>(&record.value)) {
        None => Head {
            next: 0,
            hash: START,
        },
        Some(Some(head)) => head,
        Some(None) => return Outcome::failed("the head of the audit chain is damaged"),
    };
    let (chunk, head) = append(head, entries);
    Outcome::Done(Batch {
        expect: vec![expect],
        put: vec![
            (chunk_key(chunk.first), write(&chunk), Until::Keep),
            (head_key(), write(&head), Until::Keep),
        ],
        ..Batch::default()
    })
}

/// The chunk that holds `entries` after `head`, and the head after it.
pub(super) fn append(head: Head, entries: Vec<String>) -> (Chunk, Head) {
    let hash = entries
        .iter()
        .fold(head.hash, |hash, entry| hash.then(entry));
    let count = u64::try_from(entries.len()).unwrap_or(u64::MAX);
    let chunk = Chunk {
        first: head.next,
        before: head.hash,
        entries,
    };
    let next = Head {
        next: head.next.saturating_add(count),
        hash,
    };
    (chunk, next)
}
