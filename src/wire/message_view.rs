//! The view of a message: the same live, in the inbox, in the history.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::rules::message::MessagePart;
use crate::words::{Author, GroupNumber, MessageId, Party};

/// `{"message", "from", "to", "group"?, "text"?, "parts"?, "at", "state"}`.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MessageView {
    pub message: MessageId,
    pub from: Author,
    /// The recipient this is about, also where the message has others.
    pub to: Party,
    /// The group that it was written to.
    pub group: Option<GroupNumber>,
    pub text: Option<Arc<str>>,
    pub parts: Option<Arc<[MessagePart]>>,
    /// When it was accepted, RFC 3339.
    pub at: String,
    pub state: String,
}
