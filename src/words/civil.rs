//! A date and time as a wall clock shows it, without a zone: what the occurrence of a schedule is known by.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime};

use super::{WordError, serde_by_text};

/// Milliseconds since 1970-01-01T00:00:00 on that clock. Written `2026-12-01T09:00:00`, with `.250` where there is more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Civil(i64);

/// ISO 8601 years of four digits: a longer one is a slip of the keyboard.
const YEARS: std::ops::RangeInclusive<i64> = -62_135_596_800_000..=253_402_300_799_999;
/// `2026-12-01T09:00:00.000000000`: nanoseconds are the finest that anybody writes. Digits without end would be kept as
/// they were written, in a rule that is recorded.
const TEXT_BYTES_MAX: usize = 29;

impl Civil {
    pub fn of(date: NaiveDate, time: NaiveTime) -> Civil {
        Civil(date.and_time(time).and_utc().timestamp_millis())
    }

    /// Milliseconds since 1970-01-01T00:00:00 on the same clock.
    pub fn from_ms(ms: i64) -> Civil {
        Civil(ms.clamp(*YEARS.start(), *YEARS.end()))
    }

    pub fn ms(self) -> i64 {
        self.0
    }

    pub fn date_time(self) -> NaiveDateTime {
        DateTime::from_timestamp_millis(self.0).unwrap_or_default().naive_utc()
    }

    pub fn date(self) -> NaiveDate {
        self.date_time().date()
    }
}

impl FromStr for Civil {
    type Err = WordError;
    fn from_str(text: &str) -> Result<Self, WordError> {
        let wrong = || WordError("not a local time, as in 2026-12-01T09:00:00".to_owned());
        // chrono takes a leading sign, longer years and `T` in two cases; one spelling is enough.
        let shaped = (16..=TEXT_BYTES_MAX).contains(&text.len()) && text.as_bytes().get(10) == Some(&b'T');
        if !shaped {
            return Err(wrong());
        }
        let seconds = text.len() > 16;
        let format = if seconds { "%Y-%m-%dT%H:%M:%S%.f" } else { "%Y-%m-%dT%H:%M" };
        let parsed = NaiveDateTime::parse_from_str(text, format).map_err(|_| wrong())?;
        let ms = parsed.and_utc().timestamp_millis();
        // A leap second cannot be told from the one after it, and finer than milliseconds nothing is fired.
        let whole = parsed.and_utc().timestamp_subsec_nanos() % 1_000_000 == 0
            && parsed.and_utc().timestamp_subsec_nanos() < 1_000_000_000;
        if whole && YEARS.contains(&ms) { Ok(Civil(ms)) } else { Err(wrong()) }
    }
}

impl fmt::Display for Civil {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.date_time().format("%Y-%m-%dT%H:%M:%S%.f"))
    }
}

serde_by_text!(Civil);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_written_and_read_in_one_spelling() {
        for (text, shown) in [
            ("2026-12-01T09:00:00", "2026-12-01T09:00:00"),
            ("2026-12-01T09:00", "2026-12-01T09:00:00"),
            ("2026-12-01T09:00:00.25", "2026-12-01T09:00:00.250"),
            ("1969-12-31T23:59:59.999", "1969-12-31T23:59:59.999"),
        ] {
            let civil: Civil = text.parse().unwrap();
            assert_eq!(civil.to_string(), shown);
            assert_eq!(shown.parse::<Civil>().unwrap(), civil);
        }
        for bad in [
            "",
            "2026-12-01",
            "2026-02-30T09:00:00",
            "2026-12-01T24:00:00",
            "2026-12-01T09:00:00Z",
            "2026-12-01 09:00:00",
            "2026-12-01T09:00:60",
            "2026-12-01T09:00:00.0001",
            "+12026-12-01T09:00:00",
            "26-12-01T09:00:00",
            "2026-12-01T09:00:00.0000000000",
        ] {
            assert!(bad.parse::<Civil>().is_err(), "{bad:?} was taken");
        }
    }
}
