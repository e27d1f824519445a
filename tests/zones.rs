//! Zones: when clocks show a local time, as Python's zoneinfo says, from the newest version of the database.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;
use std::time::Duration;

use homing::words::{Change, Civil, Instant, Resolved, Zone};
use support::{peers, run, say};

const ANSWERS_WITHIN: Duration = Duration::from_secs(60);

/// From 1960 to 2050.
const SECONDS: std::ops::Range<i64> = -315_619_200..2_524_608_000;
/// Of local times at random, for each zone: where ours has no change of clocks, theirs might.
const RANDOM_LEN: i64 = 150;
/// No zone has set its clocks twice within three days since 1960.
const STEP_SECONDS: i64 = 3 * 86_400;
/// Apia, Enderbury, Kanton, Kiritimati, Kwajalein: what went over the date line, under all of their names.
const DATES_SKIPPED_MIN: usize = 5;

#[test]
fn local_times_are_resolved_as_python_does() {
    let Some(python) = peers::zones() else { return };
    let zones: Vec<Zone> = Zone::all().collect();
    let asked: BTreeMap<String, Vec<i64>> =
        zones.iter().zip(1..).map(|(zone, salt)| (zone.to_string(), local_times(*zone, salt))).collect();
    let theirs = answer(Command::new(python).arg(peers::manifests().join("zones/resolve.py")), &asked);
    let (mut compared, mut moved, mut twice, mut no_date) = (0_usize, 0_usize, 0_usize, 0_usize);
    for zone in &zones {
        let name = zone.to_string();
        for (local, theirs) in asked[&name].iter().zip(&theirs[&name]) {
            let civil = Civil::from_ms(local * 1_000);
            let ours = zone.resolve(civil);
            assert_eq!(ours, said(*theirs), "{civil} in {name}");
            compared += 1;
            match ours {
                Resolved::Once(_) => {}
                Resolved::Twice { .. } => twice += 1,
                Resolved::Gap { .. } => moved += 1,
                Resolved::NoSuchDate => no_date += 1,
            }
        }
    }
    assert!(moved > 10_000 && twice > 10_000 && no_date > DATES_SKIPPED_MIN, "{moved} {twice} {no_date}");
    say(&format!(
        "{compared} local times of {} zones are resolved alike; {moved} in gaps, {twice} shown twice",
        zones.len()
    ));
}

#[test]
fn what_the_law_changed_this_year_is_known() {
    // Permanent summer time in British Columbia and Alberta; a winter of it in Cuba. An older database has each an hour later.
    for (zone, civil, at) in [
        ("America/Vancouver", "2026-11-22T09:00", "2026-11-22T16:00:00Z"),
        ("America/Edmonton", "2026-11-22T09:00", "2026-11-22T15:00:00Z"),
        ("America/Havana", "2026-11-22T09:00", "2026-11-22T13:00:00Z"),
        ("Canada/Pacific", "2026-11-22T09:00", "2026-11-22T16:00:00Z"),
    ] {
        let (zone, civil): (Zone, Civil) = (zone.parse().unwrap(), civil.parse().unwrap());
        assert_eq!(zone.resolve(civil), Resolved::Once(at.parse().unwrap()), "{civil} in {zone}");
    }
}

#[test]
fn names_of_old_are_still_understood() {
    for name in [
        "US/Pacific",
        "Asia/Calcutta",
        "EST5EDT",
        "GMT+0",
        "Zulu",
        "Europe/Kiev",
        "America/Indiana/Knox",
        "Etc/GMT-14",
    ] {
        assert_eq!(name.parse::<Zone>().unwrap().to_string(), name);
    }
}

#[test]
fn python_has_the_version_of_the_database_that_is_compiled_in() {
    let (year, letter) = Zone::DATA_VERSION.split_at(4);
    let release = letter.bytes().next().map_or(0, |letter| letter - b'a' + 1);
    let pinned = fs::read_to_string(peers::manifests().join("zones/requirements.txt")).unwrap();
    assert_eq!(pinned.trim(), format!("tzdata=={year}.{release}"));
}

#[test]
fn no_zone_sets_its_clocks_by_more_than_a_day_or_twice_within_three() {
    const DAY_MS: i64 = 86_400_000;
    let day = |n: i64| Instant::from_unix_ms(n * DAY_MS);
    for zone in Zone::all() {
        let mut last = i64::MIN / 2;
        for n in SECONDS.start * 1_000 / DAY_MS..SECONDS.end * 1_000 / DAY_MS {
            let Some(change) = zone.change_between(day(n), day(n + 1)) else { continue };
            assert_eq!(
                change.after_ms,
                zone.offset_ms(day(n + 1)),
                "once on that day: {zone}, {}",
                change.at
            );
            assert!((change.after_ms - change.before_ms).abs() <= DAY_MS, "{zone}, {}", change.at);
            assert!(n - last > 3, "{zone}, {}", change.at);
            last = n;
        }
    }
}

fn said((first, second, no_date): (i64, i64, bool)) -> Resolved {
    let [first, second] = [first, second].map(|seconds| Instant::from_unix_ms(seconds * 1_000));
    if no_date {
        return Resolved::NoSuchDate;
    }
    match first.cmp(&second) {
        std::cmp::Ordering::Less => Resolved::Twice { first, second },
        std::cmp::Ordering::Equal => Resolved::Once(first),
        // fold=0 keeps the offset before the gap (PEP 495).
        std::cmp::Ordering::Greater => Resolved::Gap { shifted: first },
    }
}

/// Around each change of the clocks of a zone, and some at random.
fn local_times(zone: Zone, salt: i64) -> Vec<i64> {
    let at = |seconds: i64| Instant::from_unix_ms(seconds * 1_000);
    let steps = SECONDS.step_by(STEP_SECONDS.unsigned_abs() as usize);
    let changes = steps.filter_map(|start| zone.change_between(at(start), at(start + STEP_SECONDS)));
    let around = changes.flat_map(|change: Change| {
        let (from, to) = (change.from().ms() / 1_000, change.to().ms() / 1_000);
        let (low, high) = (from.min(to), from.max(to));
        [low - 1, low, low + 1, low + (high - low) / 2, high - 1, high, high + 1]
    });
    // Weyl's sequence: everywhere, and the same in every run.
    let random = (1..=RANDOM_LEN).map(|n| {
        SECONDS.start + (n * 1_327_217_885 + salt * 7_368_787).rem_euclid(SECONDS.end - SECONDS.start)
    });
    around.chain(random).collect()
}

fn answer(
    command: &mut Command,
    asked: &BTreeMap<String, Vec<i64>>,
) -> BTreeMap<String, Vec<(i64, i64, bool)>> {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let file = folder.path().join("asked.json");
    fs::write(&file, serde_json::to_vec(asked).expect("names and numbers are JSON"))
        .expect("a temporary folder can be written");
    let ended = run(command.arg(file).env("PYTHONTZPATH", ""), ANSWERS_WITHIN);
    serde_json::from_str(&ended.succeeded("resolve.py").stdout).expect("it answers in JSON")
}
