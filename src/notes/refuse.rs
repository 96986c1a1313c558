//! What a caller is told when something does not go through.

use super::decide::Denied;
use super::records::Unreadable;
use crate::store::{CommitError, Unavailable};
use crate::wire::{Kind, Problem};

const STORE_SLOW: &str = "Nothing was changed. Try again in a moment.";

/// The one answer for a note that is not there and for one the caller may not know of: no byte
/// of it may differ.
pub(super) fn unknown_note() -> Problem {
    Problem::with_detail(Kind::NotFound, "There is no such note here.")
}

pub(super) fn denied(denied: Denied) -> Problem {
    match denied {
        Denied::Unknown => unknown_note(),
        Denied::NotReader => Problem::with_detail(
            Kind::Forbidden,
            "Only the people this note was shared with can open it.",
        ),
        Denied::NotAuthor => Problem::with_detail(
            Kind::Forbidden,
            "Only the person who wrote this note can do that.",
        ),
        Denied::Ended => Problem::with_detail(Kind::Gone, "This note has ended."),
        Denied::Used => Problem::with_detail(
            Kind::Gone,
            "You have opened this note as often as its author allowed.",
        ),
    }
}

pub(super) fn field(name: &str, detail: impl Into<String>) -> Problem {
    Problem::at_field(Kind::Invalid, name, detail)
}

pub(super) fn host_silent() -> Problem {
    Problem::with_detail(
        Kind::Unavailable,
        "Jira could not be asked whether you may see this. Nothing was changed; try again in a moment.",
    )
}

pub(super) fn store(error: &Unavailable) -> Problem {
    tracing::warn!(%error, "the store did not answer a panel");
    Problem::with_detail(Kind::Unavailable, STORE_SLOW)
}

pub(super) fn unreadable(error: &Unreadable) -> Problem {
    tracing::error!(%error, "a record of a note cannot be read");
    Problem::new(Kind::Internal)
}

/// For commits whose conflicts were already answered by their caller.
pub(super) fn commit(error: &CommitError) -> Problem {
    match error {
        CommitError::Unavailable(_) | CommitError::Unknown(_) => {
            tracing::warn!(%error, "the store did not answer a panel");
            Problem::with_detail(Kind::Unavailable, STORE_SLOW)
        }
        CommitError::Full => Problem::with_detail(Kind::Unavailable, "This site's queue is full."),
        CommitError::Conflict(_) => busy(),
        CommitError::TooLarge(_) | CommitError::LimitReached(_) | CommitError::LeaseLost(_) => {
            tracing::error!(%error, "a write of a note was refused");
            Problem::new(Kind::Internal)
        }
    }
}

/// Others kept changing the same note while this was tried.
pub(super) fn busy() -> Problem {
    Problem::with_detail(
        Kind::Unavailable,
        "Others are changing this note. Try again.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn n44_what_may_not_be_known_is_answered_like_what_is_not_there() {
        assert_eq!(denied(Denied::Unknown), unknown_note());
        assert_eq!(denied(Denied::NotReader).status, 403);
        assert_eq!(denied(Denied::Ended).status, 410);
        assert_eq!(denied(Denied::Used).status, 410);
    }
}
