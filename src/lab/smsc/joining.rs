//! Parts of long texts, until the phone that gets them has them all.

use std::collections::{BTreeMap, VecDeque};

use crate::smpp::pdu::ShortMessage;
use crate::smpp::text::{self, Fragment, Reading, Sar};

/// SMPP 3.4, 5.2.12: a header stands before the text.
pub(super) const UDHI: u8 = 0x40;
/// Texts with parts missing; above it the oldest is given up, as a phone does.
const WHOLES_LEN_MAX: usize = 256;

/// A text that a phone shows.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Whole {
    pub(super) text: String,
    pub(super) parts: usize,
}

#[derive(Debug, Default)]
pub(super) struct Joining(VecDeque<Open>);

#[derive(Debug)]
struct Open {
    key: Key,
    parts: BTreeMap<u8, Fragment>,
}

/// Sender, phone, reference, total.
type Key = (String, String, u16, u8);

impl Joining {
    /// The text of an SMS, or of all the parts that this one completes.
    pub(super) fn whole(&mut self, message: &ShortMessage) -> Option<Whole> {
        let (fragment, sar) = read(message);
        let Some(Sar { reference, total, number }) = sar else {
            return Some(Whole { text: text::join(&[fragment]), parts: message.segments() });
        };
        let key = (message.source.text.clone(), message.dest.text.clone(), reference, total);
        let at = self.0.iter().position(|open| open.key == key);
        let mut open =
            at.and_then(|at| self.0.remove(at)).unwrap_or_else(|| Open { key, parts: BTreeMap::new() });
        open.parts.insert(number, fragment);
        if open.parts.len() == usize::from(total) {
            let parts: Vec<Fragment> = open.parts.into_values().collect();
            return Some(Whole { text: text::join(&parts), parts: parts.len() });
        }
        self.0.push_back(open);
        if self.0.len() > WHOLES_LEN_MAX {
            self.0.pop_front();
        }
        None
    }
}

/// What this message alone says.
pub(super) fn own_text(message: &ShortMessage) -> String {
    text::join(&[read(message).0])
}

fn read(message: &ShortMessage) -> (Fragment, Option<Sar>) {
    let udhi = message.esm_class & UDHI != 0;
    let fragment = text::fragment(&message.octets, message.data_coding, udhi, &Reading::default());
    let by_tlv = message.tlvs.sar().and_then(|sar| Sar::checked(sar.reference, sar.total, sar.sequence));
    let sar = fragment.concat.or(by_tlv).filter(|sar| sar.total > 1);
    (fragment, sar)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::smpp::pdu::{Address, Tlvs, tlv};

    fn part(reference: u8, number: u8, text: &str) -> ShortMessage {
        ShortMessage {
            dest: Address::new(1, 1, "447700900001"),
            esm_class: UDHI,
            octets: [&[5, 0, 3, reference, 2, number][..], text.as_bytes()].concat(),
            ..ShortMessage::default()
        }
    }

    #[test]
    fn parts_are_joined_whatever_their_order_and_repetition() {
        let mut joining = Joining::default();
        let said = |text: &str, parts| Some(Whole { text: text.to_owned(), parts });
        for (message, want) in [
            (part(1, 2, "way"), None),
            (part(2, 1, "see "), None),
            (part(1, 2, "way"), None),
            (part(1, 1, "on my "), said("on my way", 2)),
            (part(2, 2, "you"), said("see you", 2)),
            (ShortMessage { octets: b"ok".to_vec(), ..ShortMessage::default() }, said("ok", 1)),
        ] {
            assert_eq!(joining.whole(&message), want);
        }
        assert!(joining.0.is_empty());
    }

    #[test]
    fn parts_are_told_by_parameters_too() {
        let mut joining = Joining::default();
        let [first, second] = [1, 2].map(|number| ShortMessage {
            octets: vec![b'a'; 2],
            tlvs: Tlvs::default()
                .with(tlv::SAR_MSG_REF_NUM, [0, 9])
                .with(tlv::SAR_TOTAL_SEGMENTS, [2])
                .with(tlv::SAR_SEGMENT_SEQNUM, [number]),
            ..ShortMessage::default()
        });
        assert_eq!(joining.whole(&first), None);
        assert_eq!(joining.whole(&second), Some(Whole { text: "aaaa".to_owned(), parts: 2 }));
    }

    #[test]
    fn texts_that_never_get_whole_are_given_up() {
        let mut joining = Joining::default();
        for number in 0..=WHOLES_LEN_MAX {
            let source = Address::new(1, 1, number.to_string());
            joining.whole(&ShortMessage { source, ..part(1, 1, "a") });
        }
        assert_eq!(joining.0.len(), WHOLES_LEN_MAX);
    }
}
