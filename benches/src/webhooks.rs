//! Webhooks accepted per second: deskbridge on both stores, a Connect framework, bare servers;
//! each proved to verify first, then measured by turns.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use clap::Args;
use deskbridge_playground::{Host, HostOptions, Installed};
use tokio::process::Command;

use crate::load::{self, Target};
use crate::process::{Process, free_port, redis};
use crate::{Failure, line, median, peers, probe};

#[derive(Debug, Args)]
pub struct Options {
    #[arg(long)]
    deskbridge: PathBuf,
    /// Folder with the peers' packages installed.
    #[arg(long)]
    peers: PathBuf,
    #[arg(long, default_value_t = 5)]
    rounds: u64,
    #[arg(long, default_value_t = 4)]
    seconds: u64,
    #[arg(long, default_value_t = 64)]
    clients: usize,
    /// A webhook body; without one a body of our own of 6.7 KB is sent.
    #[arg(long)]
    body: Option<PathBuf>,
}

/// Events come from so many issues in turn, each a lane of its own.
pub const ISSUES: u64 = 500;

/// A server in the race, and what it used.
struct Runner {
    name: &'static str,
    process: Process,
    target: Target,
    store: Option<OwnRedis>,
    rates: Vec<f64>,
    cpu_us: Vec<f64>,
    redis_us: Vec<f64>,
    p50: Vec<f64>,
    p99: Vec<f64>,
    drain: Vec<f64>,
    refused: u64,
    _host: Option<Host>,
}

/// A Redis for one server alone: a worker of another would take its jobs, and be woken by them.
struct OwnRedis {
    process: Process,
    url: String,
}

impl OwnRedis {
    async fn start(folder: &Path, name: &str) -> Result<Self, Failure> {
        let folder = folder.join(name);
        std::fs::create_dir_all(&folder)?;
        let (process, url) = redis(&folder).await?;
        Ok(Self { process, url })
    }
}

impl Runner {
    /// Processor seconds of the server, and of its Redis.
    fn used(&self) -> Result<(f64, f64), Failure> {
        let store = self.store.as_ref().map(|store| store.process.cpu_seconds());
        Ok((
            self.process.cpu_seconds()?,
            store.transpose()?.unwrap_or(0.0),
        ))
    }

    /// An error of this server, with its name and what it said last.
    fn fault(&self, error: &Failure) -> Failure {
        format!("{}: {error}{}", self.name, self.process.said()).into()
    }
}

pub async fn run(options: Options) -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let bodies: Arc<[Bytes]> = match &options.body {
        Some(path) => [Bytes::from(std::fs::read(path)?)].into(),
        None => (0..ISSUES).map(own_body).collect(),
    };
    let (mut runners, left_out) = line_up(&options, folder.path()).await?;
    for runner in &runners {
        let proved = probe::prove(&runner.target, &bodies[0]).await;
        proved.map_err(|error| runner.fault(&error))?;
    }
    for round in 0..=options.rounds {
        for runner in &mut runners {
            flush(runner).await?;
            let seconds = if round == 0 { 2 } else { options.seconds };
            let span = Duration::from_secs(seconds);
            let done = measure(runner, &bodies, &options, span, round).await;
            done.map_err(|error| runner.fault(&error))?;
        }
    }
    table(&runners, &left_out, bodies[0].len(), &options);
    if left_out.len() < peers::ALL.len() {
        line(&peers::legend(&options.peers).await?);
    }
    let row = lz4_flex::compress_prepend_size(&bodies[0]);
    let rate = crate::sqlite::rate(folder.path(), &row, 48, Duration::from_secs(4))?;
    line(&format!(
        "bare SQLite loop, same rows in groups of 48: {rate:.0}/s"
    ));
    Ok(())
}

/// Starts everything that races; gives also the peers that cannot, with the reason.
async fn line_up(
    options: &Options,
    folder: &Path,
) -> Result<(Vec<Runner>, Vec<(&'static str, &'static str)>), Failure> {
    let binary = &options.deskbridge;
    let mut runners = vec![
        bare("bare hyper, SET NX + XADD", "xadd", folder).await?,
        bare("bare hyper, our script", "ours", folder).await?,
        bridge(
            "deskbridge, Redis, takes in only",
            binary,
            folder,
            true,
            false,
        )
        .await?,
        bridge("deskbridge, Redis always", binary, folder, true, true).await?,
        bridge("deskbridge, embedded", binary, folder, false, true).await?,
    ];
    let mut left_out = Vec::new();
    for (name, store) in peers::ALL {
        if let Some(why) = peers::missing(&options.peers, store).await? {
            left_out.push((name, why));
            continue;
        }
        let started = peers::start(&options.peers, store, folder).await;
        let (process, target, site) = started.map_err(|error| format!("{name}: {error}"))?;
        runners.push(runner(name, process, target, None, Some(site)));
    }
    Ok((runners, left_out))
}

