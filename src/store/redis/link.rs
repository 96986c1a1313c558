//! The connection: one, shared, made anew when it fails. None is used before the server behind it
//! has proved to be the store that was opened, with settings that keep what was answered.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError, RwLock};
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::io::tcp::TcpSettings;
use redis::{
    AsyncConnectionConfig, Client, Cmd, ErrorKind, FromRedisValue, IntoConnectionInfo as _,
    Pipeline, RedisError, cmd,
};
use tokio::time::{Instant as Deadline, timeout_at};

use super::check;
use super::options::RedisOptions;
use crate::clock::Entropy;
use crate::ids::PARTITIONS;
use crate::store::{OpenError, Persistence, Unavailable};

/// Longer than this nobody waits for an answer: the host is told to come again.
const DEADLINE: Duration = Duration::from_millis(1400);
const SCHEMA: u64 = 1;
/// What the store says of itself; one for all partitions.
const META: &str = "deskbridge:meta";

/// Why a command has no answer.
#[derive(Debug)]
pub(crate) enum Fault {
    /// It was not sent.
    Unsent(Unavailable),
    /// It was sent; nobody knows what became of it.
    Lost(Unavailable),
    /// The server refused it, by the first word of its error, and did nothing.
    Refused(String, Unavailable),
}

impl Fault {
    pub(crate) fn unavailable(self) -> Unavailable {
        match self {
            Self::Unsent(why) | Self::Lost(why) | Self::Refused(_, why) => why,
        }
    }
}

#[derive(Clone)]
struct Live {
    conn: MultiplexedConnection,
    number: u64,
    replicated: bool,
}

pub(crate) struct Link {
    client: Client,
    accept: Vec<String>,
    live: RwLock<Option<Live>>,
    /// Counts connections; held while one is made.
    making: tokio::sync::Mutex<u64>,
    /// The store's id, once known.
    store: Mutex<Option<String>>,
    verdict: Mutex<Persistence>,
    closed: AtomicBool,
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Link")
    }
}

/// What a new connection shows before it is used.
enum Proof {
    Good { replicated: bool },
    Foreign(String),
    Unsafe(String),
}

impl Link {
    pub(crate) async fn open(options: &RedisOptions) -> Result<Self, OpenError> {
        let unreachable = |error: RedisError| OpenError::Unreachable(error.into());
        let info = options
            .url
            .as_str()
            .into_connection_info()
            .map_err(unreachable)?;
        let info = info.set_tcp_settings(TcpSettings::default().set_nodelay(true));
        let link = Self {
            client: Client::open(info).map_err(unreachable)?,
            accept: options.accept.clone(),
            live: RwLock::new(None),
            making: tokio::sync::Mutex::new(0),
            store: Mutex::new(None),
            verdict: Mutex::new(Persistence::Durable),
            closed: AtomicBool::new(false),
        };
        let mut conn = link.dial().await.map_err(unreachable)?;
        match link.prove(&mut conn).await.map_err(unreachable)? {
            Proof::Good { replicated } => {
                link.keep(conn, 1, replicated);
                *link.making.lock().await = 1;
                Ok(link)
            }
            Proof::Foreign(why) => Err(OpenError::Incompatible(why)),
            Proof::Unsafe(why) => Err(OpenError::Unsafe(why)),
        }
    }

