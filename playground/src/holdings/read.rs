//! Reading a whole store: every table of a SQLite file, every key of a Redis server.

use std::path::{Path, PathBuf};

use redis::aio::MultiplexedConnection;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};

use super::Entry;

/// Enough for a demonstration; a store with more is cut here.
const MOST: usize = 50_000;

pub fn files(paths: &[PathBuf]) -> rusqlite::Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for path in paths.iter().filter(|path| path.exists()) {
        file(path, &mut entries)?;
    }
    Ok(entries)
}

fn file(path: &Path, entries: &mut Vec<Entry>) -> rusqlite::Result<()> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(std::time::Duration::from_millis(500))?;
    let name = path
        .extension()
        .and_then(|e| e.to_str())
        .unwrap_or_default();
    let before = if name == "shred" { "shred keys: " } else { "" };
    let mut tables = connection.prepare("SELECT name FROM sqlite_master WHERE type = 'table'")?;
    let tables: Vec<String> = tables
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    for table in tables {
        let quoted = table.replace('"', "\"\"");
        let mut statement =
            connection.prepare(&format!("SELECT * FROM \"{quoted}\" LIMIT {MOST}"))?;
        let columns = statement.column_count();
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let mut place = format!("{before}{table}");
            let mut raw = Vec::new();
            for column in 0..columns {
                match row.get_ref(column)? {
                    ValueRef::Blob(bytes) => raw.extend_from_slice(bytes),
                    ValueRef::Text(text) => {
                        place.push_str(" · ");
                        place.push_str(&String::from_utf8_lossy(text));
                    }
                    ValueRef::Integer(number) => place.push_str(&format!(" · {number}")),
                    ValueRef::Real(number) => place.push_str(&format!(" · {number}")),
                    ValueRef::Null => {}
                }
            }
            entries.push(Entry { place, raw });
        }
    }
    Ok(())
}

pub async fn redis(url: &str) -> redis::RedisResult<Vec<Entry>> {
    let client = redis::Client::open(url)?;
    let mut connection = client.get_multiplexed_async_connection().await?;
    let mut entries = Vec::new();
    let mut cursor: u64 = 0;
    loop {
        let (next, keys): (u64, Vec<Vec<u8>>) = redis::cmd("SCAN")
            .arg(cursor)
            .arg("COUNT")
            .arg(500)
            .query_async(&mut connection)
            .await?;
        for key in keys {
            key_entries(&mut connection, &key, &mut entries).await?;
        }
        cursor = next;
        if cursor == 0 || entries.len() > MOST {
            break;
        }
    }
    entries.sort_by(|a, b| a.place.cmp(&b.place));
    entries.dedup_by(|a, b| a.place == b.place && a.raw == b.raw);
    Ok(entries)
}

type Pairs = Vec<(Vec<u8>, Vec<u8>)>;

async fn key_entries(
    connection: &mut MultiplexedConnection,
    key: &[u8],
    entries: &mut Vec<Entry>,
) -> redis::RedisResult<()> {
    let kind: String = redis::cmd("TYPE").arg(key).query_async(connection).await?;
    let place = String::from_utf8_lossy(key).into_owned();
    let inside = |name: &[u8]| format!("{place} · {}", String::from_utf8_lossy(name));
    match kind.as_str() {
        "string" => {
            let raw: Option<Vec<u8>> = redis::cmd("GET").arg(key).query_async(connection).await?;
            entries.extend(raw.map(|raw| Entry { place, raw }));
        }
        "hash" => {
            let pairs: Pairs = redis::cmd("HGETALL")
                .arg(key)
                .query_async(connection)
                .await?;
            entries.extend(pairs.into_iter().map(|(name, raw)| Entry {
                place: inside(&name),
                raw,
            }));
        }
        "zset" => {
            let mut range = redis::cmd("ZRANGE");
            range.arg(key).arg(0).arg(-1).arg("WITHSCORES");
            let pairs: Pairs = range.query_async(connection).await?;
            entries.extend(pairs.into_iter().map(|(name, score)| Entry {
                place: inside(&name),
                raw: score,
            }));
        }
        "set" | "list" => {
            let mut range = redis::cmd(if kind == "set" { "SMEMBERS" } else { "LRANGE" });
            range.arg(key);
            if kind == "list" {
                range.arg(0).arg(-1);
            }
            let members: Vec<Vec<u8>> = range.query_async(connection).await?;
            entries.extend(members.into_iter().map(|raw| Entry {
                place: place.clone(),
                raw,
            }));
        }
        _ => {
            let raw: Option<Vec<u8>> = redis::cmd("DUMP").arg(key).query_async(connection).await?;
            entries.extend(raw.map(|raw| Entry { place, raw }));
        }
    }
    Ok(())
}
