//! Cron expressions mean what croner says they mean, and clocks do to them what they do to cron.

use chrono::NaiveDateTime;
use croner::Cron;
use proptest::prelude::*;

use super::super::cron::CronTable;
use super::{NOW, check, plan};
use crate::rules::schedule::Step;
use crate::words::Civil;

#[test]
fn fires_when_cron_would() {
    for (expression, want) in [
        ("0 9 * * 1-5", ["2026-01-08T09:00:00", "2026-01-09T09:00:00", "2026-01-12T09:00:00"]),
        ("*/20 10-11 * * *", ["2026-01-07T10:20:00", "2026-01-07T10:40:00", "2026-01-07T11:00:00"]),
        ("15,45 30 9 * * *", ["2026-01-08T09:30:15", "2026-01-08T09:30:45", "2026-01-09T09:30:15"]),
        ("0 12 L * *", ["2026-01-31T12:00:00", "2026-02-28T12:00:00", "2026-03-31T12:00:00"]),
        ("0 12 LW * *", ["2026-01-30T12:00:00", "2026-02-27T12:00:00", "2026-03-31T12:00:00"]),
        ("0 12 * * MON#2", ["2026-01-12T12:00:00", "2026-02-09T12:00:00", "2026-03-09T12:00:00"]),
        ("0 12 * * FRIL", ["2026-01-30T12:00:00", "2026-02-27T12:00:00", "2026-03-27T12:00:00"]),
        ("0 12 29 FEB *", ["2028-02-29T12:00:00", "2032-02-29T12:00:00", "2036-02-29T12:00:00"]),
        ("0 0 13 * 5", ["2026-01-09T00:00:00", "2026-01-13T00:00:00", "2026-01-16T00:00:00"]),
    ] {
        check(NOW, &format!(r#"{{"cron": "{expression}", "zone": "UTC"}}"#), 3, &want);
    }
    let bounded =
        r#"{"cron": "0 9 * * *", "zone": "UTC", "from": "2026-02-01", "until": "2026-02-09", "count": 2}"#;
    check(NOW, bounded, 9, &["2026-02-01T09:00:00", "2026-02-02T09:00:00"]);
}

#[test]
fn an_interval_job_follows_the_clocks_unless_a_policy_is_named() {
    let rule = |expression: &str, more: &str| {
        format!(r#"{{"cron": "{expression}", "zone": "America/New_York"{more}}}"#)
    };
    let (spring, autumn) = ("2026-03-08T06:20:00Z", "2026-11-01T05:20:00Z");
    let half = "*/30 * * * *";
    check(spring, &rule(half, ""), 2, &["2026-03-08T01:30:00", "2026-03-08T03:00:00"]);
    check(
        spring,
        &rule(half, r#", "gap": "shift""#),
        3,
        &["2026-03-08T01:30:00", "2026-03-08T02:00:00", "2026-03-08T03:00:00"],
    );
    check(
        autumn,
        &rule(half, ""),
        3,
        &["2026-11-01T01:30:00", "2026-11-01T01:00:00+", "2026-11-01T01:30:00+"],
    );
    check(autumn, &rule(half, r#", "fold": "first""#), 2, &["2026-11-01T01:30:00", "2026-11-01T02:00:00"]);
    check(autumn, &rule("30 * * * *", ""), 2, &["2026-11-01T01:30:00", "2026-11-01T01:30:00+"]);
    // A job with a fixed time is none.
    check(spring, &rule("30 2 * * *", ""), 1, &["2026-03-08T02:30:00"]);
    check(autumn, &rule("0-59/30 1 * * *", ""), 2, &["2026-11-01T01:30:00", "2026-11-02T01:00:00"]);
}

#[test]
fn every_second_costs_no_walk_over_what_is_skipped() {
    let gap = plan(r#"{"cron": "* * * * * *", "zone": "America/New_York"}"#, "2026-03-08T06:59:59Z");
    check(
        "2026-03-08T06:59:59Z",
        r#"{"cron": "* * * * * *", "zone": "America/New_York"}"#,
        1,
        &["2026-03-08T03:00:00"],
    );
    let skipped = gap.steps("2026-03-08T06:59:58Z".parse().unwrap());
    let skipped = skipped.skip(1).take(3_601).filter(|step| matches!(step, Step::Omitted(_))).count();
    // Both hours' seconds are due in turns: one that is skipped, and the one that takes its place.
    assert_eq!(skipped, 1_801);
}

fn field(min: u32, max: u32) -> impl Strategy<Value = String> {
    let number = move || min..=max;
    prop_oneof![
        3 => Just("*".to_owned()),
        2 => number().prop_map(|n| n.to_string()),
        1 => (2_u32..=7).prop_map(|n| format!("*/{n}")),
        1 => (number(), number()).prop_map(|(a, b)| format!("{}-{}", a.min(b), a.max(b))),
        1 => proptest::collection::vec(number(), 1..4)
            .prop_map(|ns| ns.iter().map(u32::to_string).collect::<Vec<_>>().join(",")),
    ]
}

fn expression() -> impl Strategy<Value = String> {
    let day = prop_oneof![
        4 => field(1, 31),
        1 => Just("L".to_owned()),
        1 => Just("LW".to_owned()),
        1 => (1_u32..=31).prop_map(|day| format!("{day}W")),
        1 => Just("?".to_owned()),
    ];
    let weekday = prop_oneof![
        4 => field(0, 7),
        1 => (0_u32..7, 1_u32..=5).prop_map(|(day, n)| format!("{day}#{n}")),
        1 => (0_u32..7).prop_map(|day| format!("{day}L")),
        1 => (0_u32..7).prop_map(|day| format!("+{day}")),
    ];
    (field(0, 59), field(0, 59), field(0, 23), day, field(1, 12), weekday)
        .prop_map(|(s, m, h, day, month, weekday)| format!("{s} {m} {h} {day} {month} {weekday}"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn agrees_with_croner(expression in expression(), start in 0_i64..4_000_000_000) {
        let start = start * 1_000;
        let table = CronTable::read(&expression, i64::MIN / 4).unwrap();
        let cron: Cron = expression.parse().unwrap();
        let mut at = start;
        for _ in 0..4 {
            let ten_years = at + 10 * 365 * 86_400_000;
            let naive: NaiveDateTime = Civil::from_ms(at).date_time();
            let theirs = cron.find_next_occurrence(&naive, true).ok().map(|at| at.and_utc().timestamp_millis());
            let ours = table.first_within(at, ten_years);
            prop_assert_eq!(ours, theirs.filter(|at| *at <= ten_years), "{} from {}", expression, naive);
            let Some(next) = ours else { break };
            at = next + 1_000;
        }
    }
}
