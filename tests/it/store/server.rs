//! A Redis server of one's own, on a port nobody else has, gone with the test.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use crate::harness::lasting_port;

pub struct Server {
    child: Child,
    pub port: u16,
    pub folder: TempDir,
    options: Vec<String>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// That there is a server to test on: a test that leaves itself out would hide what it proves.
pub fn installed() -> bool {
    let found = Command::new("redis-server")
        .arg("--version")
        .stdout(Stdio::null())
        .status();
    assert!(
        found.is_ok(),
        "redis-server is needed: ./need test installs it"
    );
    true
}

impl Server {
    /// Appends and syncs always, unless `options` say otherwise.
    pub fn start(options: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options: Vec<String> = options.iter().map(|o| (*o).to_owned()).collect();
        loop {
            let port = lasting_port();
            let child = spawn(port, &folder, &options);
            let mut server = Self {
                child,
                port,
                folder: tempfile::tempdir().unwrap(),
                options: options.clone(),
            };
            if server.answers() {
                server.folder = folder;
                return server;
            }
        }
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Ends it at once, as a crash would.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    pub fn restart(&mut self) {
        self.child = spawn(self.port, &self.folder, &self.options);
        assert!(self.answers(), "the server comes back");
    }

    pub fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args([name, &id]).status().unwrap();
        assert!(sent.success());
    }

    /// Sends one command of plain words and gives back what comes within a moment.
    pub fn say(&self, words: &str) -> Option<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).ok()?;
        let wait = Some(Duration::from_secs(2));
        stream.set_read_timeout(wait).ok()?;
        stream.write_all(format!("{words}\r\n").as_bytes()).ok()?;
        let mut answer = vec![0; 4096];
        let length = stream.read(&mut answer).ok()?;
        Some(String::from_utf8_lossy(&answer[..length]).into_owned())
    }

    /// Waits until it answers; false if it ended instead, or stays silent.
    fn answers(&mut self) -> bool {
        for _ in 0..2000 {
            if self.child.try_wait().unwrap().is_some() {
                return false;
            }
            if self.say("PING").is_some_and(|answer| answer == "+PONG\r\n") {
                return true;
            }
            std::thread::park_timeout(Duration::from_millis(5));
        }
        false
    }

    /// Makes a server with `cluster-enabled yes` the only node of its cluster.
    pub fn own_all_slots(&self) {
        self.say("CLUSTER ADDSLOTSRANGE 0 16383");
        for _ in 0..2000 {
            let info = self.say("CLUSTER INFO").unwrap_or_default();
            if info.contains("cluster_state:ok") {
                break;
            }
            std::thread::park_timeout(Duration::from_millis(5));
        }
        assert!(
            self.say("CLUSTER INFO")
                .unwrap_or_default()
                .contains("cluster_state:ok")
        );
    }
}

fn spawn(port: u16, folder: &TempDir, options: &[String]) -> Child {
    let log = fs::File::create(folder.path().join("log")).unwrap();
    Command::new("redis-server")
        .args(["--port", &port.to_string(), "--bind", "127.0.0.1"])
        .args([
            "--save",
            "",
            "--appendonly",
            "yes",
            "--appendfsync",
            "always",
        ])
        .args(["--dir", folder.path().to_str().unwrap()])
        .args(options)
        .stdout(log)
        .spawn()
        .unwrap()
}
