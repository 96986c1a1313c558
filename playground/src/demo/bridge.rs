//! The bridge as a child of the demonstration.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::process::Command;

use super::DemoError;
use super::child::{Child, Folder};
use super::store::Store;
use crate::holdings::Holdings;
use crate::host::Host;

pub const LOG: &str = "bridge.log";

pub struct Bridge {
    pub child: Child,
    /// `http://localhost:PORT`: another site than the host's, as in real life.
    pub url: String,
    /// Where health and metrics are.
    pub operations: String,
}

/// The binary that was named, or the one beside this one.
pub fn find(named: Option<&Path>) -> Result<PathBuf, DemoError> {
    let beside = || {
        let own = std::env::current_exe().ok()?;
        Some(own.with_file_name("deskbridge"))
    };
    let path = named.map(Path::to_path_buf).or_else(beside);
    let path = path.filter(|path| path.is_file());
    path.ok_or_else(|| {
        DemoError::because(
            "the bridge",
            "no `deskbridge` beside this program; name it with --bridge",
        )
    })
}

/// The bridge's configuration; JSON strings are TOML strings.
pub fn config(host: &Host, store: &Store, folder: &Folder, port: u16, operations: u16) -> String {
    let text = |text: &str| serde_json::Value::from(text).to_string();
    let store = match &store.holdings {
        Holdings::Redis(url) => format!("kind = \"redis\"\nurl = {}", text(url)),
        Holdings::Files(_) => {
            format!(
                "kind = \"embedded\"\npath = {}",
                text(&store.file.display().to_string())
            )
        }
    };
    let keys = folder.path.join("keys.toml").display().to_string();
    format!(
        "[server]\nlisten = \"127.0.0.1:{port}\"\noperations = \"127.0.0.1:{operations}\"\n\
         public_url = \"http://localhost:{port}\"\n\n[store]\n{store}\n\n[vault]\nkeys = {}\n\n\
         [connect]\nkey_server = {}\ntoken_server = {}\nbridge_script = {}\nsites = [{}]\n",
        text(&keys),
        text(&host.key_server_url),
        text(&host.base_url),
        text(&host.bridge_script_url),
        text(&host.base_url),
    )
}

impl Bridge {
    pub fn start(
        binary: &Path,
        config: &str,
        folder: &Folder,
        url: String,
        operations: u16,
    ) -> Result<Bridge, DemoError> {
        let fail = |error: std::io::Error| DemoError::because("the bridge's files", error);
        let file = folder.path.join("deskbridge.toml");
        std::fs::write(&file, config).map_err(fail)?;
        let log = File::create(folder.path.join(LOG)).map_err(fail)?;
        let mut command = Command::new(binary);
        command
            .arg("serve")
            .arg("--config")
            .arg(&file)
            .current_dir(&folder.path)
            .stdout(log.try_clone().map_err(fail)?)
            .stderr(log);
        Ok(Bridge {
            child: Child::start(&mut command)?,
            url,
            operations: format!("http://127.0.0.1:{operations}"),
        })
    }

    /// Waits until the bridge says that it is ready.
    pub async fn ready(&mut self) -> Result<(), DemoError> {
        let client = crate::host::http_client();
        let url = format!("{}/readyz", self.operations);
        for _ in 0..300 {
            if client
                .get(&url)
                .send()
                .await
                .is_ok_and(|a| a.status().is_success())
            {
                return Ok(());
            }
            tokio::select! {
                status = self.child.wait() => {
                    return Err(DemoError::because("the bridge ended", status));
                }
                () = tokio::time::sleep(Duration::from_millis(50)) => {}
            }
        }
        Err(DemoError::because(
            "the bridge",
            "is not ready after 15 seconds",
        ))
    }
}
