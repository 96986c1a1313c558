//! Files, outside the store: pieces of bounded size under names of the caller's choice. A piece is
//! written, and on disk, before the commit that refers to it; what no commit refers to its owner
//! finds by age and deletes. Nothing in here can be read without a key: callers put ciphertext.

use std::fmt;
use std::fs::File;
use std::path::Path as Folder;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{Error, ObjectStore as _};

use crate::clock::Instant;

/// The place of files did not do what was asked.
#[derive(Debug, thiserror::Error)]
#[error("the place of files does not answer: {0}")]
pub struct Lost(String);

impl From<Error> for Lost {
    fn from(error: Error) -> Self {
        Self(error.to_string())
    }
}

impl From<std::io::Error> for Lost {
    fn from(error: std::io::Error) -> Self {
        Self(error.to_string())
    }
}

/// Where pieces of files lie; or nowhere. Cheap to clone.
#[derive(Clone, Default)]
pub struct Blobs {
    place: Option<Arc<LocalFileSystem>>,
}

impl fmt::Debug for Blobs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Blobs")
            .field("offered", &self.is_offered())
            .finish()
    }
}

impl Blobs {
    /// In a folder, made if missing; all replicas must see the same.
    ///
    /// Blocks while it opens.
    pub fn in_folder(folder: &Folder) -> Result<Self, Lost> {
        std::fs::create_dir_all(folder)?;
        let place = LocalFileSystem::new_with_prefix(folder)?.with_automatic_cleanup(true);
        Ok(Self {
            place: Some(Arc::new(place)),
        })
    }

    pub fn is_offered(&self) -> bool {
        self.place.is_some()
    }

    /// Keeps a piece, in the place of an older one of that name; on disk when it answers.
    pub async fn put(&self, name: &[&str], bytes: Bytes) -> Result<(), Lost> {
        let place = self.offered()?;
        let path = path(name);
        place.put(&path, bytes.into()).await?;
        let file = place.path_to_filesystem(&path)?;
        let depth = name.len();
        let synced = tokio::task::spawn_blocking(move || {
            // The file, and every folder that may be new.
            for step in file.ancestors().take(depth + 1) {
                File::open(step)?.sync_all()?;
            }
            Ok::<_, std::io::Error>(())
        });
        match synced.await {
            Ok(result) => Ok(result?),
            Err(panicked) => Err(Lost(panicked.to_string())),
        }
    }

    pub async fn get(&self, name: &[&str]) -> Result<Option<Bytes>, Lost> {
        match self.offered()?.get(&path(name)).await {
            Ok(found) => Ok(Some(found.bytes().await?)),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Deletes every piece whose name begins with `name`; says how many there were.
    pub async fn delete_under(&self, name: &[&str]) -> Result<u64, Lost> {
        let Some(place) = &self.place else {
            return Ok(0);
        };
        let mut found = place.list(Some(&path(name)));
        let mut count = 0;
        while let Some(piece) = found.next().await {
            match place.delete(&piece?.location).await {
                Ok(()) => count += 1,
                // Somebody else was here first.
                Err(Error::NotFound { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(count)
    }

    /// The names of pieces written before `before`, by the clock of the place.
    pub fn older_than(&self, before: Instant) -> BoxStream<'static, Result<Vec<String>, Lost>> {
        let Some(place) = &self.place else {
            return futures_util::stream::empty().boxed();
        };
        let pieces = place.list(None).filter_map(move |piece| async move {
            match piece {
                Ok(piece) if piece.last_modified.timestamp() >= before.seconds() => None,
                Ok(piece) => Some(Ok(names(&piece.location))),
                Err(error) => Some(Err(error.into())),
            }
        });
        pieces.boxed()
    }

    fn offered(&self) -> Result<&LocalFileSystem, Lost> {
        self.place
            .as_deref()
            .ok_or_else(|| Lost("no place is configured".to_owned()))
    }
}

fn path(name: &[&str]) -> Path {
    Path::from_iter(name.iter().copied())
}

fn names(path: &Path) -> Vec<String> {
    path.parts().map(|part| part.as_ref().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::clock::Clock;

    async fn old(blobs: &Blobs, before: Instant) -> Vec<Vec<String>> {
        let mut found: Vec<_> = blobs
            .older_than(before)
            .map(|name| name.unwrap())
            .collect()
            .await;
        found.sort();
        found
    }

    #[tokio::test]
    async fn what_is_put_is_there_until_deleted_with_all_of_its_kind() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::in_folder(&folder.path().join("files")).unwrap();
        let piece = Bytes::from_static(b"ciphertext");
        for name in [["a", "n", "0"], ["a", "n", "1"], ["a", "m", "0"]] {
            blobs.put(&name, piece.clone()).await.unwrap();
        }
        assert_eq!(blobs.get(&["a", "n", "1"]).await.unwrap(), Some(piece));
        assert_eq!(blobs.get(&["a", "n", "2"]).await.unwrap(), None);
        let now = Clock::system().now();
        assert_eq!(old(&blobs, now - Duration::from_secs(60)).await.len(), 0);
        assert_eq!(old(&blobs, now + Duration::from_secs(60)).await.len(), 3);

        assert_eq!(blobs.delete_under(&["a", "n"]).await.unwrap(), 2);
        assert_eq!(blobs.get(&["a", "n", "1"]).await.unwrap(), None);
        let left = old(&blobs, now + Duration::from_secs(60)).await;
        assert_eq!(left, [["a", "m", "0"]]);
        assert_eq!(blobs.delete_under(&["a"]).await.unwrap(), 1);
        assert_eq!(blobs.delete_under(&["a"]).await.unwrap(), 0);
        // Reopened over what is there.
        Blobs::in_folder(&folder.path().join("files")).unwrap();
    }

    #[tokio::test]
    async fn a_name_does_not_lead_out_of_the_place() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::in_folder(&folder.path().join("files")).unwrap();
        let piece = Bytes::from_static(b"x");
        blobs.put(&["..", "../../e", "0"], piece).await.unwrap();
        assert!(!folder.path().join("e").exists());
        assert_eq!(blobs.delete_under(&[".."]).await.unwrap(), 1);
    }

    #[tokio::test]
    async fn without_a_place_nothing_is_kept_and_nothing_is_there() {
        let blobs = Blobs::default();
        assert!(!blobs.is_offered());
        assert!(blobs.put(&["a"], Bytes::new()).await.is_err());
        assert_eq!(blobs.delete_under(&["a"]).await.unwrap(), 0);
        assert!(old(&blobs, Clock::system().now()).await.is_empty());
    }
}
