//! The messages that the SMSC has taken, by their message_id: what query_sm, cancel_sm and receipts are about.

use std::collections::BTreeMap;

use crate::smpp::pdu::status::{RCANCELFAIL, RINVMSGID};
use crate::smpp::pdu::{Address, ReceiptState, ShortMessage};
use crate::words::Instant;

use super::joining::own_text;

/// As many as a test run asks about; older ones are forgotten. As many receipts wait at most.
pub(super) const HELD_LEN_MAX: usize = 10_000;
/// Appendix B of SMPP 3.4: the first of the text.
const HEAD_CHARS: usize = 20;

#[derive(Debug, Clone)]
pub(super) struct Message {
    /// Whose it is: receipts go to no other account.
    pub(super) system_id: String,
    pub(super) source: Address,
    pub(super) dest: Address,
    pub(super) head: String,
    pub(super) registered_delivery: u8,
    pub(super) submitted: Instant,
    pub(super) state: ReceiptState,
    /// When the state became final.
    pub(super) done: Option<Instant>,
}

impl Message {
    /// A phone that is reached has it at once; for one that is not, it is tried until the receipt says so.
    pub(super) fn new(system_id: &str, message: &ShortMessage, reached: bool, now: Instant) -> Message {
        Message {
            system_id: system_id.to_owned(),
            source: message.source.clone(),
            dest: message.dest.clone(),
            head: own_text(message).chars().take(HEAD_CHARS).collect(),
            registered_delivery: message.registered_delivery,
            submitted: now,
            state: if reached { ReceiptState::Delivered } else { ReceiptState::Enroute },
            done: reached.then_some(now),
        }
    }

    /// SMPP 3.4, 5.2.17: bits 1 and 0 ask for none, all, or only those of failures.
    pub(super) fn asks_receipt(&self) -> bool {
        match self.registered_delivery & 0b11 {
            1 => true,
            2 => self.state != ReceiptState::Delivered,
            // None, and what is reserved.
            _ => false,
        }
    }

    fn becomes(&mut self, state: ReceiptState, now: Instant) {
        (self.state, self.done) = (state, Some(now));
    }
}

/// A message that has arrived, or never will, at this time.
#[derive(Debug)]
pub(super) struct Due {
    pub(super) at: tokio::time::Instant,
    pub(super) id: u64,
}

#[derive(Debug)]
pub(super) struct Held {
    messages: BTreeMap<u64, Message>,
    last: u64,
}

impl Held {
    /// Ids go on from `last`.
    pub(super) fn new(last: u64) -> Held {
        Held { messages: BTreeMap::new(), last }
    }

    pub(super) fn insert(&mut self, message: Message) -> u64 {
        self.last += 1;
        self.messages.insert(self.last, message);
        if self.messages.len() > HELD_LEN_MAX {
            self.messages.pop_first();
        }
        self.last
    }

    pub(super) fn get(&self, id: &str) -> Option<&Message> {
        self.messages.get(&id.parse().ok()?)
    }

    /// The message in its final state: one that has not arrived by now never does.
    pub(super) fn settled(&mut self, id: u64, now: Instant) -> Option<Message> {
        let message = self.messages.get_mut(&id)?;
        if message.state == ReceiptState::Enroute {
            message.becomes(ReceiptState::Undeliverable, now);
        }
        Some(message.clone())
    }

    /// # Errors
    /// With the command_status: a message that has arrived cannot be taken back.
    pub(super) fn cancel(&mut self, id: &str, now: Instant) -> Result<(), u32> {
        let message = id.parse().ok().and_then(|id: u64| self.messages.get_mut(&id)).ok_or(RINVMSGID)?;
        if message.state != ReceiptState::Enroute {
            return Err(RCANCELFAIL);
        }
        message.becomes(ReceiptState::Deleted, now);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Instant {
        Instant::from_unix_ms(ms)
    }

    fn message(reached: bool, registered_delivery: u8) -> Message {
        let message = ShortMessage { registered_delivery, ..ShortMessage::default() };
        Message::new("esme", &message, reached, at(1))
    }

    #[test]
    fn a_message_is_delivered_at_once_or_undeliverable_in_the_end() {
        let mut held = Held::new(6);
        assert_eq!([true, false].map(|reached| held.insert(message(reached, 1))), [7, 8]);
        let state = |held: &Held, id| held.get(id).map(|message| (message.state, message.done));
        assert_eq!(state(&held, "7"), Some((ReceiptState::Delivered, Some(at(1)))));
        assert_eq!(state(&held, "8"), Some((ReceiptState::Enroute, None)));
        assert_eq!((state(&held, "9"), state(&held, "x")), (None, None));
        held.settled(8, at(2));
        assert_eq!(state(&held, "8"), Some((ReceiptState::Undeliverable, Some(at(2)))));
    }

    #[test]
    fn only_what_has_not_arrived_is_taken_back() {
        let mut held = Held::new(0);
        held.insert(message(true, 1));
        held.insert(message(false, 1));
        for (id, want) in [
            ("1", Err(RCANCELFAIL)),
            ("2", Ok(())),
            ("2", Err(RCANCELFAIL)),
            ("3", Err(RINVMSGID)),
            ("", Err(RINVMSGID)),
        ] {
            assert_eq!(held.cancel(id, at(3)), want, "{id}");
        }
        assert_eq!(held.settled(2, at(4)).map(|message| message.state), Some(ReceiptState::Deleted));
    }

    #[test]
    fn a_receipt_is_sent_as_it_was_asked_for() {
        for (registered_delivery, of_delivered, of_failed) in
            [(0, false, false), (1, true, true), (2, false, true), (0x11, true, true), (0x10, false, false)]
        {
            let asked = [true, false].map(|reached| message(reached, registered_delivery).asks_receipt());
            assert_eq!(asked, [of_delivered, of_failed], "{registered_delivery:#x}");
        }
    }

    #[test]
    fn the_oldest_are_forgotten() {
        let mut held = Held::new(0);
        for _ in 0..=HELD_LEN_MAX {
            held.insert(message(true, 0));
        }
        assert_eq!((held.messages.len(), held.get("1").is_some()), (HELD_LEN_MAX, false));
    }
}