    async fn dial(&self) -> Result<MultiplexedConnection, RedisError> {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(DEADLINE))
            .set_response_timeout(Some(DEADLINE));
        self.client
            .get_multiplexed_async_connection_with_config(&config)
            .await
    }

    /// Reads the server's settings and what the store says of itself.
    async fn prove(&self, conn: &mut MultiplexedConnection) -> Result<Proof, RedisError> {
        let settings = check::read(conn).await?;
        let verdict = check::judge(&settings, &self.accept);
        *self.verdict.lock().unwrap_or_else(PoisonError::into_inner) =
            verdict.clone().unwrap_or_else(Persistence::Refused);
        if let Err(why) = verdict {
            return Ok(Proof::Unsafe(why));
        }
        let known = self
            .store
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        if known.is_none() {
            introduce(conn).await?;
        }
        let meta: Vec<Option<String>> = cmd("HMGET")
            .arg(META)
            .arg(&["store", "partitions", "min_reader"])
            .query_async(conn)
            .await?;
        let [Some(store), Some(partitions), Some(reader)] = &meta[..] else {
            return Ok(Proof::Foreign(
                "the server no longer holds the store that was opened".to_owned(),
            ));
        };
        if known.as_ref().is_some_and(|known| known != store) {
            return Ok(Proof::Foreign("the server holds another store".to_owned()));
        }
        if *partitions != PARTITIONS.to_string() {
            return Ok(Proof::Foreign(
                "it has another number of partitions".to_owned(),
            ));
        }
        if reader.parse().unwrap_or(u64::MAX) > SCHEMA {
            return Ok(Proof::Foreign(
                "it was written by a newer release".to_owned(),
            ));
        }
        *self.store.lock().unwrap_or_else(PoisonError::into_inner) = Some(store.clone());
        Ok(Proof::Good {
            replicated: settings.replicas > 0,
        })
    }

    fn keep(&self, conn: MultiplexedConnection, number: u64, replicated: bool) -> Live {
        let live = Live {
            conn,
            number,
            replicated,
        };
        *self.live.write().unwrap_or_else(PoisonError::into_inner) = Some(live.clone());
        live
    }

    /// Gives up a connection; the next command makes another.
    fn drop_live(&self, number: u64) {
        let mut live = self.live.write().unwrap_or_else(PoisonError::into_inner);
        if live.as_ref().is_some_and(|live| live.number == number) {
            *live = None;
        }
    }

    fn current(&self) -> Option<Live> {
        self.live
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    async fn live(&self) -> Result<Live, Unavailable> {
        if self.closed.load(Ordering::Acquire) {
            return Err(Unavailable::because("the store is closed"));
        }
        if let Some(live) = self.current() {
            return Ok(live);
        }
        let mut number = self.making.lock().await;
        if let Some(live) = self.current() {
            return Ok(live);
        }
        let mut conn = self.dial().await.map_err(Unavailable::because)?;
        match self.prove(&mut conn).await.map_err(Unavailable::because)? {
            Proof::Good { replicated } => {
                *number += 1;
                Ok(self.keep(conn, *number, replicated))
            }
            Proof::Foreign(why) | Proof::Unsafe(why) => {
                tracing::error!(why, "the store is not used");
                Err(Unavailable::because(why))
            }
        }
    }

    pub(crate) async fn run<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, Fault> {
        let deadline = Deadline::now() + DEADLINE;
        let mut live = self.live_by(deadline).await?;
        let answer = timeout_at(deadline, command.query_async(&mut live.conn)).await;
        self.judge(&live, answer.unwrap_or_else(|_| Err(late())))
    }

    pub(crate) async fn run_all<T: FromRedisValue>(&self, pipe: &Pipeline) -> Result<T, Fault> {
        let deadline = Deadline::now() + DEADLINE;
        let mut live = self.live_by(deadline).await?;
        let answer = timeout_at(deadline, pipe.query_async(&mut live.conn)).await;
        self.judge(&live, answer.unwrap_or_else(|_| Err(late())))
    }

    /// The same for a write that a replica must have too, where there are any.
    pub(crate) async fn write<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, Fault> {
        let deadline = Deadline::now() + DEADLINE;
        let mut live = self.live_by(deadline).await?;
        if !live.replicated {
            let answer = timeout_at(deadline, command.query_async(&mut live.conn)).await;
            return self.judge(&live, answer.unwrap_or_else(|_| Err(late())));
        }
        let mut both = redis::pipe();
        both.add_command(command.clone())
            .cmd("WAIT")
            .arg(1)
            .arg(500);
        let answer = timeout_at(deadline, both.query_async(&mut live.conn)).await;
        let (answer, copies): (T, u32) =
            self.judge(&live, answer.unwrap_or_else(|_| Err(late())))?;
        if copies == 0 {
            return Err(Fault::Lost(Unavailable::because(
                "no replica has the commit",
            )));
        }
        Ok(answer)
    }

    async fn live_by(&self, deadline: Deadline) -> Result<Live, Fault> {
        let live = timeout_at(deadline, self.live()).await;
        live.unwrap_or_else(|_| Err(Unavailable::because("no connection in time")))
            .map_err(Fault::Unsent)
    }

    fn judge<T>(&self, live: &Live, answer: Result<T, RedisError>) -> Result<T, Fault> {
        answer.map_err(|error| {
            let code = error.code().unwrap_or_default().to_owned();
            match error.kind() {
                ErrorKind::Server(_) | ErrorKind::Extension if code != "ERR" => {
                    // A server that was demoted, or is told to stop, is asked for anew.
                    if ["READONLY", "LOADING", "MASTERDOWN", "NOAUTH"].contains(&code.as_str()) {
                        self.drop_live(live.number);
                    }
                    Fault::Refused(code, Unavailable::because(error))
                }
                ErrorKind::Server(_) => Fault::Lost(Unavailable::because(error)),
                _ => {
                    self.drop_live(live.number);
                    Fault::Lost(Unavailable::because(error))
                }
            }
        })
    }

    /// Reads settings and meta record anew; a connection that fails the proof is not used again.
    pub(super) async fn recheck(&self) {
        let Some(mut live) = self.current() else {
            return;
        };
        match self.prove(&mut live.conn).await {
            Ok(Proof::Good { replicated }) => {
                let mut current = self.live.write().unwrap_or_else(PoisonError::into_inner);
                if let Some(current) = current.as_mut().filter(|c| c.number == live.number) {
                    current.replicated = replicated;
                }
            }
            Ok(Proof::Foreign(why) | Proof::Unsafe(why)) => {
                tracing::error!(why, "the store is no longer used");
                self.drop_live(live.number);
            }
            Err(error) => {
                tracing::warn!(%error, "the store's settings were not read");
                self.drop_live(live.number);
            }
        }
    }

    pub(super) fn verdict(&self) -> Persistence {
        self.verdict
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The channel on which this store's processes tell each other what was woken.
    pub(super) fn channel(&self) -> String {
        let store = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        format!("deskbridge:{}", store.as_deref().unwrap_or_default())
    }

    pub(super) async fn listen(&self) -> Result<redis::aio::PubSubStream, RedisError> {
        let mut listener = self.client.get_async_pubsub().await?;
        listener.subscribe(self.channel()).await?;
        Ok(listener.into_on_message())
    }

    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::Release);
        *self.live.write().unwrap_or_else(PoisonError::into_inner) = None;
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }
}

/// Writes what a new store says of itself; several processes may do so at once.
async fn introduce(conn: &mut MultiplexedConnection) -> Result<(), RedisError> {
    let id = u128::from_be_bytes(Entropy::system().bytes());
    for (name, value) in [
        ("store", format!("{id:032x}")),
        ("partitions", PARTITIONS.to_string()),
        ("schema", SCHEMA.to_string()),
        ("min_reader", SCHEMA.to_string()),
    ] {
        let set: Result<i64, _> = cmd("HSETNX")
            .arg(META)
            .arg(name)
            .arg(value)
            .query_async(conn)
            .await;
        set?;
    }
    Ok(())
}

fn late() -> RedisError {
    RedisError::from((ErrorKind::Io, "no answer in time"))
}
