//! Child processes: started, waited for, measured from `/proc`, ended by their own id.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::process::{Child, Command};

use crate::Failure;

/// Ends with the value: the process is killed when this is dropped.
pub struct Process {
    child: Child,
    pub pid: u32,
    log: Option<PathBuf>,
}

impl Process {
    pub fn start(command: &mut Command) -> Result<Self, Failure> {
        let child = command.stdin(Stdio::null()).kill_on_drop(true).spawn()?;
        let pid = child.id().ok_or("the process has ended already")?;
        Ok(Self {
            child,
            pid,
            log: None,
        })
    }

    /// Keeps what the process says in `log`, for when it fails.
    pub fn start_with_log(command: &mut Command, log: &Path) -> Result<Self, Failure> {
        let file = std::fs::File::create(log)?;
        command.stdout(file.try_clone()?).stderr(file);
        let mut process = Self::start(command)?;
        process.log = Some(log.to_owned());
        Ok(process)
    }

    /// Waits until it accepts connections there; says why where it ends before, or never does.
    pub async fn until_open(&mut self, host: &str) -> Result<(), Failure> {
        for _ in 0..1200 {
            if tokio::net::TcpStream::connect(host).await.is_ok() {
                return Ok(());
            }
            if let Some(status) = self.child.try_wait()? {
                return Err(format!("ended before it served: {status}{}", self.said()).into());
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        Err(format!("nothing answers at {host}{}", self.said()).into())
    }

    /// The first lines and the last of its log.
    pub fn said(&self) -> String {
        let text = self
            .log
            .as_ref()
            .and_then(|path| std::fs::read_to_string(path).ok())
            .unwrap_or_default();
        let lines: Vec<_> = text.lines().filter(|line| !line.is_empty()).collect();
        let from = lines.len().saturating_sub(12);
        lines
            .iter()
            .enumerate()
            .filter(|(at, _)| *at < 12 || *at >= from)
            .map(|(_, line)| format!("\n    {}", line.chars().take(200).collect::<String>()))
            .collect()
    }

    /// Seconds of processor time used so far, user and system: all threads, and all processes it
    /// has started, whether they run or were waited for.
    pub fn cpu_seconds(&self) -> Result<f64, Failure> {
        let mut all = Vec::new();
        for entry in std::fs::read_dir("/proc")? {
            let name = entry?.file_name();
            // A process may end while the folder is read.
            if let Some(stat) = name.to_str().and_then(|n| n.parse().ok()).and_then(stat_of) {
                all.push(stat);
            }
        }
        if !all.iter().any(|stat| stat.pid == self.pid) {
            return Err("the process is gone".into());
        }
        Ok(family_ticks(&all, self.pid) / TICKS_PER_SECOND)
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

/// `USER_HZ`, which is 100 on every Linux that Rust builds for.
const TICKS_PER_SECOND: f64 = 100.0;

#[derive(Clone, Copy, Debug)]
struct Stat {
    pid: u32,
    parent: u32,
    /// Its own time, and that of children it has waited for.
    ticks: f64,
}

fn stat_of(pid: u32) -> Option<Stat> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    parse_stat(pid, &text)
}

/// Fields after the name, which may itself hold spaces and brackets: proc(5), `/proc/pid/stat`.
fn parse_stat(pid: u32, text: &str) -> Option<Stat> {
    let (_, rest) = text.rsplit_once(')')?;
    let fields: Vec<_> = rest.split_whitespace().collect();
    let mut ticks = 0.0;
    for field in fields.get(11..15)? {
        ticks += field.parse::<f64>().ok()?;
    }
    Some(Stat {
        pid,
        parent: fields.get(1)?.parse().ok()?,
        ticks,
    })
}

fn family_ticks(all: &[Stat], root: u32) -> f64 {
    let own = all.iter().filter(|stat| stat.pid == root);
    let children = all
        .iter()
        .filter(|stat| stat.parent == root && stat.pid != root);
    own.map(|stat| stat.ticks).sum::<f64>()
        + children
            .map(|stat| family_ticks(all, stat.pid))
            .sum::<f64>()
}

/// A port that was free a moment ago.
pub fn free_port() -> Result<u16, Failure> {
    let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    Ok(listener.local_addr()?.port())
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
    let mut process = Process::start(&mut command)?;
    process.until_open(&format!("127.0.0.1:{port}")).await?;
    Ok((process, format!("redis://127.0.0.1:{port}/0")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processor_time_is_that_of_the_whole_family() {
        let stat = |pid, name: &str, parent, times: &str| {
            let text = format!("{pid} ({name}) S {parent} 1 1 0 -1 4194304 9 9 9 9 {times} 20 0 4");
            parse_stat(pid, &text).unwrap()
        };
        let all = [
            stat(10, "node", 1, "100 20 3 4"),
            stat(11, "a (b) c", 10, "1 2 0 0"),
            stat(12, "sh", 11, "5 0 0 0"),
            stat(13, "other", 1, "1000 0 0 0"),
        ];
        assert_eq!(family_ticks(&all, 10), 135.0);
        assert_eq!(family_ticks(&all, 13), 1000.0);
        assert!(parse_stat(14, "14 (short) S 1").is_none());
    }
}
