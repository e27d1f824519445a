//! Rules with long pauses, near a change of the clocks: what they name fires once, or the rule is refused.

use super::{at, check, made, name, plan};

#[test]
fn what_has_fired_does_not_fire_again_when_the_next_candidate_lies_in_a_change() {
    check(
        "2026-11-21T12:00:00Z",
        r#"{"at": ["2026-11-22T01:26:52", "2027-10-03T02:15:00"], "zone": "Australia/Lord_Howe"}"#,
        9,
        &["2026-11-22T01:26:52", "2027-10-03T02:15:00"],
    );
    check(
        "2026-11-21T12:00:00Z",
        r#"{"every": 6, "unit": "months", "days": [26], "times": ["01:00"], "from": "2027-09-26", "zone": "Europe/London"}"#,
        3,
        &["2027-09-26T01:00:00", "2028-03-26T01:00:00", "2028-09-26T01:00:00"],
    );
    check(
        "2026-11-21T12:00:00Z",
        r#"{"every": 12, "unit": "months", "days": [25], "times": ["01:30"], "from": "2026-10-25", "zone": "Europe/London"}"#,
        3,
        &["2027-10-25T01:30:00", "2028-10-25T01:30:00", "2029-10-25T01:30:00"],
    );
}

#[test]
fn a_rule_whose_every_time_is_skipped_by_the_clocks_is_refused() {
    let berlin = |expression: &str, gap: &str| {
        format!(r#"{{"cron": "{expression}", "gap": "{gap}", "zone": "Europe/Berlin"}}"#)
    };
    let now = "2026-11-21T12:00:00Z";
    let refused = made(&berlin("0 2 * 3 SUN#L", "skip"), now).map(|_| ()).map_err(|why| why.code);
    assert_eq!(refused, Err("schedule.never_fires".to_owned()));
    // It fires where it can.
    check(now, &berlin("0 2 * 3 SUN#L", "shift"), 2, &["2027-03-28T02:00:00", "2028-03-26T02:00:00"]);
    check(now, &berlin("0 2,3 * 3 SUN#L", "skip"), 2, &["2027-03-28T03:00:00", "2028-03-26T03:00:00"]);
    check(now, &berlin("0 2 * 3,4 SUN#L", "skip"), 2, &["2027-04-25T02:00:00", "2028-04-30T02:00:00"]);
}

#[test]
fn what_follows_an_occurrence_never_bears_its_name() {
    // As if it had been planned before the zone's clocks were set otherwise by law: an hour early, and an hour late.
    let rule =
        r#"{"every": "day", "times": ["09:00", "09:30"], "zone": "America/Vancouver", "from": "2026-01-01"}"#;
    let plan = plan(rule, "2026-11-21T12:00:00Z");
    let planned = plan.first(at("2026-11-22T00:00:00Z")).unwrap();
    for moved in [-3_600_000, 3_600_000] {
        let due = crate::words::Instant::from_unix_ms(planned.due.unix_ms() + moved);
        let following = plan.next(&crate::rules::schedule::Occurrence { due, ..planned }).unwrap();
        assert_eq!(name(&following), "2026-11-22T09:30:00", "planned {moved} ms from where it is now");
    }
}
