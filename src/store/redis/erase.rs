//! Erasing a tenant: one place after another is looked through for what bears its name. Jobs first,
//! by the script, so that no mark ever names a job that is gone; then what remembers; then what
//! expires, so that no sweep puts back what a followed folder tells of it; then the records and
//! folders, among the names of all keys.

use redis::{FromRedisValue, ToRedisArgs, cmd};

use super::Redis;
use super::keys;
use super::link::Fault;
use super::tend::unavailable;
use crate::clock::Instant;
use crate::ids::Scope;
use crate::store::{Erasing, Spared, Unavailable};

/// The places, in the order of the walk.
const LANES: u8 = 0;
const READY: u8 = 1;
const WAITING: u8 = 2;
const DEAD: u8 = 3;
const SEEN: u8 = 4;
const EXPIRY: u8 = 5;
const KEYS: u8 = 6;

/// A job as its mark names it.
struct Marked {
    seq: String,
    lane: String,
    id: String,
}

/// What one look found in a place: how many were removed, and where the next look begins; None
/// when the place is done.
type Look = (u64, Option<u64>);

impl Redis {
    pub(in crate::store) async fn erase(
        &self,
        scope: &Scope,
        spared: &Spared,
        from: Erasing,
        limit: u16,
        now: Instant,
    ) -> Result<Option<Erasing>, Unavailable> {
        let (removed, next) = match from.place {
            LANES | READY => {
                self.erase_in_order(scope, spared, from.place, limit, now)
                    .await?
            }
            WAITING => {
                self.erase_waiting(scope, spared, from.cursor, limit, now)
                    .await?
            }
            DEAD => self.erase_dead(scope, limit).await?,
            SEEN | EXPIRY => self.erase_members(scope, spared, from, limit).await?,
            _ => self.erase_keys(scope, spared, from.cursor, limit).await?,
        };
        let removed = from.removed + removed;
        Ok(match next {
            Some(cursor) => Some(Erasing {
                cursor,
                removed,
                ..from
            }),
            None if from.place < KEYS => Some(Erasing {
                place: from.place + 1,
                cursor: 0,
                removed,
            }),
            // Something may have come in behind the walk, or the server was another one meanwhile.
            None if removed > 0 => Some(Erasing::default()),
            None => None,
        })
    }

    async fn run<T: FromRedisValue>(&self, command: &redis::Cmd) -> Result<T, Unavailable> {
        self.link.run(command).await.map_err(Fault::unavailable)
    }

    /// Removes `members` from `key` by `command`; says how many were there.
    async fn remove<V: ToRedisArgs>(
        &self,
        command: &str,
        key: Option<&str>,
        members: &[V],
    ) -> Result<u64, Unavailable> {
        if members.is_empty() {
            return Ok(0);
        }
        let mut remove = cmd(command);
        remove.arg(key).arg(members);
        self.link.write(&remove).await.map_err(Fault::unavailable)
    }

    /// The tenant's members of a set that is in the order of its members.
    async fn first(
        &self,
        scope: &Scope,
        key: &str,
        limit: u16,
    ) -> Result<Vec<String>, Unavailable> {
        let owner = keys::owner(scope, false);
        let mut list = cmd("ZRANGEBYLEX");
        list.arg(key)
            .arg(format!("[{owner} "))
            .arg(format!("({owner}!"))
            .arg("LIMIT")
            .arg(0)
            .arg(u32::from(limit) + 1);
        self.run(&list).await
    }

    /// The tenant's members of a set that is in another order; and the next cursor.
    async fn members(
        &self,
        scope: &Scope,
        key: &str,
        cursor: u64,
        limit: u16,
    ) -> Result<(Vec<String>, Option<u64>), Unavailable> {
        let mut scan = cmd("ZSCAN");
        scan.arg(key)
            .arg(cursor)
            .arg("MATCH")
            .arg(format!("{} *", keys::owner(scope, false)))
            .arg("COUNT")
            .arg(limit.max(1));
        let (next, found): (u64, Vec<(String, f64)>) = self.run(&scan).await?;
        let members = found.into_iter().map(|(member, _)| member).collect();
        Ok((members, (next != 0).then_some(next)))
    }

