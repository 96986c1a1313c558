//! Processes of the demonstration, and their end.

use std::os::unix::process::parent_id;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;
use tokio::signal::unix::{SignalKind, signal};

use super::DemoError;
use crate::chance;

const PATIENCE: Duration = Duration::from_secs(8);
const GLANCE: Duration = Duration::from_millis(500);

/// A folder that only this user can read.
pub struct Folder {
    pub path: PathBuf,
}

impl Folder {
    pub fn new() -> Result<Folder, DemoError> {
        use std::os::unix::fs::DirBuilderExt;
        let name = format!("deskbridge-demo-{}", chance::hex(&chance::bytes::<6>()));
        let path = std::env::temp_dir().join(name);
        std::fs::DirBuilder::new()
            .mode(0o700)
            .create(&path)
            .map_err(|error| DemoError::because("no folder for the demonstration", error))?;
        Ok(Folder { path })
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.path);
    }
}

pub struct Child {
    process: tokio::process::Child,
}

impl Child {
    /// Starts a process in a group of its own, so that Ctrl-C reaches it only through us.
    pub fn start(command: &mut Command) -> Result<Child, DemoError> {
        let process = command
            .stdin(Stdio::null())
            .process_group(0)
            .kill_on_drop(true)
            .spawn();
        let name = command
            .as_std()
            .get_program()
            .to_string_lossy()
            .into_owned();
        let process = process.map_err(|error| DemoError::because(&name, error))?;
        Ok(Child { process })
    }

    pub fn id(&self) -> Option<u32> {
        self.process.id()
    }

    pub async fn wait(&mut self) -> String {
        match self.process.wait().await {
            Ok(status) => status.to_string(),
            Err(error) => error.to_string(),
        }
    }

    pub async fn stop(&mut self) {
        if let Some(id) = self.process.id() {
            terminate(id).await;
        }
        if tokio::time::timeout(PATIENCE, self.process.wait())
            .await
            .is_err()
        {
            let _ = self.process.kill().await;
        }
    }
}

async fn terminate(id: u32) {
    let mut kill = Command::new("sh");
    kill.arg("-c")
        .arg("kill -TERM \"$1\"")
        .arg("sh")
        .arg(id.to_string());
    let _ = kill
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .await;
}

/// Starts the process that ends the others if this one is killed.
pub fn guarded(folder: &Folder, processes: &[u32]) -> Result<Child, DemoError> {
    let own = std::env::current_exe();
    let own = own.map_err(|error| DemoError::because("this program's path", error))?;
    let mut command = Command::new(own);
    command.arg("guard").arg("--folder").arg(&folder.path);
    command.args(processes.iter().map(ToString::to_string));
    Child::start(&mut command)
}

/// Waits until this process has another parent than at first.
async fn orphaned() {
    let first = parent_id();
    while parent_id() == first {
        tokio::time::sleep(GLANCE).await;
    }
}

/// What the guard does; it lets itself be ended when there is nothing left to guard.
pub async fn guard(folder: &Path, processes: &[u32]) {
    let mut ended = match signal(SignalKind::terminate()) {
        Ok(signal) => signal,
        Err(_) => return,
    };
    tokio::select! {
        () = orphaned() => {
            for id in processes {
                terminate(*id).await;
            }
            tokio::time::sleep(GLANCE).await;
            let ours = folder.file_name().and_then(|n| n.to_str()).unwrap_or_default();
            if ours.starts_with("deskbridge-demo-") {
                let _ = std::fs::remove_dir_all(folder);
            }
        }
        _ = ended.recv() => {}
    }
}

/// Returns on Ctrl-C, on a request to end, and when whoever started this process is gone.
pub async fn ended() {
    let (Ok(mut interrupt), Ok(mut terminate)) = (
        signal(SignalKind::interrupt()),
        signal(SignalKind::terminate()),
    ) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
        () = orphaned() => {}
    }
}
