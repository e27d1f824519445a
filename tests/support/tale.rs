//! The notation of a story: times as times, words bare, everything else as JSON has it.

use homing::wire::to_msgpack;
use homing::words::Instant;

/// Numbers between these are instants: from the year 2020 on, in milliseconds, for longer than any schedule goes.
const INSTANTS: std::ops::Range<i64> = 1_577_836_800_000..10_000_000_000_000;
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

fn told(instant: Instant) -> String {
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
    let (mut brief, mut rest) = (String::new(), json);
    while let Some(first) = rest.chars().next() {
        let (token, after) = rest.split_at(token_len(first, rest));
        match first {
            ',' => brief += ", ",
            ':' => brief.push(' '),
            '"' => brief += bare(token).unwrap_or(token),
            _ => match token.parse().ok().filter(|ms| INSTANTS.contains(ms)) {
                Some(ms) => brief += &format!("@{}", told(Instant::from_unix_ms(ms))),
                None => brief += token,
            },
        }
        rest = after;
    }
    brief
}

fn token_len(first: char, rest: &str) -> usize {
    if first == '"' {
        let mut escaped = true;
        let closes = rest.find(|c| {
            let closes = c == '"' && !escaped;
            escaped = c == '\\' && !escaped;
            closes
        });
        return closes.expect("a string ends") + 1;
    }
    if ",:[]{}".contains(first) { 1 } else { rest.find([',', ':', ']', '}']).unwrap_or(rest.len()) }
}

/// What stands between the quotes, where it is told from all else without them.
fn bare(token: &str) -> Option<&str> {
    let text = token.trim_matches('"');
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_.+#:-".contains(c);
    let is_json = serde_json::from_str::<serde_json::Value>(text).is_ok();
    (!text.is_empty() && text.chars().all(is_plain) && !is_json).then_some(text)
}

/// A fact as a line: `{"user.suspended":{"user":"bob"}}` is `user.suspended user bob`.
pub fn fact(json: &str) -> String {
    let brief = brief(json);
    let inner = brief.strip_prefix('{').and_then(|brief| brief.strip_suffix('}')).unwrap_or(&brief);
    match inner.split_once(" {") {
        Some((name, fields)) => format!("{name} {}", fields.strip_suffix('}').unwrap_or(fields)),
        None => inner.to_owned(),
    }
}
