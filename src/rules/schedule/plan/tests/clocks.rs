//! Local times that the clocks skip, or show twice.

use super::{NOW, check, fires, plan};

const NEW_YORK: &str = "America/New_York";
const LONDON: &str = "Europe/London";
const LORD_HOWE: &str = "Australia/Lord_Howe";

/// Daily times in a zone fire so, from the moment after which they are asked for.
fn daily(zone: &str, times: &str, policies: &str, after: &str, want: &[&str]) {
    let json =
        format!(r#"{{"every": "day", "times": {times}, "zone": "{zone}", "from": "1970-01-01"{policies}}}"#);
    let now = after.min(NOW);
    let shown = fires(&plan(&json, now), after, want.len());
    let shown: Vec<String> = shown
        .iter()
        .map(|occurrence| {
            let due = occurrence.due.to_string();
            format!("{} {}", super::name(occurrence), due.trim_end_matches(".000Z"))
        })
        .collect();
    assert_eq!(shown, want, "{json}");
}

#[test]
fn moves_a_time_that_the_clocks_skip_or_skips_it_too() {
    let (before, skip) = ("2026-03-08T05:00:00Z", r#", "gap": "skip""#);
    daily(
        NEW_YORK,
        r#"["02:30"]"#,
        "",
        before,
        &["2026-03-08T02:30:00 2026-03-08T07:30:00", "2026-03-09T02:30:00 2026-03-09T06:30:00"],
    );
    daily(NEW_YORK, r#"["02:30"]"#, skip, before, &["2026-03-09T02:30:00 2026-03-09T06:30:00"]);
    daily(NEW_YORK, r#"["02:00", "03:00"]"#, skip, before, &["2026-03-08T03:00:00 2026-03-08T07:00:00"]);
    // In the order they are due: 02:45 is moved to 03:45, after 03:15.
    daily(
        NEW_YORK,
        r#"["01:59", "02:45", "03:15", "04:00"]"#,
        "",
        before,
        &[
            "2026-03-08T01:59:00 2026-03-08T06:59:00",
            "2026-03-08T03:15:00 2026-03-08T07:15:00",
            "2026-03-08T02:45:00 2026-03-08T07:45:00",
            "2026-03-08T04:00:00 2026-03-08T08:00:00",
        ],
    );
    // At the same moment, in the order of the calendar.
    daily(
        NEW_YORK,
        r#"["02:30", "03:30"]"#,
        "",
        before,
        &[
            "2026-03-08T02:30:00 2026-03-08T07:30:00",
            "2026-03-08T03:30:00 2026-03-08T07:30:00",
            "2026-03-09T02:30:00 2026-03-09T06:30:00",
        ],
    );
    daily(LONDON, r#"["01:30"]"#, "", "2026-03-29T00:00:00Z", &["2026-03-29T01:30:00 2026-03-29T01:30:00"]);
    daily(
        LORD_HOWE,
        r#"["02:15", "02:40"]"#,
        "",
        "2026-10-03T12:00:00Z",
        &["2026-10-04T02:40:00 2026-10-03T15:40:00", "2026-10-04T02:15:00 2026-10-03T15:45:00"],
    );
    daily(
        "America/Sao_Paulo",
        r#"["00:00"]"#,
        "",
        "2018-11-03T12:00:00Z",
        &["2018-11-04T00:00:00 2018-11-04T03:00:00", "2018-11-05T00:00:00 2018-11-05T02:00:00"],
    );
    daily(
        "America/Sao_Paulo",
        r#"["00:00"]"#,
        skip,
        "2018-11-03T12:00:00Z",
        &["2018-11-05T00:00:00 2018-11-05T02:00:00"],
    );
}

#[test]
fn takes_the_first_the_second_or_both_of_a_time_shown_twice() {
    let (before, times) = ("2026-11-01T04:30:00Z", r#"["01:00", "01:30", "02:00"]"#);
    let second = r#", "fold": "second""#;
    let both = r#", "fold": "both""#;
    daily(
        NEW_YORK,
        times,
        "",
        before,
        &[
            "2026-11-01T01:00:00 2026-11-01T05:00:00",
            "2026-11-01T01:30:00 2026-11-01T05:30:00",
            "2026-11-01T02:00:00 2026-11-01T07:00:00",
        ],
    );
    daily(
        NEW_YORK,
        times,
        second,
        before,
        &[
            "2026-11-01T01:00:00+ 2026-11-01T06:00:00",
            "2026-11-01T01:30:00+ 2026-11-01T06:30:00",
            "2026-11-01T02:00:00 2026-11-01T07:00:00",
        ],
    );
    daily(
        NEW_YORK,
        times,
        both,
        before,
        &[
            "2026-11-01T01:00:00 2026-11-01T05:00:00",
            "2026-11-01T01:30:00 2026-11-01T05:30:00",
            "2026-11-01T01:00:00+ 2026-11-01T06:00:00",
            "2026-11-01T01:30:00+ 2026-11-01T06:30:00",
            "2026-11-01T02:00:00 2026-11-01T07:00:00",
        ],
    );
    // Asked for from within the repeated hour.
    daily(NEW_YORK, times, both, "2026-11-01T05:45:00Z", &["2026-11-01T01:00:00+ 2026-11-01T06:00:00"]);
    daily(NEW_YORK, times, "", "2026-11-01T05:45:00Z", &["2026-11-01T02:00:00 2026-11-01T07:00:00"]);
    daily(NEW_YORK, times, second, "2026-11-01T06:00:00Z", &["2026-11-01T01:30:00+ 2026-11-01T06:30:00"]);
    daily(
        LONDON,
        r#"["01:00"]"#,
        both,
        "2026-10-24T12:00:00Z",
        &[
            "2026-10-25T01:00:00 2026-10-25T00:00:00",
            "2026-10-25T01:00:00+ 2026-10-25T01:00:00",
            "2026-10-26T01:00:00 2026-10-26T01:00:00",
        ],
    );
    daily(
        LORD_HOWE,
        r#"["01:40"]"#,
        both,
        "2026-04-04T12:00:00Z",
        &["2026-04-05T01:40:00 2026-04-04T14:40:00", "2026-04-05T01:40:00+ 2026-04-04T15:10:00"],
    );
}

#[test]
fn leaves_out_a_date_that_the_calendar_there_lacks() {
    for gap in ["", r#", "gap": "skip""#] {
        daily(
            "Pacific/Apia",
            r#"["00:00", "12:00"]"#,
            gap,
            "2011-12-29T23:00:00Z",
            &["2011-12-31T00:00:00 2011-12-30T10:00:00", "2011-12-31T12:00:00 2011-12-30T22:00:00"],
        );
    }
}

#[test]
fn follows_other_reasons_to_set_clocks() {
    // Ramadan: back an hour, and a month later forward again.
    daily(
        "Africa/Casablanca",
        r#"["02:30"]"#,
        "",
        "2026-02-14T12:00:00Z",
        &["2026-02-15T02:30:00 2026-02-15T01:30:00", "2026-02-16T02:30:00 2026-02-16T02:30:00"],
    );
    daily(
        "Africa/Casablanca",
        r#"["02:30"]"#,
        "",
        "2026-03-21T12:00:00Z",
        &["2026-03-22T02:30:00 2026-03-22T02:30:00", "2026-03-23T02:30:00 2026-03-23T01:30:00"],
    );
    // No daylight saving since 1991.
    daily(
        "Asia/Shanghai",
        r#"["02:30"]"#,
        "",
        "2026-03-07T00:00:00Z",
        &["2026-03-08T02:30:00 2026-03-07T18:30:00", "2026-03-09T02:30:00 2026-03-08T18:30:00"],
    );
}

#[test]
fn every_so_many_hours_end_before_a_gap_and_begin_with_the_midnight_after_a_date_left_out() {
    let gap =
        r#"{"every": "hour", "zone": "America/New_York", "from": "2026-03-08", "until": "2026-03-08T02:30"}"#;
    check(NOW, gap, 9, &["2026-03-08T00:00:00", "2026-03-08T01:00:00"]);
    let left_out = r#"{"every": 12, "unit": "hours", "zone": "Asia/Shanghai", "from": "2026-12-24",
        "until": "2026-12-26", "except": ["2026-12-25"]}"#;
    let want = ["2026-12-24T00:00:00", "2026-12-24T12:00:00", "2026-12-26T00:00:00", "2026-12-26T12:00:00"];
    check(NOW, left_out, 9, &want);
}
