//! The recovery code: its key's private halves, wrapped under what is on a person's paper, given
//! out against a token that only the paper yields.

use aws_lc_rs::constant_time::verify_slices_are_equal;

use super::api::{CodeReleased, NewCode};
use super::grow::Grown;
use super::records::CodeSlot;
use crate::audit::{self, About, Action};
use crate::clock::Instant;
use crate::ids::Scope;
use crate::notes::api::KeyAdded;
use crate::notes::keys::not_joined;
use crate::notes::records::{decode, encode};
use crate::notes::{Notes, layout, refuse};
use crate::seal::{Entry, Hash, Kind as KeyKind, Rejected, Slot, base64, sha};
use crate::store::{Add, Batch, CommitError, Until};
use crate::tenants::Caller;
use crate::wire::{Kind, Problem};

/// Tries a day: a code has 128 random bits, so this is for the peace of whoever reads the audit.
const TRIES: i64 = 10;
const DAY: i64 = 86_400;

fn none() -> Problem {
    Problem::with_detail(Kind::NotFound, "There is no recovery code.")
}

impl Notes {
    /// Keeps a new code's key; the one before ends in the same step.
    pub(super) async fn add_code(
        &self,
        caller: &Caller,
        new: &NewCode,
    ) -> Result<KeyAdded, Problem> {
        let now = self.clock.now();
        let scope = Scope::tenant(caller.tenant.id);
        let entry = Entry::from_value(&new.entry.0).map_err(not_joined)?;
        let slot = Slot::from_value(&new.slot.0).map_err(not_joined)?;
        let token = Hash::parse(&new.token).map_err(not_joined)?;
        // Only a browser that stands makes a code: a code alone would be a key that nobody saw.
        let vouched = entry.key().is_some_and(|key| key.by.is_some());
        if !vouched {
            return Err(not_joined(Rejected::Key));
        }
        self.ends_the_one_before(&scope, caller, new, now).await?;
        let kept = CodeSlot {
            kid: entry.sha().into(),
            slot: slot.to_value(),
            token,
        };
        let place = layout::key_code(&caller.account);
        let mut grown = Grown::default();
        grown.entries.push(&new.entry.0);
        grown.entries.extend(new.then.as_ref().map(|then| &then.0));
        grown.put.push((place, encode(&kept), Until::Keep));
        self.grow(caller, KeyKind::Code, grown).await
    }

    async fn ends_the_one_before(
        &self,
        scope: &Scope,
        caller: &Caller,
        new: &NewCode,
        now: Instant,
    ) -> Result<(), Problem> {
        let head = self.key_head(scope, &caller.account, now).await?;
        let live = head.and_then(|(head, _)| head.keys.into_iter().find(|key| key.code));
        let then = new.then.as_ref().map(|then| Entry::from_value(&then.0));
        let then = then.transpose().map_err(not_joined)?;
        let ends = then.and_then(|then| then.revocation().map(|one| one.revokes));
        // The same call again: the new code is the one that lives.
        let again = live.as_ref().is_some_and(|key| {
            Entry::from_value(&new.entry.0).is_ok_and(|entry| key.kid == entry.sha().into())
        });
        if again || live.map(|key| key.kid) == ends {
            Ok(())
        } else {
            let detail = "A new code ends the one before.";
            Err(refuse::field("then", detail))
        }
    }

    /// Gives out the slot against its token. Each try is counted and written down.
    pub(super) async fn open_code(
        &self,
        caller: &Caller,
        token: &str,
    ) -> Result<CodeReleased, Problem> {
        let now = self.clock.now();
        let scope = Scope::tenant(caller.tenant.id);
        let key = layout::key_code(&caller.account);
        let record = self.read(&scope, &key, now).await?.ok_or_else(none)?;
        let kept: CodeSlot =
            decode("code slot", &record.value).map_err(|e| refuse::unreadable(&e))?;
        let right = base64::decode_exact::<32>(token).is_ok_and(|token| {
            verify_slices_are_equal(sha(&[&token]).as_bytes(), kept.token.as_bytes()).is_ok()
        });
        let batch = tried(caller, right, now);
        match self.store.commit(&scope, &batch, now).await {
            Ok(_) if right => Ok(CodeReleased {
                kid: kept.kid.to_string(),
                slot: poem_openapi::types::Any(kept.slot),
            }),
            Ok(_) => {
                metrics::counter!("deskbridge_codes_refused_total").increment(1);
                Err(refuse::field("token", "This is not the recovery code."))
            }
            Err(CommitError::LimitReached(_)) => Err(Problem::with_detail(
                Kind::TooMany,
                "Too many tries today. Try again tomorrow.",
            )),
            Err(error) => Err(refuse::commit(&error)),
        }
    }
}

/// One try, whatever came of it. Pure.
fn tried(caller: &Caller, right: bool, now: Instant) -> Batch {
    let day = now.seconds().div_euclid(DAY);
    let action = if right {
        Action::CodeOpened
    } else {
        Action::CodeRefused
    };
    let who = Some(&caller.account);
    Batch {
        add: vec![Add {
            key: layout::code_tries(&caller.account, day),
            by: 1,
            at_most: Some(TRIES),
            until: Until::At(Instant::from_seconds((day + 2) * DAY)),
        }],
        push: vec![audit::entry(
            caller.tenant.id,
            now,
            who,
            action,
            About::default(),
        )],
        ..Batch::default()
    }
}
