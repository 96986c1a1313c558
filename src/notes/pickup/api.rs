use std::sync::Arc;

use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, Object, OpenApi};

use crate::doors::PanelCaller;
use crate::ids::NoteId;
use crate::notes::{Notes, refuse};
use crate::wire::Refused;

/// The routes of codes, all for panels.
pub struct PickupApi {
    notes: Arc<Notes>,
}

impl PickupApi {
    pub fn new(notes: Arc<Notes>) -> Self {
        Self { notes }
    }
}

/// A code for a reader: the next record of the note's chain, and what its words unlock.
#[derive(Debug, Object)]
#[oai(rename_all = "camelCase")]
pub struct NewPickup {
    /// The record, a compact JWS.
    pub grant: String,
    /// The wrap for the code's key.
    pub ek: String,
    pub encrypted_key: String,
    /// The private halves, closed by the words; base64url of 92 bytes.
    #[oai(rename = "box")]
    pub closed: String,
    /// SHA-256 of the token, base64url.
    pub token: String,
}

#[derive(Debug, Object)]
pub struct PickupEnd {
    /// The record that takes the code back, a compact JWS.
    pub grant: String,
}

/// A try of the words.
#[derive(Debug, Object)]
pub struct PickupTry {
    /// What the words give, base64url of 32 bytes.
    pub token: String,
    /// 16 bytes of the client's: the same try again, after a lost answer, is answered again.
    pub id: String,
}

/// What a code's token releases.
#[derive(Clone, Debug, PartialEq, Eq, Object)]
#[oai(rename_all = "camelCase")]
pub struct PickupUnlocked {
    pub kid: String,
    pub ek: String,
    pub encrypted_key: String,
    #[oai(rename = "box")]
    pub closed: String,
}

#[derive(ApiResponse)]
enum Given {
    #[oai(status = 201)]
    Given,
}

#[derive(ApiResponse)]
enum Ended {
    #[oai(status = 204)]
    Ended,
}

#[OpenApi]
impl PickupApi {
    /// Gives a reader of the caller's note a code. One that the reader had ends.
    #[oai(path = "/notes/:id/pickup", method = "post")]
    async fn give(
        &self,
        caller: PanelCaller,
        id: Path<String>,
        new: Json<NewPickup>,
    ) -> Result<Given, Refused> {
        self.notes
            .give_code(&caller.0, &note_id(&id)?, &new)
            .await?;
        Ok(Given::Given)
    }

    /// Takes back the code that a reader was given.
    #[oai(path = "/notes/:id/pickup/take-back", method = "post")]
    async fn take_back(
        &self,
        caller: PanelCaller,
        id: Path<String>,
        end: Json<PickupEnd>,
    ) -> Result<Ended, Refused> {
        let id = note_id(&id)?;
        self.notes.end_code(&caller.0, &id, &end.grant).await?;
        Ok(Ended::Ended)
    }

    /// Releases what the caller's words unlock, once. The fifth wrong try ends the code.
    #[oai(path = "/notes/:id/pickup/open", method = "post")]
    async fn open(
        &self,
        caller: PanelCaller,
        id: Path<String>,
        tried: Json<PickupTry>,
    ) -> Result<Json<PickupUnlocked>, Refused> {
        let id = note_id(&id)?;
        Ok(Json(self.notes.try_code(&caller.0, &id, &tried).await?))
    }
}

/// What is no id of a note is answered as an id of no note.
fn note_id(id: &Path<String>) -> Result<NoteId, Refused> {
    id.0.parse().map_err(|_| refuse::unknown_note().into())
}
