//! Keys on the Redis server. A deleted value stays in the append-only file until it is rewritten,
//! so deletions ask for that, at most every ten minutes; dumps would keep it for as long as they
//! are kept, so a server that makes them is refused.

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use redis::{Cmd, FromRedisValue, cmd};
use tokio::sync::Notify;
use tokio::task::AbortHandle;

use crate::clock::{Clock, Instant};
use crate::ids::Partition;
use crate::store::{Fault, Link, OpenError, RedisOptions, Unavailable, rewrite_log};

/// Keys of one call, so that others are not held up.
const AT_ONCE: usize = 500;
/// The name by which the operator accepts dumps.
const DUMPS: &str = "dumps";

pub(super) struct RedisKeys {
    link: Arc<Link>,
    clock: Clock,
    shredded: Arc<Notify>,
    rewriter: AbortHandle,
}

impl fmt::Debug for RedisKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RedisKeys")
    }
}

impl Drop for RedisKeys {
    fn drop(&mut self) {
        self.rewriter.abort();
    }
}

/// The ids of a partition's keys by the instant they were put.
fn index(p: Partition) -> String {
    format!("{{{:02x}}}:s", p.number())
}

/// What the printed ids match that begin with `prefix`; some others may match as well.
fn pattern(prefix: &[u8]) -> String {
    let mut text = URL_SAFE_NO_PAD.encode(prefix);
    text.truncate(prefix.len() * 8 / 6);
    text.push('*');
    text
}

fn place(id: &[u8]) -> (String, String, String) {
    let p = Partition::of(id);
    let id = URL_SAFE_NO_PAD.encode(id);
    (index(p), format!("{}:{id}", index(p)), id)
}

impl RedisKeys {
    pub(super) async fn open(options: &RedisOptions, clock: Clock) -> Result<Self, OpenError> {
        let link = Arc::new(Link::open(options).await?);
        let mut save = cmd("CONFIG");
        save.arg("GET").arg("save");
        // A server that does not show its settings was accepted by name, or is no store.
        let save: Vec<String> = link.run(&save).await.unwrap_or_default();
        let dumps = save.get(1).is_some_and(|rules| !rules.is_empty());
        if dumps && !options.accept.iter().any(|name| name == DUMPS) {
            return Err(OpenError::Unsafe(format!(
                "it dumps its memory to disk, where deleted keys of notes stay (set save \"\", or accept \"{DUMPS}\")"
            )));
        }
        let shredded = Arc::new(Notify::new());
        let rewriter = tokio::spawn(rewrite_log(link.clone(), shredded.clone())).abort_handle();
        Ok(Self {
            link,
            clock,
            shredded,
            rewriter,
        })
    }

    /// Between notes the connection lies unused, and one that is gone shows when a command is
    /// sent: then it is sent once more, which is safe for every command here. True when it was.
    async fn write<T: FromRedisValue>(&self, command: &Cmd) -> Result<(T, bool), Unavailable> {
        let mut answer = self.link.write(command).await;
        let again = matches!(answer, Err(Fault::Lost(_)));
        if again {
            answer = self.link.write(command).await;
        }
        answer
            .map(|answer| (answer, again))
            .map_err(Fault::unavailable)
    }

    /// The same for what only reads.
    async fn read<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, Unavailable> {
        let mut answer = self.link.run(command).await;
        if matches!(answer, Err(Fault::Lost(_))) {
            answer = self.link.run(command).await;
        }
        answer.map_err(Fault::unavailable)
    }

    /// The id is listed before the key is there, so that no key is ever overlooked.
    pub(super) async fn put(&self, id: &[u8], key: &[u8; 32]) -> Result<(), Unavailable> {
        let (index, place, id) = place(id);
        let mut list = cmd("ZADD");
        list.arg(index)
            .arg("NX")
            .arg(self.clock.now().millis())
            .arg(id);
        let _: (i64, bool) = self.write(&list).await?;
        let mut set = cmd("SET");
        set.arg(place).arg(&key[..]).arg("NX");
        let _: (Option<String>, bool) = self.write(&set).await?;
        Ok(())
    }

