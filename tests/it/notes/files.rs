//! Files of a note: uploaded before it, fetched by who opened it, gone with it.

use std::time::Duration;

use deskbridge::app::config::StoreKind;
use deskbridge::seal::base64;
use serde_json::json;

use super::bed::{Bed, Person};
use super::browser::Sealed;
use super::{TEXT, posted, read, sealed};
use crate::harness::on_each_store;

on_each_store!(
    a_file_is_fetched_by_who_opened_its_note,
    a_files_parts_go_with_its_note,
    what_no_note_came_for_is_swept,
    an_upload_is_its_authors_and_ends_with_the_note,
    x4_no_link_leads_to_a_file_of_a_note,
);

/// As a browser seals it: noise to whoever has no key.
const PART: &[u8] = b"sealed-chunk-of-a-file";

fn file(n: u8) -> String {
    base64::encode(&[n; 16])
}

fn place(note: &Sealed, file: &str, part: u16) -> String {
    format!("/api/notes/{}/files/{file}?part={part}", note.id)
}

/// A note of `author` for `reader`, sealed and not yet posted.
async fn draft(author: &Person<'_>, reader: &Person<'_>) -> (super::Browser, Sealed) {
    let browser = author.browser().await;
    let note = sealed(author, &browser, &[&reader.account], TEXT).await;
    (browser, note)
}

/// How many parts lie in the place of files.
fn parts_kept(bed: &Bed) -> usize {
    fn below(folder: &std::path::Path) -> usize {
        let Ok(entries) = std::fs::read_dir(folder) else {
            return 0;
        };
        let paths = entries.filter_map(|entry| entry.ok().map(|entry| entry.path()));
        paths
            .map(|path| if path.is_dir() { below(&path) } else { 1 })
            .sum()
    }
    below(&bed.place.folder.path().join("files"))
}

async fn a_file_is_fetched_by_who_opened_its_note(on: StoreKind) {
    let bed = Bed::start(on).await;
    let (niro, nero) = (bed.person("niro", "ITH-1"), bed.person("nero", "ITH-1"));
    let reader = nero.browser().await;
    let (_, note) = draft(&niro, &nero).await;
    for part in 0..2 {
        let kept = niro.put(&place(&note, &file(1), part), PART).await;
        assert_eq!(kept.status, 204, "{}", kept.body);
    }
    assert_eq!(posted(&niro, &note).await.status, 201);
    assert_eq!(nero.cards().await[0]["files"], 1);

    let early = nero.get(&place(&note, &file(1), 0)).await;
    assert_eq!(early.status, 403, "{}", early.body);
    assert_eq!(read(&nero, &reader, &note).await.as_deref(), Some(TEXT));
    for part in 0..2 {
        let found = nero.get(&place(&note, &file(1), part)).await;
        assert_eq!((found.status, found.body.as_bytes()), (200, PART));
    }
    let other = nero.get(&place(&note, &file(2), 0)).await;
    assert_eq!(other.status, 404, "{}", other.body);
    for (who, status) in [("ada", 403), ("jonathan", 404)] {
        let answer = bed
            .person(who, "ITH-1")
            .get(&place(&note, &file(1), 0))
            .await;
        assert_eq!(answer.status, status, "{who}: {}", answer.body);
    }
    bed.advance(Duration::from_secs(15 * 60));
    let late = bed
        .person("nero", "ITH-1")
        .get(&place(&note, &file(1), 0))
        .await;
    assert_eq!(late.status, 403, "{}", late.body);
}

async fn a_files_parts_go_with_its_note(on: StoreKind) {
    let bed = Bed::start(on).await;
    let (niro, nero) = (bed.person("niro", "ITH-1"), bed.person("nero", "ITH-1"));
    let (_, note) = draft(&niro, &nero).await;
    for n in 1..=3 {
        assert_eq!(niro.put(&place(&note, &file(n), 0), PART).await.status, 204);
    }
    assert_eq!(posted(&niro, &note).await.status, 201);
    assert_eq!(parts_kept(&bed), 3);
    let deleted = niro.delete(&format!("/api/notes/{}", note.id)).await;
    assert_eq!(deleted.status, 204, "{}", deleted.body);
    bed.until("the parts are gone", async || parts_kept(&bed) == 0)
        .await;
    let gone = niro.get(&place(&note, &file(1), 0)).await;
    assert_eq!(gone.status, 410, "{}", gone.body);
}

