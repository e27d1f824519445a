//! A time zone of the IANA database, and what its clocks show.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Offset, TimeZone};
use chrono_tz::Tz;

use super::{Civil, Instant, WordError, serde_by_text};

/// Written as its IANA name, as in `Europe/London`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Zone(Tz);

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
}