async fn measure(
    runner: &mut Runner,
    bodies: &Arc<[Bytes]>,
    options: &Options,
    span: Duration,
    round: u64,
) -> Result<(), Failure> {
    let before = runner.used()?;
    let result = load::round(&runner.target, bodies, options.clients, span, round).await?;
    let (after, drain) = until_quiet(runner).await?;
    if result.accepted == 0 {
        return Err(format!("nothing accepted, {} refused", result.refused).into());
    }
    if round == 0 {
        return Ok(()); // warm-up
    }
    let each = 1e6 / result.accepted as f64;
    runner.rates.push(result.accepted as f64 / result.seconds);
    runner.cpu_us.push((after.0 - before.0) * each);
    runner.redis_us.push((after.1 - before.1) * each);
    runner.p50.push(result.p50_ms);
    runner.p99.push(result.p99_ms);
    runner.drain.push(drain);
    runner.refused += result.refused;
    Ok(())
}

/// Waits until what the server took in is worked off: that is on its own account, and not beside
/// the next one's round. Gives the processor seconds of the server and of Redis, and how long it
/// took.
async fn until_quiet(runner: &Runner) -> Result<((f64, f64), f64), Failure> {
    let began = load::now();
    let mut before = runner.used()?;
    let mut drain = 0.0;
    while drain < 60.0 {
        tokio::time::sleep(Duration::from_millis(200)).await;
        let after = runner.used()?;
        if after.0 - before.0 + after.1 - before.1 < 0.025 {
            return Ok((after, drain));
        }
        before = after;
        drain = began.elapsed().as_secs_f64();
    }
    line(&format!(
        "{}: still at work 60 s after the load",
        runner.name
    ));
    Ok((before, drain))
}

fn table(runners: &[Runner], left_out: &[(&str, &str)], bytes: usize, options: &Options) {
    line(&format!(
        "webhooks of {bytes} B, {} connections, medians of {} interleaved rounds of {} s",
        options.clients, options.rounds, options.seconds
    ));
    line(&format!(
        "{:<36}{:>9}{:>10}{:>10}{:>9}{:>9}{:>9}{:>9}",
        "", "per s", "CPU us", "Redis us", "p50 ms", "p99 ms", "drain s", "refused"
    ));
    for runner in runners {
        line(&format!(
            "{:<36}{:>9.0}{:>10.1}{:>10.1}{:>9.2}{:>9.2}{:>9.1}{:>9}",
            runner.name,
            median(runner.rates.clone()),
            median(runner.cpu_us.clone()),
            median(runner.redis_us.clone()),
            median(runner.p50.clone()),
            median(runner.p99.clone()),
            median(runner.drain.clone()),
            runner.refused
        ));
    }
    line("CPU and Redis until all is worked off; drain: from the end of the load until then");
    for (name, why) in left_out {
        line(&format!("{name:<36} left out: {why}"));
    }
}

/// Empties the stream of the bare server, which nobody reads.
async fn flush(runner: &Runner) -> Result<(), Failure> {
    if let Some(store) = &runner.store {
        let client = redis::Client::open(store.url.as_str())?;
        let mut connection = client.get_multiplexed_async_connection().await?;
        let _: () = redis::cmd("DEL")
            .arg("{0}:q")
            .query_async(&mut connection)
            .await?;
    }
    Ok(())
}

async fn bare(name: &'static str, kind: &str, folder: &Path) -> Result<Runner, Failure> {
    let store = OwnRedis::start(folder, kind).await?;
    let port = free_port()?;
    let mut command = Command::new(std::env::current_exe()?);
    command.args([
        "bare",
        "--kind",
        kind,
        "--redis",
        &store.url,
        "--port",
        &port.to_string(),
    ]);
    let mut process = Process::start(&mut command)?;
    let host = format!("127.0.0.1:{port}");
    process.until_open(&host).await?;
    let target = Target {
        host,
        path: "/webhook".to_owned(),
        issuer: "bench".to_owned(),
        secret: crate::bare::SECRET.to_owned(),
    };
    Ok(runner(name, process, target, Some(store), None))
}

