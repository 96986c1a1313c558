use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::clock::Instant;
use crate::ids::{AccountId, IssueId, NoteId, TenantId};
use crate::jobs::{self, Job};
use crate::store::{Envelope, JobKey, Lane};

/// What was done. The names are stored: they never change meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    Installed,
    Uninstalled,
    Enabled,
    Disabled,
    SecretRotated,
    /// A request with a proof that does not hold, where the tenant is known.
    RequestRefused,
    KeyPublished,
    KeyRevoked,
    /// The private halves of a recovery code's key were given out against its token.
    CodeOpened,
    CodeRefused,
    NoteCreated,
    NoteRefused,
    NoteOpened,
    NoteTakenBack,
    NoteDeleted,
    NoteShortened,
    NoteEnded,
    NoteAnnounced,
    /// The author of a note that ended unread was told so.
    NoteUnreadTold,
    NoteGranted,
    /// For the agents or the customers of a site; `detail` says which.
    Subscribed,
    /// A reader was given a code of five words.
    PickupGiven,
    PickupTakenBack,
    PickupUsed,
    /// Wrong words.
    PickupRefused,
    JobRedriven,
    AccountErased,
    AccountLinked,
}

impl Action {
    pub const fn name(self) -> &'static str {
        match self {
            Action::Installed => "installed",
            Action::Uninstalled => "uninstalled",
            Action::Enabled => "enabled",
            Action::Disabled => "disabled",
            Action::SecretRotated => "secret-rotated",
            Action::RequestRefused => "request-refused",
            Action::KeyPublished => "key-published",
            Action::KeyRevoked => "key-revoked",
            Action::CodeOpened => "code-opened",
            Action::CodeRefused => "code-refused",
            Action::NoteCreated => "note-created",
            Action::NoteRefused => "note-refused",
            Action::NoteOpened => "note-opened",
            Action::NoteTakenBack => "note-taken-back",
            Action::NoteDeleted => "note-deleted",
            Action::NoteShortened => "note-shortened",
            Action::NoteEnded => "note-ended",
            Action::NoteAnnounced => "note-announced",
            Action::NoteUnreadTold => "note-unread-told",
            Action::NoteGranted => "note-granted",
            Action::Subscribed => "subscribed",
            Action::PickupGiven => "pickup-given",
            Action::PickupTakenBack => "pickup-taken-back",
            Action::PickupUsed => "pickup-used",
            Action::PickupRefused => "pickup-refused",
            Action::JobRedriven => "job-redriven",
            Action::AccountErased => "account-erased",
            Action::AccountLinked => "account-linked",
        }
    }
}

/// What it was done to: ids only.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issue: Option<IssueId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<NoteId>,
    /// Another person concerned, for example the reader who was let in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<AccountId>,
    /// A word of ours that says more, for example why something was refused. Never user input.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

impl About {
    pub fn note(issue: IssueId, note: NoteId) -> Self {
        Self {
            issue: Some(issue),
            note: Some(note),
            ..Self::default()
        }
    }

    pub fn issue(issue: IssueId) -> Self {
        Self {
            issue: Some(issue),
            ..Self::default()
        }
    }
}

/// One line of the audit. Its JSON, with the fields in this order, is what the chain hashes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Milliseconds.
    pub at: Instant,
    /// None: the bridge itself.
    pub who: Option<AccountId>,
    pub what: Action,
    pub about: About,
}

impl Job for Entry {
    const KIND: &'static str = "audit";
}

/// The lane of a tenant's entries.
pub(super) fn lane() -> Lane {
    Lane::of(&["audit"])
}

/// An entry to push in the commit that does the thing. Its id follows from its content, so that a
/// repeated commit writes it once; the same thing by the same person in the same millisecond is
/// one entry.
pub fn entry(
    tenant: TenantId,
    now: Instant,
    who: Option<&AccountId>,
    what: Action,
    about: About,
) -> Envelope {
    let entry = Entry {
        at: now,
        who: who.cloned(),
        what,
        about,
    };
    let mut hash = digest::Context::new(&digest::SHA256);
    hash.update(tenant.as_bytes());
    hash.update(&serde_json::to_vec(&entry).unwrap_or_default());
    let id = URL_SAFE_NO_PAD.encode(&hash.finish().as_ref()[..16]);
    jobs::envelope(&entry, JobKey::of(&["audit", &id]), lane(), now)
}

/// The same, at most once an hour for this person, action and note: refusals that a script could
/// repeat do not fill the chain.
pub fn once_an_hour(now: Instant, who: &AccountId, what: Action, about: About) -> Envelope {
    let hour = now.seconds().div_euclid(3600).to_string();
    let note = about.note.map_or_else(|| "-".to_owned(), |n| n.to_string());
    let id = JobKey::of(&["audit", "hour", what.name(), who.as_str(), &note, &hour]);
    let entry = Entry {
        at: now,
        who: Some(who.clone()),
        what,
        about,
    };
    jobs::envelope(&entry, id, lane(), now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn n25_a_refusal_is_one_entry_per_person_note_and_hour() {
        let now = Instant::from_seconds(7200);
        let note = |n| About::note(IssueId::new(1), NoteId::from_bytes([n; 16]));
        let (ana, kofi): (AccountId, AccountId) = ("ana".parse().unwrap(), "kofi".parse().unwrap());
        let id = |who, after, n| {
            let at = now + Duration::from_secs(after);
            once_an_hour(at, who, Action::NoteRefused, note(n)).id
        };
        assert_eq!(id(&ana, 0, 1), id(&ana, 3599, 1));
        assert_ne!(id(&ana, 0, 1), id(&ana, 3600, 1));
        assert_ne!(id(&ana, 0, 1), id(&kofi, 0, 1));
        assert_ne!(id(&ana, 0, 1), id(&ana, 0, 2));
    }

    #[test]
    fn a_repeated_entry_has_its_first_id_and_another_tenant_another() {
        let now = Instant::from_seconds(1);
        let [a, b] = [1, 2].map(|n| TenantId::from_bytes([n; 16]));
        let id = |tenant| entry(tenant, now, None, Action::Installed, About::default()).id;
        assert_eq!(id(a), id(a));
        assert_ne!(id(a), id(b));
    }

    #[test]
    fn an_action_is_stored_under_its_name() {
        for action in [
            Action::NoteRefused,
            Action::KeyPublished,
            Action::JobRedriven,
        ] {
            assert_eq!(serde_json::to_value(action).unwrap(), action.name());
        }
    }
}
