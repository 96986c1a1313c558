//! Installs the browser side of the Connect host from npm where it is missing, so that plain
//! cargo commands work.

use std::path::Path;
use std::process::Command;

/// Written by npm when it has installed everything.
const INSTALLED: &str = "node_modules/.package-lock.json";
const WANTED: &str = "package-lock.json";

fn main() {
    println!("cargo::rerun-if-changed={WANTED}");
    println!("cargo::rerun-if-changed={INSTALLED}");
    println!("cargo::rerun-if-changed=pages");
    if is_installed().unwrap_or(false) {
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

fn is_installed() -> std::io::Result<bool> {
    let changed = |path: &str| Path::new(path).metadata()?.modified();
    Ok(changed(INSTALLED)? >= changed(WANTED)?)
}
