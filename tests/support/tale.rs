//! The notation of a story: times as times, words bare, everything else as JSON has it.

use homing::rules::Fact;
use homing::wire::{to_msgpack, told};
use homing::words::Instant;

/// Where a story plays: on the first day of this month, unless it says otherwise.
const MONTH: &str = "2026-12-";
const FIRST_DAY: &str = "2026-12-01T";

/// On the first day, on a later one, or at any time: `09:00:00`, `08T09:00:00`, `2027-01-01T09:00:00`.
pub fn time(word: &str) -> Instant {
    let whole = match word.find('T') {
        None => format!("{FIRST_DAY}{word}Z"),
        Some(2) => format!("{MONTH}{word}Z"),
        Some(_) => format!("{word}Z"),
    };
    whole.parse().unwrap_or_else(|why| panic!("{word} is {why}"))
}

fn short(instant: Instant) -> String {
    let whole = instant.to_string();
    let short = whole.strip_prefix(FIRST_DAY).or(whole.strip_prefix(MONTH)).unwrap_or(&whole);
    let short = short.trim_end_matches('Z');
    short.strip_suffix(".000").unwrap_or(short).to_owned()
}

/// A payload with its times as numbers: `{"due":@09:30:00}` is `{"due":1796117400000}`.
pub fn payload(said: &str) -> String {
    let mut pieces = said.split("\":@");
    let mut payload = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let end = piece.find([',', '}', ' ']).unwrap_or(piece.len());
        let (word, rest) = piece.split_at(end);
        payload += &format!("\":{}{rest}", time(word).unix_ms());
    }
    payload
}

/// A payload as its client sends it: JSON, or behind `msgpack` the same in MessagePack.
pub fn bytes(said: &str) -> Vec<u8> {
    let json = |said| payload(said).into_bytes();
    said.strip_prefix("msgpack ").map_or_else(
        || json(said),
        |said| {
            let said: serde_json::Value = serde_json::from_slice(&json(said)).expect("it is JSON");
            to_msgpack(&said)
        },
    )
}

/// JSON as people read it: `{"a":"b","due":1796117400000}` is `{a b, due @09:30:00}`.
pub fn brief(json: &str) -> String {
    told::brief(json, short)
}

/// A fact as a line: `{"user.suspended":{"user":"bob"}}` is `user.suspended user bob`.
pub fn fact(fact: &Fact) -> String {
    told::fact(fact, short)
}
