//! Removes what has expired. Reads never see it in any case.

use rusqlite::params;

use super::records::REMEMBERED_MILLIS;
use super::schema::{int, parse_owner};
use super::writer::Writer;
use crate::clock::Instant;

struct Gone {
    scope: String,
    folder: String,
    name: String,
    /// A record of a followed folder: its end is told to the followers.
    told: bool,
}

impl Writer {
    /// Removes up to `limit` expired records and as many ids of finished jobs; of every partition,
    /// as they lie in one file.
    pub(super) fn sweep(&mut self, limit: u16, now: Instant) -> rusqlite::Result<u32> {
        let gone = self.expired(limit, now)?;
        let mut count = u32::try_from(gone.len()).unwrap_or(u32::MAX);
        for record in &gone {
            self.remove(record, now)?;
        }
        let sql = "DELETE FROM ident WHERE (scope, id) IN
                   (SELECT scope, id FROM ident WHERE until IS NOT NULL AND until <= ?1 LIMIT ?2)";
        let forgotten = self
            .conn
            .prepare_cached(sql)?
            .execute(params![now.millis(), limit])?;
        count = count.saturating_add(u32::try_from(forgotten).unwrap_or(u32::MAX));
        Ok(count)
    }

    fn expired(&self, limit: u16, now: Instant) -> rusqlite::Result<Vec<Gone>> {
        let sql = "SELECT scope, folder, name, feed = 1 AND value IS NOT NULL FROM rec
                   WHERE expires_at IS NOT NULL AND expires_at <= ?1 LIMIT ?2";
        let mut statement = self.conn.prepare_cached(sql)?;
        let rows = statement.query_map(params![now.millis(), limit], |row| {
            Ok(Gone {
                scope: row.get(0)?,
                folder: row.get(1)?,
                name: row.get(2)?,
                told: row.get(3)?,
            })
        })?;
        rows.collect()
    }

    fn remove(&mut self, gone: &Gone, now: Instant) -> rusqlite::Result<()> {
        let key = (&gone.scope, &gone.folder, &gone.name);
        let scope = parse_owner(&gone.scope).filter(|_| gone.told);
        let Some(scope) = scope else {
            let sql = "DELETE FROM rec WHERE scope = ?1 AND folder = ?2 AND name = ?3";
            self.conn
                .prepare_cached(sql)?
                .execute(params![key.0, key.1, key.2])?;
            return Ok(());
        };
        let version = self.next_version(scope.partition());
        let forgotten = now.millis().saturating_add(REMEMBERED_MILLIS);
        let sql = "UPDATE rec SET value = NULL, version = ?4, expires_at = ?5
                   WHERE scope = ?1 AND folder = ?2 AND name = ?3";
        self.conn.prepare_cached(sql)?.execute(params![
            key.0,
            key.1,
            key.2,
            int(version),
            forgotten
        ])?;
        Ok(())
    }
}
