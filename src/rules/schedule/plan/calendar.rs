//! Every so many days, weeks or months at some times of day: dates by arithmetic from the anchor, never from the last one.

use serde::{Deserialize, Serialize};

use super::super::when::ShortMonth;
use super::months::{Month, next_day};

pub(super) const DAY_MS: i64 = 86_400_000;
/// 1970-01-01 was a Thursday, three days after a Monday.
const EPOCH_AFTER_MONDAY: i64 = 3;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Calendar {
    /// The anchor; local, in milliseconds. Its date is where periods are counted from.
    pub(super) from: i64,
    /// How many periods from one to the next; at least 1.
    pub(super) every: u32,
    pub(super) dates: Dates,
    /// Seconds of the day; sorted, each once, at least one.
    pub(super) times: Box<[u32]>,
}

/// Which dates of a period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) enum Dates {
    Day,
    /// Bit 0 is Monday; at least one.
    Week(u8),
    Month(MonthDays),
}

/// Days of a month; at least one of the two has a bit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct MonthDays {
    /// Bit 0 is the 1st.
    pub(super) from_start: u32,
    /// Bit 0 is the last day.
    pub(super) from_end: u32,
    pub(super) short_month: ShortMonth,
}

impl Calendar {
    pub(super) fn first_within(&self, start: i64, end: i64) -> Option<i64> {
        let start = start.max(self.from);
        let (today, last) = (day_of(start), day_of(end));
        let day = self.day_within(today, last)?;
        let now = start - day * DAY_MS;
        let ms = |time: &u32| i64::from(*time) * 1_000;
        if let Some(time) = self.times.get(self.times.partition_point(|time| ms(time) < now)) {
            return Some(day * DAY_MS + ms(time));
        }
        let day = self.day_within(today + 1, last)?;
        self.times.first().map(|time| day * DAY_MS + ms(time))
    }

    /// The first date within two, both inclusive.
    fn day_within(&self, today: i64, last: i64) -> Option<i64> {
        let (anchor, every) = (day_of(self.from), i64::from(self.every));
        let day = match &self.dates {
            Dates::Day => Some(today + (anchor - today).rem_euclid(every)),
            Dates::Week(weekdays) => Some(week_day(*weekdays, monday_of(anchor), every, today)),
            Dates::Month(days) => {
                let (anchor, every) = (Month::of(anchor)?, i32::try_from(every).ok()?);
                let ahead = |month: Month| month.until_multiple(anchor, every);
                next_day(today, last, ahead, |month| days.of(month.days()))
            }
        };
        day.filter(|day| *day <= last)
    }
}

impl MonthDays {
    /// The days of a month with so many; bit 0 is the 1st.
    fn of(&self, len: u32) -> u32 {
        let (has, lacks) =
            (self.from_start & !(u32::MAX << len), self.from_start.checked_shr(len).unwrap_or(0));
        let clamped = match self.short_month {
            ShortMonth::Clamp if lacks != 0 => 1 << (len - 1),
            ShortMonth::Clamp | ShortMonth::Skip => 0,
        };
        has | clamped | (self.from_end.reverse_bits() >> (u32::BITS - len))
    }
}

/// Days since 1970-01-01.
pub(super) fn day_of(civil: i64) -> i64 {
    civil.div_euclid(DAY_MS)
}

pub(super) fn midnight_after(civil: i64) -> i64 {
    (day_of(civil) + 1) * DAY_MS
}

fn monday_of(day: i64) -> i64 {
    day - (day + EPOCH_AFTER_MONDAY).rem_euclid(7)
}

fn week_day(weekdays: u8, anchor: i64, every: i64, today: i64) -> i64 {
    let monday = monday_of(today);
    let weeks = (monday - anchor).div_euclid(7);
    let left = u32::from(weekdays) >> (today - monday);
    if weeks.rem_euclid(every) == 0 && left != 0 {
        return today + i64::from(left.trailing_zeros());
    }
    let next = anchor + (weeks.div_euclid(every) + 1) * every * 7;
    next + i64::from(weekdays.trailing_zeros())
}
