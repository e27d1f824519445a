//! Dates and times of day as they stand in `when`, and how they are quoted back in a refusal.

use chrono::NaiveDate;

use super::calendar::DAY_MS;
use crate::rules::Rejection;
use crate::words::Civil;

/// Enough to find one's slip of the keyboard; a refusal is no place to store text.
const QUOTED_CHARS_MAX: usize = 60;

const DATE_LEN: usize = "2026-12-01".len();

/// What the sender wrote, fit to be shown.
pub(super) fn quoted(text: &str) -> String {
    let mut chars = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let mut quoted: String = chars.by_ref().take(QUOTED_CHARS_MAX).collect();
    if chars.next().is_some() {
        quoted.pop();
        quoted.push('…');
    }
    quoted
}

pub(super) fn bad_time(text: &str, wanted: &str, field: &str) -> Rejection {
    Rejection::bad_time(&format!("`{}` is not {wanted}", quoted(text))).at_field(field)
}

/// Midnight of a date, local, in milliseconds.
pub(super) fn date(text: &str) -> Option<i64> {
    let digits = |c: char| c.is_ascii_digit() || c == '-';
    if text.len() != DATE_LEN || !text.chars().all(digits) {
        return None;
    }
    let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
    let midnight = i64::from(date.to_epoch_days()) * DAY_MS;
    // Only the year 0 is outside.
    (Civil::from_ms(midnight).ms() == midnight).then_some(midnight)
}

/// The first and the last millisecond that a date or a local time stands for.
pub(super) fn date_or_time(text: &str) -> Option<(i64, i64)> {
    match date(text) {
        Some(midnight) => Some((midnight, midnight + DAY_MS - 1)),
        None => text.parse().ok().map(|civil: Civil| (civil.ms(), civil.ms())),
    }
}

/// Seconds of the day of `HH:MM` or `HH:MM:SS`.
pub(super) fn time_of_day(text: &str) -> Option<u32> {
    let mut parts = text.split(':').map(|part| {
        let digits = part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
        if digits { part.parse::<u32>().ok() } else { None }
    });
    let (hour, minute) = (parts.next()??, parts.next()??);
    let second = parts.next().unwrap_or(Some(0))?;
    let whole = parts.next().is_none() && hour < 24 && minute < 60 && second < 60;
    whole.then_some(hour * 3_600 + minute * 60 + second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_quoted_is_whole_where_it_is_short_and_says_where_it_is_cut() {
        let long = |len| "x".repeat(len);
        for (text, want) in [
            (long(60), long(60)),
            (long(61), format!("{}…", long(59))),
            ("a\tb\0".to_owned(), "a b ".to_owned()),
        ] {
            assert_eq!(quoted(&text), want);
        }
    }

    #[test]
    fn a_time_of_day_ends_before_midnight_and_a_date_begins_with_it() {
        for (text, want) in [
            ("00:00", Some(0)),
            ("23:59:59", Some(86_399)),
            ("24:00", None),
            ("23:60", None),
            ("23:59:60", None),
            ("09:00:", None),
            ("009:0", None),
        ] {
            assert_eq!(time_of_day(text), want, "{text}");
        }
        let (day, noon) = (1_796_083_200_000, 43_200_000);
        assert_eq!(date_or_time("2026-12-01"), Some((day, day + 86_399_999)));
        assert_eq!(date_or_time("2026-12-01T12:00"), Some((day + noon, day + noon)));
        assert!(date_or_time("0000-12-31").is_none() && date_or_time("0001-01-01").is_some());
    }
}
