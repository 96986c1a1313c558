//! Reading stored bytes without asking whoever wrote them.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

use crate::chance::hex;

/// Where a value's own head may begin: at once, or behind a version and an instant of expiry.
const HEADS: [usize; 2] = [0, 14];
const FORMAT: u8 = 1;
const PLAIN: u8 = 0;
const PACKED: u8 = 1;
const MOST: usize = 8 * 1024 * 1024;

fn packed(at: &[u8]) -> Option<Vec<u8>> {
    let (length, block) = at
        .strip_prefix(&[FORMAT, PACKED])?
        .split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
    let sane = length <= MOST;
    sane.then(|| lz4_flex::block::decompress(block, length).ok())
        .flatten()
}

/// The value inside stored bytes: without its head, and without compression where it is packed.
pub fn unpacked(raw: &[u8]) -> Cow<'_, [u8]> {
    for head in HEADS {
        let Some(at) = raw.get(head..) else { continue };
        if let Some(value) = packed(at) {
            return value.into();
        }
        if let Some(value) = at.strip_prefix(&[FORMAT, PLAIN]) {
            return value.into();
        }
    }
    raw.into()
}

/// A value for people: text as it is, and bytes that are no text as hex.
pub fn shown(raw: &[u8]) -> String {
    let value = unpacked(raw);
    let text = match std::str::from_utf8(&value) {
        Ok(text) if !text.chars().any(|c| c.is_control() && !c.is_whitespace()) => text.to_owned(),
        _ => mixed(&value),
    };
    let cut: String = text.chars().take(4000).collect();
    if cut.len() < text.len() {
        format!("{cut}…")
    } else {
        cut
    }
}

/// Runs of readable characters as they are, everything between them as hex.
fn mixed(value: &[u8]) -> String {
    let readable = |b: &u8| (b' '..=b'~').contains(b);
    value
        .chunk_by(|a, b| readable(a) == readable(b))
        .map(|run| match std::str::from_utf8(run) {
            Ok(text) if run.len() >= 4 && run.iter().all(readable) => text.to_owned(),
            _ => format!("⟨{}⟩", hex(run)),
        })
        .collect::<String>()
        .replace("⟩⟨", "")
}

/// Whether `word` stands in `text` by itself: `10101` is not in `210101`.
pub fn names(text: &str, word: &str) -> bool {
    let part = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        !part(before) && !part(text[at + word.len()..].chars().next())
    })
}

/// Words of a place that are long enough to be somebody's identifier.
pub fn identifiers(place: &str) -> impl Iterator<Item = &str> {
    place
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-')
        .filter(|word| (20..=64).contains(&word.len()))
        .filter(|word| {
            word.chars()
                .any(|c| c.is_ascii_digit() || c.is_ascii_uppercase())
        })
}

/// The words in lower case, in hex, and in base64 at each of its three alignments.
pub fn spellings(words: &str) -> Vec<Vec<u8>> {
    let mut spellings = vec![words.to_lowercase().into_bytes()];
    if words.len() < 4 {
        return spellings;
    }
    spellings.push(hex(words.as_bytes()).into_bytes());
    for shift in 0..3 {
        let mut bytes = vec![0; shift];
        bytes.extend_from_slice(words.as_bytes());
        // Characters that also depend on neighbours are left out at both ends.
        let first = (shift * 8).div_ceil(6);
        let last = bytes.len() * 8 / 6;
        for text in [
            STANDARD_NO_PAD.encode(&bytes),
            URL_SAFE_NO_PAD.encode(&bytes),
        ] {
            spellings.push(text.as_bytes()[first..last].to_ascii_lowercase());
        }
    }
    spellings
}

/// Whether one of the spellings is somewhere in the bytes, in capitals or not.
pub fn holds(bytes: &[u8], spellings: &[Vec<u8>]) -> bool {
    let text = String::from_utf8_lossy(bytes).to_lowercase();
    let lower = bytes.to_ascii_lowercase();
    spellings.iter().any(|spelling| {
        let there = lower
            .windows(spelling.len().max(1))
            .any(|window| window == &spelling[..]);
        there || std::str::from_utf8(spelling).is_ok_and(|word| text.contains(word))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(head: usize, value: &[u8]) -> Vec<u8> {
        let mut out = vec![0xab; head];
        out.extend([FORMAT, PACKED]);
        out.extend(u32::try_from(value.len()).unwrap().to_le_bytes());
        out.extend(lz4_flex::block::compress(value));
        out
    }

    #[test]
    fn values_are_unpacked_behind_either_head() {
        let value = "words ".repeat(200);
        for head in HEADS {
            assert_eq!(
                &*unpacked(&stored(head, value.as_bytes())),
                value.as_bytes()
            );
        }
        assert_eq!(&*unpacked(b"\x01\x00text"), b"text");
        assert_eq!(&*unpacked(b"as it is"), b"as it is");
        assert_eq!(shown(b"\x01\x00a\xff\xfelonger"), "⟨61fffe⟩longer");
    }

    #[test]
    fn words_are_found_however_they_are_written() {
        let words = "correct horse";
        let needles = spellings(words);
        let plain = b"the Correct Horse battery".to_vec();
        let packed = stored(14, &b"correct horse battery".repeat(40));
        let hexed = hex(b"..correct horse..").into_bytes();
        assert!(holds(&plain, &needles));
        assert!(!holds(&packed[..20], &needles));
        assert!(holds(&unpacked(&packed), &needles));
        assert!(holds(&hexed, &needles));
        for before in ["", "x", "xy", "xyz"] {
            let text = STANDARD_NO_PAD.encode(format!("{before}{words}!"));
            assert!(holds(text.as_bytes(), &needles), "{before}");
        }
        assert!(!holds(b"correct donkey", &needles));
    }

    #[test]
    fn an_issue_is_named_only_by_itself() {
        assert!(names("note/10101/x", "10101"));
        assert!(!names("note/210101/x", "10101"));
        let place = "rec note 0199abcdefab7cdeaf01020304050607/sealed";
        assert_eq!(
            identifiers(place).next(),
            Some("0199abcdefab7cdeaf01020304050607")
        );
    }
}
