//! Atlassian's own published data, which is not part of this repository.

use std::path::{Path, PathBuf};

/// The folder named by `DESKBRIDGE_TEST_DATA`, else the one beside the checkout, if any.
#[expect(
    clippy::disallowed_methods,
    reason = "tests have no configuration; the folder differs from machine to machine"
)]
pub fn folder() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let named = std::env::var("DESKBRIDGE_TEST_DATA").map(PathBuf::from);
    let beside = ["../shared/data", "../../shared/data"].map(|path| root.join(path));
    named
        .into_iter()
        .chain(beside)
        .find(|folder| folder.is_dir())
}
