//! Floods: who says more commands at once than is fair is told of, and a gate shuts them out for a while.
//!
//! Why here: COMMANDS is decided in its order, so what one user has queued there everybody behind waits for. What the rules allow
//! a sender limits what goes out; a command that is refused stands in the queue like any other.

use std::collections::HashMap;

use crate::words::{Instant, UserName};

/// Commands of one user at once: in front of everybody else's they stand for less than half a second.
const AT_ONCE: i64 = 5_000;
/// And in the long run. A sender whose commands have one recipient each may send half as many.
const PER_S: i64 = 2_000;
const EACH_US: i64 = 1_000_000 / PER_S;
/// Users that are counted before those are forgotten whose time is over.
const COUNTED_MIN: usize = 1_024;

/// How much each user has said lately, by the times at which COMMANDS stored it.
#[derive(Debug)]
pub(super) struct Floods {
    /// When nothing is left of what each has said, in microseconds.
    over_at: HashMap<UserName, i64>,
    forget_at: usize,
}

impl Floods {
    pub(super) fn new() -> Floods {
        Floods { over_at: HashMap::new(), forget_at: COUNTED_MIN }
    }

    /// Counts a command. Whether it is one too many; then the count begins anew.
    pub(super) fn counts(&mut self, user: &UserName, at: Instant) -> bool {
        let now = at.unix_ms().saturating_mul(1_000);
        let Some(over_at) = self.over_at.get_mut(user) else {
            self.forget(now);
            self.over_at.insert(user.clone(), now + EACH_US);
            return false;
        };
        *over_at = now.max(*over_at) + EACH_US;
        let is_flood = *over_at - now > AT_ONCE * EACH_US;
        if is_flood {
            *over_at = now;
        }
        is_flood
    }

    fn forget(&mut self, now: i64) {
        if self.over_at.len() >= self.forget_at {
            self.over_at.retain(|_, over_at| *over_at > now);
            self.forget_at = COUNTED_MIN.max(2 * self.over_at.len());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Instant {
        Instant::from_unix_ms(1_800_000_000_000 + ms)
    }

    #[test]
    fn so_much_at_once_and_so_much_in_the_long_run_is_no_flood() {
        let (mut floods, ann) = (Floods::new(), "ann".parse().unwrap());
        assert!((0..AT_ONCE).all(|_| !floods.counts(&ann, at(0))));
        assert!(floods.counts(&ann, at(0)));
        assert!((0..AT_ONCE).all(|_| !floods.counts(&ann, at(1))), "told once");
        assert!(floods.counts(&ann, at(1)), "and again after as many more");
        let (mut floods, per_ms) = (Floods::new(), PER_S / 1_000);
        let said = |floods: &mut Floods, ms| (0..per_ms).any(|_| floods.counts(&ann, at(ms)));
        assert!((0..100_000).all(|ms| !said(&mut floods, ms)), "a hundred seconds at the pace");
    }

    #[test]
    fn who_has_not_spoken_for_a_while_is_forgotten() {
        let mut floods = Floods::new();
        for number in 0..100_000 {
            floods.counts(&format!("user{number}").parse().unwrap(), at(number));
        }
        assert!(floods.over_at.len() <= COUNTED_MIN, "{}", floods.over_at.len());
    }
}
