//! Schedules that cannot be read: unknown fields, wrong types, and what only MessagePack can say.

use serde_json::{Value, json};

use crate::cases::{CREATE, Case, json, message, utc, when, with};

const MALFORMED: &str = "command.malformed";
const UNKNOWN: &str = "command.unknown_field";

/// With a rule in JSON, right or not.
fn raw(when: &str) -> Vec<u8> {
    format!("{{\"message\":{{\"to\":[\"bob\"],\"text\":\"x\"}},\"when\":{when}}}").into_bytes()
}

pub fn unknown_fields() -> Vec<Case> {
    let replace = |more: Value| json(with(json!({ "schedule": "s3" }), more));
    let parts = json!([{ "type": "image/png", "data": "AA==", "foo": 1 }]);
    vec![
        ("an unknown field", CREATE, json(json!({ "foo": 1 })), UNKNOWN, "foo"),
        ("one in its rule", CREATE, utc(json!({ "at": "2027-01-01T09:00", "foo": 1 })), UNKNOWN, "when.foo"),
        (
            "one in its message",
            CREATE,
            message(json!({ "to": ["bob"], "text": "x", "foo": {} })),
            UNKNOWN,
            "message.foo",
        ),
        (
            "one in a part",
            CREATE,
            message(json!({ "to": ["bob"], "parts": parts })),
            UNKNOWN,
            "message.parts.0.foo",
        ),
        (
            "one in another rule",
            "alice.schedule.replace",
            replace(json!({ "when": { "foo": 1 } })),
            UNKNOWN,
            "when.foo",
        ),
        (
            "one in another message",
            "alice.schedule.replace",
            replace(json!({ "message": { "to": ["bob"], "foo": 1 } })),
            UNKNOWN,
            "message.foo",
        ),
        ("one beside a schedule", "alice.schedule.pause", replace(json!({ "foo": 1 })), UNKNOWN, "foo"),
    ]
}

