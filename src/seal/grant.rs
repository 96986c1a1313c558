use std::collections::{BTreeMap, BTreeSet};

use super::jcs::Members;
use super::jws::{Compact, Typ};
use super::pickup::{Pickup, PickupPair};
use super::{
    Fill, Hash, Header, History, Kid, Kind, LiveKeys, Party, Point, Reader, Rejected, Wrap, base64,
};
use crate::clock::Instant;
use crate::ids::TenantId;

const RECORDS: u64 = 1000;

/// What a grant does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// A wrap for one more key of somebody already named.
    Fill { kid: Kid, wrap: Hash },
    /// A new reader, with or without a first wrap.
    Grant(Option<(Kid, Hash)>),
    /// No reader any longer.
    Drop,
    /// A code by which the reader fills one key of their own.
    Pickup(PickupPair, Hash),
    /// The code that stands is taken back.
    PickupEnd,
}

impl Act {
    /// The key that is sealed for, and the hash of its wrap.
    pub const fn wrap(&self) -> Option<(Kid, Hash)> {
        match self {
            Self::Fill { kid, wrap } => Some((*kid, *wrap)),
            Self::Grant(wrap) => *wrap,
            Self::Pickup(pair, wrap) => Some((pair.kid, *wrap)),
            Self::Drop | Self::PickupEnd => None,
        }
    }
}

/// One signed record of a note's chain: somebody is let in, or out.
#[derive(Clone, Debug)]
pub struct Grant {
    pub hh: Hash,
    pub n: u64,
    pub prev: Hash,
    pub act: Act,
    pub by: Party,
    pub a: Party,
    /// Seconds since 1970.
    pub iat: i64,
    jws: Compact,
}

impl Grant {
    /// Parses; [`Chain::append`] must follow.
    pub fn parse(text: &str) -> Result<Self, Rejected> {
        let jws = Compact::parse(text, Typ::Grant)?;
        let mut members = jws.members()?;
        members.version()?;
        let hh = Hash::parse(&members.text("hh")?)?;
        let a = Party::parse(&members.text("a")?)?;
        let grant = Self {
            act: act(&mut members, &hh, &a)?,
            hh,
            n: members.integer("n")?,
            prev: Hash::parse(&members.text("prev")?)?,
            by: Party::parse(&members.text("by")?)?,
            a,
            iat: members.time("iat")?,
            jws,
        };
        members.end()?;
        Ok(grant)
    }

    /// The key the signer claims.
    pub fn signer(&self) -> Kid {
        self.jws.kid()
    }

    /// The next record's `prev`.
    pub fn sha(&self) -> Hash {
        self.jws.sha()
    }

    pub fn as_str(&self) -> &str {
        self.jws.as_str()
    }
}

fn act(members: &mut Members, hh: &Hash, a: &Party) -> Result<Act, Rejected> {
    let act = members.text("act")?;
    let kid = members.optional("kid", Kid::parse)?;
    let wrap = members.optional("wrap", Hash::parse)?;
    if act == "pickup" && (kid.is_some() || wrap.is_some()) {
        let (kid, wrap) = kid.zip(wrap).ok_or(Rejected::Member)?;
        let point = |text: String| base64::decode(&text).and_then(|raw| Point::from_bytes(&raw));
        let (enc, sig) = (point(members.text("enc")?)?, point(members.text("sig")?)?);
        let pair = PickupPair::new(hh, a, enc, sig, members.bytes("salt")?)?;
        return if pair.kid == kid {
            Ok(Act::Pickup(pair, wrap))
        } else {
            Err(Rejected::Key)
        };
    }
    match (act.as_str(), kid, wrap) {
        ("fill", Some(kid), Some(wrap)) => Ok(Act::Fill { kid, wrap }),
        ("grant", Some(kid), Some(wrap)) => Ok(Act::Grant(Some((kid, wrap)))),
        ("grant", None, None) => Ok(Act::Grant(None)),
        ("drop", None, None) => Ok(Act::Drop),
        ("pickup", None, None) => Ok(Act::PickupEnd),
        _ => Err(Rejected::Member),
    }
}

/// Number and hash of the last record; number 0 is the seal itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    pub n: u64,
    pub sha: Hash,
}

/// A note's grants, verified front to back, and who is named at their end.
#[derive(Clone, Debug)]
pub struct Chain {
    tenant: TenantId,
    hh: Hash,
    author: Party,
    fill: Fill,
    has_team: bool,
    head: Head,
    named: BTreeSet<Party>,
    dropped: BTreeSet<Party>,
    wraps: BTreeMap<Kid, Hash>,
    /// The codes that stand.
    codes: BTreeMap<Party, Pickup>,
    /// The code that signed the last record, if one did.
    used: Option<Pickup>,
}

impl Chain {
    /// A note nobody was let into yet. `seal` is the SHA-256 of the author's seal's payload.
    pub fn new(header: &Header, hh: Hash, seal: Hash) -> Self {
        let readers = header.readers.iter().filter_map(Reader::account).cloned();
        Self {
            tenant: header.tenant,
            hh,
            author: header.by.a.clone(),
            fill: header.fill,
            has_team: header.has_team(),
            head: Head { n: 0, sha: seal },
            named: readers
                .map(Party::Account)
                .chain([header.by.a.clone()])
                .collect(),
            dropped: BTreeSet::new(),
            wraps: BTreeMap::new(),
            codes: BTreeMap::new(),
            used: None,
        }
    }

