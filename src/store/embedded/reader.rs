//! Reads: a few connections that can only read, used on blocking threads. A read sees every
//! commit that was answered before it began.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, OptionalExtension as _, Row, params};
use tokio::sync::Semaphore;

use super::schema::{int, num, open_reader};
use crate::clock::Instant;
use crate::ids::TenantId;
use crate::store::{Change, DeadJob, JobKey, Name, Page, Record, Unavailable, Version, codec};

/// Enough for two cores and a slow disk; each holds up to 4 MB of pages.
const CONNECTIONS: usize = 4;

/// A batch changes at most this many records under one version.
const ONE_VERSION: u32 = 128;

#[derive(Clone)]
pub(super) struct Readers {
    path: PathBuf,
    idle: Arc<Mutex<Vec<Connection>>>,
    permits: Arc<Semaphore>,
}

impl Readers {
    pub(super) fn new(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            idle: Arc::new(Mutex::new(Vec::new())),
            permits: Arc::new(Semaphore::new(CONNECTIONS)),
        }
    }

    pub(super) async fn read<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Connection) -> Result<T, Unavailable> + Send + 'static,
    ) -> Result<T, Unavailable> {
        let permit = self.permits.clone().acquire_owned().await;
        let permit = permit.map_err(|_| Unavailable::because("the store is closed"))?;
        let readers = self.clone();
        let reading = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            let conn = readers.connection()?;
            let answer = query(&conn)?;
            let mut idle = readers.idle.lock().unwrap_or_else(PoisonError::into_inner);
            idle.push(conn);
            Ok(answer)
        });
        reading.await.map_err(Unavailable::because)?
    }

    fn connection(&self) -> Result<Connection, Unavailable> {
        let idle = self
            .idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        match idle {
            Some(conn) => Ok(conn),
            None => open_reader(&self.path).map_err(Unavailable::because),
        }
    }

    /// No read begins after this; those that run end within their deadline.
    pub(super) fn close(&self) {
        self.permits.close();
        self.idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }
}

/// Scope, folder and name of a record, as text of the file.
pub(super) struct Place {
    pub scope: String,
    pub folder: String,
    pub name: String,
}

fn record(row: &Row<'_>, first: usize) -> rusqlite::Result<(Vec<u8>, Version, Option<Instant>)> {
    let expires_at: Option<i64> = row.get(first + 1)?;
    Ok((
        row.get(first + 2)?,
        Version(num(row.get(first)?)),
        expires_at.map(Instant::from_millis),
    ))
}

fn unpacked(raw: (Vec<u8>, Version, Option<Instant>)) -> Result<Record, Unavailable> {
    Ok(Record {
        value: codec::unpack(&raw.0.into())?,
        version: raw.1,
        expires_at: raw.2,
    })
}

pub(super) fn get(
    conn: &Connection,
    place: &Place,
    now: Instant,
) -> Result<Option<Record>, Unavailable> {
    let sql = "SELECT version, expires_at, value FROM rec
               WHERE scope = ?1 AND folder = ?2 AND name = ?3 AND value IS NOT NULL
               AND (expires_at IS NULL OR expires_at > ?4)";
    let at = params![place.scope, place.folder, place.name, now.millis()];
    let mut statement = conn.prepare_cached(sql).map_err(Unavailable::because)?;
    let found = statement.query_row(at, |row| record(row, 0)).optional();
    found
        .map_err(Unavailable::because)?
        .map(unpacked)
        .transpose()
}

/// All from one state of the store.
pub(super) fn get_many(
    conn: &Connection,
    places: &[Place],
    now: Instant,
) -> Result<Vec<Option<Record>>, Unavailable> {
    let snapshot = conn.unchecked_transaction().map_err(Unavailable::because)?;
    let found = places.iter().map(|p| get(&snapshot, p, now)).collect();
    snapshot.finish().map_err(Unavailable::because)?;
    found
}

