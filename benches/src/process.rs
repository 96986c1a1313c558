//! Child processes: started, waited for, measured from `/proc`, ended by their own id.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::process::{Child, Command};

use crate::Failure;

/// Ends with the value: the process is killed when this is dropped.
pub struct Process {
    child: Child,
    pub pid: u32,
}

impl Process {
    pub fn start(command: &mut Command) -> Result<Self, Failure> {
        let child = command.stdin(Stdio::null()).kill_on_drop(true).spawn()?;
        let pid = child.id().ok_or("the process has ended already")?;
        Ok(Self { child, pid })
    }

    /// Seconds of processor time used so far, user and system, all threads.
    pub fn cpu_seconds(&self) -> Result<f64, Failure> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.pid))?;
        let fields: Vec<_> = stat
            .rsplit(')')
            .next()
            .unwrap_or("")
            .split_whitespace()
            .collect();
        let ticks: f64 = [11, 12]
            .into_iter()
            .filter_map(|at| fields.get(at)?.parse::<f64>().ok())
            .sum();
        Ok(ticks / 100.0)
    }

    /// Resident memory in MB.
    pub fn resident_mb(&self) -> Result<f64, Failure> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid))?;
        let kb = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB"))
            .and_then(|kb| kb.trim().parse::<f64>().ok());
        Ok(kb.ok_or("no VmRSS")? / 1024.0)
    }

    pub async fn stop(mut self) -> Result<(), Failure> {
        self.child.kill().await?;
        Ok(())
    }
}

/// A port that was free a moment ago.
pub fn free_port() -> Result<u16, Failure> {
    let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    Ok(listener.local_addr()?.port())
}

/// Waits until something accepts connections there.
pub async fn until_open(host: &str) -> Result<(), Failure> {
    for _ in 0..400 {
        if tokio::net::TcpStream::connect(host).await.is_ok() {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    Err(format!("nothing answers at {host}").into())
}

/// A private Redis that syncs before it answers.
pub async fn redis(folder: &Path) -> Result<(Process, String), Failure> {
    let port = free_port()?;
    let mut command = Command::new("redis-server");
    command
        .args([
            "--port",
            &port.to_string(),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
        ])
        .args(["--appendonly", "yes", "--appendfsync", "always"])
        .args([
            "--maxmemory-policy",
            "noeviction",
            "--auto-aof-rewrite-percentage",
            "0",
        ])
        .args(["--dir", &folder.display().to_string()])
        .stdout(Stdio::null());
    let process = Process::start(&mut command)?;
    until_open(&format!("127.0.0.1:{port}")).await?;
    Ok((process, format!("redis://127.0.0.1:{port}/0")))
}
