//! The pace of who reads a log beside a live system: so many records a second at most, spread over the second.

use std::num::NonZeroU32;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// A sleep is no shorter than this: timers are a millisecond coarse.
const PAUSE_MIN: Duration = Duration::from_millis(5);

/// Records at a rate.
#[derive(Debug)]
pub struct Pace {
    /// What one record takes, and when the next one is due.
    each: Option<(Duration, Instant)>,
}

impl Pace {
    /// Without a rate it never waits.
    pub fn new(rate: Option<NonZeroU32>) -> Pace {
        let each = rate.map(|rate| (Duration::from_secs(1) / rate.get(), Instant::now()));
        Pace { each }
    }

    /// Waits where records are taken faster. What was slower before is not made up for.
    pub async fn take(&mut self) {
        let Some((each, due)) = &mut self.each else { return };
        let now = Instant::now();
        *due = (*due).max(now.checked_sub(PAUSE_MIN).unwrap_or(now)) + *each;
        if *due > now + PAUSE_MIN {
            sleep_until(*due).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn takes(rate: Option<u32>, records: u32) -> u128 {
        let (began, mut pace) = (Instant::now(), Pace::new(rate.and_then(NonZeroU32::new)));
        for _ in 0..records {
            pace.take().await;
        }
        began.elapsed().as_millis()
    }

    #[tokio::test(start_paused = true)]
    async fn a_rate_is_kept_and_none_is_no_wait() {
        assert_eq!(takes(None, 1_000_000).await, 0);
        for (rate, records) in [(10, 5), (1_000, 2_000), (50_000, 100_000)] {
            let (took, wanted) =
                (takes(Some(rate), records).await, u128::from(records) * 1_000 / u128::from(rate));
            assert!(took.abs_diff(wanted) <= 10, "{records} at {rate}/s in {took} ms");
        }
    }
}
