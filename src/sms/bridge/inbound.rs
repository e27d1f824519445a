//! A person's SMS as the command it becomes.

use std::collections::HashMap;

use super::lane::Shared;
use super::listen::Listener;
use crate::rules::message::Blob;
use crate::rules::sms::{Part, Received, wish};
use crate::rules::{Command, Stamp};
use crate::sms::link::Inbound;
use crate::sms::number;
use crate::sms::pdu::ShortMessage;
use crate::sms::text::{self, Fragment, Sar};
use crate::wire::to_msgpack;

/// SMPP 3.4 section 5.2.12.
const UDHI: u8 = 0x40;
/// Texts remembered to tell a repetition from a second SMS with the same words.
const SEEN_LEN_MAX: usize = 10_000;

/// A command with the identity under which it is stored once.
pub(super) struct Said {
    pub(super) command: Command,
    pub(super) identity: String,
}

/// What one session has brought.
///
/// An SMSC repeats what it thinks was not acknowledged, after it was bound anew; a person may say the same twice. So the
/// n-th SMS of these words in one session is the n-th of them in another, within the stream's window of two minutes.
#[derive(Debug, Default)]
pub(super) struct Inbox {
    seen: HashMap<String, u32>,
    session: Option<tokio::time::Instant>,
}

impl Inbox {
    /// The command that an SMS becomes; none for what is no SMS of a person's.
    pub(super) fn reading(&mut self, listener: &Listener, inbound: &Inbound) -> Option<Said> {
        let Inbound::Message(message) = inbound else { return None };
        if message.receipt().is_some() {
            return None;
        }
        let since = match &*listener.link.status().borrow() {
            crate::sms::link::Status::Bound { since } => Some(*since),
            crate::sms::link::Status::Connecting
            | crate::sms::link::Status::Refused { .. }
            | crate::sms::link::Status::Down { .. } => self.session,
        };
        if since != self.session || self.seen.len() >= SEEN_LEN_MAX {
            (self.session, self.seen) = (since, HashMap::new());
        }
        let connector = listener.account.name();
        let (command, content) = read(listener, connector, message);
        let times = self.seen.entry(content.clone()).or_default();
        *times += 1;
        Some(Said { command, identity: format!("{content}.{times}") })
    }
}

fn read(listener: &Listener, connector: &str, message: &ShortMessage) -> (Command, String) {
    let ShortMessage { source, dest, data_coding, octets, esm_class, .. } = message;
    let from = number::of_sms(&source.text, source.ton, listener.region);
    let called = listener.shared.service.called(&dest.text);
    let udhi = esm_class & UDHI != 0;
    let fragment = text::fragment(octets, *data_coding, udhi, &listener.account.reading);
    let by_tlv = message.tlvs.sar().map(|sar| Sar {
        reference: sar.reference,
        total: sar.total,
        number: sar.sequence,
    });
    let sar = fragment.concat.or(by_tlv).filter(|sar| sar.total > 1 && (1..=sar.total).contains(&sar.number));
    let ends = [connector.as_bytes(), source.text.as_bytes(), dest.text.as_bytes()];
    let connector = connector.to_owned();
    let Some(Sar { reference, total, number }) = sar else {
        let text = text::join(&[fragment]);
        let content = hash(&[&ends[..], &[text.as_bytes()]].concat());
        if let Some(from) = from {
            hear(&listener.shared, from, wish(&called, &text));
        }
        return (Command::SmsReceived(Received { connector, from, called, text, joined: None }), content);
    };
    let reference = reference.to_be_bytes();
    let whole = hash(&[&ends[..], &[&reference, &[total]]].concat());
    let octets = to_msgpack::<Fragment>(&fragment);
    let content = hash(&[whole.as_bytes(), &[number], &octets]);
    let octets = Blob(octets);
    (Command::SmsPart(Part { whole, connector, from, called, number, total, octets }), content)
}

/// A wish counts from the moment it is heard.
pub(super) fn hear(shared: &Shared, from: crate::words::Phone, wish: Option<bool>) {
    match wish {
        Some(true) => shared.wishes.start(from),
        Some(false) => shared.wishes.stop(from),
        None => {}
    }
}

/// A name made of its parts.
pub(super) fn hash(parts: &[&[u8]]) -> String {
    Stamp::of(parts).as_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}
