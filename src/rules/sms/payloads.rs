//! What the SMS bridge asks and reports, and what is written down of it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::words::{Called, ImNumber, MessageId, Party, Phone, WordError, serde_by_text};

/// `sms.attempt`: which of these deliveries may be submitted now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attempt {
    pub deliveries: Vec<Asked>,
    /// Names the leave that is asked for: the same question asked twice gets the same leave, and no second one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leave: Option<u64>,
}

/// One delivery asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    pub message: MessageId,
    pub to: Party,
    /// Also where it is not known whether an earlier attempt arrived.
    #[serde(default, skip_serializing_if = "is_false")]
    pub again: bool,
}

/// `sms.report`: what became of attempts, and what the SMSC says of what it accepted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reports {
    pub reports: Vec<Report>,
    /// Stored twice under the same id, they are recorded once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
}

/// One thing to report, as a map of one entry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Report {
    /// The SMSC accepted all segments. Without `receipts` this is the last that is heard.
    Accepted { attempt: Attempted, receipts: bool },
    /// The SMSC refused it for good, or it cannot be sent at all.
    Failed { attempt: Attempted, reason: FailReason },
    /// Not sent (all of it) this time; it is tried again.
    Deferred { attempt: Attempted, why: DeferReason },
    /// Written, and no response came.
    Unknown { attempt: Attempted, why: UnknownReason },
    /// What became of one segment.
    Receipt(Receipt),
    /// A receipt for something that nobody knows.
    Unmatched(Unmatched),
    /// No receipt came for so long that none is waited for.
    Silent { message: MessageId, to: Party },
}

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

/// A delivery receipt (SMPP 3.4 appendix B) of one segment.
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

/// A receipt without its message. One with an id waits for the response that names it.
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

/// `sms.received`: a person's SMS, whole.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Received {
    pub connector: String,
    /// None where it was withheld, or is no phone number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Phone>,
    pub called: Called,
    pub text: String,
    /// The parts it was joined from, by their name in `sms.part`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub joined: Option<String>,
    /// Stored twice under the same id, it is one SMS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
}

impl fmt::Debug for Received {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Received").field("called", &self.called).finish_non_exhaustive()
    }
}

/// `sms.part`: one part of a long SMS, kept until the others are here.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// Names the whole: connector, who, whom, reference and number of parts, hashed.
    pub whole: String,
    pub connector: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Phone>,
    pub called: Called,
    /// From 1.
    pub number: u8,
    pub total: u8,
    /// The part as the bridge reads it: octets and how they are coded.
    pub octets: super::super::message::Blob,
    /// Stored twice under the same id, it is one part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
}

impl fmt::Debug for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Part")
            .field("number", &self.number)
            .field("total", &self.total)
            .finish_non_exhaustive()
    }
}

/// A permission to submit: the fact `sms.attempted`.
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

/// What a receipt says (SMPP 3.4 section 5.2.28).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReceiptState {
    Enroute,
    Delivered,
    Expired,
    Deleted,
    Undeliverable,
    Accepted,
    Unknown,
    Rejected,
}

const RECEIPT_STATES: [(&str, ReceiptState); 8] = [
    ("enroute", ReceiptState::Enroute),
    ("delivered", ReceiptState::Delivered),
    ("expired", ReceiptState::Expired),
    ("deleted", ReceiptState::Deleted),
    ("undeliverable", ReceiptState::Undeliverable),
    ("accepted", ReceiptState::Accepted),
    ("unknown", ReceiptState::Unknown),
    ("rejected", ReceiptState::Rejected),
];

impl ReceiptState {
    /// Whether it ends what it is about. All others say that something is still to come, or that the SMSC cannot tell.
    ///
    /// ACCEPTED is "manually read on behalf of the subscriber by customer service" in SMPP 3.4, 5.2.28, which is not the
    /// phone; and SMSCs send ACCEPTD for "taken, on its way". UNKNOWN is "in invalid state" there, and where a state cannot
    /// be told (SMPP 5.0, 4.7.15): what may still be delivered is not failed for that. Where nothing else comes, the wait
    /// ends with `Report::Silent`.
    pub fn is_final(self) -> bool {
        match self {
            ReceiptState::Delivered
            | ReceiptState::Expired
            | ReceiptState::Deleted
            | ReceiptState::Undeliverable
            | ReceiptState::Rejected => true,
            ReceiptState::Enroute | ReceiptState::Accepted | ReceiptState::Unknown => false,
        }
    }

