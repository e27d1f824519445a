//! The ids of a sender: how many bytes are kept of them for seven days, counted by the day.

use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use crate::rules::Rejection;
use crate::rules::identity::Limits;
use crate::words::{Instant, Span};

/// One GiB: what one sender makes the disk keep, by accepted commands 18 million in seven days, or thirty a second all week
/// long; a few of such senders do not fill a disk unnoticed, and nobody who sends by hand ever comes near.
const BYTES_MAX: NonZeroU32 = NonZeroU32::new(1_024 * 1_024 * 1_024).expect("it is not zero");
/// What was said less than seven days ago was said on one of eight days.
const DAYS: usize = 8;
const DAY_MS: i64 = 86_400_000;

/// Bytes kept of what was said on a day (UTC) and on the seven before.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::rules) struct IdsUsed {
    /// Days since 1970-01-01.
    on: i64,
    /// The latest day first.
    bytes: [u32; DAYS],
}

impl IdsUsed {
    /// The same as of a later day. A clock that goes back frees nothing.
    fn on(self, day: i64) -> IdsUsed {
        let passed = usize::try_from(day - self.on).unwrap_or(0);
        let mut bytes = [0; DAYS];
        bytes.iter_mut().skip(passed).zip(self.bytes).for_each(|(to, from)| *to = from);
        IdsUsed { on: self.on.max(day), bytes }
    }

    fn sum(&self) -> u64 {
        self.bytes.iter().copied().map(u64::from).sum()
    }

    /// Whether so many more may be kept. What is more than the whole budget is, where nothing else is.
    ///
    /// # Errors
    /// When there will be room: a day after the seventh day of enough of them.
    pub(in crate::rules) fn check(self, limits: Limits, more: u32, at: Instant) -> Result<(), Rejection> {
        let max = limits.ids_bytes.unwrap_or(BYTES_MAX).get();
        let has_room = |used: IdsUsed| used.sum() == 0 || used.sum() + u64::from(more) <= u64::from(max);
        let now = self.on(day(at));
        if has_room(now) {
            return Ok(());
        }
        let free = (now.on + 1..).find(|day| has_room(now.on(*day))).unwrap_or(i64::MAX);
        Err(Rejection::ids_used_up(max)
            .until(Instant::default() + Span::from_ms(free.saturating_mul(DAY_MS))))
    }

    pub(in crate::rules) fn count(&mut self, more: u32, at: Instant) {
        *self = self.on(day(at));
        if let Some(today) = self.bytes.first_mut() {
            *today = today.saturating_add(more);
        }
    }
}

fn day(at: Instant) -> i64 {
    at.unix_ms().div_euclid(DAY_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_kept_is_free_again_when_its_eighth_day_begins() {
        let at = |text: &str| text.parse::<Instant>().unwrap();
        let limits = Limits { ids_bytes: NonZeroU32::new(100), ..Limits::default() };
        let mut used = IdsUsed::default();
        used.count(30, at("2026-12-01T23:59:59Z"));
        used.count(60, at("2026-12-02T00:00:00Z"));
        assert!(used.check(limits, 10, at("2026-12-08T23:59:59Z")).is_ok());
        for (more, now, free) in [
            (11, "2026-12-02T00:00:00Z", "2026-12-09T00:00:00Z"),
            (11, "2026-12-08T23:59:59Z", "2026-12-09T00:00:00Z"),
            (41, "2026-12-09T00:00:00Z", "2026-12-10T00:00:00Z"),
            // A clock that goes back frees nothing; what never fits waits until nothing else is kept.
            (11, "2026-11-01T00:00:00Z", "2026-12-09T00:00:00Z"),
            (101, "2026-12-02T00:00:00Z", "2026-12-10T00:00:00Z"),
        ] {
            let refused = used.check(limits, more, at(now)).unwrap_err();
            assert_eq!(
                (refused.code.as_str(), refused.retry_at),
                ("quota.ids", Some(at(free))),
                "{more} {now}"
            );
            assert!(used.check(limits, more, at(free)).is_ok(), "{more} at {free}");
        }
        used.count(1, at("2026-12-20T00:00:00Z"));
        assert_eq!(used.sum(), 1);
        used.count(u32::MAX, at("2026-12-20T00:00:00Z"));
        let free = used.check(Limits::default(), 1, at("2026-12-20T00:00:00Z")).unwrap_err().retry_at;
        assert_eq!(free, Some(at("2026-12-28T00:00:00Z")));
    }
}
