use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::clock::Entropy;
use crate::clock::Instant;

const HEADING: &str = "\
# Keys for secrets at rest. The last one seals; all of them open.
# Keep a copy apart from the backup of the store: either one without the other is useless.
";

/// Names one key of a ring; written in front of everything it sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(pub(super) [u8; 4]);

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

#[derive(Clone)]
pub(super) struct RingKey {
    pub(super) id: KeyId,
    made: Instant,
    pub(super) secret: [u8; 32],
}

/// The bridge's own keys, in the order they were made. Never empty.
#[derive(Clone)]
pub struct KeyRing {
    keys: Vec<RingKey>,
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids: Vec<_> = self.keys.iter().map(|key| key.id.to_string()).collect();
        f.debug_struct("KeyRing").field("ids", &ids).finish()
    }
}

/// Why there is no key ring.
#[derive(Debug, thiserror::Error)]
pub enum RingError {
    #[error("the key ring {path} cannot be read or written")]
    File {
        path: String,
        #[source]
        source: io::Error,
    },
    #[error("the key ring {path} may be read by every account of this machine: chmod 600 it")]
    Exposed { path: String },
    /// Never quotes the file: a parser's message would show the line, and the line is a key.
    #[error("the key ring {path} is not valid: {what}")]
    Invalid { path: String, what: &'static str },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RingFile {
    key: Vec<KeyEntry>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyEntry {
    id: String,
    /// Seconds since 1970.
    made: i64,
    secret: String,
}

impl KeyRing {
    /// A ring of one new key, in no file.
    pub fn generate(entropy: &Entropy, now: Instant) -> Self {
        Self {
            keys: vec![RingKey::generate(entropy, now)],
        }
    }

    /// Reads the ring at `path`, or makes the file (mode 0600, on disk before this returns) with
    /// one new key where there is none.
    pub fn open(path: &Path, entropy: &Entropy, now: Instant) -> Result<Self, RingError> {
        match Self::read(path) {
            Err(RingError::File { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                let ring = Self::generate(entropy, now);
                ring.create(path)?;
                Ok(ring)
            }
            other => other,
        }
    }

    /// Reads the ring at `path`; a file that all accounts may read is refused.
    pub fn read(path: &Path) -> Result<Self, RingError> {
        let at = |source| RingError::file(path, source);
        let mode = fs::metadata(path).map_err(at)?.permissions().mode();
        if mode & 0o007 != 0 {
            return Err(RingError::Exposed {
                path: path.display().to_string(),
            });
        }
        Self::parse(&fs::read_to_string(path).map_err(at)?).map_err(|what| RingError::Invalid {
            path: path.display().to_string(),
            what,
        })
    }

    /// Adds a key, which seals from now on, to the file at `path`: the old file stays whole until
    /// the new one is on disk.
    pub fn rotate(path: &Path, entropy: &Entropy, now: Instant) -> Result<Self, RingError> {
        let mut ring = Self::read(path)?;
        ring.add(entropy, now);
        let beside = path.with_extension("new");
        match fs::remove_file(&beside) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(RingError::file(&beside, error));
            }
            _ => {}
        }
        ring.create(&beside)?;
        fs::rename(&beside, path).map_err(|source| RingError::file(path, source))?;
        sync_folder(path).map_err(|source| RingError::file(path, source))?;
        Ok(ring)
    }

    /// Adds a key, which seals from now on.
    pub fn add(&mut self, entropy: &Entropy, now: Instant) {
        let mut key = RingKey::generate(entropy, now);
        while self.find(key.id).is_some() {
            key = RingKey::generate(entropy, now);
        }
        self.keys.push(key);
    }

    pub fn len(&self) -> usize {
        self.keys.len()
    }

    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    pub(super) fn newest(&self) -> &RingKey {
        // A ring is made with one key and only grows.
        &self.keys[self.keys.len() - 1]
    }

    pub(super) fn newest_first(&self) -> impl Iterator<Item = &RingKey> {
        self.keys.iter().rev()
    }

    pub(super) fn find(&self, id: KeyId) -> Option<&RingKey> {
        self.keys.iter().find(|key| key.id == id)
    }

    fn parse(text: &str) -> Result<Self, &'static str> {
        let file: RingFile = toml::from_str(text).map_err(|_| "it is not a list of [[key]]")?;
        let mut ring = Self { keys: Vec::new() };
        for entry in file.key {
            let key = RingKey::parse(&entry)?;
            if ring.find(key.id).is_some() {
                return Err("two keys have one id");
            }
            ring.keys.push(key);
        }
        if ring.keys.is_empty() {
            return Err("it holds no key");
        }
        Ok(ring)
    }

