//! The routes of secure notes, as panels call them below `/api`. Each is one call into the room.

mod objects;

pub use objects::{
    Authorised, Card, Consent, Duplicate, Histories, Issue, IssueName, KeyAdded, KeyHistories,
    LetIn, Me, Moved, NewEnd, NewGrant, NewKey, NewNote, NoteAdded, Opened, PanelState, People,
    Person, PersonKind, Recipient, Released, Site, Waiting, WaitingList,
};

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::{EventStream, Json};
use poem_openapi::types::Any;
use poem_openapi::{ApiResponse, Enum, Object, OpenApi};
use serde_json::Value;

use super::live::Changed;
use super::{Notes, refuse};
use crate::doors::PanelCaller;
use crate::ids::{AccountId, NoteId};
use crate::wire::Refused;

/// Comments on an idle stream, so that proxies keep it open.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Accounts whose histories may be asked for at once.
const HISTORIES: usize = 60;

/// The room's routes, all for panels.
pub struct NotesApi {
    notes: Arc<Notes>,
}

impl NotesApi {
    pub fn new(notes: Arc<Notes>) -> Self {
        Self { notes }
    }
}

#[derive(ApiResponse)]
enum Created<T: poem_openapi::types::ToJSON + poem_openapi::types::Type> {
    #[oai(status = 201)]
    Created(Json<T>),
}

#[derive(ApiResponse)]
enum Added {
    #[oai(status = 201)]
    Added,
}

#[derive(ApiResponse)]
enum Ended {
    #[oai(status = 204)]
    Ended,
}

#[derive(Enum)]
#[oai(rename_all = "lowercase")]
enum What {
    Notes,
    Waiting,
}

/// Something changed; ask for it.
#[derive(Object)]
struct Hint {
    changed: What,
}

#[OpenApi]
impl NotesApi {
    /// Everything a panel of the caller's issue draws.
    #[oai(path = "/state", method = "get")]
    async fn state(&self, caller: PanelCaller) -> Result<Json<PanelState>, Refused> {
        Ok(Json(self.notes.state(&caller.0).await?))
    }

    /// Whom the caller may choose as readers.
    #[oai(path = "/people", method = "get")]
    async fn people(
        &self,
        caller: PanelCaller,
        query: Query<Option<String>>,
    ) -> Result<Json<People>, Refused> {
        let query = query.0.unwrap_or_default();
        let people = self.notes.pickable(&caller.0, &query).await?;
        Ok(Json(People { people }))
    }

    /// Key histories of people at the caller's issue; accounts separated by commas.
    #[oai(path = "/keys", method = "get")]
    async fn keys(
        &self,
        caller: PanelCaller,
        accounts: Query<String>,
    ) -> Result<Json<KeyHistories>, Refused> {
        let asked: Vec<AccountId> = accounts
            .0
            .split(',')
            .filter(|account| !account.is_empty())
            .map(str::parse)
            .collect::<Result<_, _>>()
            .map_err(|_| refuse::field("accounts", "These are not account ids."))?;
        if asked.len() > HISTORIES {
            return Err(refuse::field("accounts", "These are too many.").into());
        }
        let visit = self.notes.visit(&caller.0, crate::people::SHOWN).await?;
        let found = self.notes.histories_at(&caller.0, &visit, &asked).await?;
        Ok(Json(KeyHistories {
            histories: histories_json(found.entries),
            retired: texts(&found.retired),
        }))
    }

    /// Publishes a key of the caller's browser, or revokes one.
    #[oai(path = "/keys", method = "post")]
    async fn add_key(
        &self,
        caller: PanelCaller,
        new: Json<NewKey>,
    ) -> Result<Created<KeyAdded>, Refused> {
        let added = self.notes.add_key(&caller.0, &new).await?;
        Ok(Created::Created(Json(added)))
    }

    /// Keeps a sealed note. The note's id makes it idempotent.
    #[oai(path = "/notes", method = "post")]
    async fn create(
        &self,
        caller: PanelCaller,
        new: Json<NewNote>,
    ) -> Result<Created<NoteAdded>, Refused> {
        let NewNote { envelope, seal } = new.0;
        let note = self.notes.create(&caller.0, &envelope.0, &seal).await?;
        Ok(Created::Created(Json(NoteAdded { note })))
    }