    pub(super) async fn get(&self, id: &[u8]) -> Result<Option<[u8; 32]>, Unavailable> {
        let mut get = cmd("GET");
        get.arg(place(id).1);
        let found: Option<Vec<u8>> = self.read(&get).await?;
        found
            .map(|key| {
                key.try_into()
                    .map_err(|_| Unavailable("a shred key is cut short".into()))
            })
            .transpose()
    }

    pub(super) async fn shred(&self, id: &[u8]) -> Result<(), Unavailable> {
        let (index, place, id) = place(id);
        let mut delete = cmd("DEL");
        delete.arg(place);
        let (gone, again): (i64, bool) = self.write(&delete).await?;
        let mut unlist = cmd("ZREM");
        unlist.arg(index).arg(id);
        let _: (i64, bool) = self.write(&unlist).await?;
        // What was sent twice may have been gone by the first time.
        if gone > 0 || again {
            self.shredded.notify_one();
        }
        Ok(())
    }

    /// Ids are spread over the partitions and listed by instant, so all are looked at.
    pub(super) async fn shred_all(&self, prefix: &[u8]) -> Result<u64, Unavailable> {
        let shredded = self.shred_each(prefix).await;
        // Once, at the end: the next rewrite may be ten minutes away.
        if !matches!(shredded, Ok(0)) {
            self.shredded.notify_one();
        }
        shredded
    }

    async fn shred_each(&self, prefix: &[u8]) -> Result<u64, Unavailable> {
        let mut total = 0;
        for p in Partition::all() {
            let mut cursor = 0_u64;
            loop {
                let mut scan = cmd("ZSCAN");
                scan.arg(index(p))
                    .arg(cursor)
                    .arg("MATCH")
                    .arg(pattern(prefix))
                    .arg("COUNT")
                    .arg(AT_ONCE);
                let (next, found): (u64, Vec<(String, f64)>) = self.read(&scan).await?;
                total += self.shred_some(p, prefix, found).await?;
                if next == 0 {
                    break;
                }
                cursor = next;
            }
        }
        Ok(total)
    }

    async fn shred_some(
        &self,
        p: Partition,
        prefix: &[u8],
        found: Vec<(String, f64)>,
    ) -> Result<u64, Unavailable> {
        let ids = found.into_iter().map(|(id, _)| id);
        // The pattern ends at the last whole character of the prefix.
        let begins = |id: &String| {
            let bytes = URL_SAFE_NO_PAD.decode(id).unwrap_or_default();
            bytes.starts_with(prefix)
        };
        let ids: Vec<String> = ids.filter(begins).collect();
        if ids.is_empty() {
            return Ok(0);
        }
        let mut delete = cmd("DEL");
        for id in &ids {
            delete.arg(format!("{}:{id}", index(p)));
        }
        let _: (u64, bool) = self.write(&delete).await?;
        let mut unlist = cmd("ZREM");
        unlist.arg(index(p)).arg(&ids);
        let _: (u64, bool) = self.write(&unlist).await?;
        Ok(u64::try_from(ids.len()).unwrap_or(u64::MAX))
    }

    pub(super) async fn put_before(&self, before: Instant) -> Result<Vec<Vec<u8>>, Unavailable> {
        let mut ids = Vec::new();
        for p in Partition::all() {
            let mut list = cmd("ZRANGEBYSCORE");
            list.arg(index(p))
                .arg("-inf")
                .arg(format!("({}", before.millis()));
            let found: Vec<String> = self.read(&list).await?;
            ids.extend(
                found
                    .iter()
                    .filter_map(|id| URL_SAFE_NO_PAD.decode(id).ok()),
            );
        }
        Ok(ids)
    }

    pub(super) fn close(&self) {
        self.rewriter.abort();
        self.link.close();
    }
}