    async fn kill(&self, scope: &Scope, jobs: &[Marked], now: Instant) -> Result<u64, Unavailable> {
        if jobs.is_empty() {
            return Ok(0);
        }
        let mut call = self.call(scope, &[], now);
        for job in jobs {
            call.erase(&job.seq, &job.lane, &job.id);
        }
        self.write(call).await.map_err(unavailable)?;
        Ok(u64::try_from(jobs.len()).unwrap_or(u64::MAX))
    }

    async fn erase_in_order(
        &self,
        scope: &Scope,
        spared: &Spared,
        place: u8,
        limit: u16,
        now: Instant,
    ) -> Result<Look, Unavailable> {
        let fixed = self.fixed(scope.partition());
        let key = if place == LANES {
            &fixed.lane
        } else {
            &fixed.ready
        };
        let found = self.first(scope, key, limit).await?;
        let mut jobs: Vec<Marked> = found
            .iter()
            .filter_map(|text| marked(text, place))
            .collect();
        jobs.retain(|job| !spared.is_job(&job.id));
        let removed = self.kill(scope, &jobs, now).await?;
        Ok((removed, (removed > 0).then_some(0)))
    }

    async fn erase_waiting(
        &self,
        scope: &Scope,
        spared: &Spared,
        cursor: u64,
        limit: u16,
        now: Instant,
    ) -> Result<Look, Unavailable> {
        let key = &self.fixed(scope.partition()).wait;
        let (found, next) = self.members(scope, key, cursor, limit).await?;
        let mut jobs: Vec<Marked> = found
            .iter()
            .filter_map(|text| marked(text, WAITING))
            .collect();
        jobs.retain(|job| !spared.is_job(&job.id));
        Ok((self.kill(scope, &jobs, now).await?, next))
    }

    async fn erase_dead(&self, scope: &Scope, limit: u16) -> Result<Look, Unavailable> {
        let fixed = self.fixed(scope.partition());
        let found = self.first(scope, &fixed.graves, limit).await?;
        // The list last: cut off in between, the letters are still found.
        self.remove("HDEL", Some(&fixed.dead), &found).await?;
        let removed = self.remove("ZREM", Some(&fixed.graves), &found).await?;
        Ok((removed, (removed > 0).then_some(0)))
    }

    async fn erase_members(
        &self,
        scope: &Scope,
        spared: &Spared,
        from: Erasing,
        limit: u16,
    ) -> Result<Look, Unavailable> {
        let fixed = self.fixed(scope.partition());
        let key = if from.place == SEEN {
            &fixed.seen
        } else {
            &fixed.expiry
        };
        let (mut found, next) = self.members(scope, key, from.cursor, limit).await?;
        if from.place == SEEN {
            found.retain(|text| {
                text.split_once(' ')
                    .is_none_or(|(_, id)| !spared.is_job(id))
            });
        }
        Ok((self.remove("ZREM", Some(key), &found).await?, next))
    }

    async fn erase_keys(
        &self,
        scope: &Scope,
        spared: &Spared,
        cursor: u64,
        limit: u16,
    ) -> Result<Look, Unavailable> {
        let mut scan = cmd("SCAN");
        scan.arg(cursor)
            .arg("MATCH")
            .arg(keys::pattern(scope))
            .arg("COUNT")
            .arg(limit.max(1));
        let (next, mut found): (u64, Vec<String>) = self.run(&scan).await?;
        let kept: Vec<String> = spared
            .records
            .iter()
            .map(|key| keys::of_key(scope, key))
            .collect();
        found.retain(|key| !kept.contains(key));
        let removed = self.remove("UNLINK", None, &found).await?;
        Ok((removed, (next != 0).then_some(next)))
    }
}

/// A member of the lanes is `t lane seq id`, a mark of what is ready or waits `t seq lane id`.
fn marked(text: &str, place: u8) -> Option<Marked> {
    let mut parts = text.split(' ').skip(1).map(str::to_owned);
    let (one, other, id) = (parts.next()?, parts.next()?, parts.next()?);
    let (lane, seq) = if place == LANES {
        (one, other)
    } else {
        (other, one)
    };
    Some(Marked { seq, lane, id })
}
