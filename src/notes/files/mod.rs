//! Files of notes. A browser seals a file in chunks and uploads it in parts before it posts the
//! note; the note's commit takes over what was uploaded under its id. Names, sizes and hashes
//! stand inside the sealed note: what lies here says how many files there are and no more.

mod api;
mod transfer;

pub use api::FilesApi;
pub(super) use transfer::ticket;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::clock::Instant;
use crate::ids::{AccountId, IssueId};

/// Files of one note, as the format allows.
const FILES: usize = 20;
/// Sealed bytes of one note: 25 MB of files, what pads them and what their tags add.
pub(super) const BYTES: u64 = 29 * 1024 * 1024;
/// Bytes of one part: a whole number of sealed chunks below what a panel may send at once.
pub(super) const PART: usize = 15 * (65_536 + 16);
/// Parts of one file.
const PARTS: u16 = 32;

/// What was uploaded for a note that is still to come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Uploads {
    #[serde(rename = "a")]
    pub account: AccountId,
    #[serde(rename = "i")]
    pub issue: IssueId,
    /// When what no note came for is forgotten.
    #[serde(rename = "x")]
    pub until: Instant,
    /// By file the sizes of its parts.
    #[serde(rename = "f")]
    pub files: BTreeMap<String, BTreeMap<u16, u64>>,
}

/// Why a part is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NotTaken {
    /// Somebody else uploads under this note's id, or from another issue.
    NotTheirs,
    TooManyFiles,
    TooMuch,
    /// No such part can be.
    Part,
}

impl Uploads {
    pub(super) fn begun(account: AccountId, issue: IssueId, until: Instant) -> Self {
        Self {
            account,
            issue,
            until,
            files: BTreeMap::new(),
        }
    }

    /// With one more part, or with one that is sent again. Pure.
    pub(super) fn with(
        mut self,
        account: &AccountId,
        issue: IssueId,
        file: &str,
        part: u16,
        size: usize,
    ) -> Result<Self, NotTaken> {
        if self.account != *account || self.issue != issue {
            return Err(NotTaken::NotTheirs);
        }
        if part >= PARTS || size == 0 || size > PART {
            return Err(NotTaken::Part);
        }
        let parts = self.files.entry(file.to_owned()).or_default();
        parts.insert(part, size as u64);
        if self.files.len() > FILES {
            return Err(NotTaken::TooManyFiles);
        }
        if self.files.values().flat_map(BTreeMap::values).sum::<u64>() > BYTES {
            return Err(NotTaken::TooMuch);
        }
        Ok(self)
    }

    /// How many files there are, if each of them is there from its first part to its last. Pure.
    pub(super) fn whole(&self) -> Option<usize> {
        let whole = |parts: &BTreeMap<u16, u64>| {
            parts
                .keys()
                .enumerate()
                .all(|(at, n)| usize::from(*n) == at)
        };
        self.files.values().all(whole).then_some(self.files.len())
    }
}

#[cfg(test)]
mod tests {
    use super::super::records::tests::account;
    use super::*;

    fn begun() -> Uploads {
        Uploads::begun(account("niro"), IssueId::new(1), Instant::from_seconds(9))
    }

    fn with(uploads: Uploads, file: &str, part: u16, size: usize) -> Result<Uploads, NotTaken> {
        uploads.with(&account("niro"), IssueId::new(1), file, part, size)
    }

    #[test]
    fn a_note_has_so_many_files_and_so_much_in_them() {
        let mut uploads = begun();
        for n in 0..FILES {
            uploads = with(uploads, &n.to_string(), 0, 17).expect("fits");
        }
        let more = with(uploads.clone(), "more", 0, 17);
        assert_eq!(more, Err(NotTaken::TooManyFiles));
        assert!(with(uploads, "0", 0, 99).is_ok(), "sent again");

        let mut uploads = begun();
        for part in 0..30 {
            uploads = with(uploads, "large", part, PART).expect("fits");
        }
        assert_eq!(with(uploads, "more", 0, PART), Err(NotTaken::TooMuch));
        for (part, size) in [(PARTS, 1), (0, 0), (0, PART + 1)] {
            assert_eq!(with(begun(), "a", part, size), Err(NotTaken::Part));
        }
        let other = begun().with(&account("nero"), IssueId::new(1), "a", 0, 1);
        assert_eq!(other, Err(NotTaken::NotTheirs));
        let elsewhere = begun().with(&account("niro"), IssueId::new(2), "a", 0, 1);
        assert_eq!(elsewhere, Err(NotTaken::NotTheirs));
    }

    #[test]
    fn a_file_with_a_gap_is_not_whole() {
        assert_eq!(begun().whole(), Some(0));
        let two = with(begun(), "a", 0, 5).and_then(|u| with(u, "a", 2, 5));
        assert_eq!(two.clone().expect("taken").whole(), None);
        let three = two.and_then(|u| with(u, "a", 1, 5));
        assert_eq!(three.expect("taken").whole(), Some(1));
    }
}
