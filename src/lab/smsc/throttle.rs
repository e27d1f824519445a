//! The throttle of an SMSC: so many submits a second are taken, the others refused.

use std::time::Duration;

use tokio::time::Instant;

/// A bucket that holds the submits of a second, and one at least.
#[derive(Debug)]
pub(super) struct Throttle {
    per_second: f64,
    left: f64,
    at: Instant,
}

impl Throttle {
    pub(super) fn new(per_second: f64, now: Instant) -> Throttle {
        Throttle { per_second, left: per_second.max(1.0), at: now }
    }

    /// Whether one more fits now.
    pub(super) fn takes(&mut self, now: Instant) -> bool {
        let since: Duration = now.saturating_duration_since(self.at);
        self.left = (self.left + since.as_secs_f64() * self.per_second).min(self.per_second.max(1.0));
        self.at = now;
        let fits = self.left >= 1.0;
        if fits {
            self.left -= 1.0;
        }
        fits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_as_in_a_second_go_at_once_and_then_the_rate() {
        let start = Instant::now();
        let mut throttle = Throttle::new(2.0, start);
        for (ms, want) in [
            (0, true),
            (0, true),
            (0, false),
            (400, false),
            (500, true),
            (500, false),
            (9_000, true),
            (9_000, true),
            (9_000, false),
        ] {
            assert_eq!(throttle.takes(start + Duration::from_millis(ms)), want, "at {ms} ms");
        }
        let mut slow = Throttle::new(0.5, start);
        assert_eq!(
            [0, 1_999, 2_001].map(|ms| slow.takes(start + Duration::from_millis(ms))),
            [true, false, true]
        );
    }
}
