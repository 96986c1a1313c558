//! The tables of the file, and how a connection to it is set.
//!
//! Instants are milliseconds since 1970, NULL where there is none. `scope` is a tenant's id, or
//! `-` and the partition in two hex digits for shared keys. `folder` is empty for point records.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, OptionalExtension as _};

use crate::ids::{PARTITIONS, Partition, Scope};
use crate::store::OpenError;

const SCHEMA: u64 = 1;

/// `rec`: records; a value of NULL remembers a deletion in a followed folder. `ident`: ids of
/// jobs that are present (`until` NULL) or were done. `seq` orders jobs by commit.
const DDL: &str = "
CREATE TABLE meta(name TEXT PRIMARY KEY, value ANY) STRICT, WITHOUT ROWID;
CREATE TABLE part(p INTEGER PRIMARY KEY, version INTEGER NOT NULL) STRICT;
CREATE TABLE tenant(p INTEGER NOT NULL, scope TEXT NOT NULL, PRIMARY KEY(p, scope)) STRICT, WITHOUT ROWID;
CREATE TABLE rec(
  scope TEXT NOT NULL, folder TEXT NOT NULL, name TEXT NOT NULL, feed INTEGER NOT NULL,
  version INTEGER NOT NULL, expires_at INTEGER, value BLOB,
  PRIMARY KEY(scope, folder, name)) STRICT, WITHOUT ROWID;
CREATE INDEX rec_expiry ON rec(expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX rec_feed ON rec(scope, folder, version) WHERE feed = 1;
CREATE TABLE job(
  seq INTEGER PRIMARY KEY, scope TEXT NOT NULL, id TEXT NOT NULL, kind TEXT NOT NULL, lane TEXT,
  apart INTEGER NOT NULL, due INTEGER NOT NULL, pushed_at INTEGER NOT NULL,
  attempt INTEGER NOT NULL, bytes INTEGER NOT NULL) STRICT;
CREATE TABLE body(seq INTEGER PRIMARY KEY, value BLOB NOT NULL) STRICT;
CREATE TABLE ident(scope TEXT NOT NULL, id TEXT NOT NULL, until INTEGER, PRIMARY KEY(scope, id)) STRICT, WITHOUT ROWID;
CREATE INDEX ident_expiry ON ident(until) WHERE until IS NOT NULL;
CREATE TABLE dead(
  scope TEXT NOT NULL, id TEXT NOT NULL, kind TEXT NOT NULL, lane TEXT, reason TEXT NOT NULL,
  attempts INTEGER NOT NULL, died_at INTEGER NOT NULL, value BLOB NOT NULL,
  PRIMARY KEY(scope, id)) STRICT, WITHOUT ROWID;
";

/// The text of `scope` in the file: the tenant's own keys, or the shared ones of its partition.
pub(super) fn owner(scope: &Scope, shared: bool) -> String {
    match scope.owner() {
        Some(tenant) if !shared => tenant.to_string(),
        _ => commons(scope.partition()),
    }
}

fn commons(p: Partition) -> String {
    format!("-{:02x}", p.number())
}

/// What [`owner`] wrote.
pub(super) fn parse_owner(text: &str) -> Option<Scope> {
    match text.strip_prefix('-') {
        Some(hex) if hex.len() == 2 => {
            let number = u8::from_str_radix(hex, 16).ok()?;
            Some(Scope::commons(Partition::new(number).ok()?))
        }
        _ => Some(Scope::tenant(text.parse().ok()?)),
    }
}

/// Numbers of ours stay far below 2^63; SQLite has no unsigned integers.
pub(super) fn int(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(super) fn num(stored: i64) -> u64 {
    u64::try_from(stored).unwrap_or(0)
}

/// Opens the file for writing, making its tables if it has none.
pub(super) fn open_writer(path: &Path) -> Result<Connection, OpenError> {
    let conn = Connection::open(path).map_err(unreachable)?;
    settle(&conn, path)?;
    Ok(conn)
}

fn settle(conn: &Connection, path: &Path) -> Result<(), OpenError> {
    conn.busy_timeout(Duration::from_secs(5))
        .map_err(unreachable)?;
    // The page size counts only before the first table, and secure_delete before the first page.
    conn.execute_batch(
        "PRAGMA page_size = 8192;
         PRAGMA journal_mode = WAL;
         PRAGMA synchronous = FULL;
         PRAGMA secure_delete = ON;
         PRAGMA wal_autocheckpoint = 0;
         PRAGMA cell_size_check = ON;
         PRAGMA cache_size = -16384;
         PRAGMA temp_store = MEMORY;",
    )
    .map_err(unreachable)?;
    conn.set_prepared_statement_cache_capacity(64);
    let tables: i64 = conn
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
        .map_err(unreachable)?;
    if tables == 0 {
        create(conn).map_err(unreachable)?;
    }
    check(conn, path)
}

fn create(conn: &Connection) -> rusqlite::Result<()> {
    conn.execute_batch("BEGIN IMMEDIATE")?;
    conn.execute_batch(DDL)?;
    conn.execute(
        "INSERT INTO meta(name, value) VALUES
           ('store', lower(hex(randomblob(16)))), ('partitions', ?1), ('schema', ?2),
           ('min_reader', ?2), ('seq', 0)",
        [i64::from(PARTITIONS), int(SCHEMA)],
    )?;
    conn.execute_batch("COMMIT")
}

/// Something was erased since the file was last written anew.
pub(super) fn owes_rewrite(conn: &Connection) -> rusqlite::Result<bool> {
    let sql = "SELECT count(*) FROM meta WHERE name = 'owes_rewrite'";
    conn.query_row(sql, [], |row| row.get(0))
}

fn check(conn: &Connection, path: &Path) -> Result<(), OpenError> {
    let foreign = |what: &str| OpenError::Incompatible(format!("{}: {what}", path.display()));
    let read = |name: &str| -> Result<i64, OpenError> {
        conn.query_row("SELECT value FROM meta WHERE name = ?1", [name], |row| {
            row.get(0)
        })
        .optional()
        .map_err(|_| foreign("it is no store of this product"))?
        .ok_or_else(|| foreign("its meta record is incomplete"))
    };
    if num(read("min_reader")?) > SCHEMA {
        return Err(foreign("it was written by a newer release"));
    }
    if read("partitions")? != i64::from(PARTITIONS) {
        return Err(foreign("it has another number of partitions"));
    }
    Ok(())
}

/// A connection that can only read.
pub(super) fn open_reader(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags)?;
    conn.busy_timeout(Duration::from_secs(1))?;
    conn.execute_batch("PRAGMA query_only = ON; PRAGMA cache_size = -4096;")?;
    conn.set_prepared_statement_cache_capacity(32);
    Ok(conn)
}

pub(super) fn unreachable(error: rusqlite::Error) -> OpenError {
    OpenError::Unreachable(error.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::TenantId;

    #[test]
    fn owners_come_back() {
        // A tenant's id can itself begin with the mark of shared keys.
        for first in [0_u8, 0xF8, 0xFB] {
            let mut bytes = [3; 16];
            bytes[0] = first;
            let scope = Scope::tenant(TenantId::from_bytes(bytes));
            assert_eq!(parse_owner(&owner(&scope, false)), Some(scope));
        }
        for p in Partition::all() {
            let scope = Scope::commons(p);
            assert_eq!(parse_owner(&owner(&scope, false)), Some(scope));
        }
        assert_eq!(parse_owner("-zz"), None);
    }
}
