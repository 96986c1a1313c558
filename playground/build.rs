//! Installs the browser side of the Connect host from npm where it is missing, so that plain
//! cargo commands work.

use std::path::Path;
use std::process::Command;

const NEEDED: &str = "node_modules/atlassian-connect-js/dist/connect-host.js";

fn main() {
    println!("cargo::rerun-if-changed=package-lock.json");
    println!("cargo::rerun-if-changed={NEEDED}");
    println!("cargo::rerun-if-changed=pages");
    if Path::new(NEEDED).exists() {
        return;
    }
    let done = Command::new("npm")
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
        .status();
    if !done.is_ok_and(|status| status.success()) {
        println!(
            "cargo::error=`npm ci` failed in the playground's folder; npm and Node are needed"
        );
    }
}
