//! Packages of npm that tests compare with, from `tests/npm`. `./need test` installs them; where
//! nobody did, the first test that asks does.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::Command;

/// A file of the installed packages, by its path below `node_modules`.
pub fn file(path: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/npm");
    let wanted = folder.join("node_modules").join(path);
    if wanted.exists() {
        return wanted;
    }
    // Each test is a process of its own: one installs, the others wait for it.
    let turn = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("npm.lock");
    let turn = File::create(turn).unwrap();
    turn.lock().unwrap();
    if !wanted.exists() {
        let installed = Command::new("npm")
            .args([
                "ci",
                "--ignore-scripts",
                "--no-audit",
                "--no-fund",
                "--silent",
            ])
            .current_dir(&folder)
            .status()
            .unwrap();
        assert!(installed.success(), "npm ci in {}", folder.display());
    }
    fs::canonicalize(&wanted).unwrap()
}
