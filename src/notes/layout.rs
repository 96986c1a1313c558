//! Where each record of this room lies; the one place that spells a key.

use super::records::Note;
use super::subscription::Audience;
use crate::clock::Instant;
use crate::ids::{AccountId, IssueId, NoteId, TenantId};
use crate::store::{Folder, JobKey, Key, Name, Topic};

/// Newest first: names sort by what is left until this many milliseconds (the year 2286).
const FAR: i64 = 9_999_999_999_999;

pub(super) fn note(id: &NoteId) -> Key {
    Key::point("note", &[&id.to_string()])
}

pub(super) fn sealed(id: &NoteId) -> Key {
    Key::point("note-sealed", &[&id.to_string()])
}

pub(super) fn wraps(id: &NoteId, block: usize) -> Key {
    Key::point("note-wraps", &[&id.to_string(), &block.to_string()])
}

pub(super) fn grants(id: &NoteId) -> Folder {
    Folder::of(&["note-grants", &id.to_string()])
}

pub(super) fn grant(id: &NoteId, n: u64) -> Key {
    Key::listed(&grants(id), &[&format!("{n:08}")])
}

pub(super) fn receipts(id: &NoteId) -> Folder {
    Folder::of(&["note-receipts", &id.to_string()])
}

pub(super) fn receipt(id: &NoteId, jti: &str) -> Key {
    Key::listed(&receipts(id), &[jti])
}

pub(super) fn of_issue(issue: IssueId) -> Folder {
    Folder::of(&["note-issue", &issue.to_string()])
}

pub(super) fn of_issue_entry(issue: IssueId, created: Instant, id: &NoteId) -> Key {
    let left = FAR.saturating_sub(created.millis()).max(0);
    Key::listed(&of_issue(issue), &[&format!("{left:013}"), &id.to_string()])
}

pub(super) fn of_account(account: &AccountId) -> Folder {
    Folder::of(&["note-account", account.as_str()])
}

pub(super) fn of_account_entry(account: &AccountId, id: &NoteId) -> Key {
    Key::listed(&of_account(account), &[&id.to_string()])
}

pub(super) fn key_head(account: &AccountId) -> Key {
    Key::point("key-head", &[account.as_str()])
}

pub(super) fn key_entries(account: &AccountId) -> Folder {
    Folder::of(&["key-entries", account.as_str()])
}

pub(super) fn key_entry(account: &AccountId, n: u64) -> Key {
    Key::listed(&key_entries(account), &[&format!("{n:08}")])
}

/// A browser of the account that asks to be approved from another.
pub(super) fn key_asked(account: &AccountId) -> Key {
    Key::point("key-asked", &[account.as_str()])
}

/// The wrapped private halves of the account's recovery code.
pub(super) fn key_code(account: &AccountId) -> Key {
    Key::point("key-code", &[account.as_str()])
}

/// Counts the tries of a recovery code of this account and day.
pub(super) fn code_tries(account: &AccountId, day: i64) -> Key {
    Key::point("key-code-tries", &[account.as_str(), &day.to_string()])
}

/// Living notes of the tenant, by issue.
pub(super) fn living() -> Folder {
    Folder::of(&["note-living"])
}

pub(super) fn living_entry(issue: IssueId, id: &NoteId) -> Key {
    Key::listed(&living(), &[&issue.to_string(), &id.to_string()])
}

/// The name of that entry.
pub(super) fn living_name(issue: IssueId, id: &NoteId) -> Name {
    Name::of(&[&issue.to_string(), &id.to_string()])
}

/// What an entry of [`living`] is named after.
pub(super) fn of_living(name: &Name) -> Option<(IssueId, NoteId)> {
    let (issue, note) = name.as_str().split_once('/')?;
    Some((issue.parse().ok()?, note.parse().ok()?))
}

/// When an issue with living notes was first missed.
pub(super) fn missed(issue: IssueId) -> Key {
    Key::point("note-missed", &[&issue.to_string()])
}

/// When the nightly check last came to its end.
pub(super) fn checked() -> Key {
    Key::point("note-checked", &[])
}

/// Accounts of which something is kept.
pub(super) fn known() -> Folder {
    Folder::of(&["note-people"])
}

pub(super) fn known_entry(account: &AccountId) -> Key {
    Key::listed(&known(), &[account.as_str()])
}

/// The announced notes that name `account`, living or not.
pub(super) fn named(account: &AccountId) -> Folder {
    Folder::of(&["note-named", account.as_str()])
}

