use serde_json::{Value, json};

use super::jcs::{Members, as_text};
use super::{Hash, Kid, Party, Reader, Rejected, base64, canonical};
use crate::ids::AccountId;
use crate::ids::IssueId;
use crate::ids::NoteId;
use crate::ids::TenantId;

const PROTECTED: usize = 24_576;
const READERS: usize = 50;
const OPENS: u64 = 1000;
/// 366 days.
const LONGEST: i64 = 31_622_400;

/// Where a note belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Issue(IssueId),
    /// A request that is about to be made; the nonce finds it.
    Intake([u8; 16]),
}

/// Who sealed a note, and with which key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Author {
    pub a: Party,
    pub kid: Kid,
}

/// Who may let in a new key of somebody already named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fill {
    Author,
    Readers,
}

/// What every part of a note is bound to. Never changes. Its hash `hh` is over the text that
/// was received or made, see [`super::Envelope`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    pub id: NoteId,
    pub tenant: TenantId,
    pub place: Place,
    pub by: Author,
    pub readers: Vec<Reader>,
    pub fill: Fill,
    /// How often each reader may open.
    pub opens: Option<u64>,
    pub ask: Option<Hash>,
    /// Seconds since 1970, by the author's browser.
    pub iat: i64,
    /// Seconds since 1970; from then on there is no note.
    pub exp: i64,
    pub com: [u8; 32],
    /// SHA-256 of the open token.
    pub oth: Hash,
}

impl Header {
    /// Parses the base64url text of the protected header.
    pub fn parse(protected: &str) -> Result<Self, Rejected> {
        if protected.len() > PROTECTED {
            return Err(Rejected::TooLarge);
        }
        let mut outer = Members::parse(&base64::decode(protected)?, PROTECTED)?;
        let (enc, typ, note) = (
            outer.text("enc")?,
            outer.text("typ")?,
            outer.object("note")?,
        );
        outer.end()?;
        if enc != "A256GCM" {
            return Err(Rejected::Algorithm);
        }
        if typ != "deskbridge-note+jwe" {
            return Err(Rejected::Typ);
        }
        let header = Self::from_note(note)?;
        header.check()?;
        Ok(header)
    }

    fn from_note(mut note: Members) -> Result<Self, Rejected> {
        note.version()?;
        let mut by = note.object("by")?;
        let author = Author {
            a: Party::parse(&by.text("a")?)?,
            kid: Kid::parse(&by.text("kid")?)?,
        };
        by.end()?;
        let readers = note.list("readers")?.into_iter();
        let header = Self {
            id: NoteId::from_bytes(note.bytes("id")?),
            tenant: TenantId::from_bytes(note.bytes("tenant")?),
            place: place(note.object("place")?)?,
            by: author,
            readers: readers
                .map(|one| Reader::parse(&as_text(one)?))
                .collect::<Result<_, _>>()?,
            fill: fill(&note.text("fill")?)?,
            opens: opens(&mut note)?,
            ask: note.optional("ask", Hash::parse)?,
            iat: note.time("iat")?,
            exp: note.time("exp")?,
            com: note.bytes("com")?,
            oth: Hash::from_bytes(note.bytes("oth")?),
        };
        note.end()?;
        Ok(header)
    }

    fn check(&self) -> Result<(), Rejected> {
        if let Party::App(tenant) = self.by.a
            && tenant != self.tenant
        {
            return Err(Rejected::Account);
        }
        let names: Vec<String> = self.readers.iter().map(Reader::to_string).collect();
        if !(1..=READERS).contains(&names.len())
            || !names.is_sorted_by(|a, b| a.as_bytes() < b.as_bytes())
            || names.contains(&self.by.a.to_string())
        {
            return Err(Rejected::Readers);
        }
        if self.exp <= self.iat || self.exp > self.iat.saturating_add(LONGEST) {
            return Err(Rejected::Time);
        }
        Ok(())
    }

    /// The base64url text of this header; its SHA-256 is `hh`.
    pub fn to_protected(&self) -> Result<String, Rejected> {
        self.check()?;
        let mut note = json!({
            "v": 1,
            "id": self.id,
            "tenant": self.tenant,
            "place": match self.place {
                Place::Issue(issue) => json!({"issue": issue}),
                Place::Intake(nonce) => json!({"intake": base64::encode(&nonce)}),
            },
            "by": {"a": self.by.a.to_string(), "kid": self.by.kid},
            "readers": self.readers.iter().map(Reader::to_string).collect::<Vec<_>>(),
            "fill": match self.fill { Fill::Author => "author", Fill::Readers => "readers" },
            "iat": self.iat,
            "exp": self.exp,
            "com": base64::encode(&self.com),
            "oth": self.oth,
        });
        if let Some(opens) = self.opens {
            note["opens"] = json!(opens);
        }
        if let Some(ask) = self.ask {
            note["ask"] = json!(ask);
        }
        let header: Value = json!({"enc": "A256GCM", "typ": "deskbridge-note+jwe", "note": note});
        Ok(base64::encode(canonical(&header)?.as_bytes()))
    }

    /// Whether `account` is the author or stands among the readers by name.
    pub fn names(&self, account: &AccountId) -> bool {
        self.by.a.is(account) || self.readers.iter().any(|r| r.account() == Some(account))
    }

    pub fn has_team(&self) -> bool {
        self.readers
            .iter()
            .any(|reader| matches!(reader, Reader::Team(_)))
    }
}

fn place(mut place: Members) -> Result<Place, Rejected> {
    let found = if place.has("intake") {
        Place::Intake(place.bytes("intake")?)
    } else {
        let issue = place.text("issue")?;
        Place::Issue(issue.parse().map_err(|_| Rejected::Member)?)
    };
    place.end()?;
    Ok(found)
}

fn fill(text: &str) -> Result<Fill, Rejected> {
    match text {
        "author" => Ok(Fill::Author),
        "readers" => Ok(Fill::Readers),
        _ => Err(Rejected::Member),
    }
}

fn opens(note: &mut Members) -> Result<Option<u64>, Rejected> {
    if !note.has("opens") {
        return Ok(None);
    }
    match note.integer("opens")? {
        n @ 1..=OPENS => Ok(Some(n)),
        _ => Err(Rejected::Member),
    }
}
