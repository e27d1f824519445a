//! The order of what is in hand: a commit waits for the earlier ones that go to one of its recipients, and for no others.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{BuildHasher, Hash, RandomState};

/// Commits by their sequence, in the order in which they were taken.
#[derive(Debug, Default)]
pub(super) struct Order {
    in_hand: BTreeMap<u64, InHand>,
    /// The last commit in hand that goes to a recipient, by the recipient's hash: two that share one wait without need.
    last: HashMap<u64, u64>,
    hasher: RandomState,
    deliveries: usize,
}

#[derive(Debug)]
struct InHand {
    recipients: Vec<u64>,
    /// Those that wait for this one.
    behind: Vec<u64>,
    /// How many it waits for.
    ahead: usize,
}

impl Order {
    /// Whether nothing in hand goes to one of these.
    pub(super) fn is_free<T: Hash>(&self, recipients: impl IntoIterator<Item = T>) -> bool {
        recipients.into_iter().all(|recipient| !self.last.contains_key(&self.hasher.hash_one(recipient)))
    }

    pub(super) fn holds(&self, seq: u64) -> bool {
        self.in_hand.contains_key(&seq)
    }

    /// Deliveries of all that is in hand.
    pub(super) fn deliveries(&self) -> usize {
        self.deliveries
    }

    /// Takes a commit in hand. Whether it may go at once; otherwise [`Order::leave`] names it when it may.
    pub(super) fn enter<T: Hash>(&mut self, seq: u64, recipients: impl IntoIterator<Item = T>) -> bool {
        let recipients: Vec<u64> =
            recipients.into_iter().map(|recipient| self.hasher.hash_one(recipient)).collect();
        let earlier = recipients.iter().filter_map(|recipient| self.last.insert(*recipient, seq));
        let earlier: BTreeSet<u64> = earlier.filter(|earlier| *earlier != seq).collect();
        for earlier in &earlier {
            self.in_hand.entry(*earlier).and_modify(|in_hand| in_hand.behind.push(seq));
        }
        self.deliveries += recipients.len();
        self.in_hand.insert(seq, InHand { recipients, behind: Vec::new(), ahead: earlier.len() });
        earlier.is_empty()
    }

    /// A commit is performed, or given back. Those that may go now.
    pub(super) fn leave(&mut self, seq: u64) -> Vec<u64> {
        let Some(InHand { recipients, mut behind, ahead: _ }) = self.in_hand.remove(&seq) else {
            return Vec::new();
        };
        self.deliveries -= recipients.len();
        for recipient in recipients {
            if self.last.get(&recipient) == Some(&seq) {
                self.last.remove(&recipient);
            }
        }
        behind.retain(|waiting| {
            self.in_hand.get_mut(waiting).is_some_and(|waiting| {
                waiting.ahead -= 1;
                waiting.ahead == 0
            })
        });
        behind
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commit_waits_for_the_earlier_ones_to_its_recipients_and_for_no_others() {
        let mut order = Order::default();
        assert!(order.enter(1, ["bob", "carol"]) && order.enter(2, ["dan"]));
        assert!(order.is_free(["eve"]) && !order.is_free(["eve", "bob"]));
        assert!(!order.enter(3, ["bob", "dan"]) && !order.enter(4, ["bob"]) && !order.enter(5, ["carol"]));
        assert_eq!((order.deliveries(), order.holds(3), order.holds(6)), (7, true, false));
        assert_eq!(order.leave(1), [5], "3 waits for 2 too, and 4 for 3");
        assert_eq!(order.leave(2), [3]);
        assert!(order.leave(5).is_empty());
        assert_eq!(order.leave(3), [4]);
        assert!(order.leave(4).is_empty());
        assert_eq!((order.deliveries(), order.leave(4)), (0, vec![]));
        assert!(order.last.is_empty() && order.in_hand.is_empty());
    }

    #[test]
    fn a_recipient_who_is_named_more_than_once_waits_for_nobody_and_leaves_nothing_behind() {
        let mut order = Order::default();
        assert!(order.enter(1, ["bob", "bob", "bob"]));
        assert!(!order.enter(2, ["bob"]));
        assert_eq!(order.leave(1), [2]);
        assert!(order.leave(2).is_empty());
        assert!(order.last.is_empty());
    }
}
