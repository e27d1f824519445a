//! The one place where the time of day is read.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::words::Instant;

pub fn now() -> Instant {
    Instant::from_unix_ms(unix_us() / 1_000)
}

/// Microseconds since 1970-01-01T00:00:00Z: for measurements.
#[expect(clippy::disallowed_methods, reason = "this is the one place")]
pub fn unix_us() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}
