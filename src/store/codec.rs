//! How values lie in a backend: a head of two bytes (format, packing), then the bytes.
//!
//! | byte | meaning |
//! |---|---|
//! | 0 | format of this layout, 1 |
//! | 1 | 0: the value follows as it is; 1: its length (u32, little endian), then an LZ4 block |

use bytes::Bytes;

use super::{Batch, CommitError, Unavailable};

pub(super) const FORMAT: u8 = 1;
const PLAIN: u8 = 0;
const LZ4: u8 = 1;
pub(super) const HEAD: usize = 2;
/// Shorter values gain less than they cost.
const PACKED_ABOVE: usize = 512;

pub(super) const MAX_OPERATIONS: usize = 128;
pub(super) const MAX_BATCH: usize = 1024 * 1024;
pub(super) const MAX_RECORD: usize = 256 * 1024;
/// Before packing; bounds what reading a record may allocate.
const MAX_UNPACKED: usize = 8 * 1024 * 1024;

pub(super) fn plain(value: &[u8]) -> Bytes {
    let mut out = Vec::with_capacity(HEAD + value.len());
    out.extend_from_slice(&[FORMAT, PLAIN]);
    out.extend_from_slice(value);
    out.into()
}

pub(super) fn pack(value: &[u8]) -> Bytes {
    if value.len() <= PACKED_ABOVE {
        return plain(value);
    }
    let length = u32::try_from(value.len()).unwrap_or(u32::MAX);
    let mut out = vec![0; HEAD + 4 + lz4_flex::block::get_maximum_output_size(value.len())];
    out[..HEAD].copy_from_slice(&[FORMAT, LZ4]);
    out[HEAD..HEAD + 4].copy_from_slice(&length.to_le_bytes());
    match lz4_flex::block::compress_into(value, &mut out[HEAD + 4..]) {
        Ok(packed) if packed + 4 < value.len() => {
            out.truncate(HEAD + 4 + packed);
            out.into()
        }
        _ => plain(value),
    }
}

pub(super) fn unpack(stored: &Bytes) -> Result<Bytes, Unavailable> {
    match stored.get(..HEAD) {
        Some([FORMAT, PLAIN]) => Ok(stored.slice(HEAD..)),
        Some([FORMAT, LZ4]) => {
            let (length, block) = stored[HEAD..]
                .split_first_chunk::<4>()
                .ok_or_else(|| Unavailable::because("a stored value is cut short"))?;
            let length = usize::try_from(u32::from_le_bytes(*length)).unwrap_or(usize::MAX);
            if length > MAX_UNPACKED {
                return Err(Unavailable::because("a stored value claims to be too long"));
            }
            lz4_flex::block::decompress(block, length)
                .map(Bytes::from)
                .map_err(Unavailable::because)
        }
        _ => Err(Unavailable::because(
            "a stored value is of a format that this release does not read",
        )),
    }
}

/// A batch within the limits, its values and bodies as they are stored.
#[derive(Debug)]
pub(super) struct Prepared(pub Batch);

impl Prepared {
    pub(super) fn new(batch: &Batch) -> Result<Self, CommitError> {
        let operations = batch.expect.len()
            + batch.put.len()
            + batch.delete.len()
            + batch.add.len()
            + batch.push.len()
            + batch.settled().count();
        if operations > MAX_OPERATIONS {
            return Err(CommitError::TooLarge("more than 128 operations"));
        }
        let mut batch = batch.clone();
        let mut total = 0;
        for (_, value, _) in &mut batch.put {
            *value = within(value, pack, &mut total)?;
        }
        for envelope in &mut batch.push {
            envelope.body = within(&envelope.body, plain, &mut total)?;
        }
        if total > MAX_BATCH {
            return Err(CommitError::TooLarge("more than 1 MiB together"));
        }
        Ok(Self(batch))
    }
}

fn within(
    value: &[u8],
    encode: fn(&[u8]) -> Bytes,
    total: &mut usize,
) -> Result<Bytes, CommitError> {
    if value.len() > MAX_UNPACKED {
        return Err(CommitError::TooLarge("a value of more than 8 MiB"));
    }
    let stored = encode(value);
    if stored.len() > MAX_RECORD + HEAD {
        return Err(CommitError::TooLarge("a record or body above 256 KiB"));
    }
    *total += stored.len();
    Ok(stored)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Entropy;
    use crate::store::{Key, Until};

    /// Bytes that do not pack.
    fn noise(length: usize) -> Vec<u8> {
        let seed = Entropy::seeded(1);
        (0..length.div_ceil(32))
            .flat_map(|_| seed.bytes::<32>())
            .take(length)
            .collect()
    }

    #[test]
    fn every_value_comes_back() {
        for length in [0, 1, 511, 512, 513, 5000, 300_000] {
            for value in [vec![7_u8; length], noise(length)] {
                let stored = pack(&value);
                assert!(stored.len() <= value.len() + HEAD, "{length} grew");
                assert_eq!(unpack(&stored).unwrap(), value);
            }
        }
        assert!(pack(&[7; 5000]).len() < 200);
    }

    #[test]
    fn damage_is_an_error() {
        for stored in [
            &b""[..],
            &[1],
            &[9, 0, 1],
            &[1, 9, 1],
            &[1, 1, 0, 0],
            &[1, 1, 255, 255, 255, 255, 0],
            &[1, 1, 9, 0, 0, 0, 0xF0],
        ] {
            assert!(unpack(&Bytes::copy_from_slice(stored)).is_err());
        }
    }

    #[test]
    fn sizes_are_judged_as_stored() {
        let size = |value: &[u8]| {
            let value = Bytes::copy_from_slice(value);
            let batch = Batch {
                put: vec![(Key::point("t", &[]), value, Until::Keep)],
                ..Batch::default()
            };
            Prepared::new(&batch).map(|_| ())
        };
        assert!(size(&vec![7; 2_000_000]).is_ok());
        assert!(size(&noise(MAX_RECORD)).is_ok());
        for large in [noise(MAX_RECORD + 1), vec![7; MAX_UNPACKED + 1]] {
            assert!(matches!(size(&large), Err(CommitError::TooLarge(_))));
        }
    }
}
