//! A user's open deliveries, oldest first: small, for most people have few, and quick at both ends.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::Standing;
use crate::words::MessageId;

/// More than anybody reads, and some hundred kilobytes: who does not fetch their messages costs no more than that, unless an
/// operator says otherwise.
pub(super) const MAILBOX_LEN_MAX: u32 = 10_000;
/// Room that an empty mailbox keeps.
const KEPT_LEN_MAX: usize = 4;

/// Ordered by message. New ones come at the end and old ones go at the front, so that little is moved.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(in crate::rules) struct Mailbox {
    open: VecDeque<(MessageId, Standing)>,
}

impl Mailbox {
    pub(super) fn standing(&self, message: MessageId) -> Option<Standing> {
        let place = self.place(message).ok()?;
        self.open.get(place).map(|(_, standing)| *standing)
    }

    pub(super) fn set(&mut self, message: MessageId, standing: Standing) {
        match self.place(message) {
            Ok(place) => {
                if let Some(entry) = self.open.get_mut(place) {
                    entry.1 = standing;
                }
            }
            Err(place) => {
                if self.open.capacity() == 0 {
                    // Most people have one open delivery at a time, if any.
                    self.open.reserve_exact(1);
                }
                self.open.insert(place, (message, standing));
            }
        }
    }

    pub(super) fn remove(&mut self, message: MessageId) {
        if let Ok(place) = self.place(message) {
            self.open.remove(place);
        }
        if self.open.is_empty() && self.open.capacity() > KEPT_LEN_MAX {
            // Whoever was away for long does not keep the room their inbox took.
            self.open = VecDeque::new();
        }
    }

    pub(in crate::rules) fn len(&self) -> usize {
        self.open.len()
    }

    pub(in crate::rules) fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (MessageId, Standing)> {
        self.open.iter().copied()
    }

    fn place(&self, message: MessageId) -> Result<usize, usize> {
        self.open.binary_search_by_key(&message, |(message, _)| *message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::CommandSeq;

    #[test]
    fn stays_in_order_whatever_comes_and_goes() {
        let id = |seq| MessageId::of(CommandSeq(seq));
        let mut mailbox = Mailbox::default();
        for seq in [5, 3, 9, 3, 11, 12, 13, 14] {
            mailbox.set(id(seq), Standing::Sent);
        }
        mailbox.set(id(5), Standing::Waiting);
        [9, 14, 13, 11, 12].iter().for_each(|seq| mailbox.remove(id(*seq)));
        mailbox.remove(id(4));
        assert_eq!(mailbox.iter().collect::<Vec<_>>(), [(id(3), Standing::Sent), (id(5), Standing::Waiting)]);
        assert_eq!((mailbox.standing(id(5)), mailbox.standing(id(9))), (Some(Standing::Waiting), None));
    }
}
