//! A phone as an equal: what the SMS bridge may submit, what it reports, and what people write to the service number.
//!
//! Invariant: an attempt is a fact before it is made; a delivery whose attempt has no result is never attempted again in
//! silence.
//! Invariant: who does not wish SMS gets none but the answer to what they wrote themselves.

mod attempt;
mod keyword;
mod leave;
mod notice;
mod opt_out;
mod payloads;
mod received;
mod report;
mod segments;

pub use keyword::wish;
pub use payloads::{
    Asked, Attempt, Attempted, DeferReason, FailReason, Granted, Part, Receipt, ReceiptState, Received,
    Report, Reports, UnknownReason, Unmatched,
};

pub(super) use attempt::attempt;
pub(super) use notice::Answered;
pub(super) use opt_out::opted_out_phone;
pub(super) use received::{part, received};
pub(super) use report::{evolve, report};
pub(super) use segments::{Said, Segments};

/// Deliveries or reports in one command: with two facts each still one part of a commit.
pub const BATCH_LEN_MAX: usize = 256;
