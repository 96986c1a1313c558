//! Where the demonstration keeps records: a Redis of its own, or the embedded store.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use clap::ValueEnum;
use tokio::process::Command;

use super::child::{Child, Folder};
use super::{DemoError, ports};
use crate::holdings::Holdings;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum StoreChoice {
    /// Redis if a server of version 7 or later is installed, else embedded.
    Auto,
    Redis,
    Embedded,
}

pub struct Store {
    pub holdings: Holdings,
    /// The embedded store's file.
    pub file: PathBuf,
    redis: Option<Child>,
}

impl Store {
    pub async fn start(choice: StoreChoice, folder: &Folder) -> Result<Store, DemoError> {
        let installed = match choice {
            StoreChoice::Embedded => false,
            StoreChoice::Redis => true,
            StoreChoice::Auto => recent().await,
        };
        let file = folder.path.join("deskbridge.sqlite");
        if !installed {
            let files = vec![file.clone(), folder.path.join("deskbridge.sqlite.shred")];
            return Ok(Store {
                holdings: Holdings::Files(files),
                file,
                redis: None,
            });
        }
        let port = ports::free(0)?;
        let redis = server(port, folder)?;
        let url = format!("redis://127.0.0.1:{port}/");
        answers(&url).await?;
        Ok(Store {
            holdings: Holdings::Redis(url),
            file,
            redis: Some(redis),
        })
    }

    pub fn name(&self) -> &'static str {
        if self.redis.is_some() {
            "redis"
        } else {
            "embedded"
        }
    }

    pub fn words(&self) -> String {
        match &self.holdings {
            Holdings::Redis(url) => format!("a Redis of its own, {url}, synced on every write"),
            Holdings::Files(_) => format!("the embedded store, {}", self.file.display()),
        }
    }

    pub fn process(&self) -> Option<u32> {
        self.redis.as_ref().and_then(Child::id)
    }

    pub async fn wait(&mut self) -> String {
        match &mut self.redis {
            Some(redis) => redis.wait().await,
            None => std::future::pending().await,
        }
    }

    pub async fn stop(&mut self) {
        if let Some(redis) = &mut self.redis {
            redis.stop().await;
        }
    }
}

/// Whether `redis-server` is installed, of version 7 or later.
async fn recent() -> bool {
    let answer = Command::new("redis-server").arg("--version").output().await;
    let text = answer.map(|a| String::from_utf8_lossy(&a.stdout).into_owned());
    text.is_ok_and(|text| major(&text).is_some_and(|major| major >= 7))
}

/// `Redis server v=7.0.15 sha=...`
fn major(text: &str) -> Option<u32> {
    text.split_once("v=")?.1.split('.').next()?.parse().ok()
}

fn server(port: u16, folder: &Folder) -> Result<Child, DemoError> {
    let mut command = Command::new("redis-server");
    command
        .args(["--bind", "127.0.0.1", "--port", &port.to_string()])
        .args([
            "--appendonly",
            "yes",
            "--appendfsync",
            "always",
            "--save",
            "",
        ])
        .args(["--maxmemory-policy", "noeviction", "--daemonize", "no"])
        .arg("--dir")
        .arg(&folder.path)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    Child::start(&mut command)
}

async fn answers(url: &str) -> Result<(), DemoError> {
    let client = redis::Client::open(url).map_err(|e| DemoError::because("Redis", e))?;
    for _ in 0..200 {
        if client.get_multiplexed_async_connection().await.is_ok() {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Err(DemoError::because("Redis", "does not answer"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read() {
        assert_eq!(
            major("Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc"),
            Some(7)
        );
        assert_eq!(major("valkey"), None);
    }
}
