//! What the rows hold of a delivery, a receipt without one, and a part of a long SMS.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::log::{Fault, Rows};
use crate::rules::sms::{Part, ReceiptState, Unmatched};
use crate::words::{ImNumber, Instant, Phone};

/// How far a delivery by SMS has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// The bridge had leave to submit it, and has reported nothing yet.
    Attempted,
    /// To be attempted again.
    Deferred,
    /// Nobody knows whether the SMSC has it.
    Unknown,
    /// The SMSC has it.
    Accepted,
    /// Its receipts say that it arrived.
    Delivered,
    /// Refused by the SMSC, or undeliverable by a receipt.
    Failed,
    /// No receipt is waited for any more.
    Silent,
}

impl Stage {
    pub fn as_str(self) -> &'static str {
        match self {
            Stage::Attempted => "attempted",
            Stage::Deferred => "deferred",
            Stage::Unknown => "unknown",
            Stage::Accepted => "accepted",
            Stage::Delivered => "delivered",
            Stage::Failed => "failed",
            Stage::Silent => "silent",
        }
    }
}

/// A delivery by SMS.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Delivery {
    pub stage: Stage,
    /// Permissions to submit so far.
    pub attempts: u32,
    /// Of these, how many the SMSC answered with an error that passes, throttling apart.
    pub temporary: u32,
    /// Whether nobody knew of an earlier one.
    pub unknown: u32,
    pub phone: Phone,
    pub from: Option<ImNumber>,
    pub connector: String,
    /// What the SMSC calls each segment.
    pub ids: Vec<Option<String>>,
    /// The last receipt of each segment.
    pub receipts: Vec<Option<ReceiptState>>,
    /// Why it stands there, where there is a reason.
    pub reason: Option<String>,
    /// When it came here.
    pub at: Instant,
    /// When it is looked after, while it is open.
    pub due: Option<Instant>,
}

/// Receipts for an id that nobody knew.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UnmatchedRow {
    pub at: Instant,
    pub receipts: Vec<Unmatched>,
}

/// A part of a long SMS.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PartRow {
    pub at: Instant,
    pub part: Part,
}

/// With field names, so that `homing decode` shows a row.
pub(super) fn write<T: Serialize>(row: &T) -> Vec<u8> {
    rmp_serde::to_vec_named(row).expect("our own types can be written as MessagePack")
}

pub(super) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Fault> {
    rmp_serde::from_slice(bytes).map_err(|error| Fault::torn().because(error))
}

pub(super) fn get<T: DeserializeOwned>(rows: &Rows<'_>, key: &[u8]) -> Result<Option<T>, Fault> {
    rows.get(key)?.map(|row| read(&row)).transpose()
}
