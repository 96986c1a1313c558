//! The files in `tests/vectors/seal` are what the scenarios here make, and each is accepted or
//! refused as it says. `DESKBRIDGE_BLESS=1` writes the files anew.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::run::run;
use super::scenario::Scenario;
use super::{
    approvals, codes, contents, creates, grants, headers, histories, pickup_boxes, pickups, reads,
};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/seal")
}

fn scenarios() -> BTreeMap<PathBuf, Value> {
    let all = [
        headers::all(),
        histories::all(),
        reads::all(),
        contents::all(),
        grants::all(),
        creates::all(),
        approvals::all(),
        codes::all(),
        pickups::all(),
        pickup_boxes::all(),
    ];
    let mut files = BTreeMap::new();
    for Scenario {
        name,
        expect,
        vector,
    } in all.into_iter().flatten()
    {
        let side = if expect == "ok" {
            "positive"
        } else {
            "negative"
        };
        let path = folder().join(side).join(format!("{name}.json"));
        assert!(
            files.insert(path, vector).is_none(),
            "two scenarios are called {name}"
        );
    }
    files
}

/// Vectors made by the browser's code are kept, not made here.
fn checked_in() -> BTreeMap<PathBuf, String> {
    let mut files = BTreeMap::new();
    for side in ["positive", "negative"] {
        for file in fs::read_dir(folder().join(side)).unwrap() {
            let path = file.unwrap().path();
            if path
                .file_name()
                .is_some_and(|name| !name.to_string_lossy().starts_with("browser-"))
            {
                files.insert(path.clone(), fs::read_to_string(path).unwrap());
            }
        }
    }
    files
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "writing the files is asked for by hand, not configured"
)]
fn vectors_are_what_the_scenarios_make() {
    let made: BTreeMap<PathBuf, String> = scenarios()
        .into_iter()
        .map(|(path, vector)| (path, serde_json::to_string_pretty(&vector).unwrap() + "\n"))
        .collect();
    if std::env::var_os("DESKBRIDGE_BLESS").is_some() {
        for side in ["positive", "negative"] {
            fs::create_dir_all(folder().join(side)).unwrap();
        }
        for stale in checked_in().keys().filter(|path| !made.contains_key(*path)) {
            fs::remove_file(stale).unwrap();
        }
        for (path, text) in &made {
            fs::write(path, text).unwrap();
        }
    }
    let kept = checked_in();
    assert_eq!(
        kept.keys().collect::<Vec<_>>(),
        made.keys().collect::<Vec<_>>()
    );
    for (path, text) in made {
        assert!(
            kept[&path] == text,
            "{} differs from its scenario",
            path.display()
        );
    }
}

#[test]
fn n29_n30_every_vector_is_accepted_or_refused_as_it_says() {
    let mut wrong = vec![];
    let mut count = 0;
    for side in ["positive", "negative"] {
        for file in fs::read_dir(folder().join(side)).unwrap() {
            let path = file.unwrap().path();
            let vector: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
            let expect = vector["expect"].as_str().unwrap();
            assert_eq!(expect == "ok", side == "positive", "{}", path.display());
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            match run(&vector) {
                Ok(output) if expect == "ok" => {
                    if !vector["output"].is_null() && output != vector["output"] {
                        wrong.push(format!("{name}: {output}"));
                    }
                }
                Ok(_) => wrong.push(format!("{name}: accepted")),
                Err(refused) if refused.kind() == expect => {}
                Err(refused) => {
                    wrong.push(format!("{name}: {} instead of {expect}", refused.kind()));
                }
            }
            count += 1;
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(count > 200, "only {count} vectors");
}
