//! The pace of a sender: how much may go out at once and in the long run, by a bucket each for recipients and for bytes.

use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use crate::rules::Rejection;
use crate::rules::identity::Limits;
use crate::words::{Instant, Span};

/// About what one machine delivers in a second: a single sender gets it all where nobody else sends, and no more in the long
/// run, in which it is 86 million a day.
const RECIPIENTS_PER_S: NonZeroU32 = NonZeroU32::new(1_000).expect("it is not zero");
/// 90 GB a day: a sender does not fill a disk unnoticed.
const BYTES_PER_S: NonZeroU32 = NonZeroU32::new(1_024 * 1_024).expect("it is not zero");
/// A full bucket holds what flows in during this time: a campaign of a hundred messages to a thousand people each goes out
/// at once, and so do two hundred of the largest messages.
const BURST_SECS: u64 = 100;
const MILLI: u64 = 1_000;

/// What a message takes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::rules) struct Load {
    pub(in crate::rules) recipients: usize,
    /// Of its text or parts.
    pub(in crate::rules) bytes: usize,
}

/// How much is missing in both buckets, as it was at a moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::rules) struct Pace {
    at: Instant,
    recipients: Missing,
    bytes: Missing,
}

/// In thousandths, so that each millisecond gives back a whole number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
struct Missing(u64);

impl Missing {
    fn after(self, passed: Span, per_s: NonZeroU32) -> Missing {
        let passed_ms = u64::try_from(passed.ms()).unwrap_or(0);
        Missing(self.0.saturating_sub(passed_ms.saturating_mul(u64::from(per_s.get()))))
    }

    fn with(self, len: usize) -> Missing {
        Missing(self.0.saturating_add((len as u64).saturating_mul(MILLI)))
    }

    /// Until the bucket holds enough. For what it never holds it has to be full: then that goes out, and is missing for longer.
    fn wait(self, len: usize, per_s: NonZeroU32) -> Span {
        let per_s = u64::from(per_s.get());
        let holds = per_s.saturating_mul(BURST_SECS * MILLI);
        let short =
            self.0.saturating_add((len as u64).saturating_mul(MILLI).min(holds)).saturating_sub(holds);
        Span::from_ms(i64::try_from(short.div_ceil(per_s)).unwrap_or(i64::MAX))
    }
}

fn rates(limits: Limits) -> (NonZeroU32, NonZeroU32) {
    let Limits { recipients_per_s, bytes_per_s, .. } = limits;
    (recipients_per_s.unwrap_or(RECIPIENTS_PER_S), bytes_per_s.unwrap_or(BYTES_PER_S))
}

impl Pace {
    /// Nothing is missing.
    pub(in crate::rules) fn is_full(&self) -> bool {
        *self == Pace::default()
    }

    fn now(self, (recipients, bytes): (NonZeroU32, NonZeroU32), at: Instant) -> Pace {
        let passed = at - self.at;
        let at = at.max(self.at);
        Pace {
            at,
            recipients: self.recipients.after(passed, recipients),
            bytes: self.bytes.after(passed, bytes),
        }
    }

    /// Whether so much may be sent now.
    ///
    /// # Errors
    /// When it may be.
    pub(in crate::rules) fn check(self, limits: Limits, load: Load, at: Instant) -> Result<(), Rejection> {
        let (recipients, bytes) = rates(limits);
        let now = self.now((recipients, bytes), at);
        let waits = now.recipients.wait(load.recipients, recipients).max(now.bytes.wait(load.bytes, bytes));
        if waits > Span::default() { Err(Rejection::too_fast().until(now.at + waits)) } else { Ok(()) }
    }

    pub(in crate::rules) fn count(&mut self, limits: Limits, load: Load, at: Instant) {
        let now = self.now(rates(limits), at);
        let (recipients, bytes) = (now.recipients.with(load.recipients), now.bytes.with(load.bytes));
        *self = Pace { at: now.at, recipients, bytes };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_gives_its_burst_at_once_and_its_rate_in_the_long_run() {
        let at = |ms: i64| Instant::from_unix_ms(1_800_000_000_000 + ms);
        let limits = Limits { recipients_per_s: NonZeroU32::new(2), ..Limits::default() };
        let load = |recipients| Load { recipients, bytes: 10 };
        let (mut pace, mut sent) = (Pace::default(), 0);
        for ms in 0..100_000 {
            if pace.check(limits, load(1), at(ms)).is_ok() {
                pace.count(limits, load(1), at(ms));
                sent += 1;
            }
        }
        assert_eq!(sent, 200 + 199, "the burst of 100 s, and what came in during 99.999 s");
        let refused = pace.check(limits, load(1), at(100_000 - 1)).unwrap_err();
        assert_eq!((refused.code.as_str(), refused.retry_at), ("quota.too_fast", Some(at(100_000))));
        assert!(pace.check(limits, load(1), at(100_000)).is_ok());
        assert!(pace.check(limits, load(1), at(0)).is_err(), "a clock that goes back gives nothing");
        // More than it ever holds goes out of a full bucket, and is missing for longer.
        let mut pace = Pace::default();
        assert!(pace.check(limits, load(1_000), at(0)).is_ok());
        pace.count(limits, load(1_000), at(0));
        assert_eq!(pace.check(limits, load(1), at(0)).unwrap_err().retry_at, Some(at(400_500)));
        assert!(pace.check(limits, load(1), at(400_500)).is_ok());
        // Bytes are watched beside recipients.
        let slow = Limits { bytes_per_s: NonZeroU32::new(1), ..Limits::default() };
        let mut pace = Pace::default();
        pace.count(slow, Load { recipients: 1, bytes: 100 }, at(0));
        assert_eq!(pace.check(slow, load(1), at(0)).unwrap_err().retry_at, Some(at(10_000)));
    }
}
