//! `make bench`: speed beside peers and bare references, medians of interleaved rounds.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "counts and times of a measurement, far from any limit"
)]

mod bare;
#[path = "../../tests/it/notes/browser.rs"]
#[expect(
    dead_code,
    clippy::unwrap_used,
    reason = "shared with the tests, which use all of it"
)]
mod browser;
mod footprint;
mod load;
mod notes;
mod peers;
mod probe;
mod process;
mod sqlite;
mod webhooks;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

pub type Failure = Box<dyn std::error::Error + Send + Sync>;

#[derive(Debug, Parser)]
struct Cli {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Webhooks accepted per second, and processor time each.
    Webhooks(webhooks::Options),
    /// Notes created and unlocked per second, and processor time each.
    Notes(notes::Options),
    /// Idle memory, start time, size of the binary, gzip size of the scripts.
    Footprint {
        #[arg(long)]
        deskbridge: PathBuf,
    },
    /// A bare server; started by `webhooks`.
    #[command(hide = true)]
    Bare(bare::Options),
}

#[tokio::main]
#[expect(
    clippy::print_stderr,
    reason = "a command line tool says why it failed"
)]
async fn main() -> ExitCode {
    let done = match Cli::parse().what {
        What::Webhooks(options) => webhooks::run(options).await,
        What::Notes(options) => notes::run(options).await,
        What::Footprint { deskbridge } => footprint::run(&deskbridge).await,
        What::Bare(options) => bare::run(options).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("the bench failed: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The middle value; the lower one of two.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values
        .get(values.len().saturating_sub(1) / 2)
        .copied()
        .unwrap_or(0.0)
}

#[expect(clippy::print_stdout, reason = "a command line tool prints its result")]
pub fn line(text: &str) {
    println!("{text}");
}
