//! The facts of SMS: attempts, what became of them, and what people wrote.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{DeferReason, FailReason, ReceiptState, UnknownReason};
use crate::words::{Called, ImNumber, MessageId, Party, Phone};

/// An attempt, with what the SMSC calls each segment that it accepted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attempted {
    pub message: MessageId,
    pub to: Party,
    /// The connector, by its name in the bridge's settings.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub connector: String,
    /// By segment; none for one that was not accepted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ids: Vec<Option<String>>,
    /// The leave that it was made with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leave: Option<u64>,
}

/// `sms.attempted`: the bridge may submit, once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Granted {
    pub message: MessageId,
    pub to: Party,
    pub phone: Phone,
    /// Whose number stands behind the service number as the SMS's sender; none: the service itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<ImNumber>,
    /// As the bridge named it when it asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leave: Option<u64>,
}

/// `sms.let_go`: the bridge asked, and is not to submit: the delivery has ended or has taken another way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LetGo {
    pub message: MessageId,
    pub to: Party,
}

/// `sms.accepted`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Accepted {
    pub attempt: Attempted,
    pub receipts: bool,
}

/// `sms.failed`: it ends: refused by the SMSC, or not fit to be sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Failed {
    pub attempt: Attempted,
    pub reason: FailReason,
}

/// `sms.deferred`: tried again later.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Deferred {
    pub attempt: Attempted,
    pub why: DeferReason,
}

/// `sms.unknown`: whether the SMSC has it is not known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Unknown {
    pub attempt: Attempted,
    pub why: UnknownReason,
}

/// `sms.receipt`: a delivery receipt (SMPP 3.4 appendix B) of one segment.
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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// What the SMSC calls the segment, where nothing but this receipt says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
}

/// `sms.unmatched`: a receipt without its message. One with an id waits for the response that names it.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Unmatched {
    pub connector: String,
    pub id: String,
    pub state: ReceiptState,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Whose phone it is about, where it says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<Phone>,
}

impl fmt::Debug for Unmatched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unmatched").field("id", &self.id).field("state", &self.state).finish_non_exhaustive()
    }
}

/// `sms.silent`: no receipt is waited for any more.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Silent {
    pub message: MessageId,
    pub to: Party,
}

/// `sms.received`: a person's SMS, whole, as it was understood.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Heard {
    pub connector: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Phone>,
    pub called: Called,
    /// The text, where it did not go on as a message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<String>,
    /// The parts it was joined from, which are done with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub joined: Option<String>,
    /// The code of the refusal, where it was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
}

impl std::fmt::Debug for Heard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Heard").field("called", &self.called).finish_non_exhaustive()
    }
}

fn one() -> u8 {
    1
}
