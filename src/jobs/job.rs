use std::borrow::Cow;

use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::clock::Instant;
use crate::store::{Envelope, JobKey, Lane, StoredJob};

/// A piece of work as it lies in the store: ids only, never contents, names or secrets. Running
/// it twice has the effect of running it once.
///
/// `VERSION` grows when the fields change their meaning; [`read`] hands an older body to
/// `upgrade`, because jobs written by the previous release may still be queued.
pub trait Job: Serialize + DeserializeOwned {
    const KIND: &'static str;
    const VERSION: u8 = 1;

    /// Reads a body that was written as an older `version`.
    fn upgrade(version: u8, _json: &[u8]) -> Result<Self, Unreadable> {
        Err(Unreadable::Version(version))
    }
}

/// A stored body that this release cannot run.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    #[error("the body is of version {0}")]
    Version(u8),
    #[error("the body is damaged")]
    Damaged,
    #[error("the body does not have the fields of its kind")]
    Fields(#[source] serde_json::Error),
}

/// Bodies above this are compressed: below it, lz4 costs more than it saves.
const COMPRESS_ABOVE: usize = 512;
/// What a damaged length may make us allocate at most.
const LARGEST_BODY: usize = 64 * 1024 * 1024;

const PLAIN: u8 = 0;
const LZ4: u8 = 1;

/// A body in its stored form: version, encoding (0 plain, 1 lz4 with its length in front), bytes.
pub fn pack(version: u8, bytes: &[u8]) -> Bytes {
    let mut out = Vec::with_capacity(bytes.len().min(COMPRESS_ABOVE) + 2);
    out.push(version);
    if bytes.len() > COMPRESS_ABOVE {
        out.push(LZ4);
        out.extend_from_slice(&lz4_flex::compress_prepend_size(bytes));
    } else {
        out.push(PLAIN);
        out.extend_from_slice(bytes);
    }
    out.into()
}

/// The version and bytes that [`pack`] was given.
pub fn unpack(stored: &[u8]) -> Result<(u8, Cow<'_, [u8]>), Unreadable> {
    let [version, encoding, rest @ ..] = stored else {
        return Err(Unreadable::Damaged);
    };
    match *encoding {
        PLAIN => Ok((*version, Cow::Borrowed(rest))),
        LZ4 => {
            let (size, _) =
                lz4_flex::block::uncompressed_size(rest).map_err(|_| Unreadable::Damaged)?;
            if size > LARGEST_BODY {
                return Err(Unreadable::Damaged);
            }
            lz4_flex::decompress_size_prepended(rest)
                .map(|bytes| (*version, Cow::Owned(bytes)))
                .map_err(|_| Unreadable::Damaged)
        }
        _ => Err(Unreadable::Damaged),
    }
}

/// The envelope that pushes `job`. `id` names what the job is about, so that pushing it again is
/// a no-op.
pub fn envelope<J: Job>(job: &J, id: JobKey, lane: Lane, due: Instant) -> Envelope {
    let json = serde_json::to_vec(job).unwrap_or_default();
    Envelope {
        id,
        kind: Cow::Borrowed(J::KIND),
        lane,
        due,
        body: pack(J::VERSION, &json),
    }
}

/// The typed job inside a stored one; the caller has matched `kind`.
pub fn read<J: Job>(stored: &StoredJob) -> Result<J, Unreadable> {
    let (version, json) = unpack(&stored.body)?;
    if version == J::VERSION {
        serde_json::from_slice(&json).map_err(Unreadable::Fields)
    } else if version < J::VERSION {
        J::upgrade(version, &json)
    } else {
        Err(Unreadable::Version(version))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{Scope, TenantId};
    use serde::Deserialize;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Second {
        issue: u64,
        text: String,
    }

    impl Job for Second {
        const KIND: &'static str = "second";
        const VERSION: u8 = 2;

        fn upgrade(version: u8, json: &[u8]) -> Result<Self, Unreadable> {
            match version {
                1 => Ok(Self {
                    issue: serde_json::from_slice(json).map_err(Unreadable::Fields)?,
                    text: String::new(),
                }),
                other => Err(Unreadable::Version(other)),
            }
        }
    }

    fn stored(body: Bytes) -> StoredJob {
        StoredJob {
            id: JobKey::of(&["x"]),
            kind: "second".to_owned(),
            lane: Lane::UNORDERED,
            scope: Scope::tenant(TenantId::from_bytes([1; 16])),
            pushed_at: crate::clock::Instant::EPOCH,
            body,
        }
    }

    #[test]
    fn small_and_large_bodies_come_back() {
        for length in [0, 511, 512, 513, 70_000] {
            let job = Second {
                issue: 7,
                text: "x".repeat(length),
            };
            let pushed = envelope(&job, JobKey::of(&["x"]), Lane::UNORDERED, Instant::EPOCH);
            assert_eq!(pushed.kind, "second");
            assert!(pushed.body.len() < 1000, "a repetitive body is compressed");
            assert_eq!(read::<Second>(&stored(pushed.body)).unwrap(), job);
        }
    }

    #[test]
    fn an_older_body_is_upgraded_and_a_newer_one_refused() {
        let old = read::<Second>(&stored(pack(1, b"12"))).unwrap();
        assert_eq!(old.issue, 12);
        assert!(matches!(
            read::<Second>(&stored(pack(3, b"{}"))),
            Err(Unreadable::Version(3))
        ));
    }

    #[test]
    fn damage_is_an_error() {
        for bad in [
            &b""[..],
            b"\x02",
            b"\x02\x09abc",
            b"\x02\x01abc",
            b"\x02\x01\xff\xff\xff\xff12345",
            b"\x02\x00{",
        ] {
            assert!(
                read::<Second>(&stored(Bytes::copy_from_slice(bad))).is_err(),
                "{bad:?}"
            );
        }
    }
}