    /// Verifies `grant` as the next record and adds it. `by` is the history of its `by`. What
    /// only holds at the moment of writing is [`Chain::check_new`]'s.
    pub fn append(&mut self, grant: &Grant, by: &History) -> Result<(), Rejected> {
        if grant.n > RECORDS {
            return Err(Rejected::TooLarge);
        }
        if grant.n != self.head.n + 1 || grant.prev != self.head.sha {
            return Err(Rejected::Chain);
        }
        if grant.hh != self.hh {
            return Err(Rejected::Note);
        }
        if *by.party() != grant.by || by.tenant() != self.tenant {
            return Err(Rejected::Key);
        }
        let code = self.signing_code(grant);
        match &code {
            Some(code) => {
                grant.jws.verify(&code.pair.kid, &code.pair.sig)?;
                self.right_by_code(grant, code, by)?;
            }
            None => {
                let signer = by.key(&grant.signer()).ok_or(Rejected::Key)?;
                grant.jws.verify(&signer.kid, &signer.sig)?;
                self.right(grant)?;
            }
        }
        self.record(grant);
        self.used = code;
        Ok(())
    }

    /// The code that signed `grant`, if it stands for who says that they signed.
    fn signing_code(&self, grant: &Grant) -> Option<Pickup> {
        let code = self.code_of(&grant.by)?;
        (code.pair.kid == grant.signer()).then_some(*code)
    }

    /// The code that stands for `party`.
    pub fn code_of(&self, party: &Party) -> Option<&Pickup> {
        self.codes.get(party)
    }

    fn right_by_code(&self, grant: &Grant, code: &Pickup, by: &History) -> Result<(), Rejected> {
        let Act::Fill { kid, .. } = grant.act else {
            return Err(Rejected::Right);
        };
        if grant.a != grant.by || !self.counts(&grant.a) {
            return Err(Rejected::Right);
        }
        match by.key(&kid) {
            Some(key) if key.kind == Kind::Browser => code.covers(grant.iat),
            _ => Err(Rejected::Key),
        }
    }

    /// What is asked besides of a record that is being written now, and was appended last: in
    /// good time, by a live key or a code that lasts, for a live key that has no wrap yet, and the
    /// wrap is the one it names. `live` holds live keys of `by` and `a`; `wrapped` says whether a
    /// wrap is stored for a key.
    pub fn check_new(
        &self,
        grant: &Grant,
        wrap: Option<&Wrap>,
        live: &LiveKeys,
        wrapped: impl Fn(&Kid) -> bool,
        now: Instant,
    ) -> Result<(), Rejected> {
        super::fresh(grant.iat, now)?;
        match &self.used {
            Some(code) => code.lasts(now)?,
            None => {
                live.of(&grant.by, &grant.signer())?;
            }
        }
        match (grant.act.wrap(), wrap) {
            (None, None) => Ok(()),
            (Some((kid, hash)), Some(wrap)) => {
                if !matches!(grant.act, Act::Pickup(..)) {
                    live.of(&grant.a, &kid)?;
                }
                if wrapped(&kid) {
                    return Err(Rejected::Right);
                }
                if wrap.kid != kid || wrap.sha() != hash {
                    return Err(Rejected::WrapHash);
                }
                Ok(())
            }
            _ => Err(Rejected::WrapHash),
        }
    }

    fn right(&self, grant: &Grant) -> Result<(), Rejected> {
        let author = grant.by == self.author;
        let allowed = match grant.act {
            Act::Fill { .. } => {
                let filler = self.fill == Fill::Readers && self.counts(&grant.by);
                (author || filler) && self.counts(&grant.a)
            }
            Act::Grant(_) => author && !self.named.contains(&grant.a),
            Act::Drop => author && self.counts(&grant.a) && grant.a != self.author,
            Act::Pickup(pair, _) => {
                let fits = self.counts(&grant.a) && grant.a != self.author;
                author && fits && !self.wraps.contains_key(&pair.kid)
            }
            Act::PickupEnd => author && self.codes.contains_key(&grant.a),
        };
        if allowed {
            Ok(())
        } else {
            Err(Rejected::Right)
        }
    }

    fn record(&mut self, grant: &Grant) {
        match grant.act {
            Act::Fill { .. } if self.signing_code(grant).is_some() => {
                self.codes.remove(&grant.by);
            }
            Act::Fill { .. } => {}
            Act::Pickup(pair, _) => {
                let iat = grant.iat;
                self.codes.insert(grant.a.clone(), Pickup { pair, iat });
            }
            Act::PickupEnd => {
                self.codes.remove(&grant.a);
            }
            Act::Grant(_) => {
                self.dropped.remove(&grant.a);
                self.named.insert(grant.a.clone());
            }
            Act::Drop => {
                self.named.remove(&grant.a);
                self.codes.remove(&grant.a);
                self.dropped.insert(grant.a.clone());
            }
        }
        if let Some((kid, wrap)) = grant.act.wrap() {
            self.wraps.insert(kid, wrap);
        }
        self.head = Head {
            n: grant.n,
            sha: grant.sha(),
        };
    }

    /// Whether somebody counts as a reader or is the author: by name, or because the header
    /// names a team. Whether one is of that team is asked of the host, not answered here.
    pub fn counts(&self, party: &Party) -> bool {
        self.named.contains(party)
            || (self.has_team && party.account().is_some() && !self.dropped.contains(party))
    }

    /// Author and readers by name, as things stand.
    pub fn named(&self) -> impl Iterator<Item = &Party> {
        self.named.iter()
    }

    pub const fn head(&self) -> Head {
        self.head
    }

    /// The wrap a grant of this chain made for `kid`; the last one.
    pub fn wrap_of(&self, kid: &Kid) -> Option<&Hash> {
        self.wraps.get(kid)
    }
}
