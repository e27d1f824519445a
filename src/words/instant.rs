//! A moment in UTC, to the millisecond; told to us, never asked of a clock here.

use std::fmt;
use std::ops::{Add, Sub};
use std::str::FromStr;

use chrono::{DateTime, SecondsFormat};
use serde::{Deserialize, Serialize};

use super::{Span, WordError};

/// `2026-12-01T09:00:00.000000000+08:00`: nanoseconds and an offset. Digits without end are no time that anybody means.
const TEXT_BYTES_MAX: usize = 35;

/// Milliseconds since 1970-01-01T00:00:00Z. Stored as that number; shown as RFC 3339.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Instant(i64);

impl Instant {
    pub const fn from_unix_ms(ms: i64) -> Instant {
        Instant(ms)
    }

    pub fn unix_ms(self) -> i64 {
        self.0
    }

    /// Unix time / 60: the token of a timer's subject.
    pub fn unix_minute(self) -> i64 {
        self.0.div_euclid(60_000)
    }

    /// RFC 3339 with milliseconds only where there are any, as in `2026-03-08T07:30:00Z`.
    pub fn brief(self) -> String {
        let time = DateTime::from_timestamp_millis(self.0);
        time.map_or_else(|| self.to_string(), |time| time.to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
}

impl Add<Span> for Instant {
    type Output = Instant;
    fn add(self, span: Span) -> Instant {
        Instant(self.0.saturating_add(span.ms()))
    }
}

impl Sub for Instant {
    type Output = Span;
    fn sub(self, earlier: Instant) -> Span {
        Span::from_ms(self.0.saturating_sub(earlier.0))
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match DateTime::from_timestamp_millis(self.0) {
            Some(time) => f.write_str(&time.to_rfc3339_opts(SecondsFormat::Millis, true)),
            None => write!(f, "{}ms", self.0),
        }
    }
}

impl FromStr for Instant {
    type Err = WordError;
    fn from_str(text: &str) -> Result<Self, WordError> {
        let wrong = || WordError("not a time in RFC 3339 form, as in 2026-12-01T09:00:00Z".to_owned());
        if text.len() > TEXT_BYTES_MAX {
            return Err(wrong());
        }
        let time = DateTime::parse_from_rfc3339(text).map_err(|_| wrong())?;
        Ok(Instant(time.timestamp_millis()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_shown_and_read_as_rfc_3339() {
        let instant: Instant = "2026-12-01T09:00:00.125+08:00".parse().unwrap();
        assert_eq!(instant.to_string(), "2026-12-01T01:00:00.125Z");
        assert_eq!(instant.to_string().parse::<Instant>().unwrap(), instant);
        assert_eq!(instant.brief(), "2026-12-01T01:00:00.125Z");
        assert_eq!(Instant::default().brief(), "1970-01-01T00:00:00Z");
        assert!("2026-12-01".parse::<Instant>().is_err());
        assert!("2026-12-01T09:00:00.000000000+08:00".parse::<Instant>().is_ok());
        assert!("2026-12-01T09:00:00.0000000000+08:00".parse::<Instant>().is_err());
    }
}
