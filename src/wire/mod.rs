//! The layouts of all that is written down: subjects, headers, MessagePack and JSON, commits, commands, outcomes, queries.
//!
//! Invariant: every persisted or public layout has its home here (the fields of facts: `rules/<area>/facts.rs`), and golden
//! files pin its bytes. A name is never reused; a new field is optional.
//! Invariant: pure. No I/O, no clock, no randomness, no async.
//!
//! [accounts]: crate::sms#an-account-by-sms
//! [gate]: crate::gate
//! [streams]: crate::log
//! [texts]: crate::sms#keywords-and-texts-of-your-own
#![doc = include_str!("README.md")]

pub mod app;
pub mod awaited;
mod body;
pub mod command;
pub mod commit;
pub mod contact_query;
pub mod gate_query;
pub mod group_query;
pub mod headers;
pub mod look;
mod message_view;
pub mod note;
pub mod outcome;
mod outgoing;
pub mod part_keys;
mod payload;
pub mod position;
pub mod query;
pub mod rights;
pub mod schedule_query;
pub mod sms_query;
pub mod status;
pub mod subjects;
pub mod told;
mod value;
pub mod why;
pub mod work;

pub use body::Body;
pub use message_view::{MessageView, Shown};
pub use outgoing::Outgoing;
pub use payload::{from_msgpack, to_json, to_msgpack, to_payload};
pub use value::{first_value, to_value};
