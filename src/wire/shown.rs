//! A message as it is shown everywhere: live, in the inbox, in the history.

use serde::{Deserialize, Serialize};

use crate::rules::message::MessagePart;
use crate::words::{Author, MessageId, Party};

/// `{"message", "from", "to", "text"?, "parts"?, "at", "state"}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Shown {
    pub message: MessageId,
    pub from: Author,
    /// The recipient this is about, also where the message has others.
    pub to: Party,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parts: Option<Vec<MessagePart>>,
    /// When it was accepted, RFC 3339.
    pub at: String,
    pub state: String,
}
