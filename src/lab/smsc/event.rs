//! An event at the SMSC, for whoever watches.

use serde::Serialize;

use crate::smpp::pdu::{Address, BindKind, ReceiptState};
use crate::sms::number;

/// Type of number (SMPP 3.4, 5.2.5).
pub(super) const INTERNATIONAL: u8 = 1;

/// Numbers of phones have their plus; other addresses are as they came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    Bound {
        system_id: String,
        kind: BindKind,
    },
    BindRefused {
        system_id: String,
        status: u32,
    },
    /// Also where the connection broke.
    Unbound {
        system_id: String,
    },
    /// A phone gets an SMS; a long one is told once, when all its parts are here. `reached` is false for a phone that
    /// cannot be reached, which the ESME learns by its receipt.
    Submitted {
        from: String,
        to: String,
        text: String,
        parts: usize,
        reached: bool,
    },
    /// A submit_sm was refused, with a status of SMPP 3.4, table 5-2.
    Refused {
        from: String,
        to: String,
        status: u32,
    },
    /// The ESME has answered a receipt for an SMS (or for one of its parts) to `phone`, with a status; 0 takes it.
    Receipt {
        id: String,
        phone: String,
        state: ReceiptState,
        status: u32,
    },
    /// The ESME has acknowledged all of an SMS that a phone sent.
    Typed {
        from: String,
        to: String,
        text: String,
        parts: usize,
    },
}

/// The number of a phone.
pub(super) fn phone(address: &Address) -> String {
    number::of_sms(&address.text, address.ton, None)
        .map_or_else(|| address.text.clone(), |phone| phone.to_string())
}

/// What a phone shows as the sender.
pub(super) fn sender(address: &Address) -> String {
    if address.ton == INTERNATIONAL { phone(address) } else { address.text.clone() }
}
