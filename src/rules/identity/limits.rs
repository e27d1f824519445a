//! Limits of a user's own: what an operator has set instead of what holds for everybody.

use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::said;
use crate::rules::quota::Counts;
use crate::words::Span;

/// What changes of them: what is absent stays, and with `null` it is again as it is for everybody.
#[skip_serializing_none]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LimitChanges {
    /// Open deliveries that their mailbox takes.
    #[serde(default, deserialize_with = "said", skip_serializing_if = "Option::is_none")]
    pub mailbox: Option<Option<u32>>,
    /// How long what they send is worth delivering, where they do not say it.
    #[serde(default, deserialize_with = "said", skip_serializing_if = "Option::is_none")]
    pub expires_in: Option<Option<Span>>,
    /// Recipients that they may send to in a second, in the long run.
    #[serde(default, deserialize_with = "said", skip_serializing_if = "Option::is_none")]
    pub recipients_per_s: Option<Option<NonZeroU32>>,
    /// Bytes of text and parts that they may send in a second, in the long run.
    #[serde(default, deserialize_with = "said", skip_serializing_if = "Option::is_none")]
    pub bytes_per_s: Option<Option<NonZeroU32>>,
    /// What of a message counts for their quota.
    #[serde(default, deserialize_with = "said", skip_serializing_if = "Option::is_none")]
    pub counts: Option<Option<Counts>>,
    /// Bytes that are kept of their ids over seven days.
    #[serde(default, deserialize_with = "said", skip_serializing_if = "Option::is_none")]
    pub ids_bytes: Option<Option<NonZeroU32>>,
}

/// Those that somebody has; none is what holds for everybody. Each field is written, for rows that hold no names.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    pub mailbox: Option<u32>,
    pub expires_in: Option<Span>,
    pub recipients_per_s: Option<NonZeroU32>,
    pub bytes_per_s: Option<NonZeroU32>,
    pub counts: Option<Counts>,
    /// Rows of earlier versions end before it.
    #[serde(default)]
    pub ids_bytes: Option<NonZeroU32>,
}

impl Limits {
    #[must_use]
    pub fn with(self, changes: LimitChanges) -> Limits {
        let LimitChanges { mailbox, expires_in, recipients_per_s, bytes_per_s, counts, ids_bytes } = changes;
        Limits {
            mailbox: mailbox.unwrap_or(self.mailbox),
            expires_in: expires_in.unwrap_or(self.expires_in),
            recipients_per_s: recipients_per_s.unwrap_or(self.recipients_per_s),
            bytes_per_s: bytes_per_s.unwrap_or(self.bytes_per_s),
            counts: counts.unwrap_or(self.counts),
            ids_bytes: ids_bytes.unwrap_or(self.ids_bytes),
        }
    }
}

/// As an operator would set them.
impl From<Limits> for LimitChanges {
    fn from(limits: Limits) -> LimitChanges {
        let Limits { mailbox, expires_in, recipients_per_s, bytes_per_s, counts, ids_bytes } = limits;
        LimitChanges {
            mailbox: mailbox.map(Some),
            expires_in: expires_in.map(Some),
            recipients_per_s: recipients_per_s.map(Some),
            bytes_per_s: bytes_per_s.map(Some),
            counts: counts.map(Some),
            ids_bytes: ids_bytes.map(Some),
        }
    }
}
