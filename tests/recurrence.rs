//! Recurrence, for every rule, zone and moment: occurrences against a calendar counted day by day, and against themselves.
//!
//! The calendar is compared with 2,000 random rules. `HOMING_RULES=20000 cargo test --test recurrence calendar` takes more of them,
//! and `HOMING_RULES_SEED`, a number that every run prints, the same ones again.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::print_stdout, reason = "a run says by which seed it can be repeated")]

#[path = "support/cpu.rs"]
mod cpu;
mod recurring;

use std::cell::Cell;
use std::env;
use std::time::{Duration, SystemTime};

use chrono::{Datelike, Months, NaiveTime};
use homing::rules::schedule::{New, Occurrence, Plan, Reckoned, Step, When};
use homing::words::{Civil, Instant, Resolved, Zone};
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};
use recurring::calendar;
use recurring::rules::{Asked, DAY_MS, ZONES, any_rule, calendar_rule, moment, sparse_rule};
use serde_json::json;

/// Enough to pass two changes of the clocks by most rules.
const WALK_LEN: usize = 60;
/// What a calendar counts day by day: of rules of days and weeks, and of those with pauses of years (as far ahead as any is planned).
const WINDOW_MS: i64 = 50 * DAY_MS;
const HORIZON_MS: i64 = 10 * 366 * DAY_MS;
const RULES: u32 = 2_000;

fn made(asked: &Asked) -> Option<New> {
    let when: When = serde_json::from_value(asked.rule.clone()).expect("a rule that can be read");
    match New::of(&when, Some(Zone::UTC), asked.now) {
        Ok(made) => Some(made),
        Err(rejection) => {
            let expected =
                ["schedule.never_fires", "schedule.too_far", "schedule.in_the_past", "schedule.too_often"];
            let is_empty = rejection.code == "schedule.bad_rule" && asked.rule.get("at") == Some(&json!([]));
            assert!(is_empty || expected.contains(&rejection.code.as_str()), "{}: {rejection:?}", asked.rule);
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
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) })]

    #[test]
    fn occurrences_are_the_same_whenever_and_however_they_are_computed(asked in any_rule(), skip in 0..WALK_LEN) {
        let Some(New { plan, when, reckoned, first }) = made(&asked) else { return Ok(()) };
        let all = walk(&plan, asked.now);
        prop_assert!(!all.is_empty() && all[0].due > asked.now, "it fires after it is made: {}", asked.rule);
        prop_assert!(all.windows(2).all(|pair| place(&pair[0]) < place(&pair[1])), "in order: {}", asked.rule);
        // From the record, and from a snapshot.
        prop_assert_eq!(&Plan::read(&when, &reckoned).unwrap(), &plan);
        prop_assert_eq!(all[0], first);
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
        let Some(New { plan, .. }) = made(&asked) else { return Ok(()) };
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
    fn a_day_that_is_clamped_stays_in_its_month_and_no_month_goes_without(
        day in prop_oneof![1_i64..=31, -28_i64..=-1],
        zone in proptest::sample::select(ZONES),
        now in moment(),
    ) {
        let rule = json!({ "every": "month", "days": [day], "times": ["12:00"], "zone": zone });
        let Some(New { plan, .. }) = made(&Asked { rule, now }) else { return Ok(()) };
        let noons: Vec<Civil> = walk(&plan, now).iter().map(|occurrence| occurrence.nominal).collect();
        prop_assert_eq!(noons.len(), WALK_LEN);
        for pair in noons.windows(2) {
            // Where a zone moved across the date line, a month may lack the day: Kwajalein's August 1993 had no 21st.
            let mut next = clamped_noon(pair[0], day);
            while plan.zone().resolve(next) == Resolved::NoSuchDate {
                next = clamped_noon(next, day);
            }
            prop_assert_eq!(pair[1], next);
        }
    }
}

/// Noon of that day, or of the last there is, in the month after.
fn clamped_noon(before: Civil, day: i64) -> Civil {
    let first = before.date().with_day(1).expect("a month has a first") + Months::new(1);
    let len = i64::from(first.num_days_in_month());
    let day = if day < 0 { len + 1 + day } else { day.min(len) };
    Civil::from_ms(Civil::of(first, NaiveTime::MIN).ms() + (day - 1) * DAY_MS + DAY_MS / 2)
}

