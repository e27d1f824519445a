//! The layout of the rows: one tree. A change here changes [`FORMAT`].
//!
//! | key | value | holds |
//! |---|---|---|
//! | `!` | format, position, mark | where the projection stands (see `log/projection.rs`) |
//! | `d` message party | MessagePack | a delivery by SMS: its attempts, ids and receipts |
//! | `i` connector 0 id | message, segment, party | which segment an SMSC's id names |
//! | `u` connector 0 id | MessagePack | receipts that came for an id that nobody knew, until a response names it |
//! | `m` message segment state 0 party | MessagePack | receipts of those that have found their delivery and are not recorded yet |
//! | `x` phone 0 message party | | deliveries to a phone that an SMSC has, or may have, without an id that is known |
//! | `o` instant message party | | when an open delivery is looked after next |
//! | `p` whole 0 number | MessagePack | a part of a long SMS that waits for the others |
//! | `r` | | a bridge runs, or was killed: not all that it stored may be acknowledged. Not from the log |
//!
//! A message and an instant are eight bytes, most significant first; the rest is text, which holds no zero byte.

use crate::rules::attempt::Receipt;
use crate::words::{CommandSeq, Instant, MessageId, Party, Phone};

/// Written into the first row; a projection of another format is rebuilt.
pub(super) const FORMAT: u32 = 3;

pub(super) const DELIVERIES: &[u8] = b"d";
pub(super) const OPEN: &[u8] = b"o";
pub(super) const PARTS: &[u8] = b"p";
pub(super) const UNMATCHED: &[u8] = b"u";
pub(super) const MATCHED: &[u8] = b"m";
pub(super) const RUNS: &[u8] = b"r";

fn key(tag: u8, pieces: &[&[u8]]) -> Vec<u8> {
    let mut key = Vec::with_capacity(1 + pieces.iter().map(|piece| piece.len()).sum::<usize>());
    key.push(tag);
    pieces.iter().for_each(|piece| key.extend_from_slice(piece));
    key
}

fn number(message: MessageId) -> [u8; 8] {
    message.command().0.to_be_bytes()
}

fn time(at: Instant) -> [u8; 8] {
    u64::try_from(at.unix_ms()).unwrap_or_default().to_be_bytes()
}

/// What the keys of a message's deliveries begin with.
pub(super) fn message(message: MessageId) -> Vec<u8> {
    key(b'd', &[&number(message)])
}

pub(super) fn delivery(message: MessageId, to: &Party) -> Vec<u8> {
    key(b'd', &[&number(message), to.to_string().as_bytes()])
}

pub(super) fn id(connector: &str, id: &str) -> Vec<u8> {
    key(b'i', &[connector.as_bytes(), &[0], id.as_bytes()])
}

pub(super) fn unmatched(connector: &str, id: &str) -> Vec<u8> {
    key(b'u', &[connector.as_bytes(), &[0], id.as_bytes()])
}

pub(super) fn matched(receipt: &Receipt) -> Vec<u8> {
    let Receipt { message, to, segment, state, .. } = receipt;
    key(b'm', &[&number(*message), &[*segment], state.as_str().as_bytes(), &[0], to.to_string().as_bytes()])
}

/// What the keys of the deliveries to a phone begin with that have no id.
pub(super) fn nameless_to(phone: Phone) -> Vec<u8> {
    key(b'x', &[phone.to_string().as_bytes(), &[0]])
}

pub(super) fn nameless(phone: Phone, message: MessageId, to: &Party) -> Vec<u8> {
    key(b'x', &[phone.to_string().as_bytes(), &[0], &number(message), to.to_string().as_bytes()])
}

pub(super) fn open(at: Instant, message: MessageId, to: &Party) -> Vec<u8> {
    key(b'o', &[&time(at), &number(message), to.to_string().as_bytes()])
}

/// Where the open deliveries end that are to be looked after by then.
pub(super) fn open_until(at: Instant) -> Vec<u8> {
    key(b'o', &[&time(at)])
}

pub(super) fn parts(whole: &str) -> Vec<u8> {
    key(b'p', &[whole.as_bytes(), &[0]])
}

pub(super) fn part(whole: &str, number: u8) -> Vec<u8> {
    key(b'p', &[whole.as_bytes(), &[0, number]])
}

/// A message and a recipient at the end of a key or in a value.
pub(super) fn read_delivery(bytes: &[u8]) -> Option<(MessageId, Party)> {
    let (message, to) = bytes.split_first_chunk::<8>()?;
    let to = std::str::from_utf8(to).ok()?.parse().ok()?;
    Some((MessageId::of(CommandSeq(u64::from_be_bytes(*message))), to))
}

/// Which segment an id names: message 8, segment 1, its number of segments 1, recipient.
pub(super) fn write_segment(message: MessageId, (segment, segments): (u8, u8), to: &Party) -> Vec<u8> {
    [&number(message)[..], &[segment, segments], to.to_string().as_bytes()].concat()
}

pub(super) fn read_segment(bytes: &[u8]) -> Option<(MessageId, (u8, u8), Party)> {
    let (message, rest) = bytes.split_first_chunk::<8>()?;
    let ([segment, segments], to) = rest.split_first_chunk::<2>()?;
    let to = std::str::from_utf8(to).ok()?.parse().ok()?;
    Some((MessageId::of(CommandSeq(u64::from_be_bytes(*message))), (*segment, *segments), to))
}
