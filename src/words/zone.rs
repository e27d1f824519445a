//! A time zone of the IANA database, and what its clocks show.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, LocalResult, NaiveDateTime, Offset, TimeZone};
use chrono_tz::{GapInfo, Tz};

use super::{Civil, Instant, WordError, serde_by_text};

const DAY_MS: i64 = 86_400_000;
/// The database knows no change within a second.
const SECOND_MS: i64 = 1_000;

/// Written as its IANA name, as in `Europe/London`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Zone(Tz);

/// When a local time is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolved {
    Once(Instant),
    /// The clocks were set back, and show it again.
    Twice {
        first: Instant,
        second: Instant,
    },
    /// The clocks were set forward past it; `shifted` keeps the offset before the gap (RFC 5545, 3.3.5).
    Gap {
        shifted: Instant,
    },
    /// The clocks were set forward past the whole of its date, as in Apia on 2011-12-30.
    NoSuchDate,
}

/// The clocks are set: forward (a gap) where `after` is more than `before`, else back (a fold).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// The first moment of the new offset.
    pub at: Instant,
    /// How far the clocks are ahead of UTC until then, and from then on.
    pub before_ms: i64,
    pub after_ms: i64,
}

impl Change {
    /// The clocks skip what they would show from here on without the change, up to [`Change::to`]; or they show again what is
    /// between the two, where `to` is before `from`.
    pub fn from(&self) -> Civil {
        Civil::from_ms(self.at.unix_ms().saturating_add(self.before_ms))
    }

    pub fn to(&self) -> Civil {
        Civil::from_ms(self.at.unix_ms().saturating_add(self.after_ms))
    }

    /// Whether the clocks skip the whole date of a local time.
    pub fn skips_date_of(&self, civil: Civil) -> bool {
        let midnight = civil.ms().div_euclid(DAY_MS) * DAY_MS;
        self.from().ms() <= midnight && midnight + DAY_MS <= self.to().ms()
    }
}

impl Zone {
    pub const UTC: Zone = Zone(Tz::UTC);
    /// The version of the database that is compiled in, as in `2025b`.
    pub const DATA_VERSION: &str = chrono_tz::IANA_TZDB_VERSION;

    /// What a clock there shows at a moment.
    pub fn local(self, at: Instant) -> Civil {
        Civil::from_ms(at.unix_ms().saturating_add(self.offset_ms(at)))
    }

    /// How far its clocks are ahead of UTC.
    pub fn offset_ms(self, at: Instant) -> i64 {
        let utc = DateTime::from_timestamp_millis(at.unix_ms()).unwrap_or_default().naive_utc();
        i64::from(self.0.offset_from_utc_datetime(&utc).fix().local_minus_utc()) * 1_000
    }

    /// When its clocks show a local time.
    pub fn resolve(self, civil: Civil) -> Resolved {
        let local = civil.date_time();
        let earlier = |offset: &chrono_tz::TzOffset| {
            Instant::from_unix_ms(civil.ms() - i64::from(offset.fix().local_minus_utc()) * 1_000)
        };
        match self.0.offset_from_local_datetime(&local) {
            LocalResult::Single(offset) => Resolved::Once(earlier(&offset)),
            LocalResult::Ambiguous(a, b) => {
                Resolved::Twice { first: earlier(&a).min(earlier(&b)), second: earlier(&a).max(earlier(&b)) }
            }
            LocalResult::None => match self.gap(&local) {
                Some(gap) if gap.skips_date_of(civil) => Resolved::NoSuchDate,
                Some(gap) => Resolved::Gap { shifted: Instant::from_unix_ms(civil.ms() - gap.before_ms) },
                // The database's times begin and end with an offset, not with a gap: this is not reached.
                None => Resolved::Once(Instant::from_unix_ms(civil.ms())),
            },
        }
    }

    /// The change of the clocks that a local time falls into: they skip it, or show it twice.
    pub fn change_at(self, civil: Civil) -> Option<Change> {
        match self.resolve(civil) {
            Resolved::Once(_) => None,
            Resolved::Twice { first, second } => self.change_between(first, second),
            Resolved::Gap { .. } | Resolved::NoSuchDate => self.gap(&civil.date_time()),
        }
    }

    /// A change of the clocks after one moment and not after another, where their offsets differ.
    pub fn change_between(self, after: Instant, until: Instant) -> Option<Change> {
        let (before_ms, after_ms) = (self.offset_ms(after), self.offset_ms(until));
        if before_ms == after_ms {
            return None;
        }
        let (mut old, mut new) =
            (after.unix_ms().div_euclid(SECOND_MS), until.unix_ms().div_euclid(SECOND_MS));
        while new - old > 1 {
            let middle = old + (new - old) / 2;
            let offset = self.offset_ms(Instant::from_unix_ms(middle * SECOND_MS));
            (old, new) = if offset == before_ms { (middle, new) } else { (old, middle) };
        }
        let at = Instant::from_unix_ms(new * SECOND_MS);
        // Of two changes between the moments, the earlier one was found.
        Some(Change { at, before_ms, after_ms: self.offset_ms(at) })
    }

