//! The bare reference for the embedded store: one thread that writes the same rows in groups.

use std::time::Duration;

use crate::Failure;
use crate::load::now;

/// Rows a second that a bare loop commits in groups of `group`, each group synced.
pub fn rate(
    folder: &std::path::Path,
    row: &[u8],
    group: u32,
    span: Duration,
) -> Result<f64, Failure> {
    let path = folder.join("bare.sqlite");
    let db = rusqlite::Connection::open(&path)?;
    db.execute_batch(
        "PRAGMA page_size=8192; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;
         PRAGMA secure_delete=ON;
         CREATE TABLE dedupe(name TEXT PRIMARY KEY, until INTEGER) WITHOUT ROWID;
         CREATE TABLE job(seq INTEGER PRIMARY KEY, lane TEXT, id TEXT UNIQUE, body BLOB);
         CREATE INDEX lanes ON job(lane, seq);",
    )?;
    let mut number = 0_u64;
    let began = now();
    while began.elapsed() < span {
        db.execute_batch("BEGIN IMMEDIATE")?;
        {
            let mut dedupe = db.prepare_cached("INSERT INTO dedupe VALUES(?1, ?2)")?;
            let mut job = db.prepare_cached("INSERT INTO job(lane,id,body) VALUES(?1,?2,?3)")?;
            for _ in 0..group {
                number += 1;
                dedupe.execute((format!("d/{number}"), 1))?;
                job.execute((format!("event/{}", number % 50), format!("j/{number}"), row))?;
            }
        }
        db.execute_batch("COMMIT")?;
    }
    Ok(number as f64 / began.elapsed().as_secs_f64())
}
