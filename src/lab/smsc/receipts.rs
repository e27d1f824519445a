//! Delivery receipts (SMPP 3.4, appendix B), sent a while after each message was taken, and again until they are answered.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::DateTime;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;

use super::deliver;
use super::event::{self, Event};
use super::held::{Due, HELD_LEN_MAX, Message};
use super::shared::Shared;
use crate::smpp::pdu::{ReceiptState, ShortMessage, Tlvs, tlv};
use crate::words;

/// SMPP 3.4, 5.2.12: an SMSC delivery receipt.
const RECEIPT: u8 = 0x04;
/// Without an answer of an account at one time: what gateways take by custom.
const WINDOW: usize = 10;

/// Sends them in the order in which they are due; all wait equally long. An account that is away holds up its own alone.
pub(super) async fn send(shared: Arc<Shared>, mut queue: mpsc::Receiver<Due>) {
    let (mut under_way, mut windows) = (JoinSet::new(), BTreeMap::<String, Arc<Semaphore>>::new());
    while let Some(Due { at, id }) = queue.recv().await {
        tokio::time::sleep_until(at).await;
        let settled = shared.settled(id);
        let Some(message) = settled.filter(|message| shared.options.receipts && message.asks_receipt())
        else {
            continue;
        };
        while under_way.try_join_next().is_some() {}
        // Of an account that stays away as many wait as messages are held; the others are forgotten.
        if under_way.len() >= HELD_LEN_MAX {
            continue;
        }
        let window =
            windows.entry(message.system_id.clone()).or_insert_with(|| Arc::new(Semaphore::new(WINDOW)));
        under_way.spawn(deliver(Arc::clone(&shared), Arc::clone(window), id, message));
    }
}

async fn deliver(shared: Arc<Shared>, window: Arc<Semaphore>, id: u64, message: Message) {
    let Ok(_place) = window.acquire().await else { return };
    let Some(status) = deliver::to_account(&shared, &message.system_id, &receipt(id, &message)).await else {
        return;
    };
    let (id, phone) = (id.to_string(), event::phone(&message.dest));
    shared.tell(Event::Receipt { id, phone, state: message.state, status }).await;
}

/// From the phone to whoever wrote to it.
fn receipt(id: u64, message: &Message) -> ShortMessage {
    let arrived = message.state == ReceiptState::Delivered;
    let done = message.done.unwrap_or(message.submitted);
    // The text is in the default alphabet, which the SMSC does not turn others into.
    let head: String = message.head.chars().map(|c| if is_plain(c) { c } else { '?' }).collect();
    let text = format!(
        "id:{id} sub:001 dlvrd:00{} submit date:{} done date:{} stat:{} err:{} text:{head}",
        u8::from(arrived),
        minute(message.submitted),
        minute(done),
        word(message.state),
        if arrived { "000" } else { "001" },
    );
    let tlvs = Tlvs::default()
        .with(tlv::RECEIPTED_MESSAGE_ID, format!("{id}\0"))
        .with(tlv::MESSAGE_STATE, [message.state.number()]);
    ShortMessage {
        source: message.dest.clone(),
        dest: message.source.clone(),
        esm_class: RECEIPT,
        octets: text.into_bytes(),
        tlvs,
        ..ShortMessage::default()
    }
}

/// The same octet in ASCII and in the GSM alphabet.
fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, ' ' | '.' | ',' | '!' | '?' | '-' | '\'' | '"' | ':' | '/')
}

fn word(state: ReceiptState) -> &'static str {
    match state {
        ReceiptState::Enroute => "ENROUTE",
        ReceiptState::Delivered => "DELIVRD",
        ReceiptState::Expired => "EXPIRED",
        ReceiptState::Deleted => "DELETED",
        ReceiptState::Undeliverable => "UNDELIV",
        ReceiptState::Accepted => "ACCEPTD",
        ReceiptState::Unknown => "UNKNOWN",
        ReceiptState::Rejected => "REJECTD",
    }
}

/// `YYMMDDhhmm`, here always in UTC.
fn minute(at: words::Instant) -> String {
    let time = DateTime::from_timestamp_millis(at.unix_ms()).unwrap_or_default();
    time.format("%y%m%d%H%M").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::smpp::pdu::Address;

    #[test]
    fn a_receipt_has_its_text_and_its_parameters() {
        let now = words::Instant::from_unix_ms(1_795_192_000_999);
        for (reached, state, text) in [
            (
                true,
                ReceiptState::Delivered,
                "id:7 sub:001 dlvrd:001 submit date:2611201626 done date:2611201626 stat:DELIVRD err:000 text:on my way ??",
            ),
            (
                false,
                ReceiptState::Undeliverable,
                "id:7 sub:001 dlvrd:000 submit date:2611201626 done date:2611201626 stat:UNDELIV err:001 text:on my way ??",
            ),
        ] {
            let submit = ShortMessage {
                source: Address::new(3, 0, "12520100001"),
                dest: Address::new(1, 1, "447700900001"),
                octets: "on my way \u{1}$".into(),
                ..ShortMessage::default()
            };
            let mut message = Message::new("esme", &submit, reached, now);
            (message.state, message.done) = (state, Some(now));
            let made = receipt(7, &message);
            assert_eq!(str::from_utf8(&made.octets).unwrap(), text);
            assert_eq!((made.source.text.as_str(), made.dest.text.as_str()), ("447700900001", "12520100001"));
            let read = made.receipt().unwrap();
            assert_eq!((read.id.as_deref(), read.state), (Some("7"), state));
        }
    }
}
