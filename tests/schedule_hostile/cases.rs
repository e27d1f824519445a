//! Rules that are none, and schedules that are right in form and not wanted.

use homing::rules::Rejection;
use serde_json::{Value, json};

use crate::daily;

/// What it is, who says what, and the code and the field of the refusal.
pub type Case = (&'static str, &'static str, Vec<u8>, &'static str, &'static str);

pub const CREATE: &str = "alice.schedule.create";

pub fn when(when: Value) -> Vec<u8> {
    json!({ "message": { "to": ["bob"], "text": "x" }, "when": when }).to_string().into_bytes()
}

/// In UTC, if it says nothing else.
pub fn utc(mut fields: Value) -> Vec<u8> {
    let fields_of = fields.as_object_mut().expect("an object");
    fields_of.entry("zone").or_insert_with(|| json!("UTC"));
    when(fields)
}

pub fn message(message: Value) -> Vec<u8> {
    let when = json!({ "at": "2026-12-02T09:00", "zone": "UTC" });
    json!({ "message": message, "when": when }).to_string().into_bytes()
}

pub fn json(fields: Value) -> Vec<u8> {
    fields.to_string().into_bytes()
}

pub fn times_that_are_none() -> Vec<Case> {
    let rows = [
        ("a time in the past", json!({ "at": "2026-12-01T09:00:00" }), "in_the_past", "when.at"),
        (
            "one of two in the past",
            json!({ "at": ["2027-01-01T09:00", "1926-12-01T09:00"] }),
            "in_the_past",
            "when.at",
        ),
        ("a date that is none", json!({ "at": "2026-02-30T09:00" }), "bad_time", "when.at"),
        (
            "from a date that is none",
            json!({ "every": "hour", "from": "2026-02-30" }),
            "bad_time",
            "when.from",
        ),
        (
            "until a date that is none",
            json!({ "every": "hour", "until": "2027-02-30" }),
            "bad_time",
            "when.until",
        ),
        (
            "except a date that is none",
            json!({ "every": "hour", "except": ["2027-02-30"] }),
            "bad_time",
            "when.except",
        ),
        (
            "a time of day that is none",
            json!({ "every": "day", "times": ["24:00"] }),
            "bad_time",
            "when.times",
        ),
        (
            "no such zone",
            json!({ "at": "2026-12-02T09:00", "zone": "Mars/Phobos" }),
            "unknown_zone",
            "when.zone",
        ),
        (
            "a zone like a path",
            json!({ "at": "2026-12-02T09:00", "zone": "../../etc/passwd" }),
            "unknown_zone",
            "when.zone",
        ),
        ("an empty zone", json!({ "at": "2026-12-02T09:00", "zone": "" }), "unknown_zone", "when.zone"),
        ("more than ten years", json!({ "at": "2036-12-01T09:00:01" }), "too_far", "when.at"),
        ("the end of all times", json!({ "at": "9999-12-31T23:59:59" }), "too_far", "when.at"),
        ("from the end of all times", json!({ "every": "second", "from": "9999-12-31" }), "too_far", "when"),
        ("never", json!({ "cron": "0 0 30 2 *" }), "never_fires", "when"),
        (
            "until it begins",
            json!({ "every": "day", "times": ["09:00"], "from": "2027-01-02", "until": "2027-01-01" }),
            "never_fires",
            "when",
        ),
        (
            "in a gap that is skipped",
            json!({ "at": "2027-03-28T01:30", "gap": "skip", "zone": "Europe/London" }),
            "never_fires",
            "when",
        ),
        (
            "on the date that it excepts",
            json!({ "at": "2027-01-01T09:00", "except": ["2027-01-01"] }),
            "never_fires",
            "when",
        ),
    ];
    cases(rows.into())
}

pub fn rules_that_are_none() -> Vec<Case> {
    let many = |len: usize, item: &str| vec![item.to_owned(); len];
    let day = |times: Value| json!({ "every": "day", "times": times });
    let rows = [
        ("both at and every", json!({ "at": "2027-01-01T09:00", "every": "hour" }), "bad_rule", "when.at"),
        ("both at and cron", json!({ "at": "2027-01-01T09:00", "cron": "0 9 * * *" }), "bad_rule", "when.at"),
        ("nothing", json!({}), "bad_rule", "when"),
        ("no times", day(json!([])), "bad_rule", "when.times"),
        ("no at", json!({ "at": [] }), "bad_rule", "when.at"),
        (
            "no weekdays",
            json!({ "every": "week", "weekdays": [], "times": ["09:00"] }),
            "bad_rule",
            "when.weekdays",
        ),
        ("no days", json!({ "every": "month", "days": [], "times": ["09:00"] }), "bad_rule", "when.days"),
        ("an interval of zero", json!({ "every": 0, "unit": "seconds" }), "bad_rule", "when.every"),
        ("a huge interval", json!({ "every": u64::MAX, "unit": "days" }), "bad_rule", "when.every"),
        ("a huge count", json!({ "every": "hour", "count": u64::MAX }), "bad_rule", "when.count"),
        ("a count of zero", json!({ "every": "hour", "count": 0 }), "bad_rule", "when.count"),
        (
            "a huge day",
            json!({ "every": "month", "days": [i64::MIN], "times": ["09:00"] }),
            "bad_rule",
            "when.days",
        ),
        ("a unit below a second", json!({ "every": 1, "unit": "milliseconds" }), "bad_rule", "when.unit"),
        ("a cron below a second", json!({ "cron": "*/0.00006 * * * * *" }), "bad_rule", "when.cron"),
        ("a cron of steps of zero", json!({ "cron": "*/0 * * * * *" }), "bad_rule", "when.cron"),
        ("a cron with years", json!({ "cron": "0 0 9 * * * 2027" }), "bad_rule", "when.cron"),
        (
            "a cron of many numbers",
            json!({ "cron": format!("{} * * * *", "1,".repeat(50_000)) }),
            "bad_rule",
            "when.cron",
        ),
        (
            "a thousand times a second",
            json!({ "at": ["2027-01-01T09:00:00", "2027-01-01T09:00:00.001"] }),
            "too_often",
            "when.at",
        ),
        ("100,000 times of day", day(json!(many(100_000, "09:00"))), "bad_rule", "when.times"),
        ("50,000 at", json!({ "at": many(50_000, "2027-01-01T09:00") }), "bad_rule", "when.at"),
        (
            "50,000 exceptions",
            json!({ "every": "hour", "except": many(50_000, "2027-01-01") }),
            "bad_rule",
            "when.except",
        ),
    ];
    cases(rows.into())
}

