//! The facts of attempts: that one may be made, and what became of it.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::{Adapter, DeferClass, DeferReason, FailReason, ReceiptState, UnknownReason};
use crate::rules::presence::Encoding;
use crate::words::{GroupNumber, MessageId, Party, Phone, ReplyTo, UserName};

/// An attempt, with what the SMSC calls each segment that it accepted.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attempt {
    pub message: MessageId,
    pub to: Party,
    /// The connector, by its name in the bridge's settings.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub connector: String,
    /// By segment; none for one that was not accepted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ids: Vec<Option<String>>,
    /// The grant that it was made with.
    pub grant: Option<u64>,
}

/// `attempt.granted`: the adapter may submit, once.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Granted {
    pub channel: Adapter,
    pub message: MessageId,
    pub to: Party,
    pub phone: Phone,
    /// Whose number stands behind the service number as the sender; none: the service itself.
    pub from: Option<ReplyTo>,
    /// As the adapter named it when it asked.
    pub grant: Option<u64>,
}

/// `attempt.let_go`: the adapter asked, and is not to submit: the delivery has ended or has taken another way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LetGo {
    pub channel: Adapter,
    pub message: MessageId,
    pub to: Party,
}

/// `attempt.accepted`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Accepted {
    pub channel: Adapter,
    pub attempt: Attempt,
    pub receipts: bool,
}

/// `attempt.failed`: it ends: refused by the SMSC, or not fit to be sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Failed {
    pub channel: Adapter,
    pub attempt: Attempt,
    pub reason: FailReason,
}

/// `attempt.deferred`: tried again later.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Deferred {
    pub channel: Adapter,
    pub attempt: Attempt,
    pub class: DeferClass,
    pub why: DeferReason,
}

/// `attempt.unknown`: whether the SMSC has it is not known.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Unknown {
    pub channel: Adapter,
    pub attempt: Attempt,
    pub why: UnknownReason,
    /// As in the facts that end a delivery: whose message it is, and how their clients speak.
    pub from: Option<UserName>,
    pub encoding: Option<Encoding>,
    pub group: Option<GroupNumber>,
}

/// `attempt.receipt`: what became of a segment, as a receipt says it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Receipted {
    pub channel: Adapter,
    pub receipt: Receipt,
}

/// A delivery receipt (SMPP 3.4 appendix B) of one segment.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Receipt {
    pub message: MessageId,
    pub to: Party,
    /// From 0.
    #[serde(default)]
    pub segment: u8,
    #[serde(default = "one")]
    pub segments: u8,
    pub state: ReceiptState,
    /// The network's error code, as the SMSC wrote it.
    pub error: Option<String>,
    /// What the SMSC calls the segment, where nothing but this receipt says so.
    pub id: Option<String>,
}

/// `attempt.unmatched`: a receipt that belongs to nothing that is known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Unmatched {
    pub channel: Adapter,
    pub receipt: Stray,
}

/// A receipt without its message. One with an id waits for the response that names it.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Stray {
    pub connector: String,
    pub id: String,
    pub state: ReceiptState,
    pub error: Option<String>,
    /// Whose phone it is about, where it says so.
    pub phone: Option<Phone>,
}

impl fmt::Debug for Stray {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stray").field("id", &self.id).field("state", &self.state).finish_non_exhaustive()
    }
}

/// `attempt.silent`: no receipt is waited for any more.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Silent {
    pub channel: Adapter,
    pub message: MessageId,
    pub to: Party,
}

fn one() -> u8 {
    1
}
