//! The `sync_interval` of nats-server, as a person says it: when a write reaches the disk.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// What a PubAck promises when the power fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sync {
    /// Each write is on disk before its acknowledgement.
    #[default]
    Always,
    /// The server's own default: two minutes.
    Off,
    /// At most this much is lost.
    Every(Duration),
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{0:?} is no sync setting: say `always`, `off`, or an interval such as `500ms`, `10s` or `2m`")]
pub struct NotASync(String);

impl FromStr for Sync {
    type Err = NotASync;

    fn from_str(text: &str) -> Result<Sync, NotASync> {
        match text {
            "always" => Ok(Sync::Always),
            "off" => Ok(Sync::Off),
            other => interval(other).map(Sync::Every).ok_or_else(|| NotASync(text.to_owned())),
        }
    }
}

impl fmt::Display for Sync {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Sync::Always => f.write_str("always"),
            Sync::Off => f.write_str("off"),
            Sync::Every(interval) => {
                let ms = interval.as_millis();
                match (ms % 60_000, ms % 1_000) {
                    (0, _) => write!(f, "{}m", ms / 60_000),
                    (_, 0) => write!(f, "{}s", ms / 1_000),
                    (_, _) => write!(f, "{ms}ms"),
                }
            }
        }
    }
}

/// Above zero, and at most a day: nobody means longer.
fn interval(text: &str) -> Option<Duration> {
    let unit_at = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(unit_at);
    let unit_ms: u64 = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        _ => return None,
    };
    let ms = number.parse::<u64>().ok()?.checked_mul(unit_ms)?;
    (1..=86_400_000).contains(&ms).then(|| Duration::from_millis(ms))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_is_read_and_written_back() {
        let check = |text: &str, want: Option<&str>| {
            assert_eq!(text.parse::<Sync>().ok().map(|s| s.to_string()).as_deref(), want, "{text:?}");
        };
        for same in ["always", "off", "1ms", "1500ms", "10s", "2m"] {
            check(same, Some(same));
        }
        check("60s", Some("1m"));
        for bad in ["", "on", "5", "ms", "0s", "-1s", "1h", "1.5s", "1 s", "99999999999999999999s", "1441m"] {
            check(bad, None);
        }
    }
}
