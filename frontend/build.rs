//! Installs what the lock names (only when it changed) and bundles the panels into `OUT_DIR`.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

fn main() {
    if let Err(why) = build() {
        println!("cargo::error=the panels could not be built: {why}");
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a build script is handed its folder in no other way"
)]
fn build() -> Result<(), String> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let out = PathBuf::from(env::var("OUT_DIR").map_err(|error| error.to_string())?).join("assets");
    for name in [
        "src",
        "build",
        "build.mjs",
        "build.rs",
        "package.json",
        "package-lock.json",
    ] {
        println!("cargo::rerun-if-changed={}", root.join(name).display());
    }
    install(&root)?;
    run(
        Command::new("node")
            .arg("build.mjs")
            .arg(&out)
            .current_dir(&root),
        "node build.mjs",
    )
}

/// A copy of the lock inside `node_modules` says what is installed: times of files do not
/// survive a checkout.
fn install(root: &Path) -> Result<(), String> {
    let lock = fs::read(root.join("package-lock.json"))
        .map_err(|error| format!("package-lock.json: {error}"))?;
    let stamp = root.join("node_modules/.installed-lock.json");
    if fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    run(
        Command::new("npm")
            .args(["ci", "--ignore-scripts", "--loglevel=error"])
            .current_dir(root),
        "npm ci",
    )?;
    fs::write(&stamp, lock).map_err(|error| format!("{}: {error}", stamp.display()))
}

fn run(command: &mut Command, name: &str) -> Result<(), String> {
    let output = command.output().map_err(|error| {
        format!("{name}: {error}. Node 20.19 or newer with npm is needed on the PATH")
    })?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr)
        .trim()
        .replace('\n', " | ");
    Err(format!("{name} ended with {}: {said}", output.status))
}