#[test]
fn a_calendar_counted_day_by_day_agrees_with_what_is_foretold_and_with_what_fires() {
    let number = |name: &str| env::var(name).ok().map(|text| text.parse::<u64>().expect("a number"));
    let clock = SystemTime::UNIX_EPOCH.elapsed().expect("it is after 1970").as_nanos() as u64;
    let seed = number("HOMING_RULES_SEED").unwrap_or(clock);
    let cases = number("HOMING_RULES").map_or(RULES, |cases| cases as u32);
    println!("HOMING_RULES_SEED={seed} HOMING_RULES={cases}");
    let bytes: Vec<u8> = seed.to_be_bytes().into_iter().cycle().take(32).collect();
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases) };
    let rules = prop_oneof![
        1 => calendar_rule().prop_map(|asked| (asked, WINDOW_MS)),
        2 => sparse_rule().prop_map(|asked| (asked, HORIZON_MS)),
    ];
    // The runner wants a function that changes nothing.
    let (taken, entries) = (Cell::new(0), Cell::new(0));
    let agrees = |((asked, window), re_asked): ((Asked, i64), Vec<i64>)| {
        let Some(made) = made(&asked) else { return Ok(()) };
        taken.set(taken.get() + 1);
        entries.set(entries.get() + compared(&asked, &made, window, &re_asked)?.len());
        Ok(())
    };
    let re_asked = proptest::collection::vec(0..HORIZON_MS, 5);
    let ran = TestRunner::new_with_rng(config, rng).run(&(rules, re_asked), agrees);
    ran.unwrap_or_else(|failed| panic!("HOMING_RULES_SEED={seed}: {failed}"));
    let (taken, entries) = (taken.get(), entries.get());
    println!("{taken} rules were taken, {entries} entries are alike");
    assert!(taken > cases / 2, "too many rules are refused: {taken} of {cases} were taken");
}

type Entries = Vec<calendar::Entry>;

/// A rule's entries, where the calendar has them, what is foretold and what fires; also asked for again later.
fn compared(asked: &Asked, made: &New, window: i64, re_asked: &[i64]) -> Result<Entries, TestCaseError> {
    let New { plan, when, .. } = made;
    let until = Instant::from_unix_ms(asked.now.unix_ms() + window);
    let counted_from = asked.rule.get("from").is_none().then_some(asked.now);
    let want = calendar::entries(when, plan.zone(), counted_from, asked.now, until);
    let told = |step| match step {
        Step::Due(each) => (each.nominal, each.second, Some(each.due)),
        Step::Omitted(each) => (each.nominal, false, None),
    };
    let foretold: Entries = plan.steps(asked.now).take(want.len()).map(told).collect();
    prop_assert_eq!(&foretold, &want, "foretold: {} at {}", asked.rule, asked.now);
    if window == HORIZON_MS {
        prop_assert_eq!(
            plan.steps(asked.now).count(),
            want.len(),
            "and no more: {} at {}",
            asked.rule,
            asked.now
        );
    }
    let due: Vec<_> =
        want.iter().filter_map(|(nominal, second, due)| Some((*nominal, *second, (*due)?))).collect();
    let named = |each: Occurrence| (each.nominal, each.second, each.due);
    let chain = std::iter::successors(plan.first(asked.now), |last| plan.next(last));
    let fired: Vec<_> = chain.take(due.len()).map(named).collect();
    prop_assert_eq!(&fired, &due, "fired: {} at {}", asked.rule, asked.now);
    for at in re_asked {
        let after = Instant::from_unix_ms(asked.now.unix_ms() + at % window);
        let next = due.iter().find(|(_, _, due)| *due > after);
        let first = plan.first(after).map(named).filter(|(_, _, due)| *due <= until);
        prop_assert_eq!(first.as_ref(), next, "after {}: {} at {}", after, asked.rule, asked.now);
    }
    Ok(want)
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
        let plan = Plan::read(&serde_json::from_value(rule).unwrap(), &Reckoned::default()).unwrap();
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
    // Of a processor. A thousand each take milliseconds; one that walked a day of seconds would take many minutes.
    const WITHIN: Duration = Duration::from_millis(500);
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
        let Ok(New { plan, .. }) = New::of(&when, None, now) else { continue };
        let began = cpu::of_this_thread();
        let mut at = plan.first(now);
        for _ in 0..1_000 {
            at = at.and_then(|last| plan.next(&last));
        }
        let took = cpu::of_this_thread() - began;
        println!("{took:?} {rule:.80}", rule = rule.to_string());
        assert!(took < WITHIN, "{took:?}: {rule}");
    }
}
