//! A person's SMS as the command it becomes.

use std::collections::HashMap;
use std::sync::Arc;

use super::shared::Shared;
use crate::rules::message::Blob;
use crate::rules::sms::{Part, Received, wish};
use crate::rules::{Command, Stamp};
use crate::sms::link::{Inbound, Link, Status};
use crate::sms::number::{self, Region};
use crate::sms::pdu::ShortMessage;
use crate::sms::settings::Account;
use crate::sms::text::{self, Fragment, Sar};
use crate::wire::to_msgpack;

/// SMPP 3.4 section 5.2.12.
const UDHI: u8 = 0x40;
/// Texts remembered to tell a repetition from a second SMS with the same words.
const SEEN_LEN_MAX: usize = 10_000;

/// Where one account is listened to.
pub(super) struct Ear {
    pub(super) account: Arc<Account>,
    pub(super) link: Link,
    pub(super) shared: Arc<Shared>,
    pub(super) region: Option<Region>,
}

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
    pub(super) fn reading(&mut self, ear: &Ear, inbound: &Inbound) -> Option<Said> {
        let Inbound::Message(message) = inbound else { return None };
        if message.receipt().is_some() {
            return None;
        }
        let since = match &*ear.link.status().borrow() {
            Status::Bound { since } => Some(*since),
            Status::Connecting | Status::Refused { .. } | Status::Down { .. } => self.session,
        };
        if since != self.session || self.seen.len() >= SEEN_LEN_MAX {
            (self.session, self.seen) = (since, HashMap::new());
        }
        let connector = ear.account.name();
        let (command, content) = read(ear, connector, message);
        let times = self.seen.entry(content.clone()).or_default();
        *times += 1;
        Some(Said { command, identity: format!("{content}.{times}") })
    }
}

fn read(ear: &Ear, connector: &str, message: &ShortMessage) -> (Command, String) {
    let ShortMessage { source, dest, data_coding, octets, esm_class, .. } = message;
    let from = number::of_sms(&source.text, source.ton, ear.region);
    let called = ear.shared.service.called(&dest.text);
    let udhi = esm_class & UDHI != 0;
    let fragment = text::fragment(octets, *data_coding, udhi, &ear.account.reading);
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
            hear(&ear.shared, from, wish(&called, &text));
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
