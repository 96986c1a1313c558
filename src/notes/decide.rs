//! Who may do what with a note: pure, so that each rule is a table.

use super::records::{Announce, Fill, Note, State};
use crate::clock::Instant;
use crate::ids::AccountId;
use crate::seal::Class;

/// A person as a decision sees them: proved by the door, placed by the host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Viewer {
    pub account: AccountId,
    pub customer: bool,
}

/// Why not, in the order in which it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Denied {
    /// The caller may not even know that there is such a note.
    Unknown,
    NotReader,
    NotAuthor,
    Ended,
    /// The caller has opened it as often as they may.
    Used,
}

/// Whether `viewer`, who may see the issue, may know that the note exists. A note among agents
/// leaves no trace for a customer: not in a list or a count, not in an event, not as a tombstone.
pub(super) fn knows_of(note: &Note, viewer: &Viewer) -> bool {
    !viewer.customer || !note.customers.is_empty() || note.names(&viewer.account)
}

/// Whether `viewer` may be given what their browser needs to check the note before consent. The
/// same holds for opening it, asked anew. Nobody is let in for a role they have.
pub(super) fn may_read(note: &Note, viewer: &Viewer, now: Instant) -> Result<(), Denied> {
    if !knows_of(note, viewer) {
        return Err(Denied::Unknown);
    }
    if !note.names(&viewer.account) {
        return Err(Denied::NotReader);
    }
    if has_ended(note, now) {
        return Err(Denied::Ended);
    }
    Ok(())
}

/// Whether `viewer` may open the note once more, and so be given what comes before that.
pub(super) fn may_open(note: &Note, viewer: &Viewer, now: Instant) -> Result<(), Denied> {
    may_read(note, viewer, now)?;
    if note.used_by(&viewer.account) {
        return Err(Denied::Used);
    }
    Ok(())
}

/// A note ends at its instant, even before the job that says so has run.
pub(super) fn has_ended(note: &Note, now: Instant) -> bool {
    matches!(note.state, State::Ended { .. }) || now >= note.ends()
}

/// Whether `by` may hand the note's key to a browser of `target`.
pub(super) fn may_fill(
    note: &Note,
    by: &Viewer,
    target: &AccountId,
    now: Instant,
) -> Result<(), Denied> {
    may_read(note, by, now)?;
    let Some(live) = note.live() else {
        return Err(Denied::Ended);
    };
    let allowed = by.account == note.author || live.fill == Fill::Readers;
    if !allowed || !note.names(target) {
        return Err(Denied::NotReader);
    }
    Ok(())
}

/// Why taking back is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TooLate {
    NotAuthor,
    Announced,
}

pub(super) fn may_take_back(note: &Note, account: &AccountId, now: Instant) -> Result<(), TooLate> {
    if note.author != *account {
        return Err(TooLate::NotAuthor);
    }
    match note.live().map(|live| live.announce) {
        Some(Announce::Due(until)) if now < until => Ok(()),
        _ => Err(TooLate::Announced),
    }
}

/// Why a note does not end sooner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NotSooner {
    Denied(Denied),
    /// It ends at that instant already.
    Same,
    Later,
    Past,
}

pub(super) fn may_shorten(
    note: &Note,
    account: &AccountId,
    end: Instant,
    now: Instant,
) -> Result<(), NotSooner> {
    if note.author != *account {
        return Err(NotSooner::Denied(Denied::NotAuthor));
    }
    if has_ended(note, now) {
        return Err(NotSooner::Denied(Denied::Ended));
    }
    match end.cmp(&note.expires) {
        std::cmp::Ordering::Greater => Err(NotSooner::Later),
        std::cmp::Ordering::Equal => Err(NotSooner::Same),
        std::cmp::Ordering::Less if end <= now => Err(NotSooner::Past),
        std::cmp::Ordering::Less => Ok(()),
    }
}

/// How others see a key that nobody wrapped for yet.
pub(super) const fn classify(n: u64, vouched: bool) -> Class {
    match (n, vouched) {
        (1, _) => Class::First,
        (_, true) => Class::Added,
        (_, false) => Class::Unconfirmed,
    }
}

/// What ties a reader to the request, as far as mail goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tie {
    Agent,
    /// Reporter or participant: the host mails them every public comment.
    OnRequest,
    /// Sees the request through an organization: the host mails them nothing.
    Organization,
    /// No longer sees the issue: is told nothing.
    Gone,
}

