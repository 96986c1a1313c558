//! Erases what a tenant has.
//!
//! `secure_delete` overwrites a row where it lies, but not the copies that were left in the free
//! room of other pages when SQLite moved rows between siblings; seen in one file of some. So the
//! file is written anew afterwards.

use rusqlite::{OptionalExtension as _, params};

use super::jobs;
use super::records::Owners;
use super::schema::int;
use super::writer::{Outcome, Writer};
use crate::clock::Instant;
use crate::ids::Scope;
use crate::store::Spared;

impl Writer {
    /// Removes up to `limit` jobs, records, dead letters and remembered ids; fewer when there are
    /// no more than those that are spared.
    pub(super) fn erase(
        &mut self,
        scope: &Scope,
        spared: &Spared,
        limit: u16,
        now: Instant,
    ) -> rusqlite::Result<u32> {
        let owners = Owners::of(scope);
        let limit = usize::from(limit);
        let mut removed = self.erase_jobs(scope, &owners, spared, limit, now)?;
        removed += self.erase_records(&owners, spared, limit - removed)?;
        removed += self.erase_ids(&owners, spared, limit - removed)?;
        let sql = "DELETE FROM dead WHERE (scope, id) IN
                   (SELECT scope, id FROM dead WHERE scope = ?1 LIMIT ?2)";
        let left = i64::try_from(limit - removed).unwrap_or(0);
        removed += self
            .conn
            .prepare_cached(sql)?
            .execute(params![owners.own(), left])?;
        Ok(u32::try_from(removed).unwrap_or(u32::MAX))
    }

    fn erase_jobs(
        &mut self,
        scope: &Scope,
        owners: &Owners,
        spared: &Spared,
        limit: usize,
        now: Instant,
    ) -> rusqlite::Result<usize> {
        let mut removed = 0;
        for (way, seq) in self.lanes.all(scope, limit + 1) {
            let id: Option<String> = self
                .conn
                .prepare_cached("SELECT id FROM job WHERE seq = ?1")?
                .query_row([int(seq)], |row| row.get(0))
                .optional()?;
            let id = id.unwrap_or_default();
            if spared.is_job(&id) || removed == limit {
                continue;
            }
            self.lanes.remove(scope, &way, seq, now);
            jobs::delete(&self.conn, seq)?;
            jobs::forget(&self.conn, owners.own(), &id)?;
            removed += 1;
        }
        Ok(removed)
    }

    fn erase_records(
        &self,
        owners: &Owners,
        spared: &Spared,
        limit: usize,
    ) -> rusqlite::Result<usize> {
        let own = spared.records.iter().filter(|key| !key.shared);
        let kept: Vec<(&str, &str)> = own.map(super::records::texts).collect();
        let sql = "SELECT folder, name FROM rec WHERE scope = ?1 LIMIT ?2";
        let mut statement = self.conn.prepare_cached(sql)?;
        let most = i64::try_from(limit + kept.len()).unwrap_or(i64::MAX);
        let found = statement.query_map(params![owners.own(), most], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
        let found: Vec<(String, String)> = found.collect::<Result<_, _>>()?;
        let mut removed = 0;
        for (folder, name) in &found {
            if kept.contains(&(folder, name)) || removed == limit {
                continue;
            }
            let sql = "DELETE FROM rec WHERE scope = ?1 AND folder = ?2 AND name = ?3";
            self.conn
                .prepare_cached(sql)?
                .execute(params![owners.own(), folder, name])?;
            removed += 1;
        }
        Ok(removed)
    }

    fn erase_ids(&self, owners: &Owners, spared: &Spared, limit: usize) -> rusqlite::Result<usize> {
        let sql = "SELECT id FROM ident WHERE scope = ?1 LIMIT ?2";
        let mut statement = self.conn.prepare_cached(sql)?;
        let most = i64::try_from(limit + 1).unwrap_or(i64::MAX);
        let found = statement.query_map(params![owners.own(), most], |row| row.get(0))?;
        let found: Vec<String> = found.collect::<Result<_, _>>()?;
        let gone = found.iter().filter(|id| !spared.is_job(id)).take(limit);
        let mut removed = 0;
        for id in gone {
            jobs::forget(&self.conn, owners.own(), id)?;
            removed += 1;
        }
        Ok(removed)
    }

    /// Writes the file anew, with live rows only. Commits wait meanwhile: 290 MB took 2 s.
    pub(super) fn rewrite(&mut self) -> rusqlite::Result<Outcome> {
        self.conn.flush_prepared_statement_cache();
        // The copy that is made in between may be larger than memory.
        self.conn.execute_batch("PRAGMA temp_store = FILE")?;
        let written = self.conn.execute_batch("VACUUM");
        self.conn.execute_batch("PRAGMA temp_store = MEMORY")?;
        if let Err(error) = &written {
            tracing::error!(%error, "the file was not rewritten: what was erased may be found in it");
        }
        written?;
        self.conn
            .execute("DELETE FROM meta WHERE name = 'owes_rewrite'", [])?;
        Ok(Outcome::Count(0))
    }

    /// Takes the tenant from the list.
    pub(super) fn delist(&mut self, scope: &Scope) -> rusqlite::Result<()> {
        let Some(tenant) = scope.owner() else {
            return Ok(());
        };
        let sql = "DELETE FROM tenant WHERE p = ?1 AND scope = ?2";
        self.conn
            .prepare_cached(sql)?
            .execute(params![scope.partition().number(), tenant.to_string()])?;
        self.tenants.remove(&tenant);
        let sql = "INSERT OR IGNORE INTO meta(name, value) VALUES('owes_rewrite', 1)";
        self.conn.prepare_cached(sql)?.execute([])?;
        Ok(())
    }
}
