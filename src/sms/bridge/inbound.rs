//! A person's SMS as the command it becomes, with the id by which it is taken once.

use std::sync::Arc;

use super::repeated::Repeated;
use super::shared::Shared;
use crate::log::Log;
use crate::rules::message::Blob;
use crate::rules::phone::{Part, Received, wish, wish_of_a_group};
use crate::rules::{Command, Stamp};
use crate::smpp::link::{Inbound, Incoming};
use crate::smpp::pdu::ShortMessage;
use crate::smpp::text::{self, Fragment, Sar};
use crate::sms::number::{self, Region};
use crate::sms::settings::Account;
use crate::wire::to_msgpack;
use crate::words::{Called, Party, Phone};

/// SMPP 3.4 section 5.2.12.
const UDHI: u8 = 0x40;

/// Where one account is listened to.
pub(super) struct Reader {
    pub(super) account: Arc<Account>,
    pub(super) shared: Arc<Shared>,
    pub(super) region: Option<Region>,
}

/// A person's SMS as a command, with what it says, hashed.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) command: Command,
    pub(super) content: String,
    pub(super) id: String,
}

impl Reader {
    /// The command that an SMS becomes; none for what is no SMS of a person's.
    pub(super) fn reading(&self, log: &Log, incoming: &Incoming, repeated: &mut Repeated) -> Option<Said> {
        let Inbound::Message(message) = &incoming.pdu else { return None };
        if message.receipt().is_some() {
            return None;
        }
        let (command, content) = read(self, self.account.name(), message);
        let fresh = || format!("{content}{}", log.fresh_identity());
        let id = repeated.id(&content, incoming.session(), tokio::time::Instant::now(), fresh);
        Some(Said { command: command.once(|| id.clone()), content, id })
    }
}

fn read(reader: &Reader, connector: &str, message: &ShortMessage) -> (Command, String) {
    let ShortMessage { source, dest, data_coding, octets, esm_class, .. } = message;
    let from = number::of_sms(&source.text, source.ton, reader.region);
    let called = reader.shared.service.called(&dest.text);
    let udhi = esm_class & UDHI != 0;
    let fragment = text::fragment(octets, *data_coding, udhi, &reader.account.reading);
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
            hear(&reader.shared, from, &called, &text);
        }
        let received = Received { connector, from, called, text, joined: None, id: None };
        return (Command::from(received), content);
    };
    let reference = reference.to_be_bytes();
    let whole = hash(&[&ends[..], &[&reference, &[total]]].concat());
    let octets = to_msgpack::<Fragment>(&fragment);
    let content = hash(&[whole.as_bytes(), &[number], &octets]);
    let octets = Blob(octets);
    let part = Part { whole, connector, from, called, number, total, octets, id: None };
    (Command::from(part), content)
}

/// An opt-out counts from the moment it is heard.
pub(super) fn hear(shared: &Shared, from: Phone, called: &Called, text: &str) {
    match wish(called, text) {
        Some(true) => shared.opt_outs.start(from),
        Some(false) => shared.opt_outs.stop(from),
        None => {}
    }
    if let Some((group, sms)) = wish_of_a_group(called, text) {
        shared.opt_outs.of_group(group, Party::Phone(from), sms);
    }
}

/// A name made of its parts.
pub(super) fn hash(parts: &[&[u8]]) -> String {
    Stamp::of(parts).as_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}
