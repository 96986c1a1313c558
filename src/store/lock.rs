use std::fs::File;
use std::path::{Path, PathBuf};

use super::OpenError;

/// Makes sure that no other process has the file at `path` open: holds `path.lock` for as long as
/// the answer lives. The system gives it free when the process ends, however it ends.
pub(crate) fn lock_file(path: &Path) -> Result<File, OpenError> {
    let unreachable = |error: std::io::Error| OpenError::Unreachable(error.into());
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(unreachable)?;
    }
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(PathBuf::from(name))
        .map_err(unreachable)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => Err(OpenError::Busy(path.to_owned())),
        Err(std::fs::TryLockError::Error(error)) => Err(unreachable(error)),
    }
}
