//! Months as numbers, so that every N-th of them is arithmetic.

use chrono::{Datelike, NaiveDate};

use super::cost::step;

/// Months since January of the year 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Month(i32);

impl Month {
    /// Of a date in days since 1970-01-01.
    pub(super) fn of(day: i64) -> Option<Month> {
        let date = NaiveDate::from_epoch_days(i32::try_from(day).ok()?)?;
        Some(Month(date.year() * 12 + i32::try_from(date.month0()).ok()?))
    }

    /// 0 is January.
    pub(super) fn in_year(self) -> u32 {
        self.0.rem_euclid(12).unsigned_abs()
    }

    /// How many months after this one the next is that is a multiple of so many from an anchor.
    pub(super) fn until_multiple(self, anchor: Month, every: i32) -> i32 {
        (anchor.0 - self.0).rem_euclid(every)
    }

    /// How many days it has.
    pub(super) fn days(self) -> u32 {
        match self.in_year() {
            1 if is_leap(self.0.div_euclid(12)) => 29,
            1 => 28,
            3 | 5 | 8 | 10 => 30,
            _ => 31,
        }
    }

    /// Its 1st, in days since 1970-01-01.
    pub(super) fn first_day(self) -> Option<i64> {
        let date = NaiveDate::from_ymd_opt(self.0.div_euclid(12), self.in_year() + 1, 1)?;
        Some(i64::from(date.to_epoch_days()))
    }
}

fn is_leap(year: i32) -> bool {
    (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
}

/// The first date from one on and up to another that a mask has. Bit 0 of a mask is the 1st; `ahead` says how many months after one
/// the next is that may have a date, 0 where it may itself.
pub(super) fn next_day(
    today: i64,
    last: i64,
    ahead: impl Fn(Month) -> i32,
    mask: impl Fn(Month) -> u32,
) -> Option<i64> {
    let now = Month::of(today)?;
    let mut month = Month(now.0.checked_add(ahead(now))?);
    loop {
        step();
        let first = month.first_day()?;
        if first > last {
            return None;
        }
        let past = u32::try_from(today - first).unwrap_or(0);
        let days = mask(month).checked_shr(past).map_or(0, |left| left << past);
        if days != 0 {
            return Some(first + i64::from(days.trailing_zeros()));
        }
        let next = Month(month.0.checked_add(1)?);
        month = Month(next.0.checked_add(ahead(next))?);
    }
}
