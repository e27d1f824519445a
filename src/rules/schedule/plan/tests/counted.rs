//! `count` without `from`: counted from the first occurrence that can fire.

use super::{at, check, fires, plan};
use crate::rules::schedule::OccurrenceName;

#[test]
fn a_count_is_not_used_up_by_what_the_present_day_had_before_now() {
    // At 14:51, of a rule for 09:00.
    let now = "2026-11-21T14:51:00Z";
    for (json, want) in [
        (r#"{"every": "day", "times": ["09:00"], "count": 1, "zone": "UTC"}"#, vec!["2026-11-22T09:00:00"]),
        (r#"{"every": "hour", "count": 1, "zone": "UTC"}"#, vec!["2026-11-21T15:51:00"]),
        (
            r#"{"every": "day", "times": ["09:00", "18:00"], "count": 3, "zone": "UTC"}"#,
            vec!["2026-11-21T18:00:00", "2026-11-22T09:00:00", "2026-11-22T18:00:00"],
        ),
        (
            r#"{"cron": "*/30 * * * *", "count": 2, "zone": "UTC"}"#,
            vec!["2026-11-21T15:00:00", "2026-11-21T15:30:00"],
        ),
        // Where it is said from when on, that is what counts.
        (
            r#"{"every": "day", "times": ["09:00"], "count": 3, "from": "2026-11-20", "zone": "UTC"}"#,
            vec!["2026-11-22T09:00:00"],
        ),
    ] {
        check(now, json, 9, &want);
    }
}

#[test]
fn a_count_loses_no_firing_near_a_change_of_the_clocks() {
    // Between the two times that London's clocks show 01:30: 00:30 and 01:30 of UTC.
    let now = "2026-10-25T01:00:00Z";
    let daily = |fold: &str, count: u32| {
        format!(
            r#"{{"every": "day", "times": ["01:30"], "fold": "{fold}", "count": {count}, "zone": "Europe/London"}}"#
        )
    };
    check(now, &daily("both", 2), 9, &["2026-10-25T01:30:00+", "2026-10-26T01:30:00"]);
    check(now, &daily("second", 2), 9, &["2026-10-25T01:30:00+", "2026-10-26T01:30:00"]);
    check(now, &daily("first", 2), 9, &["2026-10-26T01:30:00", "2026-10-27T01:30:00"]);
    // A gap: 02:45 is moved behind 03:15.
    let moved = r#"{"every": "day", "times": ["02:45", "03:15"], "count": 2, "zone": "America/New_York"}"#;
    check("2026-03-08T07:20:00Z", moved, 9, &["2026-03-08T02:45:00", "2026-03-09T02:45:00"]);
    let numbers: Vec<u32> =
        fires(&plan(&daily("both", 3), now), now, 9).iter().map(|each| each.number).collect();
    assert_eq!(numbers, [1, 2, 3]);
}

#[test]
fn a_name_before_the_first_that_is_counted_or_behind_the_last_is_a_strangers() {
    let plan =
        plan(r#"{"every": "day", "times": ["09:00"], "count": 3, "zone": "UTC"}"#, "2026-11-21T14:51:00Z");
    let name = |text: &str| text.parse::<OccurrenceName>().unwrap();
    let own = [name("2026-11-22T09:00:00"), name("2026-11-24T09:00:00")];
    let strange = ["2026-11-21T09:00:00", "2026-11-22T09:30:00", "2026-11-25T09:00:00"].map(name);
    let first = plan.first(at("2026-11-21T14:51:00Z"));
    for first in [None, first] {
        assert_eq!(plan.strangers(own.iter().chain(&strange), first), strange, "from {first:?}");
        assert_eq!(plan.strangers(&own, first), []);
        assert_eq!(plan.strangers(&strange[..1], first), strange[..1], "alone");
    }
}