pub fn cases(rows: Vec<(&'static str, Value, &'static str, &'static str)>) -> Vec<Case> {
    let case = |(what, rule, code, field)| {
        let code = Rejection::CODES.iter().find(|known| known.strip_prefix("schedule.") == Some(code));
        (what, CREATE, utc(rule), *code.expect("a code of schedules"), field)
    };
    rows.into_iter().map(case).collect()
}

/// An object with more fields, or other ones.
pub fn with(mut object: Value, more: Value) -> Value {
    let fields = more.as_object().cloned().unwrap_or_default();
    object.as_object_mut().expect("an object").extend(fields);
    object
}

/// Right in form; but of somebody else, or of nobody.
pub fn not_theirs() -> Vec<Case> {
    const UNKNOWN: &str = "schedule.unknown";
    let of = |schedule: &str, more: Value| json(with(json!({ "schedule": schedule }), more));
    let theirs = |more: Value| of("s4", more);
    let next = json!({ "occurrence": "2026-12-01T12:00:00" });
    let hour = json!({ "when": { "every": "hour", "zone": "UTC" } });
    vec![
        ("another's, paused", "alice.schedule.pause", theirs(json!({})), UNKNOWN, "schedule"),
        ("another's, resumed", "alice.schedule.resume", theirs(json!({})), UNKNOWN, "schedule"),
        ("another's, cancelled", "alice.schedule.cancel", theirs(json!({})), UNKNOWN, "schedule"),
        ("another's, run", "alice.schedule.run-now", theirs(json!({})), UNKNOWN, "schedule"),
        ("another's, skipped", "alice.schedule.skip", theirs(next.clone()), UNKNOWN, "schedule"),
        ("another's, not skipped", "alice.schedule.unskip", theirs(next), UNKNOWN, "schedule"),
        ("another's, replaced", "alice.schedule.replace", theirs(hour.clone()), UNKNOWN, "schedule"),
        ("one to come", "alice.schedule.replace", of("s18446744073709551615", hour), UNKNOWN, "schedule"),
        ("no schedule's id", "alice.schedule.pause", of("m3", json!({})), "command.malformed", "schedule"),
        (
            "replaced by nothing",
            "alice.schedule.replace",
            of("s3", json!({})),
            "schedule.nothing_to_replace",
            "when",
        ),
        (
            "no occurrence",
            "alice.schedule.skip",
            of("s3", json!({ "occurrence": "2026-12-01T12:00:01" })),
            "schedule.no_occurrence",
            "occurrence",
        ),
        (
            "one that is over",
            "alice.schedule.skip",
            of("s3", json!({ "occurrence": "2026-11-30T12:00:00" })),
            "schedule.no_occurrence",
            "occurrence",
        ),
        (
            "no occurrence's name",
            "alice.schedule.skip",
            of("s3", json!({ "occurrence": "noon" })),
            "command.malformed",
            "occurrence",
        ),
        ("of a stranger", "zoe.schedule.create", json(daily("UTC")), "auth.unknown_sender", ""),
        ("of a part of Homing", "_clock.schedule.create", json(daily("UTC")), "auth.not_allowed", ""),
        (
            "a firing that a user says",
            "alice.timer.fired",
            json(json!({ "timer": "occur-s3", "due": 0 })),
            "auth.not_allowed",
            "",
        ),
    ]
}

/// A schedule of a message that could not be sent now either.
pub fn messages_that_are_none() -> Vec<Case> {
    let to_bob = |more: Value| message(with(json!({ "to": ["bob"], "text": "x" }), more));
    vec![
        ("an id in the message", CREATE, to_bob(json!({ "id": "k" })), "command.malformed", "message.id"),
        (
            "a message to nobody",
            CREATE,
            message(json!({ "to": [], "text": "x" })),
            "message.no_recipient",
            "message.to",
        ),
        (
            "a message to a stranger",
            CREATE,
            message(json!({ "to": ["zoe"], "text": "x" })),
            "message.no_recipient",
            "message.to",
        ),
        ("a message of nothing", CREATE, message(json!({ "to": ["bob"] })), "message.empty", "message.text"),
        (
            "a long message",
            CREATE,
            to_bob(json!({ "text": "x".repeat(65_537) })),
            "message.too_long",
            "message.text",
        ),
        (
            "a message that expires at once",
            CREATE,
            to_bob(json!({ "expires_in": "0s" })),
            "message.bad_deadline",
            "message.expires_in",
        ),
        (
            "a message of a group",
            CREATE,
            to_bob(json!({ "as_group": "#3001" })),
            "message.no_recipient",
            "message.as_group",
        ),
    ]
}
