//! A phone as an equal: what the SMS bridge may submit, what it reports, and what people write to the service number.
//!
//! Invariant: an attempt is a fact before it is made; a delivery whose attempt has no result is never attempted again in
//! silence.
//! Invariant: who does not wish SMS gets none but the answer to what they wrote themselves.

mod attempt;
mod evolve;
mod facts;
mod keyword;
mod leave;
mod notice;
mod opt_out;
mod part;
mod reasons;
mod received;
mod report;
mod segments;

pub use super::areas::sms::{Command, Fact};
pub use attempt::{Asked, Attempt};
pub use facts::*;
pub use keyword::wish;
pub use part::Part;
pub use reasons::{DeferReason, FailReason, ReceiptState, UnknownReason};
pub use received::Received;
pub use report::{Report, Reports};

pub(super) use evolve::evolve;
pub(super) use notice::Answered;
pub(super) use opt_out::opted_out_phone;
pub(super) use segments::{Said, Segments};

/// Deliveries or reports in one command: with two facts each still one part of a commit.
pub const BATCH_LEN_MAX: usize = 256;