    fn create(&self, path: &Path) -> Result<(), RingError> {
        self.write_new(path)
            .map_err(|source| RingError::file(path, source))
    }

    fn write_new(&self, path: &Path) -> io::Result<()> {
        let key = self.keys.iter().map(RingKey::entry).collect();
        let text = toml::to_string(&RingFile { key }).map_err(io::Error::other)?;
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)?;
        file.write_all(HEADING.as_bytes())?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        sync_folder(path)
    }
}

/// A rename or a new name is only durable once its folder is.
fn sync_folder(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => File::open(folder)?.sync_all(),
        _ => File::open(".")?.sync_all(),
    }
}

impl RingError {
    fn file(path: &Path, source: io::Error) -> Self {
        RingError::File {
            path: path.display().to_string(),
            source,
        }
    }
}

impl RingKey {
    fn generate(entropy: &Entropy, made: Instant) -> Self {
        Self {
            id: KeyId(entropy.bytes()),
            made,
            secret: entropy.bytes(),
        }
    }

    fn entry(&self) -> KeyEntry {
        KeyEntry {
            id: self.id.to_string(),
            made: self.made.seconds(),
            secret: URL_SAFE_NO_PAD.encode(self.secret),
        }
    }

    fn parse(entry: &KeyEntry) -> Result<Self, &'static str> {
        let id = u32::from_str_radix(&entry.id, 16)
            .map(u32::to_be_bytes)
            .map(KeyId)
            .map_err(|_| "an id is not eight hex digits")?;
        if id.to_string() != entry.id {
            return Err("an id is not eight lower-case hex digits");
        }
        let mut secret = [0_u8; 32];
        match URL_SAFE_NO_PAD.decode_slice(&entry.secret, &mut secret) {
            Ok(32) => Ok(Self {
                id,
                made: Instant::from_seconds(entry.made),
                secret,
            }),
            _ => Err("a secret is not 32 bytes of base64url"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Instant = Instant::from_seconds(1_700_000_000);

    #[test]
    fn a_missing_file_is_made_for_its_owner_alone_and_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.toml");
        let made = KeyRing::open(&path, &Entropy::seeded(1), NOW).unwrap();
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        let again = KeyRing::open(&path, &Entropy::seeded(2), NOW).unwrap();
        assert_eq!(made.newest().secret, again.newest().secret);
    }

    #[test]
    fn rotation_adds_in_the_file_and_loses_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.toml");
        let first = KeyRing::open(&path, &Entropy::seeded(1), NOW).unwrap();
        KeyRing::rotate(&path, &Entropy::seeded(2), NOW).unwrap();
        let ring = KeyRing::read(&path).unwrap();
        assert_eq!(ring.len(), 2);
        assert!(ring.find(first.newest().id).is_some());
        assert_ne!(ring.newest().id, first.newest().id);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_that_everybody_reads_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.toml");
        KeyRing::open(&path, &Entropy::seeded(1), NOW).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(
            KeyRing::open(&path, &Entropy::seeded(1), NOW),
            Err(RingError::Exposed { .. })
        ));
    }

    #[test]
    fn a_broken_file_is_refused_and_never_quoted() {
        let secret = URL_SAFE_NO_PAD.encode([7; 32]);
        let entry = format!("[[key]]\nid = \"00000001\"\nmade = 1\nsecret = \"{secret}\"\n");
        for (bad, why) in [
            (String::new(), "nothing"),
            ("key = []".to_owned(), "no key"),
            (entry.replace("00000001", "1"), "short id"),
            (entry.replace("00000001", "0000000G"), "no hex"),
            (entry.replace("id =", "name ="), "unknown field"),
            (entry.replace(&secret, &secret[2..]), "short secret"),
            (format!("{entry}{entry}"), "twice"),
        ] {
            let what = KeyRing::parse(&bad).expect_err(why);
            assert!(!what.contains(&secret[2..]), "{why}");
        }
        assert_eq!(KeyRing::parse(&entry).map(|ring| ring.len()), Ok(1));
    }

    #[test]
    fn debug_shows_ids_only() {
        let ring = KeyRing::generate(&Entropy::seeded(3), NOW);
        let shown = format!("{ring:?}");
        assert_eq!(
            shown,
            format!("KeyRing {{ ids: [\"{}\"] }}", ring.newest().id)
        );
    }
}
