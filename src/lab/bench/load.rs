//! The load, for Homing and for the yardstick alike: which messages, how many under way, how fast they went.

use std::time::Duration;

use bytes::Bytes;

use crate::rules::Command;
use crate::rules::message::Send;
use crate::rules::presence::Encoding;
use crate::wire::{command, subjects};
use crate::words::{Address, UserName};

/// Publishes without their PubAck, for Homing and for the yardstick alike.
pub(super) const IN_FLIGHT_MAX: usize = 2_000;
const TEXT_BYTES: usize = 200;

/// The `number`-th message: its subject and payload.
pub(super) fn message(people: &[UserName], number: usize) -> (String, Bytes) {
    let person = |number: usize| people.get(number % people.len().max(1)).cloned();
    let to = person(number + 1).map(Address::User).into_iter().collect();
    let text = format!("{number:>width$}", width = TEXT_BYTES);
    let send = Command::from(Send { to, text: Some(text.into()), ..Send::default() });
    let from = person(number).map(|name| name.to_string()).unwrap_or_default();
    (subjects::command(&from, send.verb()), command::encode(&send, Encoding::Msgpack).into())
}

/// Messages per second.
pub(super) fn rate(messages: usize, took: Duration) -> f64 {
    messages as f64 / took.as_secs_f64()
}
