//! The clock of the leases: it goes only as far as it is proven that heartbeats have been heard, so that no stall costs a lease.
//!
//! A mark is a message of ours on the subscription of the heartbeats. NATS keeps the order of what goes to one connection, so
//! when it is back, each heartbeat that the server had read before it is read here too: as of the moment in which it was sent
//! leases can be judged. What the server has not read yet, because it stood still (or we did, or the network), no mark can
//! prove; but then the mark was away for long, and however long that was, the clock goes on by one step. So a lease keeps
//! what was left of it for the heartbeats that wait, and a lapse is noticed late by the length of the stall. Where another
//! server of a cluster is cut off, its clients are too: that is what a lease is for.

use std::time::Duration;

use tokio::time::Instant;

/// More than a mark takes where nobody stands still; and of the shortest lease (one second), when its next heartbeat is due
/// at a third, so little that the rest is time enough for one that waits in a server that has just woken.
const STEP_MAX: Duration = Duration::from_millis(250);
/// Longer than it takes to read a full subscription. A mark comes back, unless it was dropped, or may not be sent.
const MARK_LOST_AFTER: Duration = Duration::from_secs(10);

/// What has passed of the time in which heartbeats were heard.
#[derive(Debug)]
pub(super) struct Clock {
    proven: Duration,
    /// When the mark was sent that has proven it.
    since: Instant,
    under_way: Option<Mark>,
    /// Of the mark sent last.
    number: u64,
}

#[derive(Debug)]
struct Mark {
    number: u64,
    sent: Instant,
}

impl Clock {
    pub(super) fn start(now: Instant) -> Clock {
        Clock { proven: Duration::ZERO, since: now, under_way: None, number: 0 }
    }

    /// Up to here nothing can come any more: what runs out before it has run out.
    pub(super) fn proven(&self) -> Duration {
        self.proven
    }

    /// What is read now has come by then. A heartbeat counts from here, whatever it has waited for.
    pub(super) fn latest(&self, now: Instant) -> Duration {
        self.proven + now.saturating_duration_since(self.since).min(STEP_MAX)
    }

    /// The mark to be sent now; none while one is under way.
    pub(super) fn mark(&mut self, now: Instant) -> Option<u64> {
        if self.under_way.is_some() && !self.has_lost(now) {
            return None;
        }
        self.number += 1;
        self.under_way = Some(Mark { number: self.number, sent: now });
        Some(self.number)
    }

    /// Whether the mark under way does not come any more.
    pub(super) fn has_lost(&self, now: Instant) -> bool {
        self.under_way.as_ref().is_some_and(|mark| now.duration_since(mark.sent) > MARK_LOST_AFTER)
    }

    /// It proves nothing: it may have overtaken heartbeats that are gone.
    pub(super) fn forget_mark(&mut self) {
        self.under_way = None;
    }

    /// A mark is back.
    pub(super) fn back(&mut self, number: u64) {
        if let Some(mark) = self.under_way.take_if(|mark| mark.number == number) {
            self.proven += mark.sent.saturating_duration_since(self.since).min(STEP_MAX);
            self.since = mark.sent;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn it_goes_with_the_marks_and_by_one_step_over_a_stall() {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let mut clock = Clock::start(start);
        assert_eq!(clock.mark(at(100)), Some(1));
        assert_eq!(clock.mark(at(200)), None, "one is under way");
        assert_eq!((clock.proven(), clock.latest(at(200))), (ms(0), ms(200)));
        clock.back(1);
        assert_eq!((clock.proven(), clock.latest(at(200))), (ms(100), ms(200)));
        clock.back(1);
        assert_eq!(clock.proven(), ms(100), "once");
        // Somebody stands still for four seconds with the mark.
        assert_eq!(clock.mark(at(200)), Some(2));
        assert_eq!(clock.latest(at(4_200)), ms(350));
        clock.back(2);
        assert_eq!(clock.proven(), ms(200), "when it was sent");
        assert_eq!(clock.mark(at(4_200)), Some(3));
        clock.back(3);
        assert_eq!((clock.proven(), clock.latest(at(4_201))), (ms(450), ms(451)));
    }

    #[test]
    fn no_heartbeat_counts_from_before_it_came() {
        let start = Instant::now();
        let mut clock = Clock::start(start);
        let mut before = ms(0);
        for beat in (0..60_000).step_by(70) {
            // Marks are sent every 100 ms or so, and are away for longer and longer.
            let now = start + ms(beat);
            if let Some(number) = clock.mark(now) {
                let latest = clock.latest(now);
                clock.back(number);
                assert!(clock.proven() <= latest && clock.latest(now) >= latest);
            }
            assert!(clock.latest(now) >= before && clock.latest(now) >= clock.proven());
            before = clock.latest(now);
        }
        assert_eq!(before, ms(59_990), "where nobody stands still it is as fast as any clock");
    }

    #[test]
    fn a_mark_that_was_dropped_is_sent_again_and_one_of_a_lost_connection_proves_nothing() {
        let start = Instant::now();
        let mut clock = Clock::start(start);
        assert_eq!(clock.mark(start + ms(100)), Some(1));
        assert!(!clock.has_lost(start + MARK_LOST_AFTER));
        let late = start + MARK_LOST_AFTER + ms(101);
        assert!(clock.has_lost(late));
        assert_eq!(clock.mark(late), Some(2));
        clock.back(1);
        assert_eq!(clock.proven(), ms(0));
        clock.forget_mark();
        clock.back(2);
        assert_eq!(clock.proven(), ms(0));
        assert_eq!(clock.mark(late), Some(3));
        clock.back(3);
        assert_eq!(clock.proven(), STEP_MAX);
    }
}
