//! Records inside the writer's transaction.

use rusqlite::{Connection, OptionalExtension as _, params};

use super::schema::{int, num, owner};
use crate::clock::Instant;
use crate::ids::Scope;
use crate::store::{Key, codec};

/// For how long a followed folder remembers a deletion.
pub(super) const REMEMBERED_MILLIS: i64 = 30 * 24 * 3600 * 1000;

/// The two scope texts that the keys of one batch can have.
pub(super) struct Owners {
    own: String,
    shared: String,
}

impl Owners {
    pub(super) fn of(scope: &Scope) -> Self {
        Self {
            own: owner(scope, false),
            shared: owner(scope, true),
        }
    }

    pub(super) fn own(&self) -> &str {
        &self.own
    }

    fn of_key(&self, key: &Key) -> &str {
        if key.shared { &self.shared } else { &self.own }
    }
}

pub(super) fn folder_text(key: &Key) -> &str {
    key.folder
        .as_ref()
        .map_or("", |folder| folder.name.as_str())
}

/// Folder and name of a key as they lie in the file.
pub(super) fn texts(key: &Key) -> (&str, &str) {
    (folder_text(key), key.name.as_str())
}

fn followed(key: &Key) -> bool {
    key.folder.as_ref().is_some_and(|folder| folder.feed)
}

/// The version of a record that is alive at `now`.
pub(super) fn version(
    conn: &Connection,
    owners: &Owners,
    key: &Key,
    now: Instant,
) -> rusqlite::Result<Option<u64>> {
    let sql = "SELECT version FROM rec WHERE scope = ?1 AND folder = ?2 AND name = ?3
               AND value IS NOT NULL AND (expires_at IS NULL OR expires_at > ?4)";
    let at = params![
        owners.of_key(key),
        folder_text(key),
        key.name.as_str(),
        now.millis()
    ];
    let found: Option<i64> = conn
        .prepare_cached(sql)?
        .query_row(at, |row| row.get(0))
        .optional()?;
    Ok(found.map(num))
}

/// The number in a counter: 0 where there is none, None where the record is no number.
pub(super) fn number(
    conn: &Connection,
    owners: &Owners,
    key: &Key,
    now: Instant,
) -> rusqlite::Result<Option<i64>> {
    let sql = "SELECT value FROM rec WHERE scope = ?1 AND folder = ?2 AND name = ?3
               AND value IS NOT NULL AND (expires_at IS NULL OR expires_at > ?4)";
    let at = params![
        owners.of_key(key),
        folder_text(key),
        key.name.as_str(),
        now.millis()
    ];
    let found: Option<Vec<u8>> = conn
        .prepare_cached(sql)?
        .query_row(at, |row| row.get(0))
        .optional()?;
    let Some(stored) = found else {
        return Ok(Some(0));
    };
    let text = codec::unpack(&stored.into()).ok();
    Ok(text.and_then(|text| std::str::from_utf8(&text).ok()?.parse().ok()))
}

pub(super) fn put(
    conn: &Connection,
    owners: &Owners,
    key: &Key,
    value: &[u8],
    expires_at: Option<Instant>,
    version: u64,
) -> rusqlite::Result<()> {
    let sql = "INSERT INTO rec(scope, folder, name, feed, version, expires_at, value)
               VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)
               ON CONFLICT(scope, folder, name) DO UPDATE SET feed = excluded.feed,
               version = excluded.version, expires_at = excluded.expires_at, value = excluded.value";
    conn.prepare_cached(sql)?.execute(params![
        owners.of_key(key),
        folder_text(key),
        key.name.as_str(),
        followed(key),
        int(version),
        expires_at.map(Instant::millis),
        value
    ])?;
    Ok(())
}

pub(super) fn delete(
    conn: &Connection,
    owners: &Owners,
    key: &Key,
    now: Instant,
    version: u64,
) -> rusqlite::Result<()> {
    let (scope, folder, name) = (owners.of_key(key), folder_text(key), key.name.as_str());
    if followed(key) {
        let sql = "UPDATE rec SET value = NULL, version = ?4, expires_at = ?5
                   WHERE scope = ?1 AND folder = ?2 AND name = ?3 AND value IS NOT NULL";
        let forgotten = now.millis().saturating_add(REMEMBERED_MILLIS);
        conn.prepare_cached(sql)?
            .execute(params![scope, folder, name, int(version), forgotten])?;
    } else {
        let sql = "DELETE FROM rec WHERE scope = ?1 AND folder = ?2 AND name = ?3";
        conn.prepare_cached(sql)?
            .execute(params![scope, folder, name])?;
    }
    Ok(())
}
