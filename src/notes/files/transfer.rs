use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt as _;

use super::{BYTES, NotTaken, Uploads};
use crate::clock::Instant;
use crate::ids::{NoteId, Scope, TenantId};
use crate::notes::authorise::RECENT;
use crate::notes::records::{FORMAT, Note, decode, encode};
use crate::notes::visit::Visit;
use crate::notes::{Notes, decide, layout, refuse};
use crate::people::Freshness;
use crate::store::{Add, Batch, CommitError, Expect, Key, Until, Version};
use crate::tenants::Caller;
use crate::wire::{Kind, Problem};

/// How long uploaded parts wait for their note.
const WAIT: Duration = Duration::from_secs(3600);
/// Twice that: what is this old and belongs to no note is of an upload that was given up.
const LEFT: Duration = Duration::from_secs(2 * 3600);
/// How long after an opening the note's files can be fetched.
const TICKET: Duration = Duration::from_secs(15 * 60);
/// What a person may upload in an hour, in bytes: ten notes as large as can be.
const HOURLY: u64 = 10 * BYTES;
/// Tries against other parts of the same note that come at the same time.
const TRIES: usize = 5;

/// Lets who has opened the note fetch its files for a while.
pub(in crate::notes) fn ticket(visit: &Visit, note: &Note) -> Option<(Key, Bytes, Until)> {
    let files = note.live().map_or(0, |live| live.files);
    (files > 0).then(|| {
        let key = layout::file_ticket(&note.id, &visit.viewer.account);
        let until = Until::At(visit.now + TICKET);
        (key, Bytes::from_static(&[FORMAT]), until)
    })
}

impl Notes {
    pub(in crate::notes) fn file_bytes(&self) -> i64 {
        let most = if self.blobs.is_offered() { BYTES } else { 0 };
        i64::try_from(most).unwrap_or(i64::MAX)
    }

    /// Written before it is committed: what is lost in between is swept.
    pub(super) async fn keep_part(
        &self,
        caller: &Caller,
        id: &NoteId,
        file: &str,
        part: u16,
        bytes: Bytes,
    ) -> Result<(), Problem> {
        if !self.blobs.is_offered() {
            let detail = "This site takes no files. Tell your administrator.";
            return Err(Problem::with_detail(Kind::Forbidden, detail));
        }
        let visit = self.visit(caller, Freshness::Within(RECENT)).await?;
        self.taken(&visit, id, file, part, bytes.len()).await?;
        let tenant = visit.tenant.id.to_string();
        let name = [&*tenant, &id.to_string(), file, &part.to_string()];
        let kept = self.blobs.put(&name, bytes.clone()).await;
        kept.map_err(|error| silent(&error))?;
        for _ in 0..TRIES {
            let (after, before) = self.taken(&visit, id, file, part, bytes.len()).await?;
            let batch = uploading(&visit, id, &after, before, bytes.len() as u64);
            match self.store.commit(&visit.scope, &batch, visit.now).await {
                Ok(_) => return Ok(()),
                Err(CommitError::Conflict(_)) => {}
                Err(CommitError::LimitReached(_)) => {
                    let detail = "You have sent very much within an hour. Try again later.";
                    return Err(Problem::with_detail(Kind::TooMany, detail));
                }
                Err(error) => return Err(refuse::commit(&error)),
            }
        }
        Err(refuse::busy())
    }

    /// What was uploaded with this part among it, and the version of what is stored.
    async fn taken(
        &self,
        visit: &Visit,
        id: &NoteId,
        file: &str,
        part: u16,
        size: usize,
    ) -> Result<(Uploads, Option<Version>), Problem> {
        if self.note(&visit.scope, id, visit.now).await?.is_some() {
            let detail = "This note was posted already.";
            return Err(Problem::with_detail(Kind::Conflict, detail));
        }
        let account = &visit.viewer.account;
        let (before, version) = match self.uploads(&visit.scope, id, visit.now).await? {
            Some((uploads, version)) => (uploads, Some(version)),
            None => {
                let until = visit.now + WAIT;
                (Uploads::begun(account.clone(), visit.issue, until), None)
            }
        };
        let after = before.with(account, visit.issue, file, part, size);
        Ok((after.map_err(not_taken)?, version))
    }

    async fn uploads(
        &self,
        scope: &Scope,
        id: &NoteId,
        now: Instant,
    ) -> Result<Option<(Uploads, Version)>, Problem> {
        let Some(record) = self.read(scope, &layout::uploads(id), now).await? else {
            return Ok(None);
        };
        let uploads = decode("upload", &record.value).map_err(|e| refuse::unreadable(&e))?;
        Ok(Some((uploads, record.version)))
    }

