//! An SMSC's words, right, wrong or twice, against the real program: receipts, reports, and people's SMS.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod rebuilt;
mod receipts;
mod reports;
#[path = "../support/smsc.rs"]
mod smsc;
#[path = "../support/mod.rs"]
mod support;
mod twice;
mod world;
