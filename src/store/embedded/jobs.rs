//! Jobs inside the writer's transaction.

use bytes::Bytes;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::lanes::{Job, Lanes, Taken, Way};
use super::schema::{int, num, parse_owner};
use crate::clock::Instant;
use crate::store::{Envelope, JobKey, Lane, Lease, Name, Reason, StoredJob, codec};

/// For how long the id of a finished job is remembered.
pub(super) const SEEN_MILLIS: i64 = 48 * 3600 * 1000;

/// Whether `id` is present, dead, or was done within its time of memory.
pub(super) fn is_known(
    conn: &Connection,
    owner: &str,
    id: &JobKey,
    now: Instant,
) -> rusqlite::Result<bool> {
    let sql = "SELECT until FROM ident WHERE scope = ?1 AND id = ?2";
    let until: Option<Option<i64>> = conn
        .prepare_cached(sql)?
        .query_row(params![owner, id.as_str()], |row| row.get(0))
        .optional()?;
    Ok(match until {
        None => false,
        Some(None) => true,
        Some(Some(until)) => until > now.millis(),
    })
}

pub(super) fn remember(
    conn: &Connection,
    owner: &str,
    id: &JobKey,
    until: Option<i64>,
) -> rusqlite::Result<()> {
    let sql = "INSERT INTO ident(scope, id, until) VALUES(?1, ?2, ?3)
               ON CONFLICT(scope, id) DO UPDATE SET until = excluded.until";
    conn.prepare_cached(sql)?
        .execute(params![owner, id.as_str(), until])?;
    Ok(())
}

pub(super) fn forget(conn: &Connection, owner: &str, id: &str) -> rusqlite::Result<()> {
    conn.prepare_cached("DELETE FROM ident WHERE scope = ?1 AND id = ?2")?
        .execute(params![owner, id])?;
    Ok(())
}

pub(super) fn insert(
    conn: &Connection,
    owner: &str,
    seq: u64,
    envelope: &Envelope,
    now: Instant,
) -> rusqlite::Result<()> {
    let sql = "INSERT INTO job(seq, scope, id, kind, lane, apart, due, pushed_at, attempt, bytes)
               VALUES(?1, ?2, ?3, ?4, ?5, 0, ?6, ?7, 0, ?8)";
    conn.prepare_cached(sql)?.execute(params![
        int(seq),
        owner,
        envelope.id.as_str(),
        envelope.kind,
        envelope.lane.0.as_ref().map(Name::as_str),
        envelope.due.millis(),
        now.millis(),
        int(length(&envelope.body))
    ])?;
    conn.prepare_cached("INSERT INTO body(seq, value) VALUES(?1, ?2)")?
        .execute(params![int(seq), &envelope.body[..]])?;
    Ok(())
}

pub(super) fn length(body: &[u8]) -> u64 {
    u64::try_from(body.len()).unwrap_or(u64::MAX)
}

pub(super) fn delete(conn: &Connection, seq: u64) -> rusqlite::Result<()> {
    conn.prepare_cached("DELETE FROM job WHERE seq = ?1")?
        .execute([int(seq)])?;
    conn.prepare_cached("DELETE FROM body WHERE seq = ?1")?
        .execute([int(seq)])?;
    Ok(())
}

pub(super) fn postpone(
    conn: &Connection,
    seq: u64,
    due: Instant,
    apart: bool,
) -> rusqlite::Result<()> {
    conn.prepare_cached("UPDATE job SET due = ?2, apart = ?3 WHERE seq = ?1")?
        .execute(params![int(seq), due.millis(), apart])?;
    Ok(())
}

pub(super) fn bury(
    conn: &Connection,
    owner: &str,
    lease: &Lease,
    reason: &Reason,
    now: Instant,
) -> rusqlite::Result<()> {
    let sql = "INSERT INTO dead(scope, id, kind, lane, reason, attempts, died_at, value)
               SELECT ?1, job.id, kind, lane, ?3, attempt, ?4, value
               FROM job JOIN body USING (seq) WHERE seq = ?2
               ON CONFLICT(scope, id) DO NOTHING";
    conn.prepare_cached(sql)?
        .execute(params![owner, int(lease.seq), reason.0, now.millis()])?;
    delete(conn, lease.seq)
}

