//! The order of what is in hand: what goes to somebody waits for what went to them before, and for nothing else.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{BuildHasher, Hash, RandomState};

/// What is to be performed, in the order in which it was taken.
#[derive(Debug)]
pub(super) struct Order<K> {
    in_hand: BTreeMap<K, InHand<K>>,
    /// The last one in hand that goes to a recipient, by the recipient's hash: two that share one wait without need.
    last: HashMap<u64, K>,
    hasher: RandomState,
    deliveries: usize,
}

#[derive(Debug)]
struct InHand<K> {
    recipients: Vec<u64>,
    /// Those that wait for this one.
    behind: Vec<K>,
    /// How many it waits for.
    ahead: usize,
}

impl<K> Default for Order<K> {
    fn default() -> Order<K> {
        Order { in_hand: BTreeMap::new(), last: HashMap::new(), hasher: RandomState::new(), deliveries: 0 }
    }
}

impl<K: Copy + Ord> Order<K> {
    /// Whether nothing in hand goes to one of these.
    pub(super) fn is_free<T: Hash>(&self, recipients: impl IntoIterator<Item = T>) -> bool {
        recipients.into_iter().all(|recipient| !self.last.contains_key(&self.hasher.hash_one(recipient)))
    }

    /// Deliveries of all that is in hand.
    pub(super) fn deliveries(&self) -> usize {
        self.deliveries
    }

    /// Takes one in hand. Whether it may go at once; otherwise [`Order::leave`] names it when it may.
    pub(super) fn enter<T: Hash>(&mut self, key: K, recipients: impl IntoIterator<Item = T>) -> bool {
        let recipients: Vec<u64> =
            recipients.into_iter().map(|recipient| self.hasher.hash_one(recipient)).collect();
        let earlier = recipients.iter().filter_map(|recipient| self.last.insert(*recipient, key));
        let earlier: BTreeSet<K> = earlier.filter(|earlier| *earlier != key).collect();
        for earlier in &earlier {
            self.in_hand.entry(*earlier).and_modify(|in_hand| in_hand.behind.push(key));
        }
        self.deliveries += recipients.len();
        self.in_hand.insert(key, InHand { recipients, behind: Vec::new(), ahead: earlier.len() });
        earlier.is_empty()
    }

    /// One is performed, or given back. Those that may go now.
    pub(super) fn leave(&mut self, key: K) -> Vec<K> {
        let Some(InHand { recipients, mut behind, ahead: _ }) = self.in_hand.remove(&key) else {
            return Vec::new();
        };
        self.deliveries -= recipients.len();
        for recipient in recipients {
            if self.last.get(&recipient) == Some(&key) {
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
    fn one_waits_for_the_earlier_ones_to_its_recipients_and_for_no_others() {
        let mut order = Order::default();
        assert!(order.enter(1, ["bob", "carol"]) && order.enter(2, ["dan"]));
        assert!(order.is_free(["eve"]) && !order.is_free(["eve", "bob"]));
        assert!(!order.enter(3, ["bob", "dan"]) && !order.enter(4, ["bob"]) && !order.enter(5, ["carol"]));
        assert_eq!(order.deliveries(), 7);
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
