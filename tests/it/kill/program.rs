//! The program as it is shipped, in a process that is killed and started again: on the same port,
//! store and key ring.

use std::process::{Child, Command};
use std::time::Duration;

use deskbridge_playground::Host;
use tempfile::TempDir;

use crate::harness::{configure, lasting_port, serve};

pub struct Program {
    pub folder: TempDir,
    pub port: u16,
    child: Child,
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Program {
    /// `store` gives the section of the configuration from the folder.
    pub fn start(sites: &[Host], folder: TempDir, store: &str) -> Self {
        let port = lasting_port();
        let sites: Vec<_> = sites.iter().collect();
        // Work that a killed replica held comes back while the test looks.
        let more = "[jobs]\nhold_seconds = 2\n[notes]\nannounce_after_seconds = 0\n\
                    [log]\nlevel = \"warn\"\n";
        configure(&sites, folder.path(), port, store, more);
        let (child, _) = serve(folder.path());
        Self {
            folder,
            port,
            child,
        }
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub fn config(&self) -> String {
        let path = self.folder.path().join("deskbridge.toml");
        path.to_str().unwrap().to_owned()
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap()
    }

    /// SIGKILL: nothing of it can be caught. Then started again.
    pub fn killed(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.started();
    }

    pub fn started(&mut self) {
        self.child = serve(self.folder.path()).0;
    }

    /// Asked to stop, as an operator does.
    pub async fn stopped(&mut self) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &id]).status().unwrap();
        assert!(sent.success());
        for _ in 0..600 {
            if let Some(status) = self.child.try_wait().unwrap() {
                assert!(status.success(), "{status}: {}", self.log());
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the program did not stop");
    }
}
