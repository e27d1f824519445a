//! Delayed NAKs: timers that return shortly before their time are collected, and their NAKs leave in bursts.

use std::time::Duration;

use crate::words::{Instant, Span};

/// Bursts leave, and timers return, on a grid of the clock: so do those of every other scheduler on the same consumer,
/// and many timers that return together cost the server one look at all that it has.
const GRID_MS: i64 = 100;
/// Every delayed NAK resets the server's one timer for a consumer to 10 ms: between two bursts it needs this long to run
/// out.
const QUIET: Span = Span::from_ms(25);
/// A timer returns this long before it is due. Less than what may be held, more than the server takes to send a
/// thousand others first.
const RETURNS_BEFORE: Span = Span::from_ms(1_500);

/// When a timer that is due then should return.
pub(super) fn returns_at(due: Instant) -> Instant {
    let ms = due.unix_ms().saturating_sub(RETURNS_BEFORE.ms());
    Instant::from_unix_ms(ms.saturating_sub(ms.rem_euclid(GRID_MS)))
}

/// What waits for the next burst, each with the time at which it should return.
#[derive(Debug)]
pub(super) struct DelayedNaks<T> {
    waiting: Vec<(T, Instant)>,
    /// When the first of these came.
    since: Instant,
    /// When the last burst had left.
    ended: Instant,
}

impl<T> DelayedNaks<T> {
    pub(super) fn new() -> DelayedNaks<T> {
        DelayedNaks { waiting: Vec::new(), since: Instant::default(), ended: Instant::default() }
    }

    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }

    pub(super) fn push(&mut self, timer: T, returns: Instant, now: Instant) {
        if self.waiting.is_empty() {
            self.since = now;
        }
        self.waiting.push((timer, returns));
    }

    /// How long until the next burst, where anything waits for one.
    pub(super) fn left(&self, now: Instant) -> Option<Duration> {
        if self.waiting.is_empty() {
            return None;
        }
        // A clock that was set back must not hold up anything.
        if self.since > now {
            return Some(Duration::ZERO);
        }
        let quiet = if self.ended > now { now } else { self.ended + QUIET };
        let earliest = self.since.max(quiet).unix_ms();
        let burst = earliest + (-earliest).rem_euclid(GRID_MS);
        Some((Instant::from_unix_ms(burst) - now).duration())
    }

    /// All that waits. Whoever sends it says when it [`DelayedNaks::left_at`].
    pub(super) fn take_all(&mut self) -> Vec<(T, Instant)> {
        std::mem::take(&mut self.waiting)
    }

    pub(super) fn left_at(&mut self, now: Instant) {
        self.ended = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Instant {
        Instant::from_unix_ms(ms)
    }

    #[test]
    fn returns_on_the_grid_and_before_the_last_moment() {
        for (due, returns) in [(10_000, 8_500), (10_001, 8_500), (10_099, 8_500), (10_100, 8_600)] {
            assert_eq!(returns_at(at(due)), at(returns), "due {due}");
        }
        assert!(returns_at(Instant::from_unix_ms(i64::MIN)) < at(0));
    }

    #[test]
    fn bursts_leave_on_the_grid_with_quiet_between_them() {
        for (ended, since, now, left) in [
            (0, 1_000, 1_000, 0),
            (0, 1_001, 1_001, 99),
            (0, 1_001, 1_060, 40),
            (0, 1_001, 1_250, 0),
            // The last burst took long: the next grid point comes too soon after it.
            (1_080, 1_081, 1_081, 119),
            (1_070, 1_081, 1_081, 19),
            // The clock was set back.
            (9_000, 1_010, 1_010, 90),
            (0, 9_000, 1_010, 0),
        ] {
            let mut back = DelayedNaks::new();
            assert_eq!(back.left(at(now)), None);
            back.left_at(at(ended));
            back.push("a", at(5_000), at(since));
            back.push("b", at(6_000), at(since + 7));
            let want = Some(Duration::from_millis(left));
            assert_eq!(back.left(at(now)), want, "ended {ended}, since {since}, now {now}");
            assert_eq!(back.take_all(), [("a", at(5_000)), ("b", at(6_000))]);
            assert_eq!((back.len(), back.left(at(now))), (0, None));
        }
    }
}
