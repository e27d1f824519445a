//! A day in UTC, as a ledger is kept by: days since 1970-01-01.

use std::fmt;
use std::str::FromStr;

use super::{Instant, WordError, serde_by_text};

const DAY_MS: i64 = 86_400_000;

/// Written as `2026-12-01`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Day(u32);

impl Day {
    /// That of a moment; what is before 1970 counts as its first day.
    pub fn of(at: Instant) -> Day {
        Day(u32::try_from(at.unix_ms().div_euclid(DAY_MS)).unwrap_or_default())
    }

    /// Days since 1970-01-01.
    pub fn number(self) -> u32 {
        self.0
    }

    pub fn from_number(number: u32) -> Day {
        Day(number)
    }

    /// The one so many days before it.
    pub fn before(self, days: u32) -> Day {
        Day(self.0.saturating_sub(days))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let midnight = Instant::from_unix_ms(i64::from(self.0) * DAY_MS).to_string();
        f.write_str(midnight.split('T').next().unwrap_or_default())
    }
}

impl FromStr for Day {
    type Err = WordError;
    fn from_str(text: &str) -> Result<Day, WordError> {
        let wrong = || WordError("not a day, as in 2026-12-01".to_owned());
        let midnight: Instant = format!("{text}T00:00:00Z").parse().map_err(|_| wrong())?;
        let day = Day::of(midnight);
        if day.to_string() == text { Ok(day) } else { Err(wrong()) }
    }
}

serde_by_text!(Day);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_read_as_it_is_written() {
        for (text, number) in
            [("1970-01-01", Some(0)), ("2026-12-01", Some(20_788)), ("2026-13-01", None), ("", None)]
        {
            assert_eq!(text.parse::<Day>().ok().map(Day::number), number, "{text}");
        }
        let last = Instant::from_unix_ms(86_400_000 - 1);
        assert_eq!(
            (Day::of(last).to_string(), Day::of(Instant::from_unix_ms(-1)).number()),
            ("1970-01-01".to_owned(), 0)
        );
    }
}
