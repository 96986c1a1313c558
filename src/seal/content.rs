use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::jcs::{Members, as_text};
use super::{Cek, Rejected, base64, canonical};

/// 256·2^k, k from 0 to 9: a note tells the server no more of its length than that.
const SMALLEST: usize = 256;
const LARGEST: usize = SMALLEST << 9;
const FILES: usize = 20;
pub(super) const CHUNK: u64 = 65_536;

/// What a note says.
#[derive(Clone, PartialEq, Eq)]
pub struct Content {
    pub text: String,
    pub files: Vec<FileEntry>,
}

/// A file of a note; its bytes lie elsewhere, sealed under a key of their own.
#[derive(Clone, PartialEq, Eq)]
pub struct FileEntry {
    pub fid: [u8; 16],
    pub name: String,
    pub media_type: String,
    pub size: u64,
    pub chunks: u64,
    pub sha: [u8; 32],
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Content(..)")
    }
}

impl fmt::Debug for FileEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FileEntry(..)")
    }
}

/// Whether a ciphertext may have this length.
pub(super) fn is_bucket(length: usize) -> bool {
    (SMALLEST..=LARGEST).contains(&length) && length.is_power_of_two()
}

/// Encrypts and pads. Errs with `Plaintext` when it does not fit or a file entry is malformed.
pub fn seal_content(
    content: &Content,
    cek: &Cek,
    iv: [u8; 12],
    protected: &str,
) -> Result<(Vec<u8>, [u8; 16]), Rejected> {
    let files: Vec<Value> = content.files.iter().map(FileEntry::to_value).collect();
    let of =
        |pad: &str| canonical(&json!({"v": 1, "text": content.text, "files": files, "pad": pad}));
    let bare = of("")?.len();
    let bucket = bare.next_power_of_two().max(SMALLEST);
    if bucket > LARGEST {
        return Err(Rejected::Plaintext);
    }
    let mut bytes = of(&"0".repeat(bucket - bare))?.into_bytes();
    Content::parse(&bytes)?;
    let tag = key(cek)?
        .seal_in_place_separate_tag(
            Nonce::assume_unique_for_key(iv),
            Aad::from(protected),
            &mut bytes,
        )
        .map_err(|_| Rejected::Content)?;
    let tag = tag.as_ref().try_into().map_err(|_| Rejected::Content)?;
    Ok((bytes, tag))
}

/// Decrypts, checks the padding, parses.
pub fn open_content(
    iv: [u8; 12],
    ciphertext: &[u8],
    tag: &[u8; 16],
    cek: &Cek,
    protected: &str,
) -> Result<Content, Rejected> {
    let mut bytes = Zeroizing::new([ciphertext, tag].concat());
    let plain = key(cek)?
        .open_in_place(
            Nonce::assume_unique_for_key(iv),
            Aad::from(protected),
            &mut bytes,
        )
        .map_err(|_| Rejected::Content)?;
    Content::parse(plain)
}

fn key(cek: &Cek) -> Result<LessSafeKey, Rejected> {
    UnboundKey::new(&AES_256_GCM, cek.as_bytes())
        .map(LessSafeKey::new)
        .map_err(|_| Rejected::Content)
}

impl Content {
    fn parse(bytes: &[u8]) -> Result<Self, Rejected> {
        // Whatever is wrong inside a plaintext has one name.
        Self::read(bytes).map_err(|_| Rejected::Plaintext)
    }

    fn read(bytes: &[u8]) -> Result<Self, Rejected> {
        if !is_bucket(bytes.len()) {
            return Err(Rejected::Plaintext);
        }
        let mut members = Members::parse(bytes, LARGEST)?;
        members.version()?;
        let text = members.text("text")?;
        let pad = members.text("pad")?;
        let list = members.list("files")?;
        members.end()?;
        if pad.bytes().any(|b| b != b'0') || list.len() > FILES {
            return Err(Rejected::Plaintext);
        }
        let files = list
            .into_iter()
            .map(FileEntry::parse)
            .collect::<Result<Vec<_>, _>>()?;
        let doubled = |i: usize| files[..i].iter().any(|other| other.fid == files[i].fid);
        if (0..files.len()).any(doubled) {
            return Err(Rejected::Plaintext);
        }
        Ok(Self { text, files })
    }
}

impl FileEntry {
    fn to_value(&self) -> Value {
        json!({
            "fid": base64::encode(&self.fid),
            "name": self.name,
            "type": self.media_type,
            "size": self.size,
            "chunks": self.chunks,
            "sha": base64::encode(&self.sha),
        })
    }

    fn parse(value: Value) -> Result<Self, Rejected> {
        let mut members = Members::of(value)?;
        let file = Self {
            fid: members.bytes("fid")?,
            name: as_text(members.value("name")?)?,
            media_type: members.text("type")?,
            size: members.integer("size")?,
            chunks: members.integer("chunks")?,
            sha: members.bytes("sha")?,
        };
        members.end()?;
        let name = (1..=255).contains(&file.name.len())
            && !file
                .name
                .chars()
                .any(|c| matches!(c, '\0'..='\u{1f}' | '\u{7f}' | '/' | '\\'));
        let media = (1..=127).contains(&file.media_type.len())
            && file.media_type.bytes().all(|b| (0x20..=0x7e).contains(&b));
        let sized = file.chunks >= 1 && file.size <= file.chunks.saturating_mul(CHUNK);
        if name && media && sized {
            Ok(file)
        } else {
            Err(Rejected::Plaintext)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealed_length(text: &str) -> Result<usize, Rejected> {
        let content = Content {
            text: text.to_owned(),
            files: vec![],
        };
        let cek = Cek::from_bytes([7; 32]);
        let (ciphertext, tag) = seal_content(&content, &cek, [0; 12], "P")?;
        let opened = open_content([0; 12], &ciphertext, &tag, &cek, "P")?;
        assert!(opened == content);
        Ok(ciphertext.len())
    }

    #[test]
    fn lengths_fall_into_buckets() {
        let bare = r#"{"files":[],"pad":"","text":"","v":1}"#.len();
        for (text, length) in [
            (String::new(), Ok(256)),
            ("é🔑\n\"\\\u{1}".to_owned(), Ok(256)),
            ("x".repeat(256 - bare), Ok(256)),
            ("x".repeat(257 - bare), Ok(512)),
            ("x".repeat(LARGEST - bare), Ok(LARGEST)),
            ("x".repeat(LARGEST - bare + 1), Err(Rejected::Plaintext)),
        ] {
            assert_eq!(sealed_length(&text), length);
        }
    }
}
