use std::fmt::{self, Write as _};
use std::sync::Arc;

use bytes::Bytes;

use super::JobKey;
use crate::clock::Instant;

/// The backend does not answer, or not in time. Nothing is known to have changed.
#[derive(Debug, thiserror::Error)]
#[error("the store does not answer")]
pub struct Unavailable(#[source] pub Box<dyn std::error::Error + Send + Sync>);

impl Unavailable {
    pub(super) fn because(reason: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self(reason.into())
    }
}

/// Part of a key: printable ASCII without space, at most 256 bytes. `fields` are joined by `/`,
/// so a field itself may not contain one.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(Arc<str>);

impl Name {
    /// Joins `fields` with `/`. Bytes outside `[A-Za-z0-9._:@=-]` are percent-encoded, so every
    /// input has a name and no two inputs share one (no text at all is `%`); over 256 bytes the
    /// name is `~` and the SHA-256 of the encoded text.
    pub fn of(fields: &[&str]) -> Self {
        let mut text = String::with_capacity(64);
        for (i, field) in fields.iter().enumerate() {
            if i > 0 {
                text.push('/');
            }
            for byte in field.bytes() {
                if byte.is_ascii_alphanumeric() || b"._:@=-".contains(&byte) {
                    text.push(char::from(byte));
                } else {
                    // Writing to a String cannot fail.
                    let _ = write!(text, "%{byte:02X}");
                }
            }
        }
        if text.is_empty() {
            text.push('%');
        }
        if text.len() > 256 {
            use base64::Engine as _;
            let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes());
            text = format!(
                "~{}",
                base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(digest)
            );
        }
        Self(text.into())
    }

    /// A name as a backend stored it.
    pub(super) fn stored(text: &str) -> Self {
        Self(text.into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Name({})", self.0)
    }
}

/// A set of records that can be listed in the order of their names.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Folder {
    pub(super) name: Name,
    pub(super) feed: bool,
}

impl Folder {
    pub fn of(fields: &[&str]) -> Self {
        Self {
            name: Name::of(fields),
            feed: false,
        }
    }

    /// A folder whose changes are also kept in order of version, for followers.
    pub fn feed(fields: &[&str]) -> Self {
        Self {
            name: Name::of(fields),
            feed: true,
        }
    }
}

/// Where a record lies. `room` keeps rooms apart (`note`, `key`, ...).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    pub(super) folder: Option<Folder>,
    pub(super) name: Name,
    pub(super) shared: bool,
}

impl Key {
    /// A record that is read by its name only. `room` comes first so that rooms never collide.
    pub fn point(room: &'static str, fields: &[&str]) -> Self {
        let mut all = vec![room];
        all.extend_from_slice(fields);
        Self {
            folder: None,
            name: Name::of(&all),
            shared: false,
        }
    }

    /// A record that is listed in `folder`.
    pub fn listed(folder: &Folder, fields: &[&str]) -> Self {
        Self {
            folder: Some(folder.clone()),
            name: Name::of(fields),
            shared: false,
        }
    }

    /// The record that a [`Page`] of `folder` names.
    pub fn named(folder: &Folder, name: &Name) -> Self {
        Self {
            folder: Some(folder.clone()),
            name: name.clone(),
            shared: false,
        }
    }

    /// A point record that belongs to no tenant but to the scope's partition.
    pub fn shared(room: &'static str, fields: &[&str]) -> Self {
        Self {
            shared: true,
            ..Self::point(room, fields)
        }
    }
}

/// Counts the commits of a partition; never restarts. The cursor of a change feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(pub(super) u64);

impl Version {
    pub const START: Version = Version(0);

    pub const fn number(self) -> u64 {
        self.0
    }
}

/// A record as read: alive at the `now` of the read.
#[derive(Clone, Debug)]
pub struct Record {
    pub value: Bytes,
    pub version: Version,
    /// None: kept until deleted.
    pub expires_at: Option<Instant>,
}

/// One page of a folder, in order of names.
#[derive(Clone, Debug, Default)]
pub struct Page {
    pub items: Vec<(Name, Record)>,
    /// Pass as `after` for the next page; None when this was the last.
    pub next: Option<Name>,
}

/// A record that was put (Some) or deleted (None) at `version`. The feed does not know the time:
/// a record that has expired and was not yet swept is still Some, so look at its `expires_at`.
/// A deletion is remembered for 30 days; a follower that was away for longer reads the folder anew.
#[derive(Clone, Debug)]
pub struct Change {
    pub name: Name,
    pub version: Version,
    pub record: Option<Record>,
}

/// A job that was given up, kept until somebody redrives it.
#[derive(Clone, Debug)]
pub struct DeadJob {
    pub id: JobKey,
    pub kind: String,
    pub reason: String,
    pub attempts: u32,
    pub died_at: Instant,
}

/// Cuts `changes`, in order of version, at `limit`, but never inside one version: a follower's
/// cursor is a version, and the rest of it would be skipped.
pub(super) fn whole_versions(mut changes: Vec<Change>, limit: u16) -> Vec<Change> {
    let limit = usize::from(limit.max(1));
    if let Some(last) = changes.get(limit - 1).map(|change| change.version) {
        let end = changes.partition_point(|change| change.version <= last);
        changes.truncate(end);
    }
    changes
}
