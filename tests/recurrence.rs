//! What holds for every rule, zone and moment: occurrences against a calendar counted day by day, and against themselves.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod recurring;

use std::time::{Duration, Instant as Stopwatch};

use homing::rules::schedule::{Occurrence, Plan, Step, When};
use homing::words::{Civil, Instant, Resolved, Zone};
use proptest::prelude::*;
use recurring::calendar;
use recurring::rules::{Asked, DAY_MS, ZONES, any_rule, calendar_rule, moment};
use serde_json::json;

/// Enough to pass two changes of the clocks by most rules.
const WALK_LEN: usize = 60;
/// What a calendar counts day by day.
const WINDOW_MS: i64 = 50 * DAY_MS;

fn made(asked: &Asked) -> Option<(Plan, When)> {
    let when: When = serde_json::from_value(asked.rule.clone()).expect("a rule that can be read");
    match Plan::new(&when, Some(Zone::UTC), asked.now) {
        Ok(made) => Some(made),
        Err(rejection) => {
            let expected =
                ["schedule.never_fires", "schedule.too_far", "schedule.in_the_past", "schedule.too_often"];
            assert!(expected.contains(&rejection.code.as_str()), "{}: {rejection:?}", asked.rule);
            None
        }
    }
}

fn walk(plan: &Plan, after: Instant) -> Vec<Occurrence> {
    std::iter::successors(plan.first(after), |last| plan.next(last)).take(WALK_LEN).collect()
}

fn due_steps(plan: &Plan, after: Instant) -> impl Iterator<Item = Occurrence> {
    plan.steps(after).filter_map(|step| match step {
        Step::Due(occurrence) => Some(occurrence),
        Step::Omitted(_) => None,
    })
}

fn place(occurrence: &Occurrence) -> (Instant, Civil, bool) {
    (occurrence.due, occurrence.nominal, occurrence.second)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(3000) })]

    #[test]
    fn occurrences_are_the_same_whenever_and_however_they_are_computed(asked in any_rule(), skip in 0..WALK_LEN) {
        let Some((plan, recorded)) = made(&asked) else { return Ok(()) };
        let all = walk(&plan, asked.now);
        prop_assert!(!all.is_empty() && all[0].due > asked.now, "it fires after it is made: {}", asked.rule);
        prop_assert!(all.windows(2).all(|pair| place(&pair[0]) < place(&pair[1])), "in order: {}", asked.rule);
        // From the record, and from a snapshot.
        prop_assert_eq!(&Plan::read(&recorded).unwrap(), &plan);
        let bytes = rmp_serde::to_vec_named(&plan).unwrap();
        prop_assert_eq!(&rmp_serde::from_slice::<Plan>(&bytes).unwrap(), &plan);
        // From the middle, and from just before it.
        let middle = all[skip % all.len()];
        for after in [middle.due, Instant::from_unix_ms(middle.due.unix_ms() - 1)] {
            let want = all.iter().find(|occurrence| occurrence.due > after).copied();
            if want.is_some() {
                prop_assert_eq!(plan.first(after), want, "after {}: {}", after, asked.rule);
                prop_assert_eq!(due_steps(&plan, after).next(), want, "stepped: {}", asked.rule);
            }
        }
        prop_assert_eq!(plan.at(middle.nominal, middle.second), Some(middle));
        // Numbers grow by one where there is a count, and stay away where there is none.
        let first = all[0].number;
        let counted = u32::from(asked.rule.get("count").is_some());
        prop_assert_eq!(first > 0, counted == 1);
        prop_assert!((first..).step_by(1).zip(&all).all(|(n, each)| each.number == n * counted));
    }

    #[test]
    fn a_moment_shows_the_time_that_is_named_or_that_time_moved_by_a_gap(asked in any_rule()) {
        let Some((plan, _)) = made(&asked) else { return Ok(()) };
        let zone = plan.zone();
        for occurrence in walk(&plan, asked.now) {
            match zone.resolve(occurrence.nominal) {
                Resolved::Once(at) => prop_assert!(!occurrence.second && at == occurrence.due),
                Resolved::Twice { first, second } => {
                    prop_assert_eq!(occurrence.due, if occurrence.second { second } else { first });
                }
                Resolved::Gap { shifted } => {
                    let gap = zone.change_at(occurrence.nominal).unwrap();
                    let moved = occurrence.nominal.ms() + gap.after_ms - gap.before_ms;
                    prop_assert_eq!((shifted, zone.local(shifted).ms()), (occurrence.due, moved));
                    continue;
                }
                Resolved::NoSuchDate => prop_assert!(false, "{} is no date", occurrence.nominal),
            }
            prop_assert_eq!(zone.local(occurrence.due), occurrence.nominal);
        }
    }

    #[test]
    fn a_calendar_counted_day_by_day_agrees(asked in calendar_rule()) {
        let Some((plan, recorded)) = made(&asked) else { return Ok(()) };
        let until = Instant::from_unix_ms(asked.now.unix_ms() + WINDOW_MS);
        let want = calendar::entries(&recorded, plan.zone(), asked.now, until);
        let mut ours = Vec::new();
        let counted = recorded.count.is_some();
        for step in plan.steps(asked.now) {
            match step {
                Step::Due(each) if each.due > until => break,
                Step::Due(each) => ours.push((each.nominal, each.second, Some(each.due))),
                Step::Omitted(each) => ours.push((each.nominal, false, None)),
            }
        }
        // Those that are omitted after the last one of the window belong to it or to what follows.
        let due = |(_, _, due): &&(Civil, bool, Option<Instant>)| due.is_some();
        let ours_due: Vec<_> = ours.iter().filter(due).collect();
        let want_due: Vec<_> = want.iter().filter(due).collect();
        prop_assert_eq!(ours_due, want_due, "{}", asked.rule);
        for omitted in want.iter().filter(|entry| !due(entry)) {
            let near_the_end = omitted.0.ms() > until.unix_ms() - 2 * DAY_MS;
            let after_the_count = counted && ours.iter().filter(|each| due(each)).all(|each| each.0 < omitted.0);
            prop_assert!(ours.contains(omitted) || near_the_end || after_the_count, "{:?} {}", omitted, asked.rule);
        }
        for omitted in ours.iter().filter(|entry| !due(entry)) {
            let near_the_ends = omitted.0.ms() > until.unix_ms() - 2 * DAY_MS
                || omitted.0.ms() < asked.now.unix_ms() + 2 * DAY_MS;
            prop_assert!(want.contains(omitted) || near_the_ends, "{:?} {}", omitted, asked.rule);
        }
    }

    #[test]
    fn a_day_that_is_clamped_stays_in_its_month_and_no_month_goes_without(
        day in prop_oneof![1_i64..=31, -28_i64..=-1],
        zone in proptest::sample::select(ZONES),
        now in moment(),
    ) {
        // In December 2011 the last but one day was no date of Apia's.
        prop_assume!(zone != "Pacific/Apia");
        let rule = json!({ "every": "month", "days": [day], "times": ["12:00"], "zone": zone });
        let Some((plan, _)) = made(&Asked { rule, now }) else { return Ok(()) };
        let month = |occurrence: &Occurrence| {
            let shown = occurrence.nominal.to_string();
            let number = |range: std::ops::Range<usize>| shown[range].parse::<i64>().unwrap();
            (number(0..4) * 12 + number(5..7), number(8..10))
        };
        let months: Vec<_> = walk(&plan, now).iter().map(month).collect();
        prop_assert!(months.windows(2).all(|pair| pair[1].0 == pair[0].0 + 1), "{:?}", months);
        prop_assert!(day < 0 || months.iter().all(|(_, shown)| *shown == day || *shown < day && *shown >= 28));
    }
}

