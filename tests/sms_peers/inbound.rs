//! People's SMS: to a user's number, long ones in parts of any kind, and the reply's way back.

use homing::rules::message;
use homing::words::MessageId;

use crate::smsc::{Message, hex};
use crate::world::{BOB, World};

const UCS2: u8 = 8;
const UDHI: u8 = 0x40;

/// Bob writes to alice's number; what she answers comes from there.
pub async fn an_sms_and_its_reply(world: &World) {
    let number = format!("12520{}", world.im);
    for (data_coding, text) in [(0, "Where are you?"), (UCS2, "Где ты? 🚀")] {
        world
            .smsc
            .delivers(
                BOB,
                &number,
                Message { data_coding, octets: octets(data_coding, text), ..Message::default() },
            )
            .await;
        arrives(world, text).await;
    }
    let answered = world.smsc.seen.lock().submits.len();
    world.sends("bob", "Nearly there 😀").await;
    let reply = world.smsc.submit(BOB).await;
    assert_eq!((reply.source, reply.text), (number, "Nearly there 😀".to_owned()));
    assert_eq!(world.smsc.seen.lock().submits.len(), answered + 1);
}

/// Each way to mark parts: last part first, one of them twice.
pub async fn long_sms_in_parts(world: &World) {
    let number = format!("12520{}", world.im);
    for (kind, reference) in [(Kind::Udh8, 0), (Kind::Udh8, 7), (Kind::Udh16, 300), (Kind::Sar, 301)] {
        for (data_coding, sentence) in [(0, "A long way to go. "), (UCS2, "Дальний путь 🚀😀 ")]
        {
            let text = format!("{kind:?} {reference} {}", sentence.repeat(16));
            let octets = octets(data_coding, &text);
            // As phones do: also through the middle of a character of two units.
            let parts: Vec<_> = octets.chunks(if data_coding == UCS2 { 134 } else { 153 }).collect();
            let part = |at: usize| {
                let total = u8::try_from(parts.len()).unwrap();
                let message = kind.part(reference, total, u8::try_from(at + 1).unwrap(), parts[at]);
                Message { data_coding, ..message }
            };
            for at in std::iter::once(parts.len() - 1).chain((0..parts.len()).rev().skip(1)) {
                world.smsc.delivers(BOB, &number, part(at)).await;
                if at == 1 {
                    world.smsc.delivers(BOB, &number, part(at)).await;
                }
            }
            arrives(world, &text).await;
        }
    }
    let text = "Дальний путь 🚀😀 ".repeat(16);
    let payload = Message { data_coding: UCS2, ..Message::default() };
    let payload = payload.tlv("message_payload", hex(&octets(UCS2, &text)));
    world.smsc.delivers(BOB, &number, payload).await;
    arrives(world, &text).await;
}

/// How a phone's network marks parts.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Udh8,
    Udh16,
    Sar,
}

impl Kind {
    fn part(self, reference: u16, total: u8, number: u8, octets: &[u8]) -> Message {
        let [high, low] = reference.to_be_bytes();
        let header: &[u8] = match self {
            Kind::Udh8 => &[5, 0, 3, low, total, number],
            Kind::Udh16 => &[6, 8, 4, high, low, total, number],
            Kind::Sar => &[],
        };
        let esm_class = if header.is_empty() { 0 } else { UDHI };
        let message = Message { esm_class, octets: [header, octets].concat(), ..Message::default() };
        match self {
            Kind::Udh8 | Kind::Udh16 => message,
            Kind::Sar => message
                .tlv("sar_msg_ref_num", reference)
                .tlv("sar_total_segments", total)
                .tlv("sar_segment_seqnum", number),
        }
    }
}

/// Those of the default alphabet that stand where ASCII has them, or UTF-16.
fn octets(data_coding: u8, text: &str) -> Vec<u8> {
    if data_coding == UCS2 {
        text.encode_utf16().flat_map(u16::to_be_bytes).collect()
    } else {
        text.as_bytes().to_vec()
    }
}

/// Once, from bob to alice.
async fn arrives(world: &World, text: &str) -> MessageId {
    let messages = world
        .facts
        .wait("bob's SMS", |facts| {
            let accepted = facts.iter().filter_map(homing::rules::Fact::get::<message::Accepted>);
            let these = accepted.filter(|accepted| accepted.text.as_deref() == Some(text));
            let these: Vec<_> = these.cloned().collect();
            (!these.is_empty()).then_some(these)
        })
        .await;
    let [message] = messages.as_slice() else { panic!("{text:?} arrived {} times", messages.len()) };
    assert_eq!(message.from.user().map(ToString::to_string).as_deref(), Some("bob"));
    assert_eq!(message.to.iter().map(ToString::to_string).collect::<Vec<_>>(), ["alice"]);
    message.message
}
