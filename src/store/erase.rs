use serde::{Deserialize, Serialize};

use super::{JobKey, Key};

/// How far the erasure of a tenant has come. It begins with the default; what [`super::Store::erase`]
/// gives back goes into the next call, of this process or, written down, of another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erasing {
    /// Which of the places that hold something of the tenant is looked through, and how far.
    pub(super) place: u8,
    pub(super) cursor: u64,
    /// What this walk over all places has removed: the last walk finds nothing.
    pub(super) removed: u64,
}

/// What stays while everything else of a tenant is erased: the records that say so, and the job
/// that does it.
#[derive(Clone, Debug, Default)]
pub struct Spared {
    pub records: Vec<Key>,
    pub job: Option<JobKey>,
}

impl Spared {
    pub(super) fn is_job(&self, id: &str) -> bool {
        self.job.as_ref().is_some_and(|job| job.as_str() == id)
    }
}
