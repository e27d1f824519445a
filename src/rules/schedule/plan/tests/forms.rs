//! Each form names the local times it should.

use super::{NOW, check, made, plan};
use crate::rules::schedule::{New, OneOrMany, Plan, WhenMissed};
use crate::words::{Span, Zone};

#[test]
fn fires_at_the_times_listed_in_order_and_once() {
    let (one, many) = ("2026-12-01T09:00:00", ["2026-12-01T09:00:00", "2026-12-03T18:30:00"]);
    check(NOW, r#"{"at": "2026-12-01T09:00", "zone": "Asia/Shanghai"}"#, 9, &[one]);
    check(
        NOW,
        r#"{"at": ["2026-12-03T18:30", "2026-12-01T09:00", "2026-12-01T09:00:00"], "zone": "UTC"}"#,
        9,
        &many,
    );
    check(NOW, r#"{"at": "2026-12-01T09:00:00.250", "zone": "UTC"}"#, 9, &["2026-12-01T09:00:00.250"]);
    // Without a zone, a time with an offset is one of UTC.
    check(NOW, r#"{"at": ["2026-12-01T17:00:00+08:00", "2026-12-03T18:30:00Z"]}"#, 9, &many);
    check(
        NOW,
        r#"{"at": ["2026-12-01T09:00", "2026-12-02T09:00"], "except": ["2026-12-02"], "zone": "UTC"}"#,
        9,
        &[one],
    );
}

#[test]
fn fires_every_so_many_days_from_the_anchor() {
    let twice = r#"{"every": "day", "times": ["18:00", "12:00", "12:00:00"], "zone": "UTC"}"#;
    check(NOW, twice, 3, &["2026-01-07T12:00:00", "2026-01-07T18:00:00", "2026-01-08T12:00:00"]);
    let second =
        r#"{"every": 2, "unit": "days", "times": ["09:00:30"], "from": "2025-12-31", "zone": "UTC"}"#;
    check(NOW, second, 2, &["2026-01-08T09:00:30", "2026-01-10T09:00:30"]);
    let ahead = r#"{"every": 3, "unit": "day", "times": ["00:00"], "from": "2026-02-27", "zone": "UTC"}"#;
    check(NOW, ahead, 3, &["2026-02-27T00:00:00", "2026-03-02T00:00:00", "2026-03-05T00:00:00"]);
    // From within a day, its earlier times are none.
    let noon = r#"{"every": "day", "times": ["09:00", "15:00"], "from": "2026-02-01T12:00", "zone": "UTC"}"#;
    check(NOW, noon, 2, &["2026-02-01T15:00:00", "2026-02-02T09:00:00"]);
    let old = r#"{"every": 7, "unit": "days", "times": ["09:00"], "from": "0001-01-01", "zone": "UTC"}"#;
    check(NOW, old, 2, &["2026-01-12T09:00:00", "2026-01-19T09:00:00"]);
}

#[test]
fn fires_every_so_many_weeks_counted_from_the_week_of_the_anchor() {
    let week =
        r#"{"every": "week", "weekdays": ["fri", "Monday", "MON"], "times": ["09:00"], "zone": "UTC"}"#;
    check(NOW, week, 3, &["2026-01-09T09:00:00", "2026-01-12T09:00:00", "2026-01-16T09:00:00"]);
    // The anchor is a Wednesday: its Monday has passed, its Friday is of the first week.
    let second = r#"{"every": 2, "unit": "weeks", "weekdays": ["mon", "fri"], "times": ["09:00"],
        "from": "2026-01-14", "zone": "UTC"}"#;
    check(
        NOW,
        second,
        4,
        &["2026-01-16T09:00:00", "2026-01-26T09:00:00", "2026-01-30T09:00:00", "2026-02-09T09:00:00"],
    );
    let sunday = r#"{"every": 2, "unit": "week", "weekdays": ["sun"], "times": ["09:00"],
        "from": "1969-12-29", "zone": "UTC"}"#;
    check(NOW, sunday, 2, &["2026-01-18T09:00:00", "2026-02-01T09:00:00"]);
}

#[test]
fn fires_on_days_of_the_month_that_a_short_one_clamps_or_skips() {
    let rule = |days: &str, more: &str| {
        format!(r#"{{"every": "month", "days": {days}, "times": ["16:00"], "zone": "UTC"{more}}}"#)
    };
    let days = |days: &str, more: &str, len: usize, want: &[&str]| {
        let want: Vec<String> = want.iter().map(|day| format!("{day}T16:00:00")).collect();
        check(NOW, &rule(days, more), len, &want.iter().map(String::as_str).collect::<Vec<_>>());
    };
    days("[15, -1]", "", 4, &["2026-01-15", "2026-01-31", "2026-02-15", "2026-02-28"]);
    days("[31]", "", 4, &["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"]);
    days("[31]", r#", "short_month": "skip""#, 3, &["2026-01-31", "2026-03-31", "2026-05-31"]);
    days("[30, 31, 29]", "", 4, &["2026-01-29", "2026-01-30", "2026-01-31", "2026-02-28"]);
    days("[28, -1]", r#", "from": "2028-02-01""#, 3, &["2028-02-28", "2028-02-29", "2028-03-28"]);
    days("[-28]", r#", "from": "2028-02-01""#, 2, &["2028-02-02", "2028-03-04"]);
    // One that clamps to the last day, and the last day: one occurrence.
    days("[31, -1]", r#", "from": "2026-02-01""#, 2, &["2026-02-28", "2026-03-31"]);
    let quarter = r#"{"every": 3, "unit": "months", "days": [1], "times": ["16:00"], "zone": "UTC",
        "from": "2025-11-15"}"#;
    check(NOW, quarter, 3, &["2026-02-01T16:00:00", "2026-05-01T16:00:00", "2026-08-01T16:00:00"]);
    let leap = r#"{"every": 12, "unit": "months", "days": [29], "times": ["16:00"], "zone": "UTC",
        "from": "2026-02-01", "short_month": "skip"}"#;
    check(NOW, leap, 2, &["2028-02-29T16:00:00", "2032-02-29T16:00:00"]);
}

#[test]
fn fires_every_so_many_hours_minutes_or_seconds_of_absolute_time() {
    let New { plan, when: recorded, .. } =
        made(r#"{"every": "hour", "zone": "UTC"}"#, "2026-01-07T10:20:30.500Z").unwrap();
    assert_eq!(recorded.from.as_deref(), Some("2026-01-07T10:20:30"));
    let first = plan.first("2026-01-07T10:20:30.500Z".parse().unwrap()).unwrap();
    assert_eq!(first.nominal.to_string(), "2026-01-07T11:20:30");
    // In the hour that is shown twice a local time alone would not tell when to count from.
    let later = r#"{"every": 90, "unit": "minutes", "zone": "America/New_York"}"#;
    let New { plan, when: recorded, .. } = made(later, "2026-11-01T06:10:00Z").unwrap();
    assert_eq!(recorded.from.as_deref(), Some("2026-11-01T06:10:00.000Z"));
    let first = plan.first("2026-11-01T06:10:00Z".parse().unwrap()).unwrap();
    assert_eq!(first.due.to_string(), "2026-11-01T07:40:00.000Z");
    let minutes = r#"{"every": 90, "unit": "minutes", "from": "2026-01-01", "zone": "UTC"}"#;
    check(NOW, minutes, 2, &["2026-01-07T10:30:00", "2026-01-07T12:00:00"]);
    let seconds = r#"{"every": "second", "zone": "UTC"}"#;
    check(NOW, seconds, 2, &["2026-01-07T10:00:01", "2026-01-07T10:00:02"]);
    // The clocks of New York go forward: an hour later they show two more.
    let hours = r#"{"every": 1, "unit": "hours", "from": "2026-03-08", "zone": "America/New_York"}"#;
    check(
        NOW,
        hours,
        4,
        &["2026-03-08T00:00:00", "2026-03-08T01:00:00", "2026-03-08T03:00:00", "2026-03-08T04:00:00"],
    );
    let back = r#"{"every": 30, "unit": "minutes", "from": "2026-11-01T01:00", "zone": "America/New_York"}"#;
    check(
        NOW,
        back,
        5,
        &[
            "2026-11-01T01:00:00",
            "2026-11-01T01:30:00",
            "2026-11-01T01:00:00+",
            "2026-11-01T01:30:00+",
            "2026-11-01T02:00:00",
        ],
    );
}

#[test]
fn ends_with_its_date_its_time_or_its_count() {
    let daily =
        |more: &str| format!(r#"{{"every": "day", "times": ["09:00", "18:00"], "zone": "UTC"{more}}}"#);
    let (first, second, third) = ("2026-02-01T09:00:00", "2026-02-01T18:00:00", "2026-02-02T09:00:00");
    for (more, want) in [
        (r#""until": "2026-02-01""#, vec![first, second]),
        (r#""until": "2026-02-01T18:00""#, vec![first, second]),
        (r#""until": "2026-02-01T17:59:59.999""#, vec![first]),
        (r#""count": 3"#, vec![first, second, third]),
        (r#""count": 3, "until": "2026-02-01""#, vec![first, second]),
        // What is omitted is not counted.
        (r#""count": 2, "except": ["2026-02-01"]"#, vec![third, "2026-02-02T18:00:00"]),
    ] {
        check(NOW, &daily(&format!(r#", "from": "2026-02-01", {more}"#)), 9, &want);
    }
    // What an anchor in the past had before now is counted; where none is named, counting begins now.
    let past = daily(r#", "from": "2026-01-06", "count": 4"#);
    check(NOW, &past, 9, &["2026-01-07T18:00:00"]);
    check(NOW, &daily(r#", "count": 2"#), 9, &["2026-01-07T18:00:00", "2026-01-08T09:00:00"]);
    let hours = r#"{"every": 8, "unit": "hours", "zone": "UTC", "count": 2}"#;
    check(NOW, hours, 9, &["2026-01-07T18:00:00", "2026-01-08T02:00:00"]);
    let until = r#"{"every": 8, "unit": "hours", "zone": "UTC", "until": "2026-01-08"}"#;
    check(
        NOW,
        until,
        9,
        &["2026-01-07T18:00:00", "2026-01-08T02:00:00", "2026-01-08T10:00:00", "2026-01-08T18:00:00"],
    );
}

#[test]
fn numbers_occurrences_only_where_they_are_counted() {
    let numbers = |json: &str| {
        let plan = plan(json, NOW);
        super::fires(&plan, NOW, 3).iter().map(|occurrence| occurrence.number).collect::<Vec<_>>()
    };
    let daily = r#"{"every": "day", "times": ["09:00"], "zone": "UTC""#;
    assert_eq!(numbers(&format!("{daily}}}")), [0, 0, 0]);
    assert_eq!(numbers(&format!(r#"{daily}, "count": 9}}"#)), [1, 2, 3]);
    assert_eq!(numbers(&format!(r#"{daily}, "from": "2026-01-06", "count": 4}}"#)), [3, 4]);
}

#[test]
fn records_what_was_left_open() {
    let shanghai: Zone = "Asia/Shanghai".parse().unwrap();
    let now = "2026-01-07T20:00:00Z".parse().unwrap();
    for (json, home, zone, from, at) in [
        (r#"{"at": "2026-12-01T09:00"}"#, Some(shanghai), "Asia/Shanghai", None, Some("2026-12-01T09:00")),
        (
            r#"{"at": "2026-12-01T09:00", "zone": "UTC"}"#,
            Some(shanghai),
            "UTC",
            None,
            Some("2026-12-01T09:00"),
        ),
        (r#"{"at": "2026-12-01T09:00+08:00"}"#, Some(shanghai), "Asia/Shanghai", None, None),
        (r#"{"at": "2026-12-01T09:00:00+08:00"}"#, Some(shanghai), "UTC", None, Some("2026-12-01T01:00:00")),
        (
            r#"{"every": "day", "times": ["09:00"]}"#,
            Some(shanghai),
            "Asia/Shanghai",
            Some("2026-01-08"),
            None,
        ),
        (r#"{"cron": "0 9 * * *"}"#, Some(shanghai), "Asia/Shanghai", Some("2026-01-08"), None),
        (r#"{"every": "hour", "zone": "UTC"}"#, Some(shanghai), "UTC", Some("2026-01-07T20:00:00"), None),
    ] {
        let Ok(New { plan, when: recorded, reckoned, .. }) = New::of(&super::when(json), home, now) else {
            assert!(json.contains("09:00+08:00"), "{json} was refused");
            continue;
        };
        assert_eq!((recorded.zone.as_deref(), recorded.from.as_deref()), (Some(zone), from), "{json}");
        assert_eq!(recorded.at, at.map(|at| OneOrMany::One(at.to_owned())), "{json}");
        assert_eq!(Plan::read(&recorded, &reckoned).unwrap(), plan);
        assert_eq!((plan.zone().to_string(), plan.recurs()), (zone.to_owned(), at.is_none()));
    }
}

#[test]
fn keeps_what_is_asked_about_missed_firings() {
    let quiet = plan(r#"{"every": "hour", "zone": "UTC"}"#, NOW);
    assert_eq!((quiet.missed(), quiet.late_by(), quiet.min_interval()), (WhenMissed::Latest, None, None));
    let asked = r#"{"every": "hour", "zone": "UTC", "missed": "all", "late_by": "5m", "min_interval": "1h"}"#;
    let asked = plan(asked, NOW);
    assert_eq!(asked.missed(), WhenMissed::All);
    assert_eq!(asked.late_by(), Some(Span::from_secs(300)));
    assert_eq!(asked.min_interval(), Some(Span::from_secs(3_600)));
}

#[test]
fn a_month_that_is_too_short_for_one_day_has_its_last_day_once() {
    let json =
        r#"{"every": "month", "days": [30, 31], "times": ["09:00"], "from": "2026-04-01", "zone": "UTC"}"#;
    check(NOW, json, 3, &["2026-04-30T09:00:00", "2026-05-30T09:00:00", "2026-05-31T09:00:00"]);
}
