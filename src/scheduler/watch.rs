//! The watch over timers that were set: each is to be looked at again after a minute, and then after four times as long each time.
//!
//! Most messages end soon, long before they expire, and so do their timers. One that is looked at so lies in DUE for at most
//! five times as long as it was awaited, and a minute.

use std::array;
use std::collections::VecDeque;

use crate::wire::work::DueTimer;
use crate::words::{Instant, Span};

/// What is due by then is let be: its minute may be open, and its firing changes nothing. Longer than the next minute is open
/// before it begins, and the minute itself.
pub(super) const SOON: Span = Span::from_secs(180);
/// Whoever is online has confirmed what they got by then.
const FIRST_AFTER_MS: i64 = 60_000;
const FACTOR: i64 = 4;
/// The last one waits for half a year; a year is the longest deadline.
const ROUNDS: usize = 11;
/// 4 MB. What is too much is found when all of DUE is looked at.
const LEN_MAX: usize = 100_000;

/// Timers by how often they were looked at; of each round the first comes first.
#[derive(Debug)]
pub(super) struct Watch {
    rounds: [VecDeque<(Instant, DueTimer)>; ROUNDS],
    len: usize,
}

/// A timer whose turn it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Look {
    pub(super) timer: DueTimer,
    round: usize,
}

impl Watch {
    pub(super) fn new() -> Watch {
        Watch { rounds: array::from_fn(|_| VecDeque::new()), len: 0 }
    }

    /// One that was set.
    pub(super) fn set(&mut self, timer: DueTimer, now: Instant) {
        self.wait(timer, 1, now);
    }

    /// One of which somebody says that it has ended: its turn is now.
    pub(super) fn ended(&mut self, timer: DueTimer, now: Instant) {
        self.wait(timer, 0, now);
    }

    /// One that is awaited still.
    pub(super) fn again(&mut self, Look { timer, round }: Look, now: Instant) {
        self.wait(timer, round + 1, now);
    }

    /// One that could not be looked at.
    pub(super) fn put_back(&mut self, Look { timer, round }: Look, now: Instant) {
        self.wait(timer, round.max(1), now);
    }

    /// Those whose turn it is, at most so many.
    pub(super) fn take(&mut self, len_max: usize, now: Instant) -> Vec<Look> {
        let mut due = Vec::new();
        for (round, waiting) in self.rounds.iter_mut().enumerate() {
            while due.len() < len_max
                && waiting.front().is_some_and(|(at, _)| *at <= now)
                && let Some((_, timer)) = waiting.pop_front()
            {
                due.push(Look { timer, round });
            }
        }
        self.len -= due.len();
        due
    }

    fn wait(&mut self, timer: DueTimer, round: usize, now: Instant) {
        let waits = match u32::try_from(round) {
            Ok(round @ 1..) => FIRST_AFTER_MS * FACTOR.pow(round - 1),
            Ok(0) | Err(_) => 0,
        };
        let at = now + Span::from_ms(waits);
        let Some(waiting) = self.rounds.get_mut(round).filter(|_| timer.due > at + SOON) else { return };
        if self.len < LEN_MAX {
            self.len += 1;
            waiting.push_back((at, timer));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::Timer;
    use crate::words::{CommandSeq, MessageId};

    fn timer(n: u64, due_s: i64) -> DueTimer {
        DueTimer { timer: Timer::Expire(MessageId::of(CommandSeq(n))), due: at(due_s) }
    }

    fn at(s: i64) -> Instant {
        Instant::from_unix_ms(s * 1_000)
    }

    #[test]
    fn a_timer_that_stays_wanted_is_looked_at_ever_more_rarely_and_not_when_it_is_about_to_fire() {
        let (mut watch, mut looked) = (Watch::new(), Vec::new());
        watch.set(timer(1, 10_000), at(0));
        for now in 0..10_000 {
            for look in watch.take(10, at(now)) {
                looked.push(now);
                watch.again(look, at(now));
            }
        }
        assert_eq!(looked, [60, 300, 1_260, 5_100]);
        assert_eq!(watch.len, 0);
    }

    #[test]
    fn what_has_ended_has_its_turn_at_once_and_what_could_not_be_looked_at_within_a_minute() {
        let mut watch = Watch::new();
        watch.set(timer(1, 10_000), at(0));
        watch.ended(timer(2, 10_000), at(0));
        watch.ended(timer(3, 180), at(0));
        let looks = watch.take(10, at(0));
        assert_eq!(looks.iter().map(|look| look.timer).collect::<Vec<_>>(), [timer(2, 10_000)]);
        looks.into_iter().for_each(|look| watch.put_back(look, at(0)));
        assert_eq!(watch.take(10, at(59)), []);
        assert_eq!(watch.take(1, at(60)).len(), 1);
        assert_eq!(watch.take(10, at(60)).len(), 1);
    }

    #[test]
    fn a_flood_of_timers_does_not_fill_the_memory() {
        let mut watch = Watch::new();
        (0..LEN_MAX as u64 + 10).for_each(|n| watch.set(timer(n, 10_000), at(0)));
        assert_eq!(watch.take(usize::MAX, at(60)).len(), LEN_MAX);
        assert_eq!(watch.len, 0);
    }
}
