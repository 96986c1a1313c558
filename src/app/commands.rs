//! What the commands do. Results go to standard output; a failure is one line.

use std::io::Write as _;
use std::process::ExitCode;

use super::cli::{Audit, Cli, Command, Jobs, Keys, Tenants};
use super::config::Config;
use super::parts::Parts;
use super::{doctor, inspect, logging, serve};
use crate::clock::{Clock, Entropy};

/// What a command failed with, as one line, and the code to exit with: 2 for configuration,
/// 1 for the rest.
#[derive(Debug)]
pub struct Failed {
    pub line: String,
    pub code: u8,
}

impl Failed {
    pub(super) fn because(error: impl std::fmt::Display) -> Self {
        Self {
            line: error.to_string(),
            code: 1,
        }
    }
}

/// Runs the command line to its end.
pub fn run(cli: &Cli) -> ExitCode {
    match execute(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failed) => {
            let _ = writeln!(std::io::stderr(), "deskbridge: {}", failed.line);
            ExitCode::from(failed.code)
        }
    }
}

fn execute(cli: &Cli) -> Result<(), Failed> {
    let config = Config::load(cli.config.as_deref()).map_err(|error| Failed {
        line: error.to_string(),
        code: 2,
    })?;
    logging::start(&config.log.level).map_err(|line| Failed { line, code: 2 })?;
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    if config.server.threads > 0 {
        runtime.worker_threads(config.server.threads);
    }
    let runtime = runtime.enable_all().build().map_err(Failed::because)?;
    runtime.block_on(command(cli, config))
}

async fn command(cli: &Cli, config: Config) -> Result<(), Failed> {
    match &cli.command {
        Command::Serve => serving(cli, config).await,
        Command::Doctor => doctor::run(&config).await,
        Command::Descriptor => inspect::descriptor(&config),
        Command::Openapi => inspect::openapi().await,
        Command::Keys(Keys::Rotate) => inspect::rotate(&config).await,
        Command::Tenants(Tenants::List) => inspect::tenants(&config).await,
        Command::Tenants(Tenants::Shred {
            tenant,
            even_installed,
        }) => inspect::shred(&config, tenant, *even_installed).await,
        Command::Jobs(Jobs::List { tenant }) => inspect::dead_jobs(&config, *tenant).await,
        Command::Jobs(Jobs::Redrive { tenant, ids }) => {
            inspect::redrive(&config, *tenant, ids).await
        }
        Command::Audit(Audit::Verify) => inspect::verify(&config).await,
    }
}

async fn serving(cli: &Cli, config: Config) -> Result<(), Failed> {
    let running = serve::start(config, Clock::system(), Entropy::system())
        .await
        .map_err(|error| Failed {
            line: error.to_string(),
            code: 2,
        })?;
    // One line for whoever started it: ports may have been chosen by the system.
    let operations = running.operations().map(|addr| addr.to_string());
    let line =
        serde_json::json!({ "listening": running.addr().to_string(), "operations": operations });
    say(&line.to_string())?;
    until_asked_to_stop(cli, running.parts())
        .await
        .map_err(Failed::because)?;
    running.stop().await;
    Ok(())
}

/// Waits for SIGINT or SIGTERM. SIGHUP rereads what may change while serving: the log level and
/// the key ring.
async fn until_asked_to_stop(cli: &Cli, parts: &Parts) -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hangup = signal(SignalKind::hangup())?;
    loop {
        tokio::select! {
            _ = terminate.recv() => return Ok(()),
            interrupted = tokio::signal::ctrl_c() => return interrupted,
            _ = hangup.recv() => reread(cli, parts),
        }
    }
}

fn reread(cli: &Cli, parts: &Parts) {
    let outcome = Config::load(cli.config.as_deref())
        .map_err(|error| error.to_string())
        .and_then(|config| {
            logging::start(&config.log.level)?;
            let ring = crate::vault::KeyRing::read(&config.vault.keys);
            parts
                .vault
                .replace(ring.map_err(|error| error.to_string())?);
            Ok(())
        });
    match outcome {
        Ok(()) => tracing::info!("configuration reread"),
        Err(why) => tracing::warn!(why, "the new configuration is not used"),
    }
}

/// One result on standard output.
pub(super) fn say(text: &str) -> Result<(), Failed> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.trim_end().as_bytes())
        .and_then(|()| out.write_all(b"\n"))
        .and_then(|()| out.flush())
        .map_err(Failed::because)
}
