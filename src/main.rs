//! The program. Everything is in the library, so that tests start the same thing.

use std::process::ExitCode;

use clap::Parser as _;
use deskbridge::app::cli::Cli;
use deskbridge::app::commands;

fn main() -> ExitCode {
    commands::run(&Cli::parse())
}