/// Whether a reader is told by a call of its own. The comment reaches agents by its mention and
/// people on the request by its being public; one event shall be one mail.
pub(super) const fn notify_apart(tie: Tie, comment_is_public: bool) -> bool {
    match tie {
        Tie::Agent | Tie::Gone => false,
        Tie::OnRequest => !comment_is_public,
        Tie::Organization => true,
    }
}

/// Whether the host is asked to let the comment bear the author's name. There is nobody to act
/// for in a portal-only account, and nobody acts for somebody who was deactivated.
pub(super) const fn told_in_own_name(portal_only: bool, active: bool) -> bool {
    active && !portal_only
}

/// The announcement is public as soon as a customer wrote the note or may read it.
pub(super) fn announced_publicly(note: &Note) -> bool {
    !note.customers.is_empty()
}

/// Wrong tokens a reader may send in an hour.
pub(super) const WRONG_TOKENS: i64 = 10;

#[cfg(test)]
mod tests {
    use super::super::records::tests::{account, note};
    use super::super::records::{End, Opened};
    use super::*;

    fn agent(name: &str) -> Viewer {
        Viewer {
            account: account(name),
            customer: false,
        }
    }

    fn customer(name: &str) -> Viewer {
        Viewer {
            account: account(name),
            customer: true,
        }
    }

    fn at(seconds: i64) -> Instant {
        Instant::from_seconds(seconds)
    }

    #[test]
    fn n44_notes_among_agents_do_not_exist_for_customers() {
        let among_agents = note("niro", &["nero"], &[]);
        let mut ended = among_agents.clone();
        ended.state = State::Ended {
            how: End::TakenBack,
            at: at(5),
            shredded: None,
        };
        let shared = note("niro", &["nero", "jonathan"], &["jonathan"]);
        let own = note("ana", &["niro"], &["ana"]);
        for (note, viewer, knows) in [
            (&among_agents, agent("niro"), true),
            (&among_agents, agent("ada"), true),
            (&among_agents, customer("jonathan"), false),
            (&ended, customer("jonathan"), false),
            (&ended, agent("ada"), true),
            (&shared, customer("jonathan"), true),
            (&shared, customer("ana"), true),
            (&own, customer("jonathan"), true),
            // Named while an agent, a customer since: still named.
            (&among_agents, customer("nero"), true),
        ] {
            assert_eq!(knows_of(note, &viewer), knows, "{viewer:?}");
            let told = may_read(note, &viewer, at(1));
            assert_eq!(told == Err(Denied::Unknown), !knows, "{viewer:?}");
        }
    }

    #[test]
    fn n26_only_the_named_may_read_whatever_else_they_are() {
        let note = note("niro", &["nero", "jonathan"], &["jonathan"]);
        for (viewer, now, answer) in [
            (agent("niro"), 1, Ok(())),
            (agent("nero"), 999, Ok(())),
            (customer("jonathan"), 1, Ok(())),
            (agent("ada"), 1, Err(Denied::NotReader)),
            (customer("ana"), 1, Err(Denied::NotReader)),
            (agent("nero"), 1000, Err(Denied::Ended)),
            (agent("ada"), 1000, Err(Denied::NotReader)),
        ] {
            assert_eq!(may_read(&note, &viewer, at(now)), answer, "{viewer:?}");
        }
    }

    #[test]
    fn a_reader_opens_as_often_as_the_author_allowed() {
        let mut twice = note("niro", &["nero", "jonathan"], &["jonathan"]);
        twice.live_mut().expect("live").opens = Some(2);
        let opened = |name: &str, count| Opened {
            account: account(name),
            at: at(1),
            count,
        };
        twice.opened = vec![opened("nero", 2), opened("jonathan", 1), opened("niro", 9)];
        for (viewer, now, answer) in [
            (agent("nero"), 1, Err(Denied::Used)),
            (customer("jonathan"), 1, Ok(())),
            (agent("niro"), 1, Ok(())),
            (agent("ada"), 1, Err(Denied::NotReader)),
            (agent("nero"), 1000, Err(Denied::Ended)),
        ] {
            assert_eq!(may_open(&twice, &viewer, at(now)), answer, "{viewer:?}");
        }
        // Who may open no more may still let their other browsers, or others, in.
        let fill = may_fill(&twice, &agent("nero"), &account("jonathan"), at(1));
        assert_eq!(fill, Ok(()));

        // What was answered last can be answered again for two minutes.
        twice.live_mut().expect("live").used_at = Some(at(100));
        assert!(!has_ended(&twice, Instant::from_millis(219_999)));
        assert!(has_ended(&twice, at(220)));
        twice.live_mut().expect("live").used_at = Some(at(990));
        assert!(has_ended(&twice, at(1000)), "never later than its instant");
    }

