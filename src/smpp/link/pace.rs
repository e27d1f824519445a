//! The pace of a connector: smooth, without bursts, slower for a while after the SMSC has throttled it.

use std::time::Duration;

use tokio::time::Instant;

/// Timers tick in milliseconds and come late on a busy machine: slots missed within this are made up for, also above 100/s.
const CATCH_UP: Duration = Duration::from_millis(10);
/// Of the full pace, each second: from a half back to the whole within ten seconds.
const RECOVERY: f64 = 0.05;
/// A slower pace than this part of the full one is no pace but a pause, and pauses are made.
const SLOWEST: f64 = 1.0 / 16.0;

#[derive(Debug)]
pub(super) struct Pace {
    /// Slots per second, when not throttled.
    full: Option<f64>,
    now: f64,
    recovered: Instant,
    /// When the next slot is.
    next: Instant,
    paused_until: Instant,
}

impl Pace {
    pub(super) fn new(full: Option<f64>, now: Instant) -> Pace {
        Pace { full, now: full.unwrap_or_default(), recovered: now, next: now, paused_until: now }
    }

    /// When the next submit may go.
    pub(super) fn opens(&self) -> Instant {
        if self.full.is_some() { self.next.max(self.paused_until) } else { self.paused_until }
    }

    pub(super) fn is_paused(&self, now: Instant) -> bool {
        now < self.paused_until
    }

    /// Takes so many slots at `now`, which is not before [`Pace::opens`].
    pub(super) fn take(&mut self, slots: usize, now: Instant) {
        let Some(full) = self.full else { return };
        let since = now.saturating_duration_since(self.recovered).as_secs_f64();
        (self.now, self.recovered) = ((self.now + full * RECOVERY * since).min(full), now);
        let slot = Duration::from_secs_f64(1.0 / self.now);
        let earliest = now.checked_sub(slot.max(CATCH_UP)).unwrap_or(now);
        self.next = self.next.max(earliest) + slot.saturating_mul(u32::try_from(slots).unwrap_or(u32::MAX));
    }

    /// The SMSC cannot keep up. All that was in flight says so at once: it slows the pace once.
    pub(super) fn pause(&mut self, span: Duration, now: Instant) {
        if !self.is_paused(now) {
            let full = self.full.unwrap_or_default();
            (self.now, self.recovered) = ((self.now / 2.0).max(full * SLOWEST), now + span);
        }
        self.paused_until = self.paused_until.max(now + span);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// When slots are taken, in milliseconds, by one who wakes up as late as `late` says.
    fn slots(pace: &mut Pace, from: Instant, until_ms: u64, late: impl Fn(u64) -> u64) -> Vec<u64> {
        let (mut taken, mut now) = (Vec::new(), from);
        loop {
            if pace.opens() > now {
                now = pace.opens() + Duration::from_millis(late(taken.len() as u64));
            }
            let ms = u64::try_from((now - from).as_millis()).unwrap();
            if ms >= until_ms {
                return taken;
            }
            pace.take(1, now);
            taken.push(u64::try_from((now - from).as_millis()).unwrap());
        }
    }

    #[test]
    fn every_second_has_its_slots_but_for_one() {
        let from = Instant::now();
        for late in [|_| 0, |slot| slot * 7 % 20, |slot| if slot % 40 == 0 { 100 } else { 1 }] {
            let taken = slots(&mut Pace::new(Some(30.0), from), from, 10_000, late);
            for start in taken.iter().filter(|start| **start < 9_000) {
                let within = taken.iter().filter(|at| (*start..start + 1_000).contains(*at)).count();
                assert!(within <= 31, "{within} from {start}");
            }
        }
        for (rate, late) in [(30.0, 5), (5_000.0, 3)] {
            let taken =
                slots(
                    &mut Pace::new(Some(rate), from),
                    from,
                    10_000,
                    |slot| if slot % 9 == 0 { late } else { 0 },
                );
            let missing = rate * 10.0 - taken.len() as f64;
            assert!(missing.abs() <= rate / 50.0 + 1.0, "{missing} of {rate}/s");
        }
    }

    #[test]
    fn throttled_it_waits_halves_once_and_recovers() {
        let from = Instant::now();
        let mut pace = Pace::new(Some(100.0), from);
        for _ in 0..10 {
            pace.pause(Duration::from_secs(1), from);
        }
        assert!(pace.is_paused(from));
        let taken = slots(&mut pace, from, 21_000, |_| 0);
        let in_second = |second: u64| taken.iter().filter(|at| **at / 1_000 == second).count();
        assert_eq!(in_second(0), 0);
        assert!((50..56).contains(&in_second(1)), "{}", in_second(1));
        assert!((99..=101).contains(&in_second(15)), "{}", in_second(15));
    }

    #[test]
    fn without_a_rate_only_a_pause_holds() {
        let now = Instant::now();
        let mut pace = Pace::new(None, now);
        pace.take(1_000, now);
        assert!(pace.opens() <= now);
        pace.pause(Duration::from_secs(2), now);
        assert_eq!(pace.opens(), now + Duration::from_secs(2));
    }
}
