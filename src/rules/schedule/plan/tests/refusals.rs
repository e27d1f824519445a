//! Refused rules, and the field that is named.

use serde_json::{Value, json};

use super::{NOW, made};
use crate::rules::schedule::New;
use crate::words::{Civil, Instant};

fn refused(json: &str) -> (String, String) {
    match made(json, NOW) {
        Ok(_) => panic!("{json} was taken"),
        Err(rejection) => {
            assert!(rejection.text.chars().count() < 250, "{}", rejection.text);
            (rejection.code, rejection.field.unwrap_or_default())
        }
    }
}

fn check(code: &str, table: &[(&str, &str)]) {
    for (json, field) in table {
        assert_eq!(refused(json), (format!("schedule.{code}"), (*field).to_owned()), "{json}");
    }
}

#[test]
fn refuses_fields_that_do_not_belong_together() {
    check(
        "bad_rule",
        &[
            (r#"{"zone": "UTC"}"#, "when"),
            (r#"{"times": ["09:00"], "zone": "UTC"}"#, "when"),
            (r#"{"at": "2026-12-01T09:00", "times": ["09:00"], "zone": "UTC"}"#, "when.times"),
            (r#"{"at": "2026-12-01T09:00", "count": 2, "zone": "UTC"}"#, "when.count"),
            (r#"{"at": "2026-12-01T09:00", "from": "2026-01-01", "zone": "UTC"}"#, "when.from"),
            (r#"{"at": "2026-12-01T09:00", "unit": "day", "zone": "UTC"}"#, "when.unit"),
            (r#"{"every": "day", "times": ["09:00"], "at": "2026-12-01T09:00", "zone": "UTC"}"#, "when.at"),
            (r#"{"every": "day", "times": ["09:00"], "cron": "0 9 * * *", "zone": "UTC"}"#, "when.cron"),
            (r#"{"cron": "0 9 * * *", "at": "2026-12-01T09:00", "zone": "UTC"}"#, "when.at"),
            (r#"{"cron": "0 9 * * *", "times": ["09:00"], "zone": "UTC"}"#, "when.times"),
            (r#"{"every": "day", "unit": "days", "times": ["09:00"], "zone": "UTC"}"#, "when.unit"),
            (r#"{"every": 2, "times": ["09:00"], "zone": "UTC"}"#, "when.unit"),
            (r#"{"every": "day", "times": ["09:00"], "weekdays": ["mon"], "zone": "UTC"}"#, "when.weekdays"),
            (r#"{"every": "day", "times": ["09:00"], "days": [1], "zone": "UTC"}"#, "when.days"),
            (
                r#"{"every": "week", "times": ["09:00"], "weekdays": ["mon"], "days": [1], "zone": "UTC"}"#,
                "when.days",
            ),
            (
                r#"{"every": "month", "times": ["09:00"], "days": [1], "weekdays": ["mon"], "zone": "UTC"}"#,
                "when.weekdays",
            ),
            (r#"{"every": "hour", "times": ["09:00"], "zone": "UTC"}"#, "when.times"),
        ],
    );
}

#[test]
fn refuses_a_rule_that_lacks_or_exceeds_something() {
    check(
        "bad_rule",
        &[
            (r#"{"every": "day", "zone": "UTC"}"#, "when.times"),
            (r#"{"every": "day", "times": [], "zone": "UTC"}"#, "when.times"),
            (r#"{"at": [], "zone": "UTC"}"#, "when.at"),
            (r#"{"every": "week", "times": ["09:00"], "zone": "UTC"}"#, "when.weekdays"),
            (r#"{"every": "week", "times": ["09:00"], "weekdays": ["mo"], "zone": "UTC"}"#, "when.weekdays"),
            (r#"{"every": "month", "times": ["09:00"], "zone": "UTC"}"#, "when.days"),
            (r#"{"every": "month", "times": ["09:00"], "days": [0], "zone": "UTC"}"#, "when.days"),
            (r#"{"every": "month", "times": ["09:00"], "days": [32], "zone": "UTC"}"#, "when.days"),
            (r#"{"every": "month", "times": ["09:00"], "days": [-29], "zone": "UTC"}"#, "when.days"),
            (
                r#"{"every": "month", "times": ["09:00"], "days": [-9223372036854775808], "zone": "UTC"}"#,
                "when.days",
            ),
            (r#"{"every": "fortnight", "times": ["09:00"], "zone": "UTC"}"#, "when.every"),
            (r#"{"every": 2, "unit": "years", "times": ["09:00"], "zone": "UTC"}"#, "when.unit"),
            (r#"{"every": 0, "unit": "days", "times": ["09:00"], "zone": "UTC"}"#, "when.every"),
            (r#"{"every": 3651, "unit": "days", "times": ["09:00"], "zone": "UTC"}"#, "when.every"),
            (r#"{"every": 18446744073709551615, "unit": "seconds", "zone": "UTC"}"#, "when.every"),
            (r#"{"every": "hour", "count": 0, "zone": "UTC"}"#, "when.count"),
            (r#"{"every": "hour", "count": 10001, "zone": "UTC"}"#, "when.count"),
            (r#"{"cron": "", "zone": "UTC"}"#, "when.cron"),
            (r#"{"cron": "0 9 * *", "zone": "UTC"}"#, "when.cron"),
            (r#"{"cron": "0 0 9 * * * 2026", "zone": "UTC"}"#, "when.cron"),
            (r#"{"cron": "@daily", "zone": "UTC"}"#, "when.cron"),
            (r#"{"cron": "60 9 * * *", "zone": "UTC"}"#, "when.cron"),
            (r#"{"cron": "*/0 9 * * *", "zone": "UTC"}"#, "when.cron"),
            (r#"{"cron": "0 9 * * * é", "zone": "UTC"}"#, "when.cron"),
        ],
    );
}

#[test]
fn refuses_times_that_are_none() {
    check(
        "bad_time",
        &[
            (r#"{"at": "2026-02-30T09:00", "zone": "UTC"}"#, "when.at"),
            (r#"{"at": "2026-12-01", "zone": "UTC"}"#, "when.at"),
            (r#"{"at": "2026-12-01T09:00:00Z", "zone": "UTC"}"#, "when.at"),
            (r#"{"every": "day", "times": ["24:00"], "zone": "UTC"}"#, "when.times"),
            (r#"{"every": "day", "times": ["9:00"], "zone": "UTC"}"#, "when.times"),
            (r#"{"every": "day", "times": ["09:00:00:00"], "zone": "UTC"}"#, "when.times"),
            (r#"{"every": "day", "times": ["09:+1"], "zone": "UTC"}"#, "when.times"),
            (r#"{"every": "hour", "from": "2026-02-30", "zone": "UTC"}"#, "when.from"),
            (
                r#"{"every": "day", "times": ["09:00"], "from": "2026-12-01T09:00:00Z", "zone": "UTC"}"#,
                "when.from",
            ),
            (r#"{"every": "hour", "from": "2011-12-30", "zone": "Pacific/Apia"}"#, "when.from"),
            (r#"{"every": "hour", "until": "2026-2-3", "zone": "UTC"}"#, "when.until"),
            (r#"{"every": "hour", "until": "0000-02-03", "zone": "UTC"}"#, "when.until"),
            (r#"{"every": "hour", "except": ["2026-12-01T09:00"], "zone": "UTC"}"#, "when.except"),
        ],
    );
}

#[test]
fn refuses_what_is_past_too_far_too_often_or_never() {
    check(
        "in_the_past",
        &[
            (r#"{"at": "2026-01-07T10:00", "zone": "UTC"}"#, "when.at"),
            (r#"{"at": ["2026-12-01T10:00", "2026-01-07T18:00"], "zone": "Asia/Shanghai"}"#, "when.at"),
            (r#"{"at": "0001-01-01T00:00", "zone": "UTC"}"#, "when.at"),
        ],
    );
    check(
        "too_far",
        &[
            (r#"{"at": "2036-01-07T10:00:01", "zone": "UTC"}"#, "when.at"),
            (r#"{"at": ["2026-12-01T10:00", "9999-12-31T23:59"], "zone": "UTC"}"#, "when.at"),
            (r#"{"every": "day", "times": ["09:00"], "from": "2036-01-08", "zone": "UTC"}"#, "when"),
            (r#"{"every": "hour", "from": "9999-12-31", "zone": "Asia/Shanghai"}"#, "when"),
        ],
    );
    check(
        "too_often",
        &[(r#"{"at": ["2026-12-01T10:00:00", "2026-12-01T10:00:00.999"], "zone": "UTC"}"#, "when.at")],
    );
    check(
        "never_fires",
        &[
            (r#"{"cron": "0 0 30 2 *", "zone": "UTC"}"#, "when"),
            (r#"{"cron": ", 0 * * *", "zone": "UTC"}"#, "when"),
            (r#"{"every": "day", "times": ["09:00"], "until": "2026-01-07", "zone": "UTC"}"#, "when"),
            (r#"{"every": "hour", "until": "2026-01-07T10:59", "zone": "UTC"}"#, "when"),
            (
                r#"{"every": "day", "times": ["09:00"], "from": "2026-01-01", "count": 7, "zone": "UTC"}"#,
                "when",
            ),
            (
                r#"{"every": "day", "times": ["09:00"], "from": "2026-12-01", "until": "2026-11-30", "zone": "UTC"}"#,
                "when",
            ),
            (r#"{"at": "2026-12-25T10:00", "except": ["2026-12-25"], "zone": "UTC"}"#, "when"),
            (r#"{"at": "2026-03-08T02:30", "gap": "skip", "zone": "America/New_York"}"#, "when"),
            (
                r#"{"every": 12, "unit": "months", "days": [31], "times": ["09:00"], "from": "2026-02-01",
            "short_month": "skip", "zone": "UTC"}"#,
                "when",
            ),
        ],
    );
}

#[test]
fn takes_what_is_just_ahead_and_just_near_enough() {
    for json in [
        r#"{"at": "2026-01-07T10:00:00.001", "zone": "UTC"}"#,
        r#"{"at": "2036-01-07T10:00:00", "zone": "UTC"}"#,
        r#"{"at": ["2026-12-01T10:00:00", "2026-12-01T10:00:01"], "zone": "UTC"}"#,
        r#"{"every": 3650, "unit": "days", "times": ["11:00"], "zone": "UTC"}"#,
        r#"{"every": 120, "unit": "months", "days": [31], "times": ["11:00"], "zone": "UTC"}"#,
    ] {
        made(json, NOW).unwrap_or_else(|rejection| panic!("{json}: {rejection:?}"));
    }
}

#[test]
fn takes_as_much_as_is_allowed_and_refuses_one_more() {
    let date = |n: i64| Civil::from_ms(1_772_323_200_000 + n * 86_400_000).date().to_string();
    let every = |number: i64, unit: &str| json!({"every": number, "unit": unit});
    let listed = |len: i64, of: &dyn Fn(i64) -> Value| (0..len).map(of).collect::<Value>();
    let rules: [(&dyn Fn(i64) -> Value, i64); 10] = [
        (&|len| json!({"at": listed(len, &|n| json!(format!("{}T09:00", date(n))))}), 1_000),
        (&|len| json!({"every": "hour", "except": listed(len, &|n| json!(date(n)))}), 1_000),
        (
            &|len| {
                let time = |n| json!(format!("{:02}:{:02}", n / 60 % 24, n % 60));
                json!({"every": "day", "times": listed(len, &time)})
            },
            1_440,
        ),
        (
            &|len| {
                let weekdays = listed(len, &|n| json!(["Sat", "sunday"][usize::from(n % 2 == 0)]));
                json!({"every": "week", "weekdays": weekdays, "times": ["09:00"]})
            },
            7,
        ),
        (
            &|len| {
                let days = listed(len, &|n| json!(if n < 31 { n + 1 } else { -((n - 31) % 28) - 1 }));
                json!({"every": "month", "days": days, "times": ["09:00"]})
            },
            59,
        ),
        (&|len| json!({"cron": format!("0 9 * * {:0>1$}", 1, usize::try_from(len - 8).unwrap())}), 400),
        (&|count| json!({"every": "hour", "count": count}), 10_000),
        (&|number| every(number, "hours"), 24 * 3_650),
        (&|number| every(number, "minutes"), 24 * 60 * 3_650),
        (&|number| every(number, "seconds"), 24 * 3_600 * 3_650),
    ];
    for (rule, max) in rules {
        let json = |much| {
            let mut rule = rule(much);
            rule["zone"] = json!("UTC");
            rule.to_string()
        };
        made(&json(max), NOW).unwrap_or_else(|rejection| panic!("{max}: {rejection:?}"));
        assert_eq!(refused(&json(max + 1)).0, "schedule.bad_rule", "{max} and one more");
    }
}

#[test]
fn needs_a_zone_of_the_sender_or_the_rule() {
    let zone = |json: &str| refused(json);
    let unknown = ("schedule.unknown_zone".to_owned(), "when.zone".to_owned());
    assert_eq!(zone(r#"{"at": "2026-12-01T09:00"}"#), unknown);
    assert_eq!(zone(r#"{"at": "2026-12-01T09:00", "zone": "Mars/Phobos"}"#), unknown);
    assert_eq!(zone(r#"{"at": ["2026-12-01T09:00", "2026-12-01T09:00:00Z"]}"#), unknown);
}

#[test]
fn hostile_rules_are_refused_quickly_and_quoted_shortly() {
    let long = "9".repeat(100_000);
    let many = |len: usize, item: &str| vec![format!("\"{item}\""); len].join(",");
    for json in [
        format!(r#"{{"at": "{long}", "zone": "UTC"}}"#),
        format!(r#"{{"at": "{long}", "zone": "{long}"}}"#),
        format!(r#"{{"cron": "{long} * * * *", "zone": "UTC"}}"#),
        r#"{"cron": "99999 99999-99999/99999 * * *", "zone": "UTC"}"#.to_owned(),
        format!(r#"{{"every": "{long}", "zone": "UTC"}}"#),
        format!(r#"{{"every": "day", "times": ["{long}\u0000\n"], "zone": "UTC"}}"#),
        format!(r#"{{"every": "week", "times": ["09:00"], "weekdays": ["é{long}"], "zone": "UTC"}}"#),
        format!(r#"{{"at": [{}], "zone": "UTC"}}"#, many(1_001, "2026-12-01T09:00")),
        format!(r#"{{"every": "day", "times": [{}], "zone": "UTC"}}"#, many(1_441, "09:00")),
        format!(
            r#"{{"every": "week", "weekdays": [{}], "times": ["09:00"], "zone": "UTC"}}"#,
            many(8, "mon")
        ),
        format!(r#"{{"every": "hour", "except": [{}], "zone": "UTC"}}"#, many(1_001, "2026-12-01")),
    ] {
        refused(&json);
    }
}

#[test]
fn no_present_is_too_strange() {
    let when = super::when(r#"{"every": "second", "zone": "America/New_York", "count": 10000}"#);
    for now in [i64::MIN, i64::MIN / 2, -1, 0, i64::MAX / 2, i64::MAX] {
        let _taken_or_refused = New::of(&when, None, Instant::from_unix_ms(now));
    }
}
