//! One occurrence is skipped, or not skipped after all; either can be said until it fires.

use super::OneOccurrence;
use crate::rules::{Fact, Rejection, State};
use crate::words::UserName;

/// Named one by one by a person; a rule that is to leave out more has `except`.
const SKIPS_LEN_MAX: usize = 1_000;

pub(in crate::rules) fn skip(
    state: &State,
    user: &UserName,
    command: OneOccurrence,
) -> Result<Vec<Fact>, Rejection> {
    let OneOccurrence { schedule, occurrence } = command;
    let kept = state.schedule_of(user, schedule)?;
    let named = kept.plan.at(occurrence.nominal, occurrence.second);
    let ahead = kept.next.zip(named).is_some_and(|(next, named)| named.due >= next.due);
    if !ahead {
        return Err(Rejection::no_occurrence(&occurrence.to_string()));
    }
    if kept.skips.contains(&occurrence) {
        return Ok(Vec::new());
    }
    if kept.skips.len() >= SKIPS_LEN_MAX {
        return Err(Rejection::too_many_skips(SKIPS_LEN_MAX));
    }
    Ok(vec![Fact::SkipSet { schedule, occurrence, skip: true }])
}

pub(in crate::rules) fn unskip(
    state: &State,
    user: &UserName,
    command: OneOccurrence,
) -> Result<Vec<Fact>, Rejection> {
    let OneOccurrence { schedule, occurrence } = command;
    let skipped = state.schedule_of(user, schedule)?.skips.contains(&occurrence);
    Ok(if skipped { vec![Fact::SkipSet { schedule, occurrence, skip: false }] } else { Vec::new() })
}
