//! Packages of npm that tests compare with, from `tests/npm`. `./need test` installs them; where
//! nobody did, the first test that asks does.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

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

/// What a script of `tests/npm`, which uses `package`, writes when it is given `input`.
pub fn run(script: &str, package: &str, input: String) -> String {
    file(&format!("{package}/package.json"));
    let mut child = Command::new("node")
        .arg(script)
        .current_dir(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/npm"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success(), "node {script} failed");
    String::from_utf8(output.stdout).unwrap()
}
