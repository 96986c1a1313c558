//! Letting somebody's browser in: a wrap that a person who can open the note makes for it, added
//! to the note's chain of grants. The server can refuse one, and can make none.

use std::collections::BTreeMap;

use super::api::NewGrant;
use super::create::sealable;
use super::decide;
use super::records::{Chain, Note, Wrapped, encode};
use super::visit::Visit;
use super::wraps::{self, BLOCK, StoredWrap};
use super::{Notes, layout, refuse};
use crate::audit::{self, About, Action};
use crate::ids::{AccountId, NoteId, Scope};
use crate::people::Freshness;
use crate::seal::{
    Act, Chain as Sealed, Grant, Header, History, Kid, NoteSeal, Rejected, Wrap, sha,
};
use crate::store::{Batch, CommitError, Expect, Until, Version};
use crate::tenants::Caller;
use crate::wire::{Kind, Problem};

/// Tries against others who change the same note.
const TRIES: usize = 5;

/// A grant whose signer may make it, with its wrap and for whom it is.
struct Checked {
    grant: Grant,
    wrap: Wrap,
    target: AccountId,
}

impl Notes {
    /// The caller at the note's own issue, wherever their panel is; the host is asked anew.
    pub(super) async fn visit_note(
        &self,
        caller: &Caller,
        id: &NoteId,
    ) -> Result<(Visit, Note, Version), Problem> {
        let scope = Scope::tenant(caller.tenant.id);
        let now = self.clock.now();
        let Some((note, version)) = self.note(&scope, id, now).await? else {
            return Err(refuse::unknown_note());
        };
        let visit = self.visit_at(caller, note.issue, Freshness::Now).await;
        let visit = visit.map_err(|problem| match problem.status {
            // Not even that the note exists, to somebody who cannot see its issue.
            403 => refuse::unknown_note(),
            _ => problem,
        })?;
        Ok((visit, note, version))
    }

    pub(super) async fn add_grant(
        &self,
        caller: &Caller,
        id: &NoteId,
        new: &NewGrant,
    ) -> Result<(), Problem> {
        let (grant, wrap) = parse(new).map_err(not_granted)?;
        // Before the note is looked for: the answer must not tell whether there is one.
        let target = grant.a.account().cloned();
        let (Some(target), true) = (target, grant.by.is(&caller.account)) else {
            return Err(not_granted(Rejected::Account));
        };
        let (visit, _, _) = self.visit_note(caller, id).await?;
        let checked = Checked {
            grant,
            wrap,
            target,
        };
        for _ in 0..TRIES {
            let (note, version) = self.note_here(&visit, id).await?;
            // For one's own key by a code even where only the author may; the chain says whether.
            let may = if checked.target == visit.viewer.account {
                decide::may_read(&note, &visit.viewer, visit.now)
            } else {
                decide::may_fill(&note, &visit.viewer, &checked.target, visit.now)
            };
            if let Err(denied) = may {
                return Err(self.refuse(&visit, &note, denied).await);
            }
            if self.is_kept(&visit, &note, &checked).await? {
                return Ok(());
            }
            if !self.sees(&visit, &checked.target).await? {
                let detail = "This person cannot see the issue any longer.";
                return Err(Problem::with_detail(Kind::Forbidden, detail));
            }
            let (grant, wrap) = (&checked.grant, Some(&checked.wrap));
            self.check_next(&visit, &note, grant, wrap, &checked.target)
                .await?;
            if self.append(&visit, &note, version, &checked).await? {
                metrics::counter!("deskbridge_notes_granted_total").increment(1);
                return Ok(());
            }
        }
        Err(refuse::busy())
    }

    /// Whether this very grant is in the chain already: its answer was lost.
    async fn is_kept(
        &self,
        visit: &Visit,
        note: &Note,
        checked: &Checked,
    ) -> Result<bool, Problem> {
        let kid = &checked.wrap.kid;
        let wrapped = |live: &super::records::Live| live.wrapped.iter().any(|w| w.kid == *kid);
        if !note.live().is_some_and(wrapped) {
            return Ok(false);
        }
        let grants = self.grants(&visit.scope, &note.id, visit.now).await?;
        Ok(grants.iter().any(|text| text == checked.grant.as_str()))
    }

