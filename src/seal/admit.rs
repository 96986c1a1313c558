use std::collections::BTreeMap;

use super::{Envelope, KeyEntry, Kid, NoteSeal, Party, Place, Rejected};
use crate::clock::Instant;
use crate::ids::AccountId;
use crate::ids::IssueId;
use crate::ids::TenantId;

/// How far a browser's clock may be off.
const SKEW: i64 = 300;

/// Whether something made at `iat` (seconds) comes in good time.
pub fn fresh(iat: i64, now: Instant) -> Result<(), Rejected> {
    if now.seconds().abs_diff(iat) <= SKEW.unsigned_abs() {
        Ok(())
    } else {
        Err(Rejected::Time)
    }
}

/// Live keys of people who may be sealed for, each with the person it belongs to.
#[derive(Clone, Debug, Default)]
pub struct LiveKeys(BTreeMap<Kid, (Party, KeyEntry)>);

impl LiveKeys {
    pub fn add<'a>(&mut self, whose: &Party, keys: impl IntoIterator<Item = &'a KeyEntry>) {
        for key in keys {
            self.0.insert(key.kid, (whose.clone(), key.clone()));
        }
    }

    pub fn get(&self, kid: &Kid) -> Option<(&Party, &KeyEntry)> {
        self.0.get(kid).map(|(whose, key)| (whose, key))
    }

    /// The live key `kid`, if it is `whose`.
    pub fn of(&self, whose: &Party, kid: &Kid) -> Result<&KeyEntry, Rejected> {
        match self.get(kid) {
            Some((party, key)) if party == whose => Ok(key),
            _ => Err(Rejected::Key),
        }
    }
}

/// Who brings a note, and where.
#[derive(Clone, Copy, Debug)]
pub struct Admission<'a> {
    pub tenant: TenantId,
    pub issue: IssueId,
    pub caller: &'a AccountId,
    pub now: Instant,
}

/// Checks a new note in the order of section 10, after [`Envelope::parse`]. `keys` are the live
/// keys of the author and of every account the note may be sealed for: those named, and agents
/// of a named team. Policy (who may be a reader, how long) is the caller's.
pub fn admit(
    envelope: &Envelope,
    seal: &NoteSeal,
    admission: &Admission<'_>,
    keys: &LiveKeys,
) -> Result<(), Rejected> {
    let header = &envelope.header;
    if header.tenant != admission.tenant {
        return Err(Rejected::Tenant);
    }
    if header.place != Place::Issue(admission.issue) {
        return Err(Rejected::Place);
    }
    if !header.by.a.is(admission.caller) {
        return Err(Rejected::Account);
    }
    let key = keys.of(&header.by.a, &header.by.kid)?;
    fresh(header.iat, admission.now)?;
    if admission.now.seconds() >= header.exp {
        return Err(Rejected::Time);
    }
    seal.verify(&header.by, key, &envelope.hh)?;
    if seal.ct != envelope.body_sha() {
        return Err(Rejected::Content);
    }
    for wrap in &envelope.recipients {
        let (whose, _) = keys.get(&wrap.kid).ok_or(Rejected::Key)?;
        let named = whose
            .account()
            .is_some_and(|account| header.names(account) || header.has_team());
        if !named && *whose != header.by.a {
            return Err(Rejected::Key);
        }
    }
    Ok(())
}
