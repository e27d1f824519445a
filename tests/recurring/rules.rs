//! Random rules, most of them near a change of the clocks.

use homing::words::{Civil, Instant, Zone};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

pub const DAY_MS: i64 = 86_400_000;

/// An hour in either hemisphere, half an hour, at midnight, a whole date, none.
pub const ZONES: &[&str] = &[
    "UTC",
    "Africa/Casablanca",
    "America/New_York",
    "America/Sao_Paulo",
    "America/St_Johns",
    "Asia/Shanghai",
    "Asia/Gaza",
    "Australia/Lord_Howe",
    "Europe/London",
    "Pacific/Apia",
    "Antarctica/Troll",
];

/// 1980 to 2036.
const MOMENTS: std::ops::Range<i64> = 315_532_800..2_082_758_400;

#[derive(Debug, Clone)]
pub struct Asked {
    pub rule: Value,
    pub now: Instant,
}

pub fn moment() -> impl Strategy<Value = Instant> {
    MOMENTS.prop_map(|seconds| Instant::from_unix_ms(seconds * 1_000))
}

/// Rules of days, weeks and months.
pub fn calendar_rule() -> impl Strategy<Value = Asked> {
    with_bounds(prop_oneof![
        3 => (1_u32..=3, times()).prop_map(|(every, times)| json!({ "every": every, "unit": "days", "times": times })),
        1 => (1_u32..=3, times(), proptest::collection::vec(select(&["mon", "Tue", "wed", "thu", "fri", "Saturday", "sun"][..]), 1..=4))
            .prop_map(|(every, times, weekdays)| json!({ "every": every, "unit": "weeks", "times": times, "weekdays": weekdays })),
        1 => (1_u32..=3, times(), proptest::collection::vec(prop_oneof![1_i64..=31, 28_i64..=31, -28_i64..=-1], 1..=4))
            .prop_map(|(every, times, days)| json!({ "every": every, "unit": "months", "times": times, "days": days })),
    ])
}

/// Rules of every form.
pub fn any_rule() -> impl Strategy<Value = Asked> {
    let cron = select(
        &[
            "*/15 * * * *",
            "30 2 * * *",
            "0,30 0-3 * * *",
            "15 1 * * sun",
            "45 2 L * *",
            "*/20 30 1,2 * * *",
            "0 3 29 2 *",
            "7 * 1W,15 * 5#2",
        ][..],
    );
    let steady = (1_u32..=200, select(&["seconds", "minutes", "hours"][..]));
    prop_oneof![
        3 => calendar_rule(),
        2 => with_bounds(cron.prop_map(|cron| json!({ "cron": cron }))),
        2 => with_bounds(steady.prop_map(|(every, unit)| json!({ "every": every, "unit": unit }))),
        1 => listed(),
    ]
}

/// Mostly in the small hours, where clocks are set.
fn times() -> impl Strategy<Value = Vec<String>> {
    let hour = prop_oneof![3 => 0_u32..4, 1 => 0_u32..24];
    let time = (hour, select(&[0_u32, 10, 15, 30, 45, 59][..])).prop_map(|(h, m)| format!("{h:02}:{m:02}"));
    proptest::collection::vec(time, 1..=5)
}

fn listed() -> impl Strategy<Value = Asked> {
    let minutes = proptest::collection::vec(0_i64..5_000, 1..=30);
    (near_a_change(), minutes).prop_map(|((zone, now), minutes)| {
        let local = parsed(zone).local(now).ms();
        // What the clocks show again may have passed.
        let at = |minutes: &i64| Civil::from_ms(local + 2 * 3_600_000 + minutes * 60_000).to_string();
        let at: Vec<String> = minutes.iter().map(at).collect();
        Asked { rule: json!({ "at": at, "zone": zone }), now }
    })
}

fn with_bounds(rule: impl Strategy<Value = Value>) -> impl Strategy<Value = Asked> {
    let days = || -20_i64..=20;
    let policies = (
        proptest::option::weighted(0.6, select(&["shift", "skip"][..])),
        proptest::option::weighted(0.7, select(&["first", "second", "both"][..])),
        proptest::option::of(select(&["clamp", "skip"][..])),
    );
    let bounds = (
        proptest::option::of(days()),
        proptest::option::weighted(0.3, 0_i64..=40),
        proptest::option::weighted(0.3, 1_u32..=80),
        proptest::option::weighted(0.3, proptest::collection::vec(days(), 1..=6)),
        any::<bool>(),
    );
    (rule, near_a_change(), policies, bounds).prop_map(
        |(mut rule, (zone, now), (gap, fold, short), (from, until, count, except, to_the_minute))| {
            let today = parsed(zone).local(now);
            let date = |days: i64| Civil::from_ms(today.ms() + days * DAY_MS).date().to_string();
            let bound = |days: i64| if to_the_minute { format!("{}T01:30", date(days)) } else { date(days) };
            let from = from.filter(|days| *days < 0 || zone != "Pacific/Apia").map(bound);
            let except = except.map(|days| days.into_iter().map(date).collect::<Vec<_>>());
            let fields = [
                ("zone", json!(zone)),
                ("gap", json!(gap)),
                ("fold", json!(fold)),
                ("short_month", json!(short)),
                ("from", json!(from)),
                ("until", json!(until.map(bound))),
                ("count", json!(count)),
                ("except", json!(except)),
            ];
            let named = fields.into_iter().filter(|(_, value)| !value.is_null());
            rule.as_object_mut()
                .expect("a rule is an object")
                .extend(named.map(|(name, value)| (name.to_owned(), value)));
            Asked { rule, now }
        },
    )
}

/// A zone, and a moment that is mostly within two days before or after its clocks are set.
fn near_a_change() -> impl Strategy<Value = (&'static str, Instant)> {
    (select(ZONES), moment(), -2 * DAY_MS..=2 * DAY_MS, 0..5_u8).prop_map(|(zone, start, off, far)| {
        let day = |n: i64| Instant::from_unix_ms(start.unix_ms() + n * DAY_MS);
        let change = (0..400).find_map(|n| parsed(zone).change_between(day(n), day(n + 1)));
        let now = change.filter(|_| far > 0).map_or(start, |change| change.at);
        (zone, Instant::from_unix_ms((now.unix_ms() + off).div_euclid(60_000) * 60_000))
    })
}

fn parsed(zone: &str) -> Zone {
    zone.parse().expect("one of the zones above")
}