async fn what_no_note_came_for_is_swept(on: StoreKind) {
    let bed = Bed::start(on).await;
    let (niro, nero) = (bed.person("niro", "ITH-1"), bed.person("nero", "ITH-1"));
    let (browser, left) = draft(&niro, &nero).await;
    assert_eq!(niro.put(&place(&left, &file(1), 0), PART).await.status, 204);
    let kept = sealed(&niro, &browser, &[&nero.account], TEXT).await;
    assert_eq!(niro.put(&place(&kept, &file(1), 0), PART).await.status, 204);
    assert_eq!(posted(&niro, &kept).await.status, 201);
    let notes = &bed.running.parts().notes;
    assert_eq!(notes.sweep_files(bed.clock.now()).await.unwrap(), 0);
    bed.advance(Duration::from_secs(2 * 3600 + 60));
    bed.until("the left one is swept", async || {
        notes.sweep_files(bed.clock.now()).await.unwrap();
        parts_kept(&bed) == 1
    })
    .await;
}

async fn an_upload_is_its_authors_and_ends_with_the_note(on: StoreKind) {
    let bed = Bed::start(on).await;
    let (niro, nero) = (bed.person("niro", "ITH-1"), bed.person("nero", "ITH-1"));
    let (_, note) = draft(&niro, &nero).await;
    let here = |n, part| place(&note, &file(n), part);
    assert_eq!(niro.put(&here(1, 0), PART).await.status, 204);
    assert_eq!(nero.put(&here(2, 0), PART).await.status, 409);
    assert_eq!(niro.put(&here(1, 40), PART).await.status, 400);
    assert_eq!(niro.put(&here(1, 1), b"").await.status, 400);
    assert_eq!(niro.put(&here(1, 1), &vec![7; 983_281]).await.status, 400);
    assert_eq!(niro.put(&here(1, 1), &vec![7; 2 << 20]).await.status, 413);
    let nowhere = format!("/api/notes/{}/files/.._etc_passwd?part=0", note.id);
    assert_eq!(niro.put(&nowhere, PART).await.status, 404);
    // A part is missing in between.
    assert_eq!(niro.put(&here(1, 2), PART).await.status, 204);
    assert_eq!(posted(&niro, &note).await.status, 400);
    assert_eq!(niro.put(&here(1, 1), PART).await.status, 204);
    assert_eq!(posted(&niro, &note).await.status, 201);
    assert_eq!(posted(&niro, &note).await.status, 201, "sent again");
    assert_eq!(niro.put(&here(2, 0), PART).await.status, 409);
}

async fn x4_no_link_leads_to_a_file_of_a_note(on: StoreKind) {
    let bed = Bed::start(on).await;
    let (niro, nero) = (bed.person("niro", "ITH-1"), bed.person("nero", "ITH-1"));
    let reader = nero.browser().await;
    let (_, note) = draft(&niro, &nero).await;
    assert_eq!(niro.put(&place(&note, &file(1), 0), PART).await.status, 204);
    assert_eq!(posted(&niro, &note).await.status, 201);
    assert_eq!(read(&nero, &reader, &note).await.as_deref(), Some(TEXT));
    // Whoever has the address alone has nothing, and no answer tells of another address.
    let bare = bed.bare(&place(&note, &file(1), 0)).await;
    assert_eq!(bare.status, 401, "{}", bare.body);
    let state = nero.get("/api/state").await.body;
    let told = format!(
        "{state} {:?} {:?}",
        bed.comments("ITH-1"),
        bed.host.site().notices
    );
    assert!(
        !told.contains(&file(1)) && !told.contains("/files/"),
        "{told}"
    );
    let links = json!(["link", "download", "share"]);
    for way in links.as_array().unwrap() {
        let path = format!(
            "/api/notes/{}/files/{}/{}",
            note.id,
            file(1),
            way.as_str().unwrap()
        );
        let answer = niro.post(&path, &json!({})).await;
        assert_eq!(answer.status, 404, "{path}: {}", answer.body);
    }
}
