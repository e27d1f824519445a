//! A time zone of the IANA database, and what its clocks show.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;

use super::{Civil, Instant, WordError, serde_by_text, tzdb};

/// An offset is less than a day.
const DAY_MS: i64 = 86_400_000;

/// Written as its IANA name, as in `Europe/London`. A million schedules hold one: it is a number in the database's list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Zone(u16);

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

/// From one change of the clocks to the next, in milliseconds of Unix time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Season {
    /// The first moment of it, and the first that is not; the least and the greatest number where there is no change.
    pub start: i64,
    pub end: i64,
    /// How far the clocks are ahead of UTC.
    pub offset: i64,
    /// The same of the seasons before and after; of this one where there is none.
    pub before: i64,
    pub after: i64,
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

impl Season {
    /// What ends it.
    fn change(&self) -> Change {
        Change { at: Instant::from_unix_ms(self.end), before_ms: self.offset, after_ms: self.after }
    }
}

impl Zone {
    pub const UTC: Zone = Zone(tzdb::UTC);
    /// The version of the database that is compiled in, as in `2026f`.
    pub const DATA_VERSION: &str = tzdb::VERSION;

    /// Every zone of the database, under each of its names.
    pub fn all() -> impl Iterator<Item = Zone> {
        (0..tzdb::len()).map(Zone)
    }

    /// What a clock there shows at a moment.
    pub fn local(self, at: Instant) -> Civil {
        Civil::from_ms(at.unix_ms().saturating_add(self.offset_ms(at)))
    }

    /// How far its clocks are ahead of UTC.
    pub fn offset_ms(self, at: Instant) -> i64 {
        offset_ms(tzdb::rules(self.0).to_offset(timestamp(at.unix_ms())))
    }

    /// The season that a moment is in.
    pub fn season(self, at: Instant) -> Season {
        let rules = tzdb::rules(self.0);
        let offset = self.offset_ms(at);
        // Where only a name or the daylight flag changes, the clocks go on as they did.
        let end =
            rules.following(timestamp(at.unix_ms())).find(|change| offset_ms(change.offset()) != offset);
        let start = rules.preceding(timestamp(at.unix_ms().saturating_add(1))).find_map(|change| {
            let start = change.timestamp().as_millisecond();
            let before = self.offset_ms(Instant::from_unix_ms(start - 1));
            (before != offset).then_some((start, before))
        });
        let (start, before) = start.unwrap_or((i64::MIN, offset));
        let (end, after) = end.map_or((i64::MAX, offset), |change| {
            (change.timestamp().as_millisecond(), offset_ms(change.offset()))
        });
        Season { start, end, offset, before, after }
    }

    /// When its clocks show a local time.
    pub fn resolve(self, civil: Civil) -> Resolved {
        self.look(civil).0
    }

    /// The change of the clocks that a local time falls into: they skip it, or show it twice.
    pub fn change_at(self, civil: Civil) -> Option<Change> {
        self.look(civil).1
    }

    /// The first change of the clocks after one moment and not after another.
    pub fn change_between(self, after: Instant, until: Instant) -> Option<Change> {
        let season = self.season(after);
        (season.end <= until.unix_ms()).then(|| season.change())
    }

    fn look(self, civil: Civil) -> (Resolved, Option<Change>) {
        let (local, moment) = (civil.ms(), Instant::from_unix_ms);
        let mut season = self.season(moment(local - DAY_MS));
        loop {
            let change = season.change();
            let ends = season.end.saturating_add(season.offset);
            let goes_on = season.end.saturating_add(season.after);
            let at = local - season.offset;
            if local < ends && goes_on <= local {
                let twice = Resolved::Twice { first: moment(at), second: moment(local - season.after) };
                return (twice, Some(change));
            }
            if local < ends {
                return (Resolved::Once(moment(at)), None);
            }
            if local < goes_on {
                let no_date = change.skips_date_of(civil);
                let gap = if no_date { Resolved::NoSuchDate } else { Resolved::Gap { shifted: moment(at) } };
                return (gap, Some(change));
            }
            season = self.season(change.at);
        }
    }
}

/// The database's times end with the year 9999.
fn timestamp(ms: i64) -> Timestamp {
    let nearest = if ms < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_millisecond(ms).unwrap_or(nearest)
}

fn offset_ms(offset: jiff::tz::Offset) -> i64 {
    i64::from(offset.seconds()) * 1_000
}

impl FromStr for Zone {
    type Err = WordError;
    fn from_str(text: &str) -> Result<Self, WordError> {
        let unknown = || WordError("not a zone of the IANA database, as in Europe/London".to_owned());
        tzdb::named(text).map(Zone).ok_or_else(unknown)
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(tzdb::name(self.0))
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