#[test]
fn occurrences_go_on_however_a_zone_has_ever_set_its_clocks() {
    const YEARS: std::ops::Range<i64> = -130 * 366..70 * 366;
    const STEP_DAYS: usize = 3;
    let day = |n: i64| Instant::from_unix_ms(n * DAY_MS);
    let times: Vec<String> = (0..24).map(|hour| format!("{hour:02}:20")).collect();
    for name in Zone::all().map(|zone| zone.to_string()) {
        let rule =
            json!({ "every": "day", "times": times, "fold": "both", "from": "1800-01-01", "zone": name });
        let plan = Plan::read(&serde_json::from_value(rule).unwrap()).unwrap();
        let three = STEP_DAYS as i64;
        for start in YEARS.step_by(STEP_DAYS) {
            if plan.zone().change_between(day(start), day(start + three)).is_some() {
                let all = walk(&plan, day(start));
                assert!(
                    all.len() == WALK_LEN && all.windows(2).all(|pair| place(&pair[0]) < place(&pair[1])),
                    "{name}"
                );
            }
        }
    }
}

#[test]
fn no_rule_makes_the_next_occurrence_take_long() {
    // A thousand each; one that walked a day of seconds would take minutes.
    const WITHIN: Duration = Duration::from_secs(5);
    let dates: Vec<String> = (0..1_000_i64)
        .map(|day| Civil::from_ms(1_772_928_000_000 + day * DAY_MS).date().to_string())
        .collect();
    let now = "2026-03-08T06:59:00Z".parse().unwrap();
    for rule in [
        json!({ "every": "second", "except": dates, "zone": "America/New_York" }),
        json!({ "cron": "* * * * * *", "except": dates, "zone": "America/New_York" }),
        json!({ "cron": "* * * * * *", "zone": "America/New_York" }),
        json!({ "cron": "* * * * * *", "gap": "shift", "zone": "America/New_York" }),
        json!({ "cron": "59 59 23 29 2 */7", "zone": "America/New_York" }),
        json!({ "every": "second", "from": "1970-01-01", "zone": "America/New_York" }),
        json!({ "every": "day", "times": ["02:30"], "gap": "skip", "except": dates, "from": "0001-01-01", "zone": "America/New_York" }),
        json!({ "every": 120, "unit": "months", "days": [29], "short_month": "skip", "times": ["02:30"], "from": "2024-02-01", "zone": "Africa/Casablanca" }),
    ] {
        let when: When = serde_json::from_value(rule.clone()).unwrap();
        let Ok((plan, _)) = Plan::new(&when, None, now) else { continue };
        let watch = Stopwatch::now();
        let mut at = plan.first(now);
        for _ in 0..1_000 {
            at = at.and_then(|last| plan.next(&last));
        }
        assert!(watch.elapsed() < WITHIN, "{:?}: {}", watch.elapsed(), rule.to_string().len());
    }
}
