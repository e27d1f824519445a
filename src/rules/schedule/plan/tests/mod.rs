//! The tables of plans: every form, policy and refusal, as a sender would write them.

mod clocks;
mod counted;
mod cron;
mod forms;
mod refusals;
mod sparse;
mod steps;

use super::{AHEAD_MS, New, Occurrence, Plan, Step};
use crate::rules::Rejection;
use crate::rules::schedule::When;
use crate::words::Instant;

/// A Wednesday.
const NOW: &str = "2026-01-07T10:00:00Z";

fn when(json: &str) -> When {
    serde_json::from_str(json).unwrap_or_else(|error| panic!("{json}: {error}"))
}

fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

fn made(json: &str, now: &str) -> Result<New, Rejection> {
    let made = New::of(&when(json), None, at(now));
    if let Ok(New { plan, when, reckoned, first }) = &made {
        assert_eq!(&Plan::read(when, reckoned).unwrap(), plan, "read again: {json}");
        let bytes = rmp_serde::to_vec_named(plan).unwrap();
        assert_eq!(&rmp_serde::from_slice::<Plan>(&bytes).unwrap(), plan, "stored: {json}");
        assert_eq!(plan.first(at(now)), Some(*first), "first: {json}");
    }
    made
}

fn plan(json: &str, now: &str) -> Plan {
    made(json, now).unwrap_or_else(|rejection| panic!("{json}: {rejection:?}")).plan
}

/// `nominal`, with `+` for the later of two.
fn name(occurrence: &Occurrence) -> String {
    format!("{}{}", occurrence.nominal, if occurrence.second { "+" } else { "" })
}

/// The first so many after a moment, by `first` and `next`; `steps` has to give the same.
fn fires(plan: &Plan, after: &str, len: usize) -> Vec<Occurrence> {
    let mut all: Vec<Occurrence> = plan.first(at(after)).into_iter().collect();
    while all.len() < len
        && let Some(next) = all.last().and_then(|last| plan.next(last))
    {
        all.push(next);
    }
    let due = |step| match step {
        Step::Due(occurrence) => Some(occurrence),
        Step::Omitted(_) => None,
    };
    let stepped: Vec<_> = plan.steps(at(after)).filter_map(due).take(len).collect();
    // Steps end ten years after the moment, `next` ten years after the last.
    let near = all.iter().filter(|occurrence| occurrence.due.unix_ms() <= at(after).unix_ms() + AHEAD_MS);
    assert_eq!(stepped, near.copied().collect::<Vec<_>>());
    for occurrence in &all {
        assert_eq!(plan.at(occurrence.nominal, occurrence.second), Some(*occurrence), "found by its name");
    }
    all
}

/// A rule that is new at a moment fires at these local times, and, where there are fewer than `len`, never again.
fn check(now: &str, json: &str, len: usize, want: &[&str]) {
    let all = fires(&plan(json, now), now, len);
    assert_eq!(all.iter().map(name).collect::<Vec<_>>(), want, "{json}");
}
