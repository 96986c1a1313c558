//! The program. Everything is in the library, so that tests start the same thing.

use std::process::ExitCode;

use clap::Parser as _;
use deskbridge::app::cli::Cli;
use deskbridge::app::commands;

// The system's allocator took an eighth of a webhook's time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    commands::run(&Cli::parse())
}
