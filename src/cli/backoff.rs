//! The pause before what has failed is begun again: longer each time, until it has run well.

use std::time::Duration;

use tokio::time::Instant;

/// The least pause, the first one aside; doubled each time, up to the most.
pub(super) const AGAIN_AFTER: Duration = Duration::from_millis(100);
const AGAIN_AFTER_MAX: Duration = Duration::from_secs(30);
/// What ran for so long had begun well: what fails it then is something new.
const RAN_WELL: Duration = Duration::from_secs(60);

#[derive(Debug)]
pub(super) struct Backoff {
    first: Duration,
    next: Duration,
    began: Instant,
}

impl Backoff {
    /// Of something that begins now.
    pub(super) fn new(first: Duration) -> Backoff {
        Backoff { first, next: first, began: Instant::now() }
    }

    /// It begins again.
    pub(super) fn begins(&mut self) {
        self.began = Instant::now();
    }

    /// It has failed: how long to wait.
    pub(super) fn pause(&mut self) -> Duration {
        if self.began.elapsed() > RAN_WELL {
            self.next = self.first;
        }
        let pause = self.next;
        self.next = (pause * 2).clamp(AGAIN_AFTER, AGAIN_AFTER_MAX);
        pause
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_fails_again_and_again_is_begun_less_and_less_often_and_what_ran_well_at_once() {
        let mut server = Backoff::new(Duration::ZERO);
        let pauses: Vec<u128> = (0..12).map(|_| server.pause().as_millis()).collect();
        assert_eq!(pauses, [0, 100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000, 30_000]);
        server.begins();
        advance(RAN_WELL + AGAIN_AFTER).await;
        assert_eq!(server.pause(), Duration::ZERO);
        server.begins();
        assert_eq!(server.pause(), AGAIN_AFTER);
    }
}
