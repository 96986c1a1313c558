//! The Connect framework in the race: `benches/peers/ace.js`, once for each of its stores.

use std::path::Path;

use deskbridge_playground::Host;
use deskbridge_playground::HostOptions;
use tokio::process::Command;

use crate::Failure;
use crate::load::Target;
use crate::process::{Process, free_port};

/// Name in the table, and what `ace.js` calls the store.
pub const ALL: [(&str, &str); 2] = [
    ("atlassian-connect-express, map", "memory"),
    ("atlassian-connect-express, sqlite", "sqlite"),
];

/// Why a peer cannot run on this machine: npm has not installed what it needs. A peer that is
/// installed runs, or the bench fails.
pub async fn missing(peers: &Path, store: &str) -> Result<Option<&'static str>, Failure> {
    let package = "node_modules/atlassian-connect-express/package.json";
    if !peers.join(package).exists() {
        return Ok(Some("npm has not installed it"));
    }
    if store == "sqlite" {
        let mut command = Command::new("node");
        command
            .args(["-e", "require('sqlite3')"])
            .current_dir(peers);
        if !command.output().await?.status.success() {
            return Ok(Some(
                "sqlite3 has no binary for this node and was not built",
            ));
        }
    }
    Ok(None)
}

/// Starts a peer whose files go to `folder`, and installs it on a site of its own.
pub async fn start(
    peers: &Path,
    store: &str,
    folder: &Path,
) -> Result<(Process, Target, Host), Failure> {
    let folder = folder.join(format!("peer-{store}"));
    std::fs::create_dir_all(&folder)?;
    let site = Host::start(HostOptions::default()).await?;
    let port = free_port()?;
    let mut command = Command::new("node");
    command
        .arg(peers.canonicalize()?.join("ace.js"))
        .current_dir(&folder)
        .env("PORT", port.to_string())
        .env("KEYS", &site.key_server_url)
        .env("STORE", store);
    let mut process = Process::start_with_log(&mut command, &folder.join("log"))?;
    let host = format!("127.0.0.1:{port}");
    process.until_open(&host).await?;
    let installed = site
        .install(&format!("http://{host}/atlassian-connect.json"))
        .await
        .map_err(|error| format!("{error}{}", process.said()))?;
    let target = Target {
        host,
        path: "/webhook".to_owned(),
        issuer: installed.client_key,
        secret: installed.shared_secret,
    };
    Ok((process, target, site))
}

/// What the peers' rows mean.
pub async fn legend(peers: &Path) -> Result<String, Failure> {
    let package = peers.join("node_modules/atlassian-connect-express/package.json");
    let package: serde_json::Value = serde_json::from_slice(&std::fs::read(package)?)?;
    let node = Command::new("node").arg("--version").output().await?;
    Ok(format!(
        "atlassian-connect-express {} on node {}, one process, production mode: a webhook is \
         verified,\nparsed, given to an empty listener and answered; it is neither stored nor \
         deduplicated.\nmap: tenants in memory, the best case; sqlite: its documented file, asked \
         for the tenant each time.",
        package["version"].as_str().unwrap_or("?"),
        String::from_utf8_lossy(&node.stdout).trim(),
    ))
}
