//! What the commit of a new note writes.

use bytes::Bytes;

use super::announce::Announce as AnnounceJob;
use super::body::Body;
use super::create::Accepted;
use super::end::Expire;
use super::records::{Announce, Chain, FORMAT, Fill, Live, Note, State, encode};
use super::visit::Visit;
use super::{Options, layout};
use crate::audit::{self, About, Action};
use crate::clock::Instant;
use crate::jobs::{self, Happened};
use crate::seal::{Envelope, Fill as SealedFill};
use crate::store::{Batch, Expect, Key, Lane, Until};

pub(super) fn note_of(visit: &Visit, options: &Options, accepted: &Accepted) -> Note {
    let header = &accepted.envelope.header;
    Note {
        id: header.id,
        issue: visit.issue,
        author: visit.viewer.account.clone(),
        readers: accepted.readers.clone(),
        customers: accepted.customers.clone(),
        created: visit.now,
        expires: Instant::from_seconds(header.exp),
        opened: Vec::new(),
        state: State::Live(Box::new(Live {
            project: accepted.project,
            protected: accepted.envelope.protected.clone(),
            seal: accepted.seal_text.clone(),
            fill: match header.fill {
                SealedFill::Author => Fill::Author,
                SealedFill::Readers => Fill::Readers,
            },
            sent: accepted.sent,
            wrapped: accepted.wrapped.clone(),
            chain: Chain {
                n: 0,
                head: accepted.seal.sha(),
            },
            granters: Vec::new(),
            files: 0,
            announce: Announce::Due(visit.now + options.announce_after),
            opens: header.opens,
            used_at: None,
        })),
    }
}

/// The one commit of a new note: record, body, wraps, indexes, and the jobs that follow.
pub(super) fn batch_of(
    visit: &Visit,
    note: &Note,
    envelope: &Envelope,
    blocks: Vec<Bytes>,
) -> Batch {
    let (tenant, now) = (visit.tenant.id, visit.now);
    let end = Until::At(note.expires);
    let index = || Bytes::from_static(&[FORMAT]);
    let mut put: Vec<(Key, Bytes, Until)> = vec![
        (layout::note(&note.id), encode(note), Until::Keep),
        (layout::sealed(&note.id), Body::of(envelope).encode(), end),
        (
            layout::of_issue_entry(note.issue, note.created, &note.id),
            index(),
            Until::Keep,
        ),
        (layout::living_entry(note.issue, &note.id), index(), end),
    ];
    put.extend(
        blocks
            .into_iter()
            .enumerate()
            .map(|(at, block)| (layout::wraps(&note.id, at), block, end)),
    );
    put.extend(
        note.people()
            .map(|a| (layout::of_account_entry(a, &note.id), index(), end)),
    );
    let about = About::note(note.issue, note.id);
    let who = Some(&note.author);
    let happened = Happened::NoteCreated {
        issue: note.issue,
        note: note.id,
    };
    let announce_at = match note.live().map(|live| live.announce) {
        Some(Announce::Due(at)) => at,
        _ => now,
    };
    Batch {
        expect: vec![Expect::Absent(layout::note(&note.id))],
        put,
        push: vec![
            jobs::envelope(
                &AnnounceJob { note: note.id },
                layout::announce_job(&note.id),
                jobs::effect_lane(note.issue, "notes"),
                announce_at,
            ),
            jobs::envelope(
                &Expire { note: note.id },
                layout::expire_job(&note.id),
                Lane::UNORDERED,
                note.expires,
            ),
            audit::entry(tenant, now, who, Action::NoteCreated, about),
            happened.envelope(&[&note.id.to_string()], now),
        ],
        wake: vec![layout::changed(&tenant, note)],
        ..Batch::default()
    }
}
