//! The rooms, opened in their order with what the configuration says.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use url::Url;

use super::config::{Config, StoreKind};
use crate::blobs::{Blobs, Lost};
use crate::clock::{Clock, Entropy};
use crate::doors::Doors;
use crate::doors::connect::{ConnectConfig, ConnectCredentials, ConnectError, SitePattern};
use crate::inbox::Inbox;
use crate::jira::{HttpOptions, Jira};
use crate::notes::{self, Notes};
use crate::people::People;
use crate::store::{OpenError, RedisOptions, Store};
use crate::tenants::Tenants;
use crate::vault::shred::ShredKeys;
use crate::vault::{KeyRing, RingError, Vault};

/// Why the bridge does not start; one line that says what to do.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("{0}")]
    Config(String),
    #[error("store: {0}")]
    Store(#[from] OpenError),
    #[error("vault.keys: {0}")]
    Ring(#[from] RingError),
    #[error("blobs.folder: {0}")]
    Blobs(#[from] Lost),
    #[error("connect.{0}")]
    Connect(#[from] ConnectError),
    #[error("no HTTP client can be made: {0}")]
    Http(#[from] reqwest::Error),
    #[error("{0} cannot be listened on: {1}")]
    Listen(String, #[source] std::io::Error),
}

/// Everything that lives as long as the program.
#[derive(Clone)]
pub struct Parts {
    pub store: Store,
    pub shred: ShredKeys,
    pub vault: Vault,
    pub tenants: Tenants,
    pub jira: Jira,
    pub people: People,
    pub doors: Doors,
    pub inbox: Inbox,
    pub notes: Arc<Notes>,
    pub clock: Clock,
    pub entropy: Entropy,
    pub bridge_script: String,
    pub stopping: CancellationToken,
}

impl Parts {
    /// Opens what the configuration names. Blocks while files are opened.
    pub async fn open(config: &Config, clock: Clock, entropy: Entropy) -> Result<Self, StartError> {
        let (store, shred) = open_store(config, &clock).await?;
        let ring = KeyRing::open(&config.vault.keys, &entropy, clock.now())?;
        let vault = Vault::new(ring, entropy.clone());
        let tenants = Tenants::new(store.clone(), vault.clone());
        let door = connect(config)?;
        let credentials = ConnectCredentials::new(door.app_key.clone(), door.token_server.clone());
        let jira = Jira::new(
            HttpOptions::default(),
            Arc::new(credentials),
            clock.clone(),
            entropy.clone(),
        )?;
        let people = People::new(jira.clone());
        let doors = Doors::new(
            door,
            tenants.clone(),
            vault.clone(),
            clock.clone(),
            entropy.clone(),
        )?;
        let stopping = CancellationToken::new();
        let notes = Arc::new(Notes::new(notes::Parts {
            store: store.clone(),
            shred: shred.clone(),
            blobs: open_blobs(config)?,
            people: people.clone(),
            jira: jira.clone(),
            clock: clock.clone(),
            entropy: entropy.clone(),
            options: notes_options(config),
            stopping: stopping.clone(),
        }));
        Ok(Self {
            inbox: Inbox::new(store.clone()),
            store,
            shred,
            vault,
            tenants,
            jira,
            people,
            doors,
            notes,
            clock,
            entropy,
            bridge_script: config.connect.bridge_script.clone(),
            stopping,
        })
    }

    /// Ends what was begun and gives files free.
    pub async fn close(&self) {
        self.shred.close().await;
        self.store.close().await;
    }
}

/// Where the shred keys of an embedded store lie: beside it, in a file of their own.
pub fn shred_path(store: &Path) -> PathBuf {
    let mut name = store.as_os_str().to_owned();
    name.push(".shred");
    name.into()
}

/// In the folder that is named; beside an embedded store where none is. Replicas on one Redis
/// must share theirs, which cannot be guessed.
fn open_blobs(config: &Config) -> Result<Blobs, Lost> {
    match (&config.blobs.folder, config.store.kind) {
        (Some(folder), _) => Blobs::in_folder(folder),
        (None, StoreKind::Embedded) => {
            let mut name = config.store.path.as_os_str().to_owned();
            name.push(".files");
            Blobs::in_folder(Path::new(&name))
        }
        (None, StoreKind::Redis) => Ok(Blobs::default()),
    }
}

pub(super) async fn open_store(
    config: &Config,
    clock: &Clock,
) -> Result<(Store, ShredKeys), StartError> {
    match config.store.kind {
        StoreKind::Embedded => {
            let path = config.store.path.clone();
            let clock = clock.clone();
            let opened = tokio::task::spawn_blocking(move || {
                let store = Store::open_embedded(&path)?;
                let shred = ShredKeys::in_file(&shred_path(&path), &clock)?;
                Ok::<_, OpenError>((store, shred))
            });
            match opened.await {
                Ok(result) => Ok(result?),
                Err(panicked) => Err(StartError::Config(panicked.to_string())),
            }
        }
        StoreKind::Redis => {
            let options = RedisOptions {
                accept: config.store.accept.clone(),
                ..RedisOptions::new(&config.store.url)
            };
            let store = Store::open_redis(&options).await?;
            let shred = ShredKeys::in_redis(&options, clock).await?;
            Ok((store, shred))
        }
    }
}

pub(super) fn connect(config: &Config) -> Result<ConnectConfig, StartError> {
    let section = &config.connect;
    let url = |field: &str, text: &str| {
        Url::parse(text).map_err(|error| StartError::Config(format!("{field}: {error}")))
    };
    let sites = section.sites.iter().map(|site| {
        site.parse::<SitePattern>()
            .map_err(|error| StartError::Config(format!("connect.sites: {site:?}: {error}")))
    });
    Ok(ConnectConfig {
        app_key: section.app_key.clone(),
        public_url: url("server.public_url", &config.server.public_url)?,
        key_server: url("connect.key_server", &section.key_server)?,
        token_server: url("connect.token_server", &section.token_server)?,
        bridge_script: url("connect.bridge_script", &section.bridge_script)?,
        sites: sites.collect::<Result<_, _>>()?,
        secret_overlap: Duration::from_secs(section.secret_overlap_seconds),
        retention: Duration::from_secs(section.retention_days * 24 * 3600),
    })
}

fn notes_options(config: &Config) -> notes::Options {
    notes::Options {
        announce_after: Duration::from_secs(config.notes.announce_after_seconds),
        longest_life: Duration::from_secs(config.notes.longest_days * 24 * 3600),
    }
}