    /// The files that wait for a new note of the visitor: how many, and the record that its commit
    /// takes over.
    pub(in crate::notes) async fn uploaded(
        &self,
        visit: &Visit,
        id: &NoteId,
    ) -> Result<Option<(u32, Version)>, Problem> {
        let Some((uploads, version)) = self.uploads(&visit.scope, id, visit.now).await? else {
            return Ok(None);
        };
        if uploads.account != visit.viewer.account || uploads.issue != visit.issue {
            return Err(not_taken(NotTaken::NotTheirs));
        }
        match uploads.whole().and_then(|count| u32::try_from(count).ok()) {
            Some(count) => Ok(Some((count, version))),
            None => Err(refuse::field("files", "A file was not uploaded whole.")),
        }
    }

    pub(super) async fn part(
        &self,
        caller: &Caller,
        id: &NoteId,
        file: &str,
        part: u16,
    ) -> Result<Bytes, Problem> {
        let visit = self.visit(caller, Freshness::Within(RECENT)).await?;
        let (note, _) = self.note_here(&visit, id).await?;
        if let Err(denied) = decide::may_read(&note, &visit.viewer, visit.now) {
            return Err(self.refuse(&visit, &note, denied).await);
        }
        let ticket = layout::file_ticket(id, &visit.viewer.account);
        if self.read(&visit.scope, &ticket, visit.now).await?.is_none() {
            let detail = "Unlock the note first; then its files can be saved for a while.";
            return Err(Problem::with_detail(Kind::Forbidden, detail));
        }
        let tenant = visit.tenant.id.to_string();
        let name = [&*tenant, &id.to_string(), file, &part.to_string()];
        match self.blobs.get(&name).await {
            Ok(Some(bytes)) => Ok(bytes),
            Ok(None) => Err(Problem::with_detail(
                Kind::NotFound,
                "There is no such part.",
            )),
            Err(error) => Err(silent(&error)),
        }
    }

    /// Deletes what was uploaded and belongs to no note, or to one that has ended. Runs each hour.
    pub async fn sweep_files(&self, now: Instant) -> Result<u64, Problem> {
        let mut old = self.blobs.older_than(now - LEFT);
        let (mut swept, mut last) = (0, Vec::new());
        while let Some(name) = old.next().await {
            let mut name = name.map_err(|error| silent(&error))?;
            name.truncate(2);
            // Pieces of one note come one after another.
            if name == last {
                continue;
            }
            last.clone_from(&name);
            let [tenant, note] = &name[..] else { continue };
            if self.is_left(tenant, note, now).await? {
                let gone = self.blobs.delete_under(&[tenant, note]).await;
                swept += gone.map_err(|error| silent(&error))?;
            }
        }
        Ok(swept)
    }

    async fn is_left(&self, tenant: &str, note: &str, now: Instant) -> Result<bool, Problem> {
        let (Ok(tenant), Ok(note)) = (tenant.parse::<TenantId>(), note.parse::<NoteId>()) else {
            return Ok(false);
        };
        let scope = Scope::tenant(tenant);
        let kept = self.note(&scope, &note, now).await?;
        let kept = kept.is_some_and(|(note, _)| note.live().is_some());
        Ok(!kept && self.uploads(&scope, &note, now).await?.is_none())
    }
}

fn uploading(
    visit: &Visit,
    id: &NoteId,
    after: &Uploads,
    before: Option<Version>,
    size: u64,
) -> Batch {
    let key = layout::uploads(id);
    let hour = visit.now.seconds().div_euclid(3600);
    let expect = match before {
        Some(version) => Expect::Is(key.clone(), version),
        None => Expect::Absent(key.clone()),
    };
    Batch {
        expect: vec![expect, Expect::Absent(layout::note(id))],
        put: vec![(key, encode(after), Until::At(after.until))],
        add: vec![Add {
            key: layout::uploaded_bytes(&visit.viewer.account, hour),
            by: i64::try_from(size).unwrap_or(i64::MAX),
            at_most: i64::try_from(HOURLY).ok(),
            until: Until::At(visit.now + LEFT),
        }],
        ..Batch::default()
    }
}

fn not_taken(why: NotTaken) -> Problem {
    match why {
        NotTaken::NotTheirs => {
            Problem::with_detail(Kind::Conflict, "This note's id was used for another note.")
        }
        NotTaken::TooManyFiles => refuse::field("files", "A note has 20 files at most."),
        NotTaken::TooMuch => Problem::at_field(
            Kind::TooLarge,
            "files",
            "The files of a note have 25 MB together at most.",
        ),
        NotTaken::Part => refuse::field("part", "A file has no such part."),
    }
}

fn silent(error: &crate::blobs::Lost) -> Problem {
    tracing::warn!(%error, "the place of files did not answer");
    Problem::with_detail(
        Kind::Unavailable,
        "Files cannot be reached right now. Try again in a moment.",
    )
}
