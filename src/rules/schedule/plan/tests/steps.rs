//! A rule tells also what it leaves out, and why, at the time it would have been due.

use super::{NOW, at, plan};
use crate::rules::schedule::{OmitReason, Step};

fn steps(json: &str, after: &str, len: usize) -> Vec<String> {
    let told = |step| match step {
        Step::Due(occurrence) => super::name(&occurrence),
        Step::Omitted(omitted) => format!(
            "{} {}",
            omitted.nominal,
            match omitted.omitted {
                OmitReason::Gap => "gap",
                OmitReason::NoSuchDate => "no such date",
                OmitReason::Excepted => "excepted",
            }
        ),
    };
    plan(json, after.min(NOW)).steps(at(after)).take(len).map(told).collect()
}

#[test]
fn tells_what_it_omits() {
    let new_york = r#""zone": "America/New_York", "from": "1970-01-01""#;
    for (json, after, want) in [
        (
            format!(r#"{{"every": "day", "times": ["02:30", "03:10"], "gap": "skip", {new_york}}}"#),
            "2026-03-08T05:00:00Z",
            vec!["2026-03-08T03:10:00", "2026-03-08T02:30:00 gap", "2026-03-09T02:30:00"],
        ),
        (
            r#"{"every": "day", "times": ["09:00"], "zone": "Pacific/Apia", "from": "1970-01-01"}"#.to_owned(),
            "2011-12-29T00:00:00Z",
            vec!["2011-12-29T09:00:00", "2011-12-30T09:00:00 no such date", "2011-12-31T09:00:00"],
        ),
        (
            r#"{"every": "day", "times": ["09:00"], "zone": "UTC", "from": "2026-12-24", "count": 2,
                "except": ["2026-12-25", "2026-12-27"]}"#
                .to_owned(),
            NOW,
            vec!["2026-12-24T09:00:00", "2026-12-25T09:00:00 excepted", "2026-12-26T09:00:00"],
        ),
        (
            format!(r#"{{"every": "day", "times": ["01:30"], "fold": "both", "except": ["2026-11-01"], {new_york}}}"#),
            "2026-10-31T00:00:00Z",
            vec!["2026-10-31T01:30:00", "2026-11-01T01:30:00 excepted", "2026-11-02T01:30:00"],
        ),
        (
            r#"{"every": 12, "unit": "hours", "zone": "UTC", "from": "2026-12-24", "except": ["2026-12-25"]}"#
                .to_owned(),
            "2026-12-24T01:00:00Z",
            vec![
                "2026-12-24T12:00:00",
                "2026-12-25T00:00:00 excepted",
                "2026-12-25T12:00:00 excepted",
                "2026-12-26T00:00:00",
            ],
        ),
    ] {
        // A count ends them too.
        let len = if json.contains("count") { 9 } else { want.len() };
        assert_eq!(steps(&json, after, len), want, "{json}");
    }
}

#[test]
fn has_no_other_occurrence_than_those_it_gives() {
    let new_york = r#""zone": "America/New_York", "from": "2026-01-01""#;
    let daily = format!(r#"{{"every": 2, "unit": "days", "times": ["02:30"], {new_york}}}"#);
    let skip = format!(
        r#"{{"every": "day", "times": ["02:30"], "gap": "skip", "until": "2026-04-01", {new_york}}}"#
    );
    let second = format!(r#"{{"every": "day", "times": ["01:30"], "fold": "second", {new_york}}}"#);
    let first = format!(r#"{{"every": "day", "times": ["01:30"], {new_york}}}"#);
    let hours = format!(r#"{{"every": 4, "unit": "hours", {new_york}}}"#);
    let ended = format!(r#"{{"every": 4, "unit": "hours", "until": "2026-02-01", {new_york}}}"#);
    let counted = format!(r#"{{"every": "day", "times": ["01:30"], "count": 20, {new_york}}}"#);
    let cron = format!(r#"{{"cron": "*/30 * * * *", "except": ["2026-05-01"], {new_york}}}"#);
    for (json, nominal, later, has) in [
        (&daily, "2026-01-03T02:30", false, true),
        (&daily, "2026-01-02T02:30", false, false),
        (&daily, "2026-01-03T02:31", false, false),
        (&daily, "2026-01-03T02:30", true, false),
        (&daily, "2025-12-30T02:30", false, false),
        (&skip, "2026-03-08T02:30", false, false),
        (&skip, "2026-04-01T02:30", false, true),
        (&skip, "2026-04-02T02:30", false, false),
        (&second, "2026-11-01T01:30", false, false),
        (&second, "2026-11-01T01:30", true, true),
        (&second, "2026-11-02T01:30", false, true),
        (&first, "2026-11-01T01:30", false, true),
        (&first, "2026-11-01T01:30", true, false),
        (&hours, "2026-01-01T04:00", false, true),
        (&hours, "2026-01-01T05:00", false, false),
        (&ended, "2025-12-31T20:00", false, false),
        (&ended, "2026-02-01T20:00", false, true),
        (&ended, "2026-02-02T00:00", false, false),
        (&hours, "2026-03-08T05:00", false, true),
        (&hours, "2026-03-08T02:00", false, false),
        (&counted, "2026-01-20T01:30", false, true),
        (&counted, "2026-01-21T01:30", false, false),
        (&cron, "2026-11-01T01:30", false, true),
        (&cron, "2026-11-01T01:30", true, true),
        (&cron, "2026-05-01T01:30", false, false),
    ] {
        let plan = plan(json, "2026-01-01T05:00:00Z");
        let found = plan.at(nominal.parse().unwrap(), later);
        assert_eq!(found.is_some(), has, "{nominal} of {json}");
    }
}

#[test]
fn looks_ten_years_ahead_and_no_further() {
    let plan = plan(r#"{"at": "2030-01-01T00:00", "zone": "UTC"}"#, NOW);
    assert!(plan.first(at("2019-06-01T00:00:00Z")).is_none());
    assert!(plan.first(at("2021-06-01T00:00:00Z")).is_some());
    for moment in [i64::MIN, i64::MAX] {
        let moment = crate::words::Instant::from_unix_ms(moment);
        assert!(plan.first(moment).is_none() && plan.steps(moment).next().is_none());
    }
}
