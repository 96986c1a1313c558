//! What is kept of a browser that asks to be approved, and of a recovery code.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::clock::Instant;
use crate::seal::{Hash, Kid};

/// A browser that asks. Whoever holds the store learns nothing from it that opens a note.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Asked {
    /// The new browser's commitment; names the request.
    #[serde(rename = "c")]
    pub commitment: Hash,
    #[serde(rename = "m", default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(rename = "t")]
    pub since: Instant,
    #[serde(rename = "a", default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Answer>,
    #[serde(rename = "h", default, skip_serializing_if = "Option::is_none")]
    pub half: Option<Half>,
}

/// The older browser's: which key vouches, and its nonce, base64url.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Answer {
    #[serde(rename = "k")]
    pub by: Kid,
    #[serde(rename = "n")]
    pub nonce: String,
}

/// The new browser's entry with its own signature, and what shall follow it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Half {
    #[serde(rename = "k")]
    pub kid: Kid,
    #[serde(rename = "e")]
    pub entry: Value,
    #[serde(rename = "r", default, skip_serializing_if = "Option::is_none")]
    pub then: Option<Value>,
}

/// The private halves of the code's key, which only the code opens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct CodeSlot {
    #[serde(rename = "k")]
    pub kid: Kid,
    #[serde(rename = "s")]
    pub slot: Value,
    /// The hash of the token against which the slot is given out.
    #[serde(rename = "h")]
    pub token: Hash,
}