pub(super) fn range(
    conn: &Connection,
    scope: &str,
    folder: &str,
    after: Option<&str>,
    limit: u16,
    now: Instant,
) -> Result<Page, Unavailable> {
    let sql = "SELECT name, version, expires_at, value FROM rec
               WHERE scope = ?1 AND folder = ?2 AND name > ?3 AND value IS NOT NULL
               AND (expires_at IS NULL OR expires_at > ?4) ORDER BY name LIMIT ?5";
    let one_more = u32::from(limit) + 1;
    let at = params![scope, folder, after.unwrap_or(""), now.millis(), one_more];
    let mut items = Vec::new();
    for row in rows(conn, sql, at, |row| {
        Ok((row.get::<_, String>(0)?, record(row, 1)?))
    })? {
        items.push((Name::stored(&row.0), unpacked(row.1)?));
    }
    let more = items.len() > usize::from(limit);
    items.truncate(usize::from(limit));
    let next = items.last().filter(|_| more).map(|(name, _)| name.clone());
    Ok(Page { items, next })
}

pub(super) fn changes(
    conn: &Connection,
    scope: &str,
    folder: &str,
    after: Version,
    limit: u16,
) -> Result<Vec<Change>, Unavailable> {
    let sql = "SELECT name, version, expires_at, value FROM rec
               WHERE scope = ?1 AND folder = ?2 AND feed = 1 AND version > ?3
               ORDER BY version, name LIMIT ?4";
    let most = u32::from(limit) + ONE_VERSION;
    let at = params![scope, folder, int(after.0), most];
    let mut changes = Vec::new();
    for (name, version, raw) in rows(conn, sql, at, |row| {
        let version = Version(num(row.get(1)?));
        let deleted = row.get_ref(3)? == rusqlite::types::ValueRef::Null;
        let raw = if deleted { None } else { Some(record(row, 1)?) };
        Ok((row.get::<_, String>(0)?, version, raw))
    })? {
        changes.push(Change {
            name: Name::stored(&name),
            version,
            record: raw.map(unpacked).transpose()?,
        });
    }
    Ok(super::super::record::whole_versions(changes, limit))
}

fn rows<T>(
    conn: &Connection,
    sql: &str,
    at: impl rusqlite::Params,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>, Unavailable> {
    let mut statement = conn.prepare_cached(sql).map_err(Unavailable::because)?;
    let found = statement
        .query_map(at, read)
        .map_err(Unavailable::because)?;
    found
        .collect::<rusqlite::Result<Vec<T>>>()
        .map_err(Unavailable::because)
}

pub(super) fn tenants(
    conn: &Connection,
    p: u8,
    after: Option<&str>,
    limit: u16,
) -> Result<Vec<TenantId>, Unavailable> {
    let sql = "SELECT scope FROM tenant WHERE p = ?1 AND scope > ?2 ORDER BY scope LIMIT ?3";
    let at = params![p, after.unwrap_or(""), limit];
    let found = rows(conn, sql, at, |row| row.get::<_, String>(0))?;
    found
        .iter()
        .map(|text| text.parse().map_err(Unavailable::because))
        .collect()
}

pub(super) fn dead(
    conn: &Connection,
    scope: &str,
    after: Option<&str>,
    limit: u16,
) -> Result<Vec<DeadJob>, Unavailable> {
    let sql = "SELECT id, kind, reason, attempts, died_at FROM dead
               WHERE scope = ?1 AND id > ?2 ORDER BY id LIMIT ?3";
    rows(
        conn,
        sql,
        params![scope, after.unwrap_or(""), limit],
        |row| {
            Ok(DeadJob {
                id: JobKey(Name::stored(row.get_ref(0)?.as_str()?)),
                kind: row.get(1)?,
                reason: row.get(2)?,
                attempts: row.get(3)?,
                died_at: Instant::from_millis(row.get(4)?),
            })
        },
    )
}

pub(super) fn count_dead(conn: &Connection) -> Result<u64, Unavailable> {
    conn.query_row("SELECT count(*) FROM dead", [], |row| row.get(0))
        .map(num)
        .map_err(Unavailable::because)
}
