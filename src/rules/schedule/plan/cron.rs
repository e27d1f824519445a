//! A cron expression as tables of bits: croner reads it and says which days match; the clock is counted here.
//!
//! It is matched against the civil clock, so that gaps and folds are the plan's to judge, as with every other rule. croner's
//! own search is not used: it walks seconds through a gap, gives up after two hours, and keeps five kilobytes for an expression.

use chrono::{Datelike, NaiveDate};
use croner::parser::CronParser;
use croner::{Cron, Weekday};
use serde::{Deserialize, Serialize};

use super::calendar::{DAY_MS, day_of};
use super::months::{Month, next_day};

/// Every minute of an hour listed has 170 characters.
const CRON_CHARS_MAX: usize = 400;

/// The Gregorian calendar has every kind of month within the 28 years between two turns of a century.
const YEARS: std::ops::RangeInclusive<i32> = 2001..=2028;
/// A month has 28 to 31 days, and begins on one of seven weekdays.
const MONTH_KINDS: usize = 4 * 7;
const DAYS_MIN: u32 = 28;

const SECOND_MS: i64 = 1_000;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct CronTable {
    /// Local, in milliseconds.
    pub(super) from: i64,
    seconds: u64,
    minutes: u64,
    hours: u32,
    /// Bit 0 is January.
    months: u16,
    /// The days of each kind of month; bit 0 is the 1st.
    days: Box<[u32]>,
}

/// Whether it names every minute or hour, or every so many: cron then follows the clocks through gaps and folds.
pub(super) fn is_interval(expression: &str) -> bool {
    let fields = expression.split_whitespace();
    let seconds = fields.clone().count().saturating_sub(5);
    fields.skip(seconds).take(2).any(|field| field.starts_with('*'))
}

impl CronTable {
    /// Reads an expression of five fields, or six with seconds; it says what is wrong with it.
    pub(super) fn read(expression: &str, from: i64) -> Result<CronTable, String> {
        if expression.len() > CRON_CHARS_MAX {
            return Err(format!("it has more than {CRON_CHARS_MAX} characters"));
        }
        if !matches!(expression.split_whitespace().count(), 5 | 6) {
            return Err("it has five fields, or six with seconds first".to_owned());
        }
        let known = |c: char| c.is_ascii_alphanumeric() || " \t*,-/#?+".contains(c);
        if !expression.chars().all(known) {
            return Err("it has letters, digits, and * , - / # ? +".to_owned());
        }
        let cron = CronParser::new().parse(expression).map_err(|error| error.to_string())?;
        let bits = |values: Vec<u16>| values.into_iter().fold(0_u64, |bits, value| bits | 1 << value);
        let narrow = "croner keeps to the values of the field";
        Ok(CronTable {
            from,
            seconds: bits(cron.pattern.seconds.values()),
            minutes: bits(cron.pattern.minutes.values()),
            hours: u32::try_from(bits(cron.pattern.hours.values())).map_err(|_| narrow)?,
            months: u16::try_from(bits(cron.pattern.months.values()) >> 1).map_err(|_| narrow)?,
            days: days(&cron)?,
        })
    }

    pub(super) fn first_within(&self, start: i64, end: i64) -> Option<i64> {
        // Up to the next whole second.
        let start = (start.max(self.from) + SECOND_MS - 1).div_euclid(SECOND_MS) * SECOND_MS;
        let (today, last) = (day_of(start), day_of(end));
        let day = self.day_within(today, last)?;
        let now = (start - day * DAY_MS).max(0) / SECOND_MS;
        if let Some(time) = self.time_from(now) {
            return Some(day * DAY_MS + time * SECOND_MS);
        }
        let day = self.day_within(today + 1, last)?;
        Some(day * DAY_MS + self.time_from(0)? * SECOND_MS)
    }

    fn day_within(&self, today: i64, last: i64) -> Option<i64> {
        let ahead = |month: Month| self.months_ahead(month);
        next_day(today, last, ahead, |month| self.days_of(month)).filter(|day| *day <= last)
    }

    /// A rule of one month does not look at the eleven others.
    fn months_ahead(&self, month: Month) -> i32 {
        let twice = u32::from(self.months) | u32::from(self.months) << 12;
        (twice >> month.in_year()).trailing_zeros().min(11).cast_signed()
    }

    fn days_of(&self, month: Month) -> u32 {
        if self.months >> month.in_year() & 1 == 0 {
            return 0;
        }
        let kind = month.first_day().and_then(|first| kind(month.days(), weekday(first)));
        kind.and_then(|kind| self.days.get(kind)).copied().unwrap_or(0)
    }

    /// The first second of the day from one on.
    fn time_from(&self, now: i64) -> Option<i64> {
        let (hour, minute, second) = (now / 3_600, now / 60 % 60, now % 60);
        let at = |hour: i64, minute: i64, second: i64| hour * 3_600 + minute * 60 + second;
        let (hours, first_minute, first_second) =
            (u64::from(self.hours), bit_from(self.minutes, 0)?, bit_from(self.seconds, 0)?);
        if bit_from(hours, hour) == Some(hour) {
            if bit_from(self.minutes, minute) == Some(minute)
                && let Some(second) = bit_from(self.seconds, second)
            {
                return Some(at(hour, minute, second));
            }
            if let Some(minute) = bit_from(self.minutes, minute + 1) {
                return Some(at(hour, minute, first_second));
            }
        }
        let hour =
            if bit_from(hours, hour)? == hour { bit_from(hours, hour + 1)? } else { bit_from(hours, hour)? };
        Some(at(hour, first_minute, first_second))
    }
}

/// The lowest bit that is set from one on.
fn bit_from(bits: u64, from: i64) -> Option<i64> {
    let left = bits.checked_shr(u32::try_from(from).ok()?)?;
    (left != 0).then(|| from + i64::from(left.trailing_zeros()))
}

/// 0 is Sunday.
fn weekday(day: i64) -> u32 {
    // 1970-01-01 was a Thursday.
    u32::try_from((day + 4).rem_euclid(7)).unwrap_or(0)
}

fn kind(len: u32, first: u32) -> Option<usize> {
    usize::try_from(len.checked_sub(DAYS_MIN)? * 7 + first).ok()
}

/// Asks croner about every day of every kind of month: the length of a month and its first weekday are all that its `L`, `W`
/// and `#` depend on.
fn days(cron: &Cron) -> Result<Box<[u32]>, String> {
    let mut table = vec![None; MONTH_KINDS];
    for year in YEARS {
        for month in 1..=12 {
            let first = NaiveDate::from_ymd_opt(year, month, 1).ok_or("no such month")?;
            let (len, weekday) =
                (u32::from(first.num_days_in_month()), first.weekday().num_days_from_sunday());
            let slot = kind(len, weekday).and_then(|kind| table.get_mut(kind)).ok_or("no such month")?;
            if slot.is_none() {
                *slot = Some(month_days(cron, year, month, len, weekday)?);
            }
        }
    }
    Ok(table.into_iter().flatten().collect())
}

fn month_days(cron: &Cron, year: i32, month: u32, len: u32, first: u32) -> Result<u32, String> {
    let mut days = 0;
    for day in 1..=len {
        let weekday = Weekday::from_days_from_sunday(first + day - 1);
        if cron.pattern.day_match(year, month, day, weekday).map_err(|error| error.to_string())? {
            days |= 1 << (day - 1);
        }
    }
    Ok(days)
}
