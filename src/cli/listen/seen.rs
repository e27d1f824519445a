//! The messages that were shown: live delivery is at least once.

use std::collections::{HashSet, VecDeque};

use crate::words::MessageId;

/// Ten pages of the inbox: what is sent again after a reconnect was shown among the last of these.
const SEEN_LEN_MAX: usize = 10_000;

#[derive(Debug, Default)]
pub(super) struct Seen {
    known: HashSet<MessageId>,
    by_age: VecDeque<MessageId>,
}

impl Seen {
    /// Whether it is new; it is not the next time.
    pub(super) fn is_new(&mut self, message: MessageId) -> bool {
        if !self.known.insert(message) {
            return false;
        }
        self.by_age.push_back(message);
        if self.by_age.len() > SEEN_LEN_MAX
            && let Some(oldest) = self.by_age.pop_front()
        {
            self.known.remove(&oldest);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::CommandSeq;

    #[test]
    fn the_last_ten_thousand_are_known() {
        let message = |n: usize| MessageId::of(CommandSeq(n as u64));
        let mut seen = Seen::default();
        for n in 1..=SEEN_LEN_MAX + 1 {
            assert!(seen.is_new(message(n)));
        }
        assert!(!seen.is_new(message(2)) && !seen.is_new(message(SEEN_LEN_MAX + 1)));
        assert!(seen.is_new(message(1)), "forgotten");
        assert_eq!(seen.known.len(), SEEN_LEN_MAX);
    }
}
