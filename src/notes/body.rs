//! The sealed text of a note, as it is stored.

use bytes::Bytes;

use super::api::Released;
use super::records::FORMAT;
use crate::clock::Instant;
use crate::seal::{Envelope, base64};

/// iv, tag and ciphertext; stored in this order behind a format byte.
pub(super) struct Body {
    iv: [u8; 12],
    tag: [u8; 16],
    ciphertext: Vec<u8>,
}

impl Body {
    pub(super) fn of(envelope: &Envelope) -> Self {
        Self {
            iv: envelope.iv,
            tag: envelope.tag,
            ciphertext: envelope.ciphertext.clone(),
        }
    }

    pub(super) fn encode(&self) -> Bytes {
        let parts: [&[u8]; 4] = [&[FORMAT], &self.iv, &self.tag, &self.ciphertext];
        parts.concat().into()
    }

    pub(super) fn parse(value: &[u8]) -> Option<Self> {
        let (format, rest) = value.split_first()?;
        let (iv, rest) = rest.split_first_chunk::<12>()?;
        let (tag, ciphertext) = rest.split_first_chunk::<16>()?;
        (*format == FORMAT).then(|| Self {
            iv: *iv,
            tag: *tag,
            ciphertext: ciphertext.to_vec(),
        })
    }

    pub(super) fn released(&self, at: Instant) -> Released {
        Released {
            iv: base64::encode(&self.iv),
            ciphertext: base64::encode(&self.ciphertext),
            tag: base64::encode(&self.tag),
            at: at.seconds(),
        }
    }
}
