//! Webhooks accepted per second: deskbridge on both stores, a Connect framework, bare servers.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use bytes::Bytes;
use clap::Args;
use deskbridge_playground::{Host, HostOptions, Installed};
use tokio::process::Command;

use crate::load::{self, Target};
use crate::process::{Process, free_port, redis, until_open};
use crate::{Failure, line, median};

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

/// A server in the race, and what it used.
struct Runner {
    name: &'static str,
    process: Process,
    target: Target,
    uses_redis: bool,
    rates: Vec<f64>,
    cpu_us: Vec<f64>,
    redis_us: Vec<f64>,
    p50: Vec<f64>,
    p99: Vec<f64>,
    refused: u64,
    _host: Option<Host>,
}

pub async fn run(options: Options) -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let body = match &options.body {
        Some(path) => Bytes::from(std::fs::read(path)?),
        None => own_body(),
    };
    let (store, url) = redis(folder.path()).await?;
    let mut runners = vec![
        bare("bare hyper, SET NX + XADD", "xadd", &url).await?,
        bare("bare hyper, our script", "ours", &url).await?,
        bridge(
            "deskbridge, Redis always",
            &options.deskbridge,
            folder.path(),
            Some(&url),
        )
        .await?,
        bridge(
            "deskbridge, embedded",
            &options.deskbridge,
            folder.path(),
            None,
        )
        .await?,
    ];
    for (name, kind) in [
        ("atlassian-connect-express, map", "memory"),
        ("atlassian-connect-express, sqlite", "sqlite"),
    ] {
        match peer(name, &options.peers, kind).await {
            Ok(runner) => runners.push(runner),
            Err(error) => line(&format!("left out: {name} ({error})")),
        }
    }
    for round in 0..=options.rounds {
        for runner in &mut runners {
            flush(&url, runner.uses_redis).await?;
            let span = Duration::from_secs(if round == 0 { 1 } else { options.seconds });
            measure(runner, &store, body.clone(), &options, span, round).await?;
        }
    }
    table(&runners, body.len(), &options);
    let row = lz4_flex::compress_prepend_size(&body);
    let rate = crate::sqlite::rate(folder.path(), &row, 48, Duration::from_secs(4))?;
    line(&format!(
        "bare SQLite loop, same rows in groups of 48: {rate:.0}/s"
    ));
    Ok(())
}

async fn measure(
    runner: &mut Runner,
    store: &Process,
    body: Bytes,
    options: &Options,
    span: Duration,
    round: u64,
) -> Result<(), Failure> {
    let before = (runner.process.cpu_seconds()?, store.cpu_seconds()?);
    let result = load::round(&runner.target, body, options.clients, span, round).await?;
    let after = (runner.process.cpu_seconds()?, store.cpu_seconds()?);
    if result.accepted == 0 {
        return Err(format!("{}: nothing accepted", runner.name).into());
    }
    if round == 0 {
        return Ok(()); // warm-up
    }
    let each = 1e6 / result.accepted as f64;
    runner.rates.push(result.accepted as f64 / result.seconds);
    runner.cpu_us.push((after.0 - before.0) * each);
    runner.redis_us.push(if runner.uses_redis {
        (after.1 - before.1) * each
    } else {
        0.0
    });
    runner.p50.push(result.p50_ms);
    runner.p99.push(result.p99_ms);
    runner.refused += result.refused;
    Ok(())
}

fn table(runners: &[Runner], bytes: usize, options: &Options) {
    line(&format!(
        "webhooks of {bytes} B, {} connections, medians of {} interleaved rounds of {} s",
        options.clients, options.rounds, options.seconds
    ));
    line(&format!(
        "{:<36}{:>9}{:>10}{:>10}{:>9}{:>9}{:>9}",
        "", "per s", "CPU us", "Redis us", "p50 ms", "p99 ms", "refused"
    ));
    for runner in runners {
        line(&format!(
            "{:<36}{:>9.0}{:>10.1}{:>10.1}{:>9.2}{:>9.2}{:>9}",
            runner.name,
            median(runner.rates.clone()),
            median(runner.cpu_us.clone()),
            median(runner.redis_us.clone()),
            median(runner.p50.clone()),
            median(runner.p99.clone()),
            runner.refused
        ));
    }
}

