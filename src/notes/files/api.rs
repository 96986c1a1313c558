use std::sync::Arc;

use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Binary;
use poem_openapi::{ApiResponse, OpenApi};

use crate::doors::PanelCaller;
use crate::ids::NoteId;
use crate::notes::{Notes, refuse};
use crate::seal::base64;
use crate::wire::Refused;

/// The routes of files, for panels.
pub struct FilesApi {
    notes: Arc<Notes>,
}

impl FilesApi {
    pub fn new(notes: Arc<Notes>) -> Self {
        Self { notes }
    }
}

#[derive(ApiResponse)]
enum Kept {
    #[oai(status = 204)]
    Kept,
}

#[OpenApi]
impl FilesApi {
    /// Keeps one part of a sealed file, before its note is posted. At most 983,280 bytes, which
    /// are 15 sealed chunks; the same part sent again takes the place of the first.
    #[oai(path = "/notes/:id/files/:file", method = "put")]
    async fn put_part(
        &self,
        caller: PanelCaller,
        id: Path<String>,
        file: Path<String>,
        part: Query<u16>,
        body: Binary<Vec<u8>>,
    ) -> Result<Kept, Refused> {
        let (note, file) = named(&id, &file)?;
        let kept = self
            .notes
            .keep_part(&caller.0, &note, &file, part.0, body.0.into());
        kept.await?;
        Ok(Kept::Kept)
    }

    /// One part of a sealed file, for who has opened its note within the last quarter of an hour.
    #[oai(path = "/notes/:id/files/:file", method = "get")]
    async fn part(
        &self,
        caller: PanelCaller,
        id: Path<String>,
        file: Path<String>,
        part: Query<u16>,
    ) -> Result<Binary<Vec<u8>>, Refused> {
        let (note, file) = named(&id, &file)?;
        let found = self.notes.part(&caller.0, &note, &file, part.0).await?;
        Ok(Binary(found.to_vec()))
    }
}

/// A note's id and a file's, each as it is written; anything else is answered as no note.
fn named(id: &Path<String>, file: &Path<String>) -> Result<(NoteId, String), Refused> {
    let note = id.0.parse().map_err(|_| refuse::unknown_note())?;
    let bytes = base64::decode_exact::<16>(&file.0).map_err(|_| refuse::unknown_note())?;
    Ok((note, base64::encode(&bytes)))
}
