//! An SMSC that asks for patience: left alone for longer each time, until it accepts something again.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Each try is an attempt in the log: an SMSC that throttles for hours gets two a minute.
const PAUSE_MAX: Duration = Duration::from_secs(30);

/// When the SMSC last asked for patience. A grant from before is given back: what was refused goes first again.
#[derive(Debug, Default)]
pub(super) struct Throttled(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    last: Option<Instant>,
    until: Option<Instant>,
    pauses: u32,
}

impl Throttled {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// It asks again: for how long it is left alone, at least. All that were in flight at the time count as one.
    pub(super) fn again(&self, least: Duration, now: Instant) -> Duration {
        let mut inner = self.lock();
        inner.last = Some(now);
        if let Some(left) = inner.until.and_then(|until| until.checked_duration_since(now)) {
            return left.max(least);
        }
        let span = least.saturating_mul(1 << inner.pauses.min(5)).min(PAUSE_MAX).max(least);
        inner.pauses += 1;
        inner.until = Some(now + span);
        span
    }

    /// It has accepted something.
    pub(super) fn over(&self) {
        self.lock().pauses = 0;
    }

    /// Whether it has asked since this grant was given.
    pub(super) fn since(&self, grant: Instant) -> bool {
        self.lock().last.is_some_and(|at| at >= grant)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_until_something_is_accepted() {
        let (throttled, second) = (Throttled::default(), Duration::from_secs(1));
        let begun = Instant::now();
        let mut now = begun;
        for want in [1, 2, 4, 8, 16, 30, 30] {
            let span = throttled.again(second, now);
            assert_eq!(span.as_secs(), want);
            assert_eq!(throttled.again(second, now), span, "in flight at the same time");
            now += span + Duration::from_millis(1);
        }
        assert!(throttled.since(begun) && !throttled.since(now));
        throttled.over();
        assert_eq!(throttled.again(second, now), second);
    }
}
