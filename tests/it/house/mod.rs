//! The order of the house: rooms use only rooms below them, files stay small, no drawers.

use std::fs;
use std::path::{Path, PathBuf};

const SOURCES: [&str; 4] = ["src", "playground", "frontend", "tests"];
const DRAWERS: [&str; 8] = [
    "utils", "util", "common", "helpers", "helper", "misc", "shared", "stuff",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Rooms in the order `lib.rs` declares them.
fn rooms(lib: &str) -> Vec<String> {
    lib.lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'))
        .map(str::to_owned)
        .collect()
}

/// Imports of `room` in `text` that name a room declared after it.
fn breaches(rooms: &[String], room: &str, text: &str) -> Vec<String> {
    let own = rooms.iter().position(|r| r == room).unwrap();
    let above: Vec<_> = rooms[own + 1..].to_vec();
    let code = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    let mut found = Vec::new();
    for line in code {
        for later in &above {
            let direct = format!("crate::{later}");
            let named = line.match_indices(&direct).any(|(at, _)| {
                let end = line[at + direct.len()..].chars().next();
                !end.is_some_and(|c| c.is_alphanumeric() || c == '_')
            });
            if named {
                found.push(format!("{room} uses {later}: {}", line.trim()));
            }
        }
        if line.contains("crate::{") {
            found.push(format!(
                "{room}: import rooms one by one, so that order can be read"
            ));
        }
    }
    found
}

fn files_below(folder: &Path, endings: &[&str], out: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.map(Result::unwrap) {
        let path = entry.path();
        let name = entry.file_name().into_string().unwrap();
        if path.is_dir() {
            if !["node_modules", "target", "dist", "vectors"].contains(&name.as_str()) {
                files_below(&path, endings, out);
            }
        } else if endings.iter().any(|e| name.ends_with(e)) {
            out.push(path);
        }
    }
}

#[test]
fn a_room_uses_only_rooms_declared_before_it() {
    let lib = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let rooms = rooms(&lib);
    assert!(rooms.len() >= 4, "lib.rs lists the rooms one a line");
    let mut found = Vec::new();
    for room in &rooms {
        let mut files = Vec::new();
        files_below(&root().join("src").join(room), &[".rs"], &mut files);
        assert!(!files.is_empty(), "room {room} is a folder");
        for file in files {
            found.extend(breaches(&rooms, room, &fs::read_to_string(&file).unwrap()));
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn a_planted_breach_is_seen() {
    let rooms: Vec<String> = ["clock", "store", "notes"].map(str::to_owned).to_vec();
    assert_eq!(
        breaches(&rooms, "store", "use crate::notes::Note;").len(),
        1
    );
    assert_eq!(
        breaches(&rooms, "store", "let n = crate::notes::Note;").len(),
        1
    );
    assert_eq!(
        breaches(&rooms, "store", "use crate::{clock, notes};").len(),
        1
    );
    assert_eq!(
        breaches(&rooms, "store", "// crate::notes is above").len(),
        0
    );
    assert_eq!(
        breaches(&rooms, "notes", "use crate::store::Store;").len(),
        0
    );
    assert_eq!(
        breaches(&rooms, "clock", "use crate::storefront::X;").len(),
        0
    );
}

#[test]
fn files_stay_small() {
    let mut files = Vec::new();
    for folder in SOURCES {
        files_below(
            &root().join(folder),
            &[".rs", ".ts", ".tsx", ".js", ".mjs", ".css", ".py"],
            &mut files,
        );
    }
    let mut long = Vec::new();
    for file in files {
        let lines = fs::read_to_string(&file).unwrap().lines().count();
        let test = file.components().any(|c| c.as_os_str() == "tests");
        let limit = if test { 600 } else { 400 };
        if lines > limit {
            long.push(format!(
                "{}: {lines} lines, at most {limit}",
                file.display()
            ));
        }
    }
    assert!(long.is_empty(), "{}", long.join("\n"));
}

#[test]
fn there_is_no_drawer() {
    let mut files = Vec::new();
    for folder in SOURCES {
        files_below(&root().join(folder), &[""], &mut files);
    }
    let drawers: Vec<_> = files
        .iter()
        .filter(|file| {
            let inside = file.strip_prefix(root()).unwrap();
            inside.components().any(|part| {
                let part = part.as_os_str().to_string_lossy();
                let stem = part.split('.').next().unwrap_or_default();
                DRAWERS.contains(&stem)
            })
        })
        .collect();
    assert!(
        drawers.is_empty(),
        "name it by what it is, or put it where it is used: {drawers:?}"
    );
}
