//! The ledger of days: a row for each, kept as deliveries and occurrences begin and end. Counted as `rules/days.rs` counts.

use super::message::Message;
use super::step::{State, Step};
use super::store::Model;
use super::{keys, read_row, write_row};
use crate::log::{Fault, Rows};
use crate::rules::days::{DaySums, End};
use crate::rules::schedule::Sums;
use crate::words::{Day, Instant, MessageId};

fn change(rows: &mut Rows, day: Day, change: impl FnOnce(&mut DaySums)) -> Result<(), Fault> {
    let key = keys::day(day);
    let mut sums: DaySums = rows.get(&key)?.map(|row| read_row(&row)).transpose()?.unwrap_or_default();
    change(&mut sums);
    rows.put(key, write_row(&sums));
    Ok(())
}

/// A message has so many more deliveries. One without a row was accepted at `at`.
pub(super) fn opened(rows: &mut Rows, message: MessageId, at: Instant, len: u64) -> Result<(), Fault> {
    let day = day_of(rows, message, at)?;
    if len == 0 { Ok(()) } else { change(rows, day, |sums| sums.deliveries.opened(len)) }
}

/// A delivery that was in one state, unless there is none, comes to another.
pub(super) fn moved(
    rows: &mut Rows,
    message: MessageId,
    from: Option<State>,
    step: &Step,
) -> Result<(), Fault> {
    let end = match step.state {
        State::Delivered | State::Read => End::Delivered,
        State::Filtered => End::Filtered,
        State::Recalled => End::Recalled,
        State::Expired => End::Expired,
        State::Failed => End::Failed,
        State::Planned | State::Sent | State::Pull | State::Waiting | State::Unknown => return Ok(()),
    };
    if from.is_some_and(State::is_open) {
        let day = day_of(rows, message, step.at)?;
        change(rows, day, |sums| sums.deliveries.ended(end))
    } else if step.state == State::Read {
        Ok(())
    } else {
        change(rows, Day::of(step.at), |sums| sums.deliveries.repeated += 1)
    }
}

fn day_of(rows: &Rows, message: MessageId, at: Instant) -> Result<Day, Fault> {
    let row = rows.get(&keys::message(message))?;
    let accepted = row.map(|row| Message::accepted_at(&row).ok_or_else(Fault::torn)).transpose()?;
    Ok(Day::of(accepted.unwrap_or(at)))
}

/// The occurrence that a schedule has planned, by its time, is another one.
pub(super) fn planned(rows: &mut Rows, before: Option<Instant>, after: Option<Instant>) -> Result<(), Fault> {
    if let Some(before) = before {
        change(rows, Day::of(before), |sums| {
            sums.occurrences.pending = sums.occurrences.pending.saturating_sub(1);
        })?;
    }
    after.map_or(Ok(()), |after| change(rows, Day::of(after), |sums| sums.occurrences.pending += 1))
}

/// Something of an occurrence of that time is counted.
pub(super) fn counted(rows: &mut Rows, due: Instant, count: impl FnOnce(&mut Sums)) -> Result<(), Fault> {
    change(rows, Day::of(due), |sums| count(&mut sums.occurrences))
}

impl Model {
    /// The days from one on, so many at most, oldest first.
    pub(in crate::query) fn days(&self, from: Day, limit: usize) -> Result<Vec<(Day, DaySums)>, Fault> {
        let rows = self.projection.range(keys::day(from)..=keys::day(Day::from_number(u32::MAX)));
        let days = rows.take(limit).map(|row| {
            let (key, row) = row?;
            Ok((keys::day_of(&key).ok_or_else(Fault::torn)?, read_row(&row)?))
        });
        days.collect()
    }
}
