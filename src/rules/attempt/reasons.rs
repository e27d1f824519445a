//! The reasons of an attempt that did not arrive, comes later, or is in doubt; and what a receipt says of it.

use std::fmt;
use std::str::FromStr;

use crate::words::{WordError, named, serde_by_text};

named! {
    /// What a receipt says (SMPP 3.4 section 5.2.28).
    "state of a receipt" ReceiptState {
        Enroute = "enroute",
        Delivered = "delivered",
        Expired = "expired",
        Deleted = "deleted",
        Undeliverable = "undeliverable",
        Accepted = "accepted",
        Unknown = "unknown",
        Rejected = "rejected",
    }
}

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
    /// A one-time code is to stand in it, and none could be given.
    NoCode,
}

const FAIL_REASONS: [(&str, FailReason); 4] = [
    ("no_code", FailReason::NoCode),
    ("too_long", FailReason::TooLong),
    ("bad_number", FailReason::BadNumber),
    ("no_text", FailReason::NoText),
];

impl fmt::Display for FailReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FailReason::Smsc(status) => write!(f, "smsc_0x{status:08x}"),
            FailReason::Receipt(state) => write!(f, "receipt_{state}"),
            FailReason::TooLong | FailReason::BadNumber | FailReason::NoText | FailReason::NoCode => f
                .write_str(
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
            return state.parse().map(FailReason::Receipt);
        }
        let known = FAIL_REASONS.iter().find(|(name, _)| *name == text);
        known.map(|(_, reason)| *reason).ok_or_else(unknown)
    }
}

serde_by_text!(FailReason);

named! {
    /// What an attempt that came to nothing says of the channel, as the adapter, which knows the protocol, has judged it.
    "class" DeferClass {
        /// The channel is slow, or lets nobody in: it says nothing of the message, and no try is counted.
        Throttled = "throttled",
        /// An error of this message's that passes: a try is counted.
        Temporary = "temporary",
        /// It never left.
        NotSent = "not_sent",
    }
}

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
        smsc_status(text).map(DeferReason::Smsc).ok_or_else(unknown)
    }
}

serde_by_text!(DeferReason);

named! {
    /// Why it is not known whether an SMS arrived at the SMSC.
    "reason" UnknownReason {
        /// The connection broke between submit and response.
        Disconnected = "disconnected",
        /// The response timer ran out.
        NoResponse = "no_response",
        /// The bridge that had it was gone before it reported.
        BridgeLost = "bridge_lost",
    }
}

fn smsc_status(text: &str) -> Option<u32> {
    let digits = text.strip_prefix("smsc_0x").filter(|digits| digits.len() == 8)?;
    u32::from_str_radix(digits, 16).ok()
}

fn unknown() -> WordError {
    WordError("not a known reason".to_owned())
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
