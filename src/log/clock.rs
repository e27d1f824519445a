//! The one place where the time of day is read.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::words::Instant;

#[expect(clippy::disallowed_methods, reason = "this is the one place")]
pub fn now() -> Instant {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Instant::from_unix_ms(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