/// Takes a dead letter out; it is pushed anew.
pub(super) fn exhume(
    conn: &Connection,
    owner: &str,
    id: &JobKey,
    now: Instant,
) -> rusqlite::Result<Option<Envelope>> {
    let sql = "DELETE FROM dead WHERE scope = ?1 AND id = ?2 RETURNING kind, lane, value";
    conn.prepare_cached(sql)?
        .query_row(params![owner, id.as_str()], |row| {
            Ok(Envelope {
                id: id.clone(),
                kind: row.get::<_, String>(0)?.into(),
                lane: lane(row, 1)?,
                due: now,
                body: row.get::<_, Vec<u8>>(2)?.into(),
            })
        })
        .optional()
}

fn lane(row: &Row<'_>, column: usize) -> rusqlite::Result<Lane> {
    let text: Option<String> = row.get(column)?;
    Ok(Lane(text.as_deref().map(Name::stored)))
}

/// Writes down that a job was given out, so that one that ends the process counts its attempts
/// too, and reads it. None where the file does not have what the index names.
pub(super) fn give_out(conn: &Connection, taken: &Taken) -> rusqlite::Result<Option<Lease>> {
    let sql = "UPDATE job SET attempt = ?2 WHERE seq = ?1
               RETURNING id, kind, lane, apart, pushed_at";
    let seq = int(taken.seq);
    let lease = conn
        .prepare_cached(sql)?
        .query_row(params![seq, taken.attempt], |row| {
            Ok(Lease {
                job: StoredJob {
                    id: JobKey(Name::stored(row.get_ref(0)?.as_str()?)),
                    kind: row.get(1)?,
                    lane: lane(row, 2)?,
                    scope: taken.scope,
                    pushed_at: Instant::from_millis(row.get(4)?),
                    body: Bytes::new(),
                },
                attempt: taken.attempt,
                held_until: taken.held_until,
                seq: taken.seq,
                apart: row.get(3)?,
            })
        })
        .optional()?;
    let body: Option<Vec<u8>> = conn
        .prepare_cached("SELECT value FROM body WHERE seq = ?1")?
        .query_row([seq], |row| row.get(0))
        .optional()?;
    let (Some(mut lease), Some(body)) = (lease, body) else {
        tracing::error!(seq = taken.seq, "a job of the index is not in the file");
        return Ok(None);
    };
    match codec::unpack(&body.into()) {
        Ok(body) => lease.job.body = body,
        Err(error) => {
            tracing::error!(seq = taken.seq, %error, "a job's body cannot be read");
            return Ok(None);
        }
    }
    Ok(Some(lease))
}

/// The kind of a job that is not yet given out.
pub(super) fn kind(conn: &Connection, seq: u64) -> rusqlite::Result<Option<String>> {
    conn.prepare_cached("SELECT kind FROM job WHERE seq = ?1")?
        .query_row([int(seq)], |row| row.get(0))
        .optional()
}

/// Reads the index over all jobs from the file.
pub(super) fn index(conn: &Connection) -> rusqlite::Result<Lanes> {
    let mut lanes = Lanes::new();
    let sql = "SELECT seq, scope, lane, apart, due, attempt, bytes FROM job ORDER BY seq";
    let mut statement = conn.prepare(sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let Some(scope) = parse_owner(row.get_ref(1)?.as_str()?) else {
            continue;
        };
        let seq = num(row.get(0)?);
        let job = Job {
            seq,
            due: Instant::from_millis(row.get(4)?),
            attempt: row.get(5)?,
            bytes: num(row.get(6)?),
            held_until: None,
        };
        let way = Way::of(&lane(row, 2)?, row.get(3)?, seq);
        // Due jobs are found ripe by the first lease.
        lanes.push(&scope, &way, job, Instant::EPOCH);
    }
    Ok(lanes)
}