    /// Verifies the stored chain and this grant, with the wrap that came with it, as its next
    /// record; `target` is whom it is about.
    pub(super) async fn check_next(
        &self,
        visit: &Visit,
        note: &Note,
        grant: &Grant,
        wrap: Option<&Wrap>,
        target: &AccountId,
    ) -> Result<(), Problem> {
        let Some(live) = note.live() else {
            return Err(refuse::denied(decide::Denied::Ended));
        };
        let header = Header::parse(&live.protected).map_err(not_granted)?;
        let seal = NoteSeal::parse(&live.seal).map_err(not_granted)?;
        let hh = sha(&[live.protected.as_bytes()]);
        let mut chain = Sealed::new(&header, hh, seal.sha());
        let mut histories: BTreeMap<AccountId, History> = BTreeMap::new();
        for account in live.granters.iter().chain([&visit.viewer.account]) {
            if !histories.contains_key(account) {
                let history = self
                    .history(&visit.scope, &visit.tenant.id, account, visit.now)
                    .await?;
                histories.insert(account.clone(), history);
            }
        }
        let history_of = |grant: &Grant| {
            let account = grant.by.account().ok_or(Rejected::Account)?;
            histories.get(account).ok_or(Rejected::Key)
        };
        for text in self.grants(&visit.scope, &note.id, visit.now).await? {
            Grant::parse(&text)
                .and_then(|old| chain.append(&old, history_of(&old)?))
                .map_err(not_granted)?;
        }
        let people = [visit.viewer.account.clone(), target.clone()];
        let people = people.into_iter().collect();
        let heads = self.key_heads(&visit.scope, &people, visit.now).await?;
        let keys = sealable(&heads, visit.now).map_err(not_granted)?;
        let is_wrapped = |kid: &Kid| live.wrapped.iter().any(|w| w.kid == *kid);
        history_of(grant)
            .and_then(|history| chain.append(grant, history))
            .and_then(|()| chain.check_new(grant, wrap, &keys, is_wrapped, visit.now))
            .map_err(not_granted)
    }

    /// False when somebody else changed the note first.
    async fn append(
        &self,
        visit: &Visit,
        note: &Note,
        version: Version,
        checked: &Checked,
    ) -> Result<bool, Problem> {
        let grown = with(note, checked);
        let at = note.live().map_or(0, |live| live.wrapped.len() / BLOCK);
        let mut block = self.block(&visit.scope, note, at, visit.now).await?;
        block.push(StoredWrap::from(&checked.wrap));
        let key = self.shred_key(&visit.scope, &note.id).await?;
        let block = wraps::close(&key, &note.id, at, &block, &self.entropy)
            .map_err(|e| refuse::unreadable(&e))?;
        let end = Until::At(note.expires);
        let place = layout::note(&note.id);
        let tenant = visit.tenant.id;
        let text = checked.grant.as_str().to_owned();
        let mut about = About::note(note.issue, note.id);
        about.person = Some(checked.target.clone());
        let who = Some(&visit.viewer.account);
        let mut wake = vec![layout::changed(&tenant, note)];
        wake.extend(note.people().map(|a| layout::waiting_changed(&tenant, a)));
        let batch = Batch {
            expect: vec![Expect::Is(place.clone(), version)],
            put: vec![
                (place, encode(&grown), Until::Keep),
                (layout::wraps(&note.id, at), block, end),
                (layout::grant(&note.id, checked.grant.n), encode(&text), end),
            ],
            push: vec![audit::entry(
                tenant,
                visit.now,
                who,
                Action::NoteGranted,
                about,
            )],
            wake,
            ..Batch::default()
        };
        match self.commit(&visit.scope, &batch, visit.now).await {
            Ok(_) => Ok(true),
            Err(CommitError::Conflict(_)) => Ok(false),
            Err(error) => Err(refuse::commit(&error)),
        }
    }
}

fn parse(new: &NewGrant) -> Result<(Grant, Wrap), Rejected> {
    let grant = Grant::parse(&new.grant)?;
    // Naming and dropping readers comes with its own routes: it announces.
    let Act::Fill { kid, .. } = grant.act else {
        return Err(Rejected::Right);
    };
    let wrap = Wrap::from_parts(&kid.to_string(), &new.ek, &new.encrypted_key)?;
    Ok((grant, wrap))
}

fn with(note: &Note, checked: &Checked) -> Note {
    let mut note = note.clone();
    let by = checked.grant.by.account().cloned();
    if let Some(live) = note.live_mut() {
        live.wrapped.push(Wrapped {
            account: checked.target.clone(),
            kid: checked.wrap.kid,
        });
        live.chain = Chain {
            n: checked.grant.n,
            head: checked.grant.sha(),
        };
        live.granters.extend(by);
        live.granters.sort_unstable();
        live.granters.dedup();
    }
    note
}

pub(super) fn not_granted(rejected: Rejected) -> Problem {
    metrics::counter!("deskbridge_grants_refused_total", "reason" => rejected.kind()).increment(1);
    match rejected {
        Rejected::Chain => Problem::with_detail(
            Kind::Conflict,
            "Somebody was let in meanwhile. Read the note again.",
        ),
        Rejected::Right | Rejected::Account => {
            Problem::with_detail(Kind::Forbidden, "You cannot let this browser in.")
        }
        _ => refuse::field("grant", "This does not check out."),
    }
}