fn runner(
    name: &'static str,
    process: Process,
    target: Target,
    store: Option<OwnRedis>,
    host: Option<Host>,
) -> Runner {
    Runner {
        name,
        process,
        target,
        store,
        rates: Vec::new(),
        cpu_us: Vec::new(),
        redis_us: Vec::new(),
        p50: Vec::new(),
        p99: Vec::new(),
        drain: Vec::new(),
        refused: 0,
        _host: host,
    }
}

async fn bridge(
    name: &'static str,
    binary: &Path,
    folder: &Path,
    on_redis: bool,
    runs_jobs: bool,
) -> Result<Runner, Failure> {
    let folder = folder.join(format!("{on_redis}-{runs_jobs}"));
    std::fs::create_dir_all(&folder)?;
    let store = match on_redis {
        true => Some(OwnRedis::start(&folder, "store").await?),
        false => None,
    };
    let url = store.as_ref().map(|store| store.url.as_str());
    let more = if runs_jobs {
        ""
    } else {
        "[jobs]\nrun = false\n"
    };
    let (process, site, host, installed) = bridge_process(binary, &folder, url, more).await?;
    let target = Target {
        host,
        path: "/connect/webhook".to_owned(),
        issuer: installed.client_key,
        secret: installed.shared_secret,
    };
    Ok(runner(name, process, target, store, Some(site)))
}

/// The program in a process of its own, installed on a site in this one; `more` is added to its
/// configuration. Gives also the address it answers at.
pub async fn bridge_process(
    binary: &Path,
    folder: &Path,
    redis: Option<&str>,
    more: &str,
) -> Result<(Process, Host, String, Installed), Failure> {
    let site = Host::start(HostOptions::default()).await?;
    let port = free_port()?;
    let store = match redis {
        Some(url) => format!("kind = \"redis\"\nurl = \"{url}\"\n"),
        None => format!("path = \"{}/db.sqlite\"\n", folder.display()),
    };
    let config = folder.join("deskbridge.toml");
    std::fs::write(
        &config,
        format!(
            "[server]\nlisten = \"127.0.0.1:{port}\"\noperations = \"\"\n\
             public_url = \"http://127.0.0.1:{port}\"\n[store]\n{store}\
             [vault]\nkeys = \"{}/keys.toml\"\n[log]\nlevel = \"error\"\n\
             [connect]\nkey_server = \"{}\"\ntoken_server = \"{}\"\nbridge_script = \"{}\"\nsites = [\"{}\"]\n{more}",
            folder.display(),
            site.key_server_url,
            site.base_url,
            site.bridge_script_url,
            site.base_url
        ),
    )?;
    let mut command = Command::new(binary);
    command
        .arg("serve")
        .arg("--config")
        .arg(&config)
        .stdout(Stdio::null());
    let mut process = Process::start(&mut command)?;
    let host = format!("127.0.0.1:{port}");
    process.until_open(&host).await?;
    let installed = site
        .install(&format!("http://{host}/atlassian-connect.json"))
        .await?;
    Ok((process, site, host, installed))
}

/// A comment event of the size that Jira sends, of our own writing.
fn own_body(issue: u64) -> Bytes {
    let issue = 10_000 + issue;
    let words = "The printer on the third floor answers with error 50.4 when it warms up. ";
    let person = |n: u32| {
        serde_json::json!({
            "self": format!("https://site.example/rest/api/2/user?accountId=712020:{n}"),
            "accountId": format!("712020:{n:08}-0000-4000-8000-000000000000"),
            "accountType": "atlassian", "displayName": format!("Person {n}"), "active": true,
            "timeZone": "Europe/Berlin",
            "avatarUrls": {
                "48x48": format!("https://avatars.example/{n}/48"),
                "24x24": format!("https://avatars.example/{n}/24"),
            },
        })
    };
    let body = serde_json::json!({
        "timestamp": 1_790_000_000_000_u64, "webhookEvent": "comment_created",
        "comment": {
            "self": format!("https://site.example/rest/api/2/issue/{issue}/comment/10100"), "id": "10100",
            "author": person(1), "updateAuthor": person(1), "body": words.repeat(20),
            "created": "2026-11-22T10:00:00.000+0100", "updated": "2026-11-22T10:00:00.000+0100",
            "jsdPublic": true,
        },
        "issue": {
            "id": issue.to_string(), "self": format!("https://site.example/rest/api/2/issue/{issue}"),
            "key": format!("ITH-{issue}"),
            "fields": {
                "summary": words, "assignee": person(2), "reporter": person(3),
                "description": words.repeat(30),
                "project": { "id": "10000", "key": "ITH", "name": "IT Help" },
                "status": { "id": "3", "name": "In progress" },
            },
        },
    });
    Bytes::from(body.to_string())
}
