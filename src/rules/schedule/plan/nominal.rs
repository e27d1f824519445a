//! The local times that a rule names, in the order of the calendar: what comes next on a wall, whatever the clocks there do.

use serde::{Deserialize, Serialize};

use super::calendar::Calendar;
use super::cron::CronTable;

/// Local times are milliseconds since 1970-01-01T00:00:00 on the same clock, as in [`crate::words::Civil`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) enum Nominal {
    /// Sorted, each once.
    At(Box<[i64]>),
    Calendar(Box<Calendar>),
    Cron(Box<CronTable>),
}

impl Nominal {
    /// The first one within two bounds, both inclusive.
    pub(super) fn first_within(&self, start: i64, end: i64) -> Option<i64> {
        if start > end {
            return None;
        }
        let found = match self {
            Nominal::At(times) => times.get(times.partition_point(|time| *time < start)).copied(),
            Nominal::Calendar(calendar) => calendar.first_within(start, end),
            Nominal::Cron(cron) => cron.first_within(start, end),
        };
        found.filter(|time| *time <= end)
    }

    /// Nothing is named before this.
    pub(super) fn anchor(&self) -> i64 {
        match self {
            Nominal::At(times) => times.first().copied().unwrap_or_default(),
            Nominal::Calendar(calendar) => calendar.from,
            Nominal::Cron(cron) => cron.from,
        }
    }
}