pub(super) fn named_entry(account: &AccountId, id: &NoteId) -> Key {
    Key::listed(&named(account), &[&id.to_string()])
}

/// Which account is theirs now, who had this one.
pub(super) fn successor(account: &AccountId) -> Key {
    Key::point("account-successor", &[account.as_str()])
}

/// Counts the wrong opening tokens of this account and hour.
pub(super) fn wrong_tokens(account: &AccountId, hour: i64) -> Key {
    Key::point("note-wrong", &[account.as_str(), &hour.to_string()])
}

/// What was uploaded for a note to come.
pub(super) fn uploads(id: &NoteId) -> Key {
    Key::point("note-uploads", &[&id.to_string()])
}

/// Counts the bytes that this account uploaded in this hour.
pub(super) fn uploaded_bytes(account: &AccountId, hour: i64) -> Key {
    Key::point("note-uploaded", &[account.as_str(), &hour.to_string()])
}

/// Present while this account may fetch the files of a note that it opened.
pub(super) fn file_ticket(id: &NoteId, account: &AccountId) -> Key {
    Key::point("note-file-ticket", &[&id.to_string(), account.as_str()])
}

/// Present once the author may have been told that the note ended unread.
pub(super) fn unread_told(id: &NoteId) -> Key {
    Key::point("note-unread", &[&id.to_string()])
}

pub(super) fn unread_job(id: &NoteId) -> JobKey {
    JobKey::of(&["note", "unread", &id.to_string()])
}

/// There once somebody of the audience has subscribed.
pub(super) fn subscribed(audience: Audience) -> Key {
    Key::point("notes-subscribed", &[audience.as_str()])
}

/// The code that a reader was given.
pub(super) fn pickup(id: &NoteId, account: &AccountId) -> Key {
    Key::point("note-pickup", &[&id.to_string(), account.as_str()])
}

/// Counts the codes that this account gave in this hour.
pub(super) fn codes_given(account: &AccountId, hour: i64) -> Key {
    Key::point("note-codes", &[account.as_str(), &hour.to_string()])
}

pub(super) fn announce_job(id: &NoteId) -> JobKey {
    JobKey::of(&["note", "announce", &id.to_string()])
}

pub(super) fn expire_job(id: &NoteId) -> JobKey {
    JobKey::of(&["note", "expire", &id.to_string()])
}

/// For an end that was made sooner.
pub(super) fn expire_job_at(id: &NoteId, end: Instant) -> JobKey {
    JobKey::of(&[
        "note",
        "expire",
        &id.to_string(),
        &end.seconds().to_string(),
    ])
}

/// For the end of a note that was opened for the last time.
pub(super) fn used_job(id: &NoteId) -> JobKey {
    JobKey::of(&["note", "used", &id.to_string()])
}

/// `n` is the place of the entry that ended the keys; a long work is done in parts.
pub(super) fn unwrap_job(account: &AccountId, n: u64, part: u32) -> JobKey {
    JobKey::of(&[
        "note",
        "unwrap",
        account.as_str(),
        &n.to_string(),
        &part.to_string(),
    ])
}

pub(super) fn shred_job(id: &NoteId) -> JobKey {
    JobKey::of(&["note", "shred", &id.to_string()])
}

/// Where a change of `note` is told: notes that only agents may know of have a topic of their
/// own, to which customers never listen.
pub(super) fn changed(tenant: &TenantId, note: &Note) -> Topic {
    changed_for(tenant, note.issue, note.customers.is_empty())
}

pub(super) fn changed_for(tenant: &TenantId, issue: IssueId, agents_only: bool) -> Topic {
    let who = if agents_only { "agents" } else { "all" };
    Topic::of(&["notes", &tenant.to_string(), &issue.to_string(), who])
}

/// Who waits to be let in by this account changed.
pub(super) fn waiting_changed(tenant: &TenantId, account: &AccountId) -> Topic {
    Topic::of(&["notes-waiting", &tenant.to_string(), account.as_str()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issue_lists_its_newest_note_first() {
        let id = NoteId::from_bytes([1; 16]);
        let names: Vec<_> = [1_000, 2_000, 1_700_000_000_000]
            .map(|ms| of_issue_entry(IssueId::new(1), Instant::from_millis(ms), &id))
            .map(|key| format!("{key:?}"))
            .to_vec();
        let mut sorted = names.clone();
        sorted.sort();
        sorted.reverse();
        assert_eq!(names, sorted);
    }
}
