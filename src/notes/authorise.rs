//! The first stage of reading: what a browser needs to check a note, before its person consents.
//! Nothing is counted and no content is in it.

use std::collections::BTreeSet;
use std::time::Duration;

use super::api::{Authorised, LetIn, Recipient, histories_json, texts};
use super::decide;
use super::load::Histories;
use super::records::Note;
use super::visit::Visit;
use super::{Notes, refuse};
use crate::ids::{AccountId, NoteId};
use crate::people::Freshness;
use crate::tenants::Caller;
use crate::wire::Problem;

/// How old the host's answer about somebody's access may be while nothing is released.
pub(super) const RECENT: Duration = Duration::from_secs(5);

/// The parts of an answer that both stages before a click have.
struct Checkable {
    protected: String,
    seal: String,
    head: String,
    recipients: Vec<Recipient>,
    grants: Vec<String>,
    histories: Histories,
}

impl Notes {
    pub(super) async fn authorise(
        &self,
        caller: &Caller,
        id: &NoteId,
    ) -> Result<Authorised, Problem> {
        let visit = self.visit(caller, Freshness::Within(RECENT)).await?;
        let (note, _) = self.note_here(&visit, id).await?;
        if let Err(denied) = decide::may_open(&note, &visit.viewer, visit.now) {
            return Err(self.refuse(&visit, &note, denied).await);
        }
        let found = self.checkable(&visit, &note, &[]).await?;
        metrics::counter!("deskbridge_notes_authorised_total").increment(1);
        Ok(Authorised {
            now: visit.now.seconds(),
            protected: found.protected,
            seal: found.seal,
            recipients: found.recipients,
            grants: found.grants,
            histories: histories_json(found.histories.entries),
            retired: texts(&found.histories.retired),
        })
    }

    /// The same for letting `target` in, from any issue: the host is asked anew about the note's
    /// own issue.
    pub(super) async fn let_in(
        &self,
        caller: &Caller,
        id: &NoteId,
        target: &AccountId,
    ) -> Result<LetIn, Problem> {
        let (visit, note, _) = self.visit_note(caller, id).await?;
        if let Err(denied) = decide::may_fill(&note, &visit.viewer, target, visit.now) {
            return Err(self.refuse(&visit, &note, denied).await);
        }
        let found = self
            .checkable(&visit, &note, std::slice::from_ref(target))
            .await?;
        Ok(LetIn {
            now: visit.now.seconds(),
            protected: found.protected,
            seal: found.seal,
            recipients: found.recipients,
            grants: found.grants,
            head: found.head,
            histories: histories_json(found.histories.entries),
            retired: texts(&found.histories.retired),
        })
    }

    async fn checkable(
        &self,
        visit: &Visit,
        note: &Note,
        also: &[AccountId],
    ) -> Result<Checkable, Problem> {
        let Some(live) = note.live() else {
            return Err(refuse::denied(decide::Denied::Ended));
        };
        let me = BTreeSet::from([visit.viewer.account.clone()]);
        let keys = self.live_keys(&visit.scope, &me, visit.now).await?;
        let kids: Vec<_> = keys.into_values().flatten().map(|key| key.kid).collect();
        let wraps = self.wraps_for(&visit.scope, note, &kids, visit.now).await?;
        let grants = self.grants(&visit.scope, &note.id, visit.now).await?;
        let mut accounts: BTreeSet<_> = live.granters.iter().cloned().collect();
        accounts.extend([note.author.clone(), visit.viewer.account.clone()]);
        accounts.extend(also.iter().cloned());
        let histories = self.histories(&visit.scope, &accounts, visit.now).await?;
        Ok(Checkable {
            protected: live.protected.clone(),
            seal: live.seal.clone(),
            head: live.chain.head.to_string(),
            recipients: wraps
                .into_iter()
                .map(|wrap| Recipient {
                    kid: wrap.kid.to_string(),
                    ek: wrap.ek,
                    encrypted_key: wrap.encrypted_key,
                })
                .collect(),
            grants,
            histories,
        })
    }
}