    fn gap(self, local: &NaiveDateTime) -> Option<Change> {
        let (begin, offset) = GapInfo::new(local, &self.0)?.begin?;
        let before_ms = i64::from(offset.fix().local_minus_utc()) * 1_000;
        let at = Instant::from_unix_ms(begin.and_utc().timestamp_millis() - before_ms);
        Some(Change { at, before_ms, after_ms: self.offset_ms(at) })
    }
}

impl FromStr for Zone {
    type Err = WordError;
    fn from_str(text: &str) -> Result<Self, WordError> {
        let unknown = |_| WordError("not a zone of the IANA database, as in Europe/London".to_owned());
        text.parse().map(Zone).map_err(unknown)
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name())
    }
}

serde_by_text!(Zone);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_what_its_clocks_show() {
        let shows =
            |zone: &str, at: &str| zone.parse::<Zone>().unwrap().local(at.parse().unwrap()).to_string();
        assert_eq!(shows("Asia/Shanghai", "2026-12-01T01:00:00Z"), "2026-12-01T09:00:00");
        assert_eq!(shows("America/New_York", "2026-03-08T06:59:59.999Z"), "2026-03-08T01:59:59.999");
        assert_eq!(shows("America/New_York", "2026-03-08T07:00:00Z"), "2026-03-08T03:00:00");
        assert!("Mars/Phobos".parse::<Zone>().is_err() && "".parse::<Zone>().is_err());
    }

    #[test]
    fn knows_when_its_clocks_show_a_time() {
        let once = |at: &str| Resolved::Once(at.parse().unwrap());
        let twice =
            |a: &str, b: &str| Resolved::Twice { first: a.parse().unwrap(), second: b.parse().unwrap() };
        let gap = |at: &str| Resolved::Gap { shifted: at.parse().unwrap() };
        for (zone, civil, want) in [
            ("UTC", "2026-12-01T09:00:00.250", once("2026-12-01T09:00:00.250Z")),
            ("Asia/Shanghai", "2026-12-01T09:00", once("2026-12-01T01:00:00Z")),
            ("America/New_York", "2026-03-08T01:59:59.999", once("2026-03-08T06:59:59.999Z")),
            ("America/New_York", "2026-03-08T02:00", gap("2026-03-08T07:00:00Z")),
            ("America/New_York", "2026-03-08T02:59:59.999", gap("2026-03-08T07:59:59.999Z")),
            ("America/New_York", "2026-03-08T03:00", once("2026-03-08T07:00:00Z")),
            ("America/New_York", "2026-11-01T00:59:59.999", once("2026-11-01T04:59:59.999Z")),
            ("America/New_York", "2026-11-01T01:00", twice("2026-11-01T05:00:00Z", "2026-11-01T06:00:00Z")),
            ("America/New_York", "2026-11-01T02:00", once("2026-11-01T07:00:00Z")),
            ("Europe/London", "2026-03-29T01:30", gap("2026-03-29T01:30:00Z")),
            ("Europe/London", "2026-10-25T01:30", twice("2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z")),
            ("Australia/Lord_Howe", "2026-10-04T02:15", gap("2026-10-03T15:45:00Z")),
            ("Australia/Lord_Howe", "2026-10-04T02:30", once("2026-10-03T15:30:00Z")),
            (
                "Australia/Lord_Howe",
                "2026-04-05T01:45",
                twice("2026-04-04T14:45:00Z", "2026-04-04T15:15:00Z"),
            ),
            ("America/Sao_Paulo", "2018-11-04T00:00", gap("2018-11-04T03:00:00Z")),
            ("Pacific/Apia", "2011-12-29T23:59:59", once("2011-12-30T09:59:59Z")),
            ("Pacific/Apia", "2011-12-30T00:00", Resolved::NoSuchDate),
            ("Pacific/Apia", "2011-12-30T23:59:59.999", Resolved::NoSuchDate),
            ("Pacific/Apia", "2011-12-31T00:00", once("2011-12-30T10:00:00Z")),
            ("Pacific/Kwajalein", "1993-08-21T12:00", Resolved::NoSuchDate),
        ] {
            let (zone, civil) = (zone.parse::<Zone>().unwrap(), civil.parse::<Civil>().unwrap());
            assert_eq!(zone.resolve(civil), want, "{civil} in {zone}");
            let change = zone.change_at(civil);
            assert_eq!(change.is_none(), matches!(want, Resolved::Once(_)), "{civil} in {zone}");
        }
    }

    #[test]
    fn knows_when_its_clocks_are_set() {
        for (zone, after, until, want) in [
            (
                "America/New_York",
                "2026-03-08T00:00:00Z",
                "2026-03-08T07:00:00Z",
                Some("2026-03-08T07:00:00Z"),
            ),
            ("America/New_York", "2026-03-08T00:00:00Z", "2026-03-08T06:59:59.999Z", None),
            ("America/New_York", "2026-03-08T07:00:00Z", "2026-04-08T00:00:00Z", None),
            (
                "Europe/London",
                "2026-10-25T00:30:00.500Z",
                "2026-10-25T01:30:00.500Z",
                Some("2026-10-25T01:00:00Z"),
            ),
        ] {
            let zone: Zone = zone.parse().unwrap();
            let change = zone.change_between(after.parse().unwrap(), until.parse().unwrap());
            assert_eq!(change.map(|change| change.at), want.map(|at| at.parse().unwrap()), "after {after}");
        }
    }
}
