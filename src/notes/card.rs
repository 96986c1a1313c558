//! How a note shows to one person: what the panel draws, with nothing in it that they may not
//! know and no way to content.

use std::collections::BTreeMap;

use super::decide::{self, Viewer};
use super::records::{Announce, End, KeyHead, Note, State};
use crate::clock::Instant;
use crate::ids::AccountId;
use crate::seal::Kid;

/// The live keys of each account that has any.
pub(super) type LiveKeys = BTreeMap<AccountId, Vec<LiveKey>>;

/// A key that may be used now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LiveKey {
    pub kid: Kid,
    pub n: u64,
    pub vouched: bool,
    pub added: Instant,
}

/// How long a key made for one page load stays usable.
const PAGE_KEY_SECONDS: i64 = 24 * 3600;

pub(super) fn live_keys(head: &KeyHead, now: Instant) -> Vec<LiveKey> {
    head.keys
        .iter()
        .filter(|key| !key.page || now.seconds().saturating_sub(key.iat) < PAGE_KEY_SECONDS)
        .map(|key| LiveKey {
            kid: key.kid,
            n: key.n,
            vouched: key.by.is_some(),
            added: key.added,
        })
        .collect()
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shown {
    pub mine: bool,
    pub reader: bool,
    pub wrapped: bool,
    pub why: Option<&'static str>,
    pub waiting_for: Vec<AccountId>,
    pub take_back_until: Option<Instant>,
    pub state: &'static str,
    pub ended_at: Option<Instant>,
    pub shredded_at: Option<Instant>,
}

/// None when the note does not exist for this person.
pub(super) fn show(note: &Note, viewer: &Viewer, keys: &LiveKeys, now: Instant) -> Option<Shown> {
    if !decide::knows_of(note, viewer) {
        return None;
    }
    let mine = note.author == viewer.account;
    let named = note.names(&viewer.account);
    let live = note.live().filter(|_| now < note.ends());
    let has_wrap = |account: &AccountId| {
        live.is_some_and(|live| {
            keys.get(account).is_some_and(|keys| {
                keys.iter()
                    .any(|key| live.wrapped.iter().any(|w| w.kid == key.kid))
            })
        })
    };
    let wrapped = named && has_wrap(&viewer.account);
    let why = match (live.is_some(), named, wrapped) {
        (false, _, _) => Some("ended"),
        (true, false, _) => Some("not-reader"),
        (true, true, _) if note.used_by(&viewer.account) => Some("used"),
        (true, true, false) => Some("waiting"),
        (true, true, true) => None,
    };
    let waiting_for = match live {
        Some(_) => note.people().filter(|a| !has_wrap(a)).cloned().collect(),
        None => Vec::new(),
    };
    Some(Shown {
        mine,
        reader: named && !mine,
        wrapped,
        why,
        waiting_for,
        take_back_until: match live.map(|live| live.announce) {
            Some(Announce::Due(until)) if mine && now < until => Some(until),
            _ => None,
        },
        state: state(note, now),
        ended_at: match note.state {
            State::Ended { at, .. } => Some(at),
            State::Live(_) => (now >= note.ends()).then(|| note.ends()),
        },
        shredded_at: match note.state {
            State::Ended { shredded, .. } => shredded,
            State::Live(_) => None,
        },
    })
}

fn state(note: &Note, now: Instant) -> &'static str {
    match note.state {
        State::Live(_) if now < note.ends() => "live",
        State::Live(_) if now < note.expires => "used",
        State::Live(_) => "expired",
        State::Ended { how, .. } => match how {
            End::TakenBack => "taken-back",
            End::Deleted => "deleted",
            End::Expired => "expired",
            End::Shredded => "shredded",
            End::Used => "used",
        },
    }
}

#[cfg(test)]
mod tests {
    use super::super::records::tests::{account, note};
    use super::super::records::{Opened, StoredKey, Wrapped};
    use super::*;
    use crate::seal::sha;

    fn viewer(name: &str, customer: bool) -> Viewer {
        Viewer {
            account: account(name),
            customer,
        }
    }

    fn named(kid: &str) -> Kid {
        sha(&[kid.as_bytes()]).into()
    }

    fn key(kid: &str) -> LiveKey {
        LiveKey {
            kid: named(kid),
            n: 1,
            vouched: false,
            added: Instant::EPOCH,
        }
    }

    #[test]
    fn n23_the_button_says_why_it_is_gray() {
        let mut note = note("niro", &["nero", "jonathan"], &["jonathan"]);
        note.live_mut().expect("live").wrapped = vec![
            Wrapped {
                account: account("niro"),
                kid: named("niro-1"),
            },
            Wrapped {
                account: account("nero"),
                kid: named("nero-lost"),
            },
        ];
        let keys = LiveKeys::from([
            (account("niro"), vec![key("niro-1")]),
            (account("nero"), vec![key("nero-2")]),
        ]);
        for (who, customer, now, why) in [
            ("niro", false, 1, None),
            ("nero", false, 1, Some("waiting")),
            ("jonathan", true, 1, Some("waiting")),
            ("ada", false, 1, Some("not-reader")),
            ("ana", true, 1, Some("not-reader")),
            ("niro", false, 1000, Some("ended")),
        ] {
            let shown = show(
                &note,
                &viewer(who, customer),
                &keys,
                Instant::from_seconds(now),
            )
            .expect("known");
            assert_eq!(shown.why, why, "{who} at {now}");
            assert_eq!(shown.wrapped, why.is_none());
        }
        let mut once = note.clone();
        let live = once.live_mut().expect("live");
        live.opens = Some(1);
        live.wrapped[1].kid = named("nero-2");
        once.opened.push(Opened {
            account: account("nero"),
            at: Instant::from_seconds(1),
            count: 1,
        });
        let now = Instant::from_seconds(2);
        let shown = show(&once, &viewer("nero", false), &keys, now).expect("known");
        assert_eq!((shown.why, shown.state), (Some("used"), "live"));
        let shown = show(&note, &viewer("niro", false), &keys, Instant::EPOCH).expect("known");
        assert_eq!(shown.waiting_for, [account("nero"), account("jonathan")]);
        assert_eq!(shown.take_back_until, Some(Instant::from_seconds(10)));
    }

    #[test]
    fn n44_a_customer_has_no_card_of_a_note_among_agents() {
        let note = note("niro", &["nero"], &[]);
        let (keys, now) = (LiveKeys::new(), Instant::EPOCH);
        assert_eq!(show(&note, &viewer("jonathan", true), &keys, now), None);
        assert!(show(&note, &viewer("ada", false), &keys, now).is_some());
    }

    #[test]
    fn a_key_of_one_page_load_is_live_for_a_day() {
        let stored = |kid: &str, page| StoredKey {
            kid: named(kid),
            n: 1,
            page,
            by: None,
            iat: 100,
            enc: String::new(),
            sig: String::new(),
            added: Instant::from_seconds(100),
            used: Instant::from_seconds(100),
            code: false,
            name: None,
        };
        let head = KeyHead {
            n: 2,
            head: sha(&[]),
            retired: Vec::new(),
            keys: vec![stored("kept", false), stored("page", true)],
        };
        let count = |now| live_keys(&head, Instant::from_seconds(now)).len();
        assert_eq!((count(100 + 86_399), count(100 + 86_400)), (2, 1));
    }
}
