//! The notation of facts for people: a line each, words bare, times as times, everything else as JSON has it.

use super::to_json;
use crate::rules::Fact;
use crate::words::Instant;

/// Numbers between these are instants: from the year 2020 on, in milliseconds, for longer than any schedule goes.
const INSTANTS: std::ops::Range<i64> = 1_577_836_800_000..10_000_000_000_000;

/// A fact as a line: `{"user.suspended":{"user":"bob"}}` is `user.suspended user bob`. `when` writes times.
pub fn fact(fact: &Fact, when: impl Fn(Instant) -> String) -> String {
    line(&String::from_utf8_lossy(&to_json(fact)), when)
}

fn line(json: &str, when: impl Fn(Instant) -> String) -> String {
    let brief = brief(json, when);
    let inner = brief.strip_prefix('{').and_then(|brief| brief.strip_suffix('}')).unwrap_or(&brief);
    match inner.split_once(" {") {
        Some((name, fields)) => format!("{name} {}", fields.strip_suffix('}').unwrap_or(fields)),
        None => inner.to_owned(),
    }
}

/// The same for people, to whom a secret's hash says nothing: it is left out.
pub fn shown(fact: &Fact, when: impl Fn(Instant) -> String) -> String {
    const SECRET: &str = "\"secret\":\"";
    let json = to_json(fact);
    let json = String::from_utf8_lossy(&json);
    // A quote within a text stands behind a backslash, and no hash has one.
    let mut parts = json.split(SECRET);
    let mut shown = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (_, rest) = part.split_once('"').unwrap_or(("", part));
        shown += &format!("{SECRET}hidden\"{rest}");
    }
    line(&shown, when)
}

/// JSON as people read it: `{"a":"b","due":1796117400000}` is `{a b, due @2026-12-01T09:30:00Z}`.
pub fn brief(json: &str, when: impl Fn(Instant) -> String) -> String {
    let (mut brief, mut rest) = (String::new(), json);
    while let Some(first) = rest.chars().next() {
        let (token, after) = rest.split_at(token_len(first, rest));
        match first {
            ',' => brief += ", ",
            ':' => brief.push(' '),
            '"' => brief += bare(token).unwrap_or(token),
            _ => match token.parse().ok().filter(|ms| INSTANTS.contains(ms)) {
                Some(ms) => brief += &format!("@{}", when(Instant::from_unix_ms(ms))),
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
        return closes.map_or(rest.len(), |place| place + 1);
    }
    let next = first.len_utf8();
    if ",:[]{}".contains(first) {
        next
    } else {
        rest.find([',', ':', ']', '}']).unwrap_or(rest.len()).max(next)
    }
}

/// What stands between the quotes, where it is told from all else without them.
fn bare(token: &str) -> Option<&str> {
    let text = token.trim_matches('"');
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_.+#:-".contains(c);
    let is_json = serde_json::from_str::<serde_json::Value>(text).is_ok();
    (!text.is_empty() && text.chars().all(is_plain) && !is_json).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_bare_and_times_are_times() {
        let told = |json: &str| brief(json, Instant::brief);
        for (json, want) in [
            (r#"{"due":1796117400000}"#, "{due @2026-12-01T09:30:00Z}"),
            (r#"{"why":"on \"my\" way","im":"100001"}"#, r#"{why "on \"my\" way", im "100001"}"#),
            (r#"[1,true,"a-b",""]"#, r#"[1, true, a-b, ""]"#),
        ] {
            assert_eq!(told(json), want);
        }
    }
}
