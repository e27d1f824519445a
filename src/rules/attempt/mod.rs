//! The life of reaching a person by anything but a live connection: granted just before it is made, then what came of it.
//!
//! Invariant: an attempt is a fact before it is made; a delivery whose attempt has no result is never attempted again in
//! silence.
//! Invariant: which channel an attempt is by is said by the part that speaks, never by what it says.

mod ask;
mod channels;
mod evolve;
mod facts;
mod grant;
mod reasons;
mod report;
mod segments;

pub use super::areas::attempt::{Command, Fact};
pub use ask::{Ask, Asked};
pub use channels::{Adapter, ChannelRow, Needs};
pub use facts::*;
pub use reasons::{DeferClass, DeferReason, FailReason, ReceiptState, UnknownReason};
pub use report::{Report, Reports};

pub(super) use channels::with_channels;
pub(super) use evolve::evolve;
pub(super) use segments::{Said, Segments};

/// Deliveries or reports in one command: with two facts each still one part of a commit.
pub const BATCH_LEN_MAX: usize = 256;
