//! Moves what the write-ahead log holds into the file, beside the writer; and has the file written
//! anew when something was erased for good.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, SystemTime};

use rusqlite::Connection;

const LOOK_EVERY: Duration = Duration::from_millis(250);
/// From this size of the log on, what no reader needs any more is copied.
const COPY_ABOVE: u64 = 8 * 1024 * 1024;
/// From this size on, when nothing was written for 5 s, or each hour, the log is emptied as well.
const EMPTY_ABOVE: u64 = 64 * 1024 * 1024;
const IDLE_LOOKS: u32 = 20;
const HOUR_LOOKS: u32 = 4 * 3600;
/// Between two rewrites: each holds up the commits of a large file for seconds.
const REWRITE_LOOKS: u32 = 4 * 600;

pub(super) fn log_path(path: &Path) -> PathBuf {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    log.into()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Work {
    Nothing,
    Copy,
    Empty,
}

/// What to do about a log of `size` that was written `idle` looks ago and emptied `full` looks ago.
fn decide(size: u64, idle: u32, full: u32) -> Work {
    if size == 0 {
        Work::Nothing
    } else if size > EMPTY_ABOVE || full >= HOUR_LOOKS || idle == IDLE_LOOKS {
        Work::Empty
    } else if size > COPY_ABOVE && idle == 0 {
        Work::Copy
    } else {
        Work::Nothing
    }
}

/// Runs until the other end of `asked` is dropped. Asked, it has the file rewritten, at most every
/// ten minutes, and empties the log then, however long readers keep it from that.
pub(super) fn run(conn: &Connection, log: &Path, asked: &Receiver<()>, rewrite: impl Fn() -> bool) {
    let mut seen: Option<SystemTime> = None;
    let (mut idle, mut full) = (0_u32, 0_u32);
    let (mut owed, mut empty, mut since) = (false, false, REWRITE_LOOKS);
    loop {
        match asked.recv_timeout(LOOK_EVERY) {
            Ok(()) => owed = true,
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        since = since.saturating_add(1);
        if owed && since >= REWRITE_LOOKS {
            owed = !rewrite();
            empty = empty || !owed;
            since = 0;
        }
        let (size, written) =
            std::fs::metadata(log).map_or((0, None), |found| (found.len(), found.modified().ok()));
        idle = if written == seen {
            idle.saturating_add(1)
        } else {
            0
        };
        seen = written;
        full = full.saturating_add(1);
        let work = match decide(size, idle, full) {
            _ if empty => Work::Empty,
            work => work,
        };
        let sql = match work {
            Work::Nothing => continue,
            Work::Copy => "PRAGMA wal_checkpoint(PASSIVE)",
            Work::Empty => {
                full = 0;
                "PRAGMA wal_checkpoint(TRUNCATE)"
            }
        };
        match conn.query_row(sql, [], |row| row.get::<_, bool>(0)) {
            Ok(busy) => empty = empty && busy,
            Err(error) => tracing::warn!(%error, "the write-ahead log was not copied"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_is_copied_when_large_and_emptied_when_idle() {
        assert_eq!(decide(0, 20, 20_000), Work::Nothing);
        assert_eq!(decide(1000, 0, 0), Work::Nothing);
        assert_eq!(decide(1000, IDLE_LOOKS, 0), Work::Empty);
        assert_eq!(decide(1000, IDLE_LOOKS + 1, 0), Work::Nothing);
        assert_eq!(decide(1000, 0, HOUR_LOOKS), Work::Empty);
        assert_eq!(decide(COPY_ABOVE + 1, 0, 0), Work::Copy);
        assert_eq!(decide(EMPTY_ABOVE + 1, 0, 0), Work::Empty);
    }
}