pub fn wrong_types() -> Vec<Case> {
    let hour = json!({ "every": "hour", "zone": "UTC" });
    vec![
        ("no message", CREATE, json(json!({ "when": hour })), MALFORMED, ""),
        ("no rule", CREATE, json(json!({ "message": { "to": ["bob"], "text": "x" } })), MALFORMED, ""),
        ("a rule that is a number", CREATE, when(json!(7)), MALFORMED, "when"),
        ("a rule that is nothing", CREATE, when(json!(null)), MALFORMED, "when"),
        (
            "times that are one",
            CREATE,
            when(json!({ "every": "day", "times": "09:00" })),
            MALFORMED,
            "when.times",
        ),
        ("an interval that is a list", CREATE, when(json!({ "every": [] })), MALFORMED, "when.every"),
        (
            "an interval below zero",
            CREATE,
            when(json!({ "every": -1, "unit": "days" })),
            MALFORMED,
            "when.every",
        ),
        ("an interval of 1e30", CREATE, raw(r#"{"every":1e30,"unit":"days"}"#), MALFORMED, "when.every"),
        (
            "an interval of half a second",
            CREATE,
            when(json!({ "every": 0.5, "unit": "seconds" })),
            MALFORMED,
            "when.every",
        ),
        (
            "a count below zero",
            CREATE,
            when(json!({ "every": "hour", "count": -1 })),
            MALFORMED,
            "when.count",
        ),
        (
            "a day of 30 digits",
            CREATE,
            raw(&format!("{{\"every\":\"month\",\"days\":[{}]}}", "9".repeat(30))),
            MALFORMED,
            "when.days[0]",
        ),
        ("at a number", CREATE, when(json!({ "at": 1_796_115_600_000_u64 })), MALFORMED, "when.at"),
        ("at an object", CREATE, when(json!({ "at": {} })), MALFORMED, "when.at"),
        (
            "an unknown policy",
            CREATE,
            when(json!({ "every": "hour", "missed": "sometimes" })),
            MALFORMED,
            "when.missed",
        ),
        (
            "late by aeons",
            CREATE,
            when(json!({ "every": "hour", "late_by": "99999999999d" })),
            MALFORMED,
            "when.late_by",
        ),
    ]
}

pub fn too_much() -> Vec<Case> {
    let deep =
        |open: &str, close: &str| raw(&format!("{{\"at\":{}{}}}", open.repeat(10_000), close.repeat(10_000)));
    vec![
        ("a field twice", CREATE, raw(r#"{"every":"hour","every":"day"}"#), MALFORMED, "when"),
        ("lists nested deep", CREATE, deep("[", "]"), MALFORMED, "when.at[0]"),
        ("objects nested deep", CREATE, deep("{\"at\":", "}"), MALFORMED, "when.at"),
        (
            "what is unknown nested deep",
            CREATE,
            raw(&format!("{{\"foo\":{}", "[".repeat(100_000))),
            UNKNOWN,
            "when.foo",
        ),
        (
            "100,000 at",
            CREATE,
            utc(json!({ "at": vec!["2027-01-01T09:00"; 100_000] })),
            "command.too_large",
            "",
        ),
        ("a rule of 2 MB", CREATE, raw(&" ".repeat(2_000_000)), "command.too_large", ""),
        (
            "a time with a million digits",
            CREATE,
            utc(json!({ "at": format!("2027-01-01T09:00:00.{}", "0".repeat(1_000_000)) })),
            "schedule.bad_time",
            "when.at",
        ),
        (
            "an anchor with a million digits",
            CREATE,
            utc(
                json!({ "every": "hour", "from": format!("2027-01-01T09:00:00.{}Z", "0".repeat(1_000_000)) }),
            ),
            "schedule.bad_time",
            "when.from",
        ),
    ]
}

pub fn odd_msgpack() -> Vec<Case> {
    let message = b"\x82\xa7message\x82\xa2to\x91\xa3bob\xa4text\xa1x\xa4when";
    let rule = |rule: &[u8]| [&message[..], rule].concat();
    vec![
        ("a map with numbers for names", CREATE, rule(b"\x81\x7f\x02"), UNKNOWN, "when.127"),
        ("a map with a list for a name", CREATE, rule(b"\x81\x91\xa2at\xc0"), MALFORMED, "when"),
        ("a map with a map for a name", CREATE, rule(b"\x81\x81\xa2at\xc0\xc0"), MALFORMED, "when"),
        ("a map with nil for a name", CREATE, rule(b"\x81\xc0\xc0"), MALFORMED, "when"),
        ("a map that claims more", CREATE, rule(b"\xdf\xff\xff\xff\xff\xa2at"), MALFORMED, "when.at"),
        ("a list that claims more", CREATE, rule(b"\x81\xa2at\xdd\xff\xff\xff\xff"), MALFORMED, "when.at[0]"),
        ("bytes for a time", CREATE, rule(b"\x81\xa2at\xc4\x02ab"), MALFORMED, "when.at"),
        ("an extension for a time", CREATE, rule(b"\x81\xa2at\xd4\x01\x00"), MALFORMED, "when.at"),
        ("the same name twice", CREATE, rule(b"\x82\xa2at\xa1x\xa2at\xa1x"), MALFORMED, "when"),
        (
            "lists nested deep",
            CREATE,
            rule(&[&b"\x81\xa2at"[..], &b"\x91".repeat(10_000), b"\xc0"].concat()),
            MALFORMED,
            "when.at[0]",
        ),
        (
            "maps nested deep",
            CREATE,
            rule(&[&b"\x81\xa3foo".repeat(10_000), &b"\xc0"[..]].concat()),
            UNKNOWN,
            "when.foo",
        ),
        ("bytes behind it", CREATE, rule(b"\x82\xa5every\xa4hour\xa4zone\xa3UTC\xc0"), MALFORMED, ""),
    ]
}
