//! The SMS bridge: work from OUTBOX to SMSCs over SMPP 3.4, receipts and people's answers back as commands.
//!
//! Invariant: what it knows of an SMSC, `smpp` tells it; what it does, the log can explain.
//!
//! [`smpp`]: crate::smpp
//! [groups]: crate::wire#groups
#![doc = include_str!("README.md")]

mod bridge;
pub mod number;
mod settings;
pub mod state;

pub use crate::channel::OnUnknown;
pub use bridge::run;
pub use number::Region;
pub use settings::{Account, Patience, ServiceNumber, Settings};
pub use state::verify_state;