    /// Takes a note back before anybody is told of it.
    #[oai(path = "/notes/:id/take-back", method = "post")]
    async fn take_back(&self, caller: PanelCaller, id: Path<String>) -> Result<Ended, Refused> {
        self.notes.take_back(&caller.0, &note_id(&id)?).await?;
        Ok(Ended::Ended)
    }

    /// Deletes a note for everybody, for good. Its author's right alone; no key is needed.
    #[oai(path = "/notes/:id", method = "delete")]
    async fn delete(&self, caller: PanelCaller, id: Path<String>) -> Result<Ended, Refused> {
        self.notes.delete(&caller.0, &note_id(&id)?).await?;
        Ok(Ended::Ended)
    }

    /// Lets a note end sooner. Its author's right alone.
    #[oai(path = "/notes/:id/expiry", method = "post")]
    async fn shorten(
        &self,
        caller: PanelCaller,
        id: Path<String>,
        new: Json<NewEnd>,
    ) -> Result<Json<NoteAdded>, Refused> {
        let id = note_id(&id)?;
        let note = self.notes.shorten(&caller.0, &id, new.expires_at).await?;
        Ok(Json(NoteAdded { note }))
    }

    /// What the caller's browser needs to check a note before its person consents.
    #[oai(path = "/notes/:id/authorise", method = "post")]
    async fn authorise(
        &self,
        caller: PanelCaller,
        id: Path<String>,
    ) -> Result<Json<Authorised>, Refused> {
        let answer = self.notes.authorise(&caller.0, &note_id(&id)?).await?;
        Ok(Json(answer))
    }

    /// Releases the body of a note on its reader's signed consent.
    #[oai(path = "/notes/:id/open", method = "post")]
    async fn open(
        &self,
        caller: PanelCaller,
        id: Path<String>,
        consent: Json<Consent>,
    ) -> Result<Json<Released>, Refused> {
        let id = note_id(&id)?;
        Ok(Json(self.notes.open(&caller.0, &id, &consent).await?))
    }

    /// Who waits to be let in by the caller, on any issue of the site.
    #[oai(path = "/waiting", method = "get")]
    async fn waiting(&self, caller: PanelCaller) -> Result<Json<WaitingList>, Refused> {
        Ok(Json(self.notes.waiting(&caller.0).await?))
    }

    /// What the caller's browser needs to let somebody in to a note.
    #[oai(path = "/notes/:id/let-in", method = "get")]
    async fn let_in(
        &self,
        caller: PanelCaller,
        id: Path<String>,
        account: Query<String>,
    ) -> Result<Json<LetIn>, Refused> {
        let target = account.0.parse();
        let target = target.map_err(|_| refuse::field("account", "This is no account id."))?;
        let id = note_id(&id)?;
        Ok(Json(self.notes.let_in(&caller.0, &id, &target).await?))
    }

    /// Lets a browser in: the next record of the note's chain, and its wrap.
    #[oai(path = "/notes/:id/grants", method = "post")]
    async fn add_grant(
        &self,
        caller: PanelCaller,
        id: Path<String>,
        new: Json<NewGrant>,
    ) -> Result<Added, Refused> {
        self.notes
            .add_grant(&caller.0, &note_id(&id)?, &new)
            .await?;
        Ok(Added::Added)
    }

    /// Says that something changed, as it happens.
    #[oai(path = "/live", method = "get")]
    async fn live(
        &self,
        caller: PanelCaller,
    ) -> Result<EventStream<BoxStream<'static, Hint>>, Refused> {
        let changes = self.notes.live(&caller.0).await?;
        let hints = changes.map(|changed| Hint {
            changed: match changed {
                Changed::Notes => What::Notes,
                Changed::Waiting => What::Waiting,
            },
        });
        Ok(EventStream::new(hints.boxed()).keep_alive(HEARTBEAT))
    }
}

/// What is no id of a note is answered as an id of no note.
fn note_id(id: &Path<String>) -> Result<NoteId, Refused> {
    id.0.parse().map_err(|_| refuse::unknown_note().into())
}

pub(super) fn histories_json(entries: BTreeMap<AccountId, Vec<Value>>) -> Histories {
    entries
        .into_iter()
        .map(|(account, entries)| (account.to_string(), entries.into_iter().map(Any).collect()))
        .collect()
}

pub(super) fn texts<T: ToString>(items: &[T]) -> Vec<String> {
    items.iter().map(T::to_string).collect()
}
