//! The last moment: timers that are about to be due, in the order in which they will be.

use std::collections::BTreeMap;

use crate::words::Instant;

/// Held timers by due time and stream sequence: a copy that is delivered again takes the place of the earlier one.
#[derive(Debug)]
pub(super) struct Hold<T> {
    held: BTreeMap<(Instant, u64), T>,
    len_max: usize,
}

impl<T> Hold<T> {
    pub(super) fn new(len_max: usize) -> Hold<T> {
        Hold { held: BTreeMap::new(), len_max }
    }

    /// Gives the timer back where no more can be held.
    pub(super) fn insert(&mut self, due: Instant, seq: u64, timer: T) -> Option<T> {
        if self.held.len() >= self.len_max && !self.held.contains_key(&(due, seq)) {
            return Some(timer);
        }
        self.held.insert((due, seq), timer);
        None
    }

    /// When the next one is due.
    pub(super) fn next_due(&self) -> Option<Instant> {
        self.held.first_key_value().map(|((due, _), _)| *due)
    }

    /// Takes one that is due.
    pub(super) fn pop_due(&mut self, now: Instant) -> Option<T> {
        let first = self.held.first_entry().filter(|first| first.key().0 <= now)?;
        Some(first.remove())
    }

    /// Takes all, due or not.
    pub(super) fn take_all(&mut self) -> impl Iterator<Item = T> {
        std::mem::take(&mut self.held).into_values()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Instant {
        Instant::from_unix_ms(ms)
    }

    #[test]
    fn gives_what_is_due_in_its_order_and_nothing_early() {
        let mut hold = Hold::new(10);
        for (due, seq, name) in [(300, 1, "c"), (100, 2, "a"), (200, 3, "b"), (200, 4, "b too")] {
            assert_eq!(hold.insert(at(due), seq, name), None);
        }
        assert_eq!(hold.next_due(), Some(at(100)));
        assert_eq!(hold.pop_due(at(99)), None);
        let due: Vec<_> = std::iter::from_fn(|| hold.pop_due(at(200))).collect();
        assert_eq!(due, ["a", "b", "b too"]);
        assert_eq!((hold.next_due(), hold.take_all().collect::<Vec<_>>()), (Some(at(300)), vec!["c"]));
        assert_eq!(hold.next_due(), None);
    }

    #[test]
    fn a_copy_takes_the_earlier_ones_place_and_what_is_too_much_comes_back() {
        let mut hold = Hold::new(2);
        for (due, seq, name, back) in [
            (100, 1, "first", None),
            (100, 1, "again", None),
            (100, 2, "second", None),
            (50, 3, "third", Some("third")),
            (100, 2, "again too", None),
        ] {
            assert_eq!(hold.insert(at(due), seq, name), back);
        }
        assert_eq!(hold.take_all().collect::<Vec<_>>(), ["again", "again too"]);
    }
}
