//! A message and its deliveries, from acceptance to the end of each.
//!
//! Invariant: a delivery is open until it is delivered, filtered, recalled, expired or failed, and then leaves the state.

mod blob;
mod confirm;
mod deadline;
mod mailbox;
mod open;
mod recall;
mod send;
mod waiting;

pub use blob::Blob;

pub(super) use confirm::{read, received};
pub(super) use deadline::{can_escalate, can_expire, escalate, expire};
pub(super) use mailbox::Mailbox;
pub(super) use open::{OpenMessage, Standing, evolve};
pub(super) use recall::recall;
pub(super) use send::{Letter, accept, check_id, letter, send};
pub(super) use waiting::what_waits;

pub use send::{PARTS_BYTES_MAX, PARTS_LEN_MAX, TEXT_BYTES_MAX};