    #[test]
    fn filling_is_the_authors_and_where_allowed_the_readers() {
        let open = note("niro", &["nero", "jonathan"], &["jonathan"]);
        let mut strict = open.clone();
        strict.live_mut().expect("live").fill = Fill::Author;
        for (note, by, target, answer) in [
            (&open, agent("niro"), "jonathan", Ok(())),
            (&open, agent("nero"), "jonathan", Ok(())),
            (&open, customer("jonathan"), "niro", Ok(())),
            (&open, agent("nero"), "nero", Ok(())),
            (&open, agent("niro"), "ana", Err(Denied::NotReader)),
            (&open, agent("ada"), "jonathan", Err(Denied::NotReader)),
            (&strict, agent("niro"), "jonathan", Ok(())),
            (&strict, agent("nero"), "jonathan", Err(Denied::NotReader)),
        ] {
            let told = may_fill(note, &by, &account(target), at(1));
            assert_eq!(told, answer, "{by:?} for {target}");
        }
        let late = may_fill(&open, &agent("niro"), &account("nero"), at(1000));
        assert_eq!(late, Err(Denied::Ended));
    }

    #[test]
    fn n47_only_the_author_takes_back_and_only_before_anybody_is_told() {
        let due = note("niro", &["nero"], &[]);
        let mut begun = due.clone();
        begun.live_mut().expect("live").announce = Announce::Begun;
        for (note, who, now, answer) in [
            (&due, "niro", 9, Ok(())),
            (&due, "niro", 10, Err(TooLate::Announced)),
            (&due, "nero", 9, Err(TooLate::NotAuthor)),
            (&begun, "niro", 9, Err(TooLate::Announced)),
        ] {
            assert_eq!(may_take_back(note, &account(who), at(now)), answer);
        }
    }

    #[test]
    fn only_the_author_lets_a_note_end_and_only_sooner() {
        let note = note("niro", &["nero"], &[]);
        for (who, end, now, answer) in [
            ("niro", 999, 1, Ok(())),
            ("niro", 2, 1, Ok(())),
            ("niro", 1000, 1, Err(NotSooner::Same)),
            ("niro", 1001, 1, Err(NotSooner::Later)),
            ("niro", 1, 1, Err(NotSooner::Past)),
            ("nero", 999, 1, Err(NotSooner::Denied(Denied::NotAuthor))),
            ("niro", 999, 1000, Err(NotSooner::Denied(Denied::Ended))),
        ] {
            let told = may_shorten(&note, &account(who), at(end), at(now));
            assert_eq!(told, answer, "{who} {end} at {now}");
        }
    }

    #[test]
    fn a_new_key_is_first_added_or_unconfirmed() {
        for (n, vouched, why) in [
            (1, false, Class::First),
            (2, true, Class::Added),
            (2, false, Class::Unconfirmed),
            (9, false, Class::Unconfirmed),
        ] {
            assert_eq!(classify(n, vouched), why);
        }
    }

    #[test]
    fn n13_one_event_is_one_mail_for_each() {
        for (tie, public, apart) in [
            (Tie::Agent, true, false),
            (Tie::Agent, false, false),
            (Tie::OnRequest, true, false),
            (Tie::OnRequest, false, true),
            (Tie::Organization, true, true),
            (Tie::Gone, true, false),
        ] {
            assert_eq!(notify_apart(tie, public), apart, "{tie:?} {public}");
        }
        for (portal_only, active, own) in [
            (false, true, true),
            (false, false, false),
            (true, true, false),
            (true, false, false),
        ] {
            assert_eq!(told_in_own_name(portal_only, active), own);
        }
        assert!(announced_publicly(&note("ana", &["niro"], &["ana"])));
        assert!(!announced_publicly(&note("niro", &["nero"], &[])));
    }
}
