//! Random rules, most of them near a change of the clocks.

use homing::words::{Civil, Instant, Zone};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

pub const DAY_MS: i64 = 86_400_000;

/// An hour in either hemisphere, half an hour, at midnight, a whole date, none; with much and little history.
pub const ZONES: &[&str] = &[
    "UTC",
    "Africa/Cairo",
    "Africa/Casablanca",
    "Africa/Johannesburg",
    "Africa/Juba",
    "Africa/Monrovia",
    "Africa/Tripoli",
    "Africa/Windhoek",
    "America/Adak",
    "America/Anchorage",
    "America/Asuncion",
    "America/Caracas",
    "America/Chicago",
    "America/Danmarkshavn",
    "America/Edmonton",
    "America/Godthab",
    "America/Goose_Bay",
    "America/Havana",
    "America/Indiana/Knox",
    "America/Mexico_City",
    "America/Montevideo",
    "America/New_York",
    "America/Port-au-Prince",
    "America/Sao_Paulo",
    "America/Santiago",
    "America/St_Johns",
    "America/Vancouver",
    "Antarctica/Casey",
    "Antarctica/Troll",
    "Asia/Amman",
    "Asia/Colombo",
    "Asia/Dhaka",
    "Asia/Gaza",
    "Asia/Hong_Kong",
    "Asia/Jerusalem",
    "Asia/Kathmandu",
    "Asia/Pyongyang",
    "Asia/Shanghai",
    "Asia/Tehran",
    "Atlantic/Azores",
    "Australia/Adelaide",
    "Australia/Eucla",
    "Australia/Lord_Howe",
    "Australia/Sydney",
    "Europe/Berlin",
    "Europe/Chisinau",
    "Europe/Dublin",
    "Europe/Istanbul",
    "Europe/Kyiv",
    "Europe/Lisbon",
    "Europe/London",
    "Europe/Moscow",
    "Pacific/Apia",
    "Pacific/Auckland",
    "Pacific/Chatham",
    "Pacific/Easter",
    "Pacific/Fiji",
    "Pacific/Kwajalein",
    "Pacific/Norfolk",
    "Pacific/Tongatapu",
];

/// 1960 to 2040.
const MOMENTS: std::ops::Range<i64> = -315_619_200..2_208_988_800;

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

/// Rules with pauses of months and years, one of whose times the clocks skip or show twice; asked for up to two years before.
pub fn sparse_rule() -> impl Strategy<Value = Asked> {
    let near = (near_a_change(), 0_i64..700, -90_i64..=90, any::<bool>(), 0_u8..6, 0_i64..3);
    let policies = (
        proptest::option::of(select(&["shift", "skip"][..])),
        proptest::option::weighted(0.7, select(&["first", "second", "both"][..])),
        proptest::option::weighted(0.3, 1_u32..=4),
        proptest::collection::vec(any::<u8>(), 0..4),
    );
    (near, policies).prop_map(|(((zone, near), back, minutes, soon, form, years), (gap, fold, count, other))| {
        let clocks = parsed(zone);
        // The local time is one of the change: `near` is within two days of it.
        let day = |n: i64| Instant::from_unix_ms(near.unix_ms() + n * DAY_MS);
        let change = clocks.change_between(day(-3), day(3)).map_or_else(|| clocks.local(near), |change| change.from());
        let local = change.ms() + minutes * 60_000;
        let back = if soon { back * 60_000 * 3 } else { back * DAY_MS };
        let now = Instant::from_unix_ms((day(0).unix_ms() - back).div_euclid(60_000) * 60_000);
        let shown = Civil::from_ms(local).to_string();
        let number = |range: std::ops::Range<usize>| shown[range].parse::<i64>().expect("digits");
        let (month, date, hour, minute) = (number(5..7), number(8..10), number(11..13), number(14..16));
        let from = format!("{:04}-{:02}-{:02}", number(0..4) - years, month, date.min(28));
        let mut rule = match form {
            0 => {
                let shift = |n: &u8| local + (i64::from(*n) - 20) * 3 * DAY_MS + i64::from(*n) * 60_000;
                let ahead = |ms: &i64| *ms > clocks.local(now).ms() + 2 * DAY_MS;
                let at = std::iter::once(local).chain(other.iter().map(shift)).filter(ahead);
                json!({ "at": at.map(|ms| Civil::from_ms(ms).to_string()).collect::<Vec<_>>() })
            }
            1 | 2 => json!({ "every": 6 * form, "unit": "months", "days": [date], "times": [&shown[11..16]], "from": from }),
            3 => json!({ "cron": format!("{minute} {hour} {date} {month} *") }),
            4 => json!({ "cron": format!("{minute} {hour} * {month} SUN#{}", if date > 24 { "L".to_owned() } else { ((date + 6) / 7).to_string() }) }),
            _ => json!({ "cron": format!("*/30 {hour},{} {date} {month} *", (hour + 1) % 24), "from": from }),
        };
        let count = count.filter(|_| form > 0);
        let named = [("zone", json!(zone)), ("gap", json!(gap)), ("fold", json!(fold)), ("count", json!(count))];
        let named = named.into_iter().filter(|(_, value)| !value.is_null());
        let fields = rule.as_object_mut().expect("a rule is an object");
        fields.extend(named.map(|(name, value)| (name.to_owned(), value)));
        Asked { rule, now }
    })
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
