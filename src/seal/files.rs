//! The bytes of files, section 5: padded, cut into chunks, each sealed under the file's own key.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use zeroize::Zeroizing;

use super::content::{CHUNK, FileEntry};
use super::{Cek, Hash, Rejected, file_key, sha};
use crate::ids::NoteId;

const TAG: u64 = 16;

/// The Padmé length: a length keeps only as many leading bits as its own length has bits.
pub const fn padded_length(size: u64) -> u64 {
    if size < 2 {
        return 1;
    }
    let exponent = size.ilog2();
    let unit = 1_u64 << exponent.saturating_sub(exponent.ilog2() + 1);
    size.div_ceil(unit).saturating_mul(unit)
}

pub const fn chunks_of(size: u64) -> u64 {
    padded_length(size).div_ceil(CHUNK)
}

/// How many bytes a sealed file of `size` bytes has.
pub const fn sealed_length(size: u64) -> u64 {
    padded_length(size).saturating_add(TAG * chunks_of(size))
}

/// A note whose file is sealed or opened.
#[derive(Clone, Copy, Debug)]
pub struct OfNote<'a> {
    pub cek: &'a Cek,
    pub note: NoteId,
    pub hh: &'a Hash,
}

/// Pads and encrypts.
pub fn seal_file(of: OfNote<'_>, fid: &[u8; 16], bytes: &[u8]) -> Result<Vec<u8>, Rejected> {
    let too_large = |_| Rejected::TooLarge;
    let length = usize::try_from(padded_length(bytes.len() as u64)).map_err(too_large)?;
    let mut padded = Zeroizing::new(bytes.to_vec());
    padded.resize(length, 0);
    let (key, aad) = (key(of, fid)?, aad(of.hh, fid));
    let chunks = padded.chunks(chunk()?);
    let last = chunks.len() - 1;
    let mut out = Vec::new();
    for (i, plain) in chunks.enumerate() {
        let mut chunk = plain.to_vec();
        key.seal_in_place_append_tag(nonce(i, i == last)?, Aad::from(&aad), &mut chunk)
            .map_err(|_| Rejected::Content)?;
        out.append(&mut chunk);
    }
    Ok(out)
}

/// Decrypts and checks all of it: length, counters, last flag, padding, hash.
pub fn open_file(of: OfNote<'_>, file: &FileEntry, sealed: &[u8]) -> Result<Vec<u8>, Rejected> {
    let whole = file.chunks == chunks_of(file.size);
    if !whole || sealed.len() as u64 != sealed_length(file.size) {
        return Err(Rejected::Content);
    }
    let (key, aad) = (key(of, &file.fid)?, aad(of.hh, &file.fid));
    let step = usize::try_from(CHUNK + TAG).map_err(|_| Rejected::TooLarge)?;
    let chunks = sealed.chunks(step);
    let last = chunks.len() - 1;
    let mut out = Vec::new();
    for (i, sealed) in chunks.enumerate() {
        let mut chunk = Zeroizing::new(sealed.to_vec());
        let plain = key
            .open_in_place(nonce(i, i == last)?, Aad::from(&aad), &mut chunk)
            .map_err(|_| Rejected::Content)?;
        out.extend_from_slice(plain);
    }
    let size = usize::try_from(file.size).map_err(|_| Rejected::TooLarge)?;
    let padding = out.split_off(size);
    if padding.iter().any(|byte| *byte != 0) || sha(&[&out]) != Hash::from_bytes(file.sha) {
        return Err(Rejected::Content);
    }
    Ok(out)
}

fn chunk() -> Result<usize, Rejected> {
    usize::try_from(CHUNK).map_err(|_| Rejected::TooLarge)
}

fn key(of: OfNote<'_>, fid: &[u8; 16]) -> Result<LessSafeKey, Rejected> {
    let raw = Zeroizing::new(file_key(of.cek, of.note, fid));
    UnboundKey::new(&AES_256_GCM, raw.as_slice())
        .map(LessSafeKey::new)
        .map_err(|_| Rejected::Content)
}

fn aad(hh: &Hash, fid: &[u8; 16]) -> Vec<u8> {
    [hh.as_bytes().as_slice(), fid].concat()
}

fn nonce(index: usize, last: bool) -> Result<Nonce, Rejected> {
    let counter = u32::try_from(index).map_err(|_| Rejected::TooLarge)?;
    let mut bytes = [0; 12];
    bytes[7..11].copy_from_slice(&counter.to_be_bytes());
    bytes[11] = u8::from(last);
    Ok(Nonce::assume_unique_for_key(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_keep_few_leading_bits() {
        for (size, length) in [
            (0, 1),
            (1, 1),
            (2, 2),
            (3, 3),
            (8, 8),
            (9, 10),
            (15, 16),
            (33, 36),
            (100, 104),
            (1000, 1024),
            (65_536, 65_536),
            (65_537, 67_584),
            (130_000, 131_072),
            (1_000_000, 1_015_808),
        ] {
            assert_eq!(padded_length(size), length, "{size}");
            assert_eq!(padded_length(length), length, "{size}");
        }
    }

    #[test]
    fn a_file_opens_whole_or_not_at_all() {
        let (cek, note) = (Cek::from_bytes([7; 32]), NoteId::from_bytes([1; 16]));
        let hh = sha(&[b"P"]);
        let of = OfNote {
            cek: &cek,
            note,
            hh: &hh,
        };
        let chunk = 65_536 + 16;
        for size in [0, 1, 1000, 65_536, 65_537, 200_000] {
            let bytes: Vec<u8> = (1..=u8::MAX).cycle().take(size).collect();
            let file = FileEntry {
                fid: [2; 16],
                name: "a".to_owned(),
                media_type: "b".to_owned(),
                size: size as u64,
                chunks: chunks_of(size as u64),
                sha: *sha(&[&bytes]).as_bytes(),
            };
            let sealed = seal_file(of, &file.fid, &bytes).expect("fits");
            assert_eq!(sealed.len() as u64, sealed_length(file.size));
            assert!(open_file(of, &file, &sealed) == Ok(bytes));

            let mut faulty = vec![
                (file.clone(), sealed[..sealed.len() - 1].to_vec()),
                (file.clone(), [&sealed[..], &[0; 16]].concat()),
            ];
            let mut changed = sealed.clone();
            changed[0] ^= 1;
            faulty.push((file.clone(), changed));
            if sealed.len() > 2 * chunk {
                let swapped = [&sealed[chunk..2 * chunk], &sealed[..chunk]].concat();
                faulty.push((file.clone(), [&swapped, &sealed[2 * chunk..]].concat()));
            }
            let mut other = file.clone();
            other.sha = [9; 32];
            faulty.push((other, sealed.clone()));
            let mut other = file.clone();
            other.fid = [3; 16];
            faulty.push((other, sealed.clone()));
            for (at, (file, sealed)) in faulty.iter().enumerate() {
                let told = open_file(of, file, sealed);
                assert!(told == Err(Rejected::Content), "{size} fault {at}");
            }
        }
    }
}
