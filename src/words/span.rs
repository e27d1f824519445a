//! A length of time as people write it: `"90s"`, `"15m"`, `"2h"`, `"7d"`.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use super::{WordError, serde_by_text};

/// Ten years: longer is a slip of the keyboard, and sums of instants stay far from overflow.
const SPAN_MS_MAX: i64 = 10 * 366 * 86_400_000;

/// Milliseconds, never negative when parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span(i64);

impl Span {
    pub const fn from_ms(ms: i64) -> Span {
        Span(ms)
    }

    pub const fn from_secs(secs: i64) -> Span {
        Span(secs * 1_000)
    }

    pub fn ms(self) -> i64 {
        self.0
    }

    /// For timers; a negative span is no time at all.
    pub fn duration(self) -> Duration {
        Duration::from_millis(u64::try_from(self.0).unwrap_or(0))
    }
}

/// Largest first, so that the shortest spelling is found first.
const UNITS: [(&str, i64); 5] = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

impl FromStr for Span {
    type Err = WordError;
    fn from_str(text: &str) -> Result<Self, WordError> {
        let wrong = || {
            WordError(
                "not a duration: a whole number and a unit (ms, s, m, h, d), as in 90s; at most ten years"
                    .to_owned(),
            )
        };
        let digits = text.trim_end_matches(|c: char| c.is_ascii_lowercase());
        let unit = text.strip_prefix(digits).unwrap_or("");
        let (_, factor) = UNITS.iter().find(|(name, _)| *name == unit).ok_or_else(wrong)?;
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(wrong());
        }
        let ms =
            digits.parse::<i64>().ok().and_then(|n| n.checked_mul(*factor)).filter(|ms| *ms <= SPAN_MS_MAX);
        ms.map(Span).ok_or_else(wrong)
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fits = UNITS.iter().find(|(_, factor)| self.0 != 0 && self.0 % factor == 0);
        let (unit, factor) = fits.copied().unwrap_or(("s", 1_000));
        write!(f, "{}{unit}", self.0 / factor)
    }
}

serde_by_text!(Span);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_whole_numbers_with_a_unit() {
        for (text, ms) in
            [("90s", 90_000), ("15m", 900_000), ("2h", 7_200_000), ("7d", 604_800_000), ("5ms", 5), ("0s", 0)]
        {
            assert_eq!(text.parse::<Span>().unwrap().ms(), ms);
            assert_eq!(Span::from_ms(ms).to_string().parse::<Span>().unwrap().ms(), ms);
        }
        for bad in ["", "s", "90", "-1s", "1.5h", "1 s", "3660001d", "9y", "99999999999999999999s"] {
            assert!(bad.parse::<Span>().is_err(), "{bad:?} was taken");
        }
    }
}
