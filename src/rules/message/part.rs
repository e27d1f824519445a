//! A part of a multimedia message: a picture, a sound, a text with a name.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::Blob;

/// One part of a multimedia message. `data` is base64 in JSON and bytes in MessagePack.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessagePart {
    /// Media type (RFC 6838), e.g. `image/png`.
    #[serde(rename = "type")]
    pub media: String,
    pub name: Option<String>,
    pub data: Blob,
}
