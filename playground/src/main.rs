//! The playground's command line.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use deskbridge_playground::demo::{self, Demo, StoreChoice};
use deskbridge_playground::{Host, HostOptions};

/// A Jira-compatible site for one machine.
#[derive(Parser)]
#[command(name = "deskbridge-playground", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// The whole thing: a store, the bridge, the site, the app installed.
    Demo(DemoArgs),
    /// The site alone.
    Host {
        #[arg(long, default_value_t = 7700)]
        port: u16,
        /// Address of the descriptor that *Get app* installs.
        #[arg(long)]
        app: Option<String>,
    },
    /// Ends the named processes and removes the folder when its parent is gone.
    #[command(hide = true)]
    Guard {
        #[arg(long)]
        folder: PathBuf,
        processes: Vec<u32>,
    },
}

#[derive(Args)]
struct DemoArgs {
    /// The bridge's binary; otherwise `deskbridge` beside this one.
    #[arg(long)]
    bridge: Option<PathBuf>,
    /// Port of the site; another one if it is busy, any free one for 0.
    #[arg(long, default_value_t = 7700)]
    port: u16,
    /// Port of the bridge, likewise.
    #[arg(long, default_value_t = 7701)]
    bridge_port: u16,
    /// Leave the app to be installed by *Get app*.
    #[arg(long)]
    fresh: bool,
    /// Print one line of JSON with all addresses.
    #[arg(long)]
    json: bool,
    /// Where records are kept.
    #[arg(long, value_enum, default_value_t = StoreChoice::Auto)]
    store: StoreChoice,
}

#[tokio::main]
async fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Demo(args) => demonstrate(args).await,
        Command::Host { port, app } => alone(port, app).await,
        Command::Guard { folder, processes } => {
            demo::guard(&folder, &processes).await;
            Ok(())
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}

async fn demonstrate(args: DemoArgs) -> Result<(), Box<dyn std::error::Error>> {
    let ended = demo::ended();
    let options = Demo {
        bridge: args.bridge,
        port: args.port,
        bridge_port: args.bridge_port,
        fresh: args.fresh,
        store: args.store,
        guarded: true,
    };
    let mut running = tokio::select! {
        running = demo::start(options) => running?,
        () = demo::ended() => return Ok(()),
    };
    let text = if args.json {
        running.addresses().to_string()
    } else {
        running.words()
    };
    writeln!(std::io::stdout(), "{text}")?;
    let died = tokio::select! {
        () = ended => None,
        died = running.died() => Some(died),
    };
    running.stop().await;
    died.map_or(Ok(()), |why| Err(why.into()))
}

async fn alone(port: u16, app: Option<String>) -> Result<(), Box<dyn std::error::Error>> {
    let host = Host::start(HostOptions {
        port,
        app,
        ..HostOptions::default()
    })
    .await?;
    writeln!(std::io::stdout(), "{}", host.base_url)?;
    demo::ended().await;
    Ok(())
}