    pub fn as_str(self) -> &'static str {
        RECEIPT_STATES.iter().find(|(_, state)| *state == self).map_or("", |(text, _)| text)
    }
}

/// Why a delivery by SMS ended without arriving. Text: `smsc_0x0000000b`, `receipt_undeliverable`, ….
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailReason {
    /// The SMSC's command_status (SMPP 3.4 section 5.1.3).
    Smsc(u32),
    Receipt(ReceiptState),
    /// More segments than the bridge sends.
    TooLong,
    /// A number that is not sent to: premium rate, or none that can get SMS.
    BadNumber,
    /// It has parts and no text.
    NoText,
}

const FAIL_REASONS: [(&str, FailReason); 3] = [
    ("too_long", FailReason::TooLong),
    ("bad_number", FailReason::BadNumber),
    ("no_text", FailReason::NoText),
];

impl fmt::Display for FailReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FailReason::Smsc(status) => write!(f, "smsc_0x{status:08x}"),
            FailReason::Receipt(state) => write!(f, "receipt_{}", state.as_str()),
            FailReason::TooLong | FailReason::BadNumber | FailReason::NoText => f.write_str(
                FAIL_REASONS.iter().find(|(_, reason)| reason == self).map_or("", |(text, _)| text),
            ),
        }
    }
}

impl FromStr for FailReason {
    type Err = WordError;
    fn from_str(text: &str) -> Result<Self, WordError> {
        if let Some(status) = smsc_status(text) {
            return Ok(FailReason::Smsc(status));
        }
        if let Some(state) = text.strip_prefix("receipt_") {
            let known = RECEIPT_STATES.iter().find(|(name, _)| *name == state);
            return known.map(|(_, state)| FailReason::Receipt(*state)).ok_or_else(|| unknown("reason"));
        }
        let known = FAIL_REASONS.iter().find(|(name, _)| *name == text);
        known.map(|(_, reason)| *reason).ok_or_else(|| unknown("reason"))
    }
}

serde_by_text!(FailReason);

/// Why an attempt came to nothing and is made again. Text: `smsc_0x00000058`, `not_sent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeferReason {
    /// The SMSC's command_status.
    Smsc(u32),
    /// It never left: the connection was lost before, or the bridge stopped.
    NotSent,
}

impl fmt::Display for DeferReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DeferReason::Smsc(status) => write!(f, "smsc_0x{status:08x}"),
            DeferReason::NotSent => f.write_str("not_sent"),
        }
    }
}

impl FromStr for DeferReason {
    type Err = WordError;
    fn from_str(text: &str) -> Result<Self, WordError> {
        if text == "not_sent" {
            return Ok(DeferReason::NotSent);
        }
        smsc_status(text).map(DeferReason::Smsc).ok_or_else(|| unknown("reason"))
    }
}

serde_by_text!(DeferReason);

/// Why it is not known whether an SMS arrived at the SMSC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnknownReason {
    /// The connection broke between submit and response.
    Disconnected,
    /// The response timer ran out.
    NoResponse,
    /// The bridge that had it was gone before it reported.
    BridgeLost,
}

impl UnknownReason {
    pub fn as_str(self) -> &'static str {
        match self {
            UnknownReason::Disconnected => "disconnected",
            UnknownReason::NoResponse => "no_response",
            UnknownReason::BridgeLost => "bridge_lost",
        }
    }
}

fn smsc_status(text: &str) -> Option<u32> {
    let digits = text.strip_prefix("smsc_0x").filter(|digits| digits.len() == 8)?;
    u32::from_str_radix(digits, 16).ok()
}

fn unknown(what: &str) -> WordError {
    WordError(format!("not a known {what}"))
}

fn one() -> u8 {
    1
}

fn is_false(yes: &bool) -> bool {
    !yes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_has_one_spelling() {
        for (text, want) in [
            ("smsc_0x0000000b", FailReason::Smsc(11)),
            ("receipt_undeliverable", FailReason::Receipt(ReceiptState::Undeliverable)),
            ("too_long", FailReason::TooLong),
        ] {
            assert_eq!((text.parse::<FailReason>().unwrap(), want.to_string().as_str()), (want, text));
        }
        for bad in ["", "smsc_0xb", "smsc_0x0000000g", "receipt_", "receipt_lost"] {
            assert!(bad.parse::<FailReason>().is_err(), "{bad:?} was taken");
        }
        assert_eq!("smsc_0x00000058".parse::<DeferReason>().unwrap(), DeferReason::Smsc(0x58));
    }
}
