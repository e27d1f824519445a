//! The SMS bridge: work from OUTBOX to SMSCs over SMPP 3.4, receipts and people's answers back as commands.
//!
//! Invariant: `text` and `pdu` do no I/O; `link` knows SMPP and nothing of Homing.

mod bridge;
pub mod link;
pub mod number;
pub mod pdu;
mod settings;
pub mod smsc;
pub mod state;
pub mod text;

pub use bridge::run;
pub use number::Region;
pub use settings::{Account, OnUnknown, Patience, ServiceNumber, Settings};
