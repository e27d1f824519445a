//! The notation of a story: times as times, words bare, everything else as JSON has it.

pub use homing::debug::tale::fact;
use homing::debug::tale::{self, ANSWERS, FIRST_DAY, MONTH};
use homing::wire::outcome::OutcomeBody;
use homing::wire::{subjects, to_msgpack, told};
use homing::words::{CommandSeq, Instant};

use super::pure_decider::PureDecider;

/// On the first day, on a later one, or at any time: `09:00:00`, `08T09:00:00`, `2027-01-01T09:00:00`.
pub fn time(word: &str) -> Instant {
    let whole = match word.find('T') {
        None => format!("{FIRST_DAY}{word}Z"),
        Some(2) => format!("{MONTH}{word}Z"),
        Some(_) => format!("{word}Z"),
    };
    whole.parse().unwrap_or_else(|why| panic!("{word} is {why}"))
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
    told::brief(json, tale::time)
}

/// A line of a story that is a command.
pub struct Said<'a> {
    /// Without what was answered.
    pub line: &'a str,
    pub at: Instant,
    pub subject: String,
    pub payload: Vec<u8>,
}

/// Every line of a story that begins with a digit: time, sender, verb, payload (`msgpack` before it says how).
pub fn said(line: &str) -> Option<Said<'_>> {
    if !line.starts_with(|first: char| first.is_ascii_digit()) {
        return None;
    }
    let line = ANSWERS.iter().find_map(|answer| line.split_once(answer)).map_or(line, |(said, _)| said);
    let mut words = line.splitn(4, ' ');
    let mut word = || words.next().unwrap_or_else(|| panic!("too few words: {line}"));
    let (at, subject) = (time(word()), subjects::command(word(), word()));
    Some(Said { line, at, subject, payload: bytes(word()) })
}

/// A story as it is decided now. What stands behind a command, and below it, is the answer and the facts:
/// ```text
/// 09:00:02 alice message.send {"to":["bob"],"text":"on my way"} -> accepted m3
///   delivery.routed message m3, to bob, channel sms, because no_device_online
/// ```
pub fn tell(story: &str, decider: &mut PureDecider) -> String {
    let mut told = String::new();
    for line in story.lines() {
        if line.is_empty() || line.starts_with('#') {
            told += &format!("{line}\n");
        } else if let Some(Said { line, at, subject, payload }) = said(line) {
            let (parts, outcome) = decider.take(at, &subject, &payload);
            let body = OutcomeBody::new(CommandSeq(decider.seq), &outcome);
            told += &format!("{line}{}\n", tale::answer(body, parts.is_empty()));
            for fact in parts.iter().flat_map(|part| &part.facts) {
                told += &format!("  {}\n", tale::fact(fact));
            }
        }
    }
    told
}
