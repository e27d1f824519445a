//! The SMS bridge: work from OUTBOX to SMSCs over SMPP 3.4, receipts and people's answers back as commands.
//!
//! Invariant: `text` and `pdu` do no I/O; `link` knows SMPP and nothing of Homing.

pub mod link;
pub mod pdu;
pub mod state;
pub mod text;
