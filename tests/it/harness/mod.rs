//! The program as it is shipped, in a process of its own, beside a Jira-compatible site.

mod place;

pub(crate) use place::{Place, on_each_store};

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use deskbridge_playground::{Host, HostOptions};
use tempfile::TempDir;

/// A bridge in its own process, installed on a site in this one. Ends with the value.
pub struct Served {
    pub host: Host,
    pub folder: TempDir,
    pub url: String,
    pub operations: String,
    child: Child,
}

impl Served {
    /// Embedded store, the app installed.
    pub async fn start() -> Self {
        let served = Self::uninstalled("").await;
        served
            .host
            .install(&served.at("/atlassian-connect.json"))
            .await
            .unwrap();
        served
    }

    /// The app not yet installed; `more` is added to the configuration.
    pub async fn uninstalled(more: &str) -> Self {
        let host = Host::start(HostOptions::default()).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let port = free_port();
        let store = format!("path = \"{}/db.sqlite\"\n", folder.path().display());
        configure(&[&host], folder.path(), port, &store, more);
        let (child, operations) = serve(folder.path());
        let url = format!("http://127.0.0.1:{port}");
        Self {
            host,
            folder,
            url,
            operations,
            child,
        }
    }

    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// What it logged so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap()
    }

    pub fn pid(&self) -> String {
        self.child.id().to_string()
    }

    /// Asks the process to stop, and waits for its end.
    pub async fn stop(&mut self) -> ExitStatus {
        let sent = Command::new("kill")
            .args(["-TERM", &self.pid()])
            .status()
            .unwrap();
        assert!(sent.success());
        for _ in 0..600 {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the bridge did not stop");
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Writes the configuration that [`serve`] reads: `store` is its section, `more` is added.
pub fn configure(sites: &[&Host], folder: &Path, port: u16, store: &str, more: &str) {
    let origins: Vec<_> = sites.iter().map(|site| &site.base_url).collect();
    // All sites of one process sign installs with one key, as all of Atlassian's do.
    let text = format!(
        "[server]\nlisten = \"127.0.0.1:{port}\"\noperations = \"127.0.0.1:0\"\n\
         public_url = \"http://127.0.0.1:{port}\"\n\
         [store]\n{store}[vault]\nkeys = \"{}/keys.toml\"\n\
         [connect]\nkey_server = \"{}\"\ntoken_server = \"{}\"\nbridge_script = \"{}\"\nsites = {origins:?}\n{more}",
        folder.display(),
        sites[0].key_server_url,
        sites[0].base_url,
        sites[0].bridge_script_url,
    );
    std::fs::write(folder.join("deskbridge.toml"), text).unwrap();
}

/// Starts the program with the configuration in `folder`, where it logs to; returns when it
/// serves, with the address of its operations.
pub fn serve(folder: &Path) -> (Child, String) {
    let mut log = std::fs::OpenOptions::new();
    let log = log.create(true).append(true).open(folder.join("log"));
    let log = log.unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_deskbridge"))
        .arg("serve")
        .arg("--config")
        .arg(folder.join("deskbridge.toml"))
        .stdout(Stdio::piped())
        .stderr(log)
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let said: serde_json::Value = serde_json::from_str(&line).unwrap_or_else(|_| {
        panic!(
            "not serving: {}",
            std::fs::read_to_string(folder.join("log")).unwrap()
        )
    });
    let operations = format!("http://{}", said["operations"].as_str().unwrap());
    (child, operations)
}

/// A port that was free a moment ago.
pub fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// A port for what is ended and started again: none that the system gives out by itself, to a
/// listener or to a client, while nobody listens.
pub fn lasting_port() -> u16 {
    let entropy = deskbridge::clock::Entropy::system();
    loop {
        // A node of a Redis cluster listens 10,000 above as well.
        let port = 10_000 + u16::try_from(entropy.below(12_000)).unwrap();
        if std::net::TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

/// Counts grow with `DESKBRIDGE_SCALE`.
pub fn scaled(count: usize) -> usize {
    let scale = std::env::var("DESKBRIDGE_SCALE").map_or(1, |scale| scale.parse().unwrap());
    count * scale
}

/// Runs the command line to its end: exit code, standard output, standard error. One that does
/// not end within 20 seconds is ended, and the test fails.
pub fn command(arguments: &[&str], environment: &[(&str, &str)]) -> (i32, String, String) {
    let output = Command::new("timeout")
        .arg("20")
        .arg(env!("CARGO_BIN_EXE_deskbridge"))
        .args(arguments)
        .envs(environment.iter().copied())
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (
        output.status.code().unwrap(),
        text(&output.stdout),
        text(&output.stderr),
    )
}

/// Repeats `attempt` until it gives something, for at most 20 seconds.
pub async fn until<T, F>(what: &str, mut attempt: impl FnMut() -> F) -> T
where
    F: Future<Output = Option<T>>,
{
    for _ in 0..400 {
        if let Some(found) = attempt().await {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{what} did not come about");
}