async fn flush(url: &str, uses_redis: bool) -> Result<(), Failure> {
    if uses_redis {
        // Only what grows: tenants and the store's own record stay.
        let client = redis::Client::open(url)?;
        let mut connection = client.get_multiplexed_async_connection().await?;
        let _: () = redis::cmd("DEL")
            .arg("{0}:q")
            .query_async(&mut connection)
            .await?;
    }
    Ok(())
}

async fn bare(name: &'static str, kind: &str, url: &str) -> Result<Runner, Failure> {
    let port = free_port()?;
    let mut command = Command::new(std::env::current_exe()?);
    command.args([
        "bare",
        "--kind",
        kind,
        "--redis",
        url,
        "--port",
        &port.to_string(),
    ]);
    let process = Process::start(&mut command)?;
    let host = format!("127.0.0.1:{port}");
    until_open(&host).await?;
    let target = Target {
        host,
        path: "/webhook".to_owned(),
        issuer: "bench".to_owned(),
        secret: crate::bare::SECRET.to_owned(),
    };
    Ok(runner(name, process, target, true, None))
}

fn runner(
    name: &'static str,
    process: Process,
    target: Target,
    uses_redis: bool,
    host: Option<Host>,
) -> Runner {
    Runner {
        name,
        process,
        target,
        uses_redis,
        rates: Vec::new(),
        cpu_us: Vec::new(),
        redis_us: Vec::new(),
        p50: Vec::new(),
        p99: Vec::new(),
        refused: 0,
        _host: host,
    }
}

async fn bridge(
    name: &'static str,
    binary: &Path,
    folder: &Path,
    redis: Option<&str>,
) -> Result<Runner, Failure> {
    let folder = folder.join(if redis.is_some() { "redis" } else { "embedded" });
    std::fs::create_dir_all(&folder)?;
    let (process, site, host, installed) = bridge_process(binary, &folder, redis, "").await?;
    let target = Target {
        host,
        path: "/connect/webhook".to_owned(),
        issuer: installed.client_key,
        secret: installed.shared_secret,
    };
    Ok(runner(name, process, target, redis.is_some(), Some(site)))
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
             [connect]\nkey_server = \"{}\"\nbridge_script = \"{}\"\nsites = [\"{}\"]\n{more}",
            folder.display(),
            site.key_server_url,
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
    let process = Process::start(&mut command)?;
    let host = format!("127.0.0.1:{port}");
    until_open(&host).await?;
    let installed = site
        .install(&format!("http://{host}/atlassian-connect.json"))
        .await?;
    Ok((process, site, host, installed))
}

async fn peer(name: &'static str, peers: &Path, store: &str) -> Result<Runner, Failure> {
    let site = Host::start(HostOptions::default()).await?;
    let port = free_port()?;
    let mut command = Command::new("node");
    command
        .arg("ace.js")
        .current_dir(peers)
        .env("PORT", port.to_string())
        .env("KEYS", &site.key_server_url)
        .env("STORE", store)
        .stdout(Stdio::null());
    let process = Process::start(&mut command)?;
    let host = format!("127.0.0.1:{port}");
    until_open(&host).await?;
    let installed = site
        .install(&format!("http://{host}/atlassian-connect.json"))
        .await?;
    let target = Target {
        host,
        path: "/webhook".to_owned(),
        issuer: installed.client_key,
        secret: installed.shared_secret,
    };
    Ok(runner(name, process, target, false, Some(site)))
}

/// A comment event of the size that Jira sends, of our own writing.
fn own_body() -> Bytes {
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
            "self": "https://site.example/rest/api/2/issue/10001/comment/10100", "id": "10100",
            "author": person(1), "updateAuthor": person(1), "body": words.repeat(20),
            "created": "2026-11-22T10:00:00.000+0100", "updated": "2026-11-22T10:00:00.000+0100",
            "jsdPublic": true,
        },
        "issue": {
            "id": "10001", "self": "https://site.example/rest/api/2/issue/10001", "key": "ITH-1",
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
