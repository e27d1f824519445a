//! The phones that got or sent something, and which of them got the last SMS.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::lab::smsc::Event;
use crate::words::Phone;

/// More than a person looks through; above it new ones are not listed.
const PHONES_LEN_MAX: usize = 1_000;

#[derive(Debug, Default)]
pub(super) struct Phones {
    known: BTreeMap<String, Traffic>,
    last: Option<(Phone, String)>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize)]
pub(super) struct Traffic {
    pub(super) got: u64,
    pub(super) sent: u64,
}

impl Phones {
    pub(super) fn see(&mut self, event: &Event) {
        match event {
            Event::Submitted { from, to, reached: true, .. } => {
                self.count(to, |traffic| traffic.got += 1);
                if let Ok(phone) = to.parse() {
                    self.last = Some((phone, from.clone()));
                }
            }
            Event::Typed { from, .. } => self.count(from, |traffic| traffic.sent += 1),
            Event::Submitted { .. }
            | Event::Bound { .. }
            | Event::BindRefused { .. }
            | Event::Unbound { .. }
            | Event::Refused { .. }
            | Event::Receipt { .. } => (),
        }
    }

    fn count(&mut self, phone: &str, add: impl FnOnce(&mut Traffic)) {
        if self.known.contains_key(phone) || self.known.len() < PHONES_LEN_MAX {
            add(self.known.entry(phone.to_owned()).or_default());
        }
    }

    /// The phone that got the last SMS, and the number it came from.
    pub(super) fn last(&self) -> Option<&(Phone, String)> {
        self.last.as_ref()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, Traffic)> {
        self.known.iter().map(|(phone, traffic)| (phone.as_str(), *traffic))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn submitted(to: &str, reached: bool) -> Event {
        let (from, text) = ("12520".to_owned(), "hi".to_owned());
        Event::Submitted { from, to: to.to_owned(), text, parts: 1, reached }
    }

    #[test]
    fn the_last_is_the_one_that_got_an_sms() {
        let mut phones = Phones::default();
        let (first, second) = ("+447700900001", "+447700900002");
        for event in [submitted(first, true), submitted(second, false), submitted("ALERTS", true)] {
            phones.see(&event);
        }
        let (from, to, text) = (second.to_owned(), "12520".to_owned(), "hi".to_owned());
        phones.see(&Event::Typed { from, to, text, parts: 1 });
        assert_eq!(phones.last(), Some(&(first.parse().unwrap(), "12520".to_owned())));
        let known: Vec<_> =
            phones.iter().map(|(phone, traffic)| (phone, traffic.got, traffic.sent)).collect();
        assert_eq!(known, [(first, 1, 0), (second, 0, 1), ("ALERTS", 1, 0)]);
    }
}
