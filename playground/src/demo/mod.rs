//! The demonstration: a store, the bridge, the site, the app installed, and an end of all of them
//! together.

mod bridge;
mod child;
mod ports;
mod store;

use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Value, json};

use crate::host::{Host, HostOptions, Pace};
use bridge::Bridge;
use child::{Child, Folder};
use store::Store;

pub use child::{ended, guard};
pub use store::StoreChoice;

pub struct Demo {
    /// The bridge's binary; otherwise the one beside this one.
    pub bridge: Option<PathBuf>,
    pub port: u16,
    pub bridge_port: u16,
    pub fresh: bool,
    pub store: StoreChoice,
    /// Start a process that ends the others if this one is killed. It is this program again, so
    /// only this program can ask for it.
    pub guarded: bool,
}

#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct DemoError(String);

impl DemoError {
    fn because(what: &str, why: impl std::fmt::Display) -> DemoError {
        DemoError(format!("{what}: {why}"))
    }
}

/// Everything that runs. Ends with [`Running::stop`]; if this process is killed, its guard ends
/// the others.
pub struct Running {
    host: Host,
    bridge: Bridge,
    store: Store,
    guard: Option<Child>,
    folder: Folder,
    installed: bool,
}

/// A moment in which webhooks that failed come again soon enough to be watched.
fn pace() -> Pace {
    Pace {
        retry: (Duration::from_secs(2), Duration::from_secs(5)),
        timeout: Duration::from_secs(10),
    }
}

pub async fn start(options: Demo) -> Result<Running, DemoError> {
    let binary = bridge::find(options.bridge.as_deref())?;
    let folder = Folder::new()?;
    let store = Store::start(options.store, &folder).await?;
    let bridge_port = ports::free(options.bridge_port)?;
    let operations_port = ports::free(0)?;
    let site_port = ports::free(options.port)?;
    let bridge_url = format!("http://localhost:{bridge_port}");
    let host = Host::start(HostOptions {
        port: site_port,
        pace: pace(),
        app: Some(format!("{bridge_url}/atlassian-connect.json")),
        holdings: Some(store.holdings.clone()),
    })
    .await
    .map_err(|error| DemoError(error.to_string()))?;
    let config = bridge::config(&host, &store, &folder, bridge_port, operations_port);
    let mut bridge = Bridge::start(&binary, &config, &folder, bridge_url, operations_port)?;
    let processes: Vec<u32> = [bridge.child.id(), store.process()]
        .into_iter()
        .flatten()
        .collect();
    let guard = options
        .guarded
        .then(|| child::guarded(&folder, &processes))
        .transpose()?;
    if let Err(error) = bridge.ready().await {
        let log = std::fs::read_to_string(folder.path.join(bridge::LOG)).unwrap_or_default();
        return Err(DemoError(format!("{error}\n{}", log.trim_end())));
    }
    let installed = !options.fresh;
    if installed {
        let descriptor = format!("{}/atlassian-connect.json", bridge.url);
        let done = host.install(&descriptor).await;
        done.map_err(|error| DemoError::because("the app was not installed", error))?;
    }
    Ok(Running {
        host,
        bridge,
        store,
        guard,
        folder,
        installed,
    })
}

impl Running {
    /// All addresses, for programs.
    pub fn addresses(&self) -> Value {
        let site = &self.host.base_url;
        let fresh = if self.installed { "" } else { "?fresh" };
        json!({
            "site": format!("{site}/{fresh}"),
            "agent": format!("{site}/agent?as=niro&issue=ITH-1"),
            "portal": format!("{site}/portal?as=jonathan&request=ITH-1"),
            "holdings": format!("{site}/holdings?issue=ITH-1"),
            "admin": format!("{site}/admin?as=ada"),
            "control": format!("{site}/__control"),
            "bridge": self.bridge.url,
            "operations": self.bridge.operations,
            "store": self.store.name(),
            "folder": self.folder.path,
            "installed": self.installed,
        })
    }

    pub fn words(&self) -> String {
        let site = &self.host.base_url;
        let app = if self.installed {
            "The app is installed: add a secure note under Activity as Niro."
        } else {
            "The app is not installed yet: use Get app in the Apps menu."
        };
        format!(
            "\n  Open {site}/\n\n  {app}\n  Records are in {}.\n  The bridge answers at {}, its log is {}.\n\
             \n  Ctrl-C ends everything.\n",
            self.store.words(),
            self.bridge.url,
            self.folder.path.join(bridge::LOG).display()
        )
    }

    /// Returns when something that the demonstration needs has ended, with what it said last.
    pub async fn died(&mut self) -> String {
        let (what, status) = tokio::select! {
            status = self.bridge.child.wait() => ("the bridge", status),
            status = self.store.wait() => ("the store", status),
        };
        let log = std::fs::read_to_string(self.folder.path.join(bridge::LOG)).unwrap_or_default();
        let lines: Vec<_> = log.lines().collect();
        let last = lines[lines.len().saturating_sub(5)..].join("\n");
        format!("{what} ended ({status})\n{last}")
    }

    /// Ends the bridge, then the store, and removes the folder.
    pub async fn stop(mut self) {
        self.bridge.child.stop().await;
        self.store.stop().await;
        if let Some(guard) = &mut self.guard {
            guard.stop().await;
        }
        drop(self.host);
        drop(self.folder);
    }
}
