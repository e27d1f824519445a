//! Work on OUTBOX (for a channel's adapter, or records that were parked) and timers on DUE.

use std::borrow::Cow;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::{Body, Outgoing, headers, subjects, to_msgpack};
use crate::rules::message::Blob;
use crate::rules::message::MessagePart;
use crate::rules::presence::Encoding;
use crate::rules::schedule::content_of;
use crate::rules::{Channel, Commit, Timer};
use crate::words::{Author, EventSeq, Instant, MessageId, Party};

/// One delivery for one channel: `homing.out.<channel>.<user>.<message>`.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Work {
    pub message: MessageId,
    pub from: Author,
    pub to: Party,
    pub channel: Channel,
    /// What stands before its text where only a text is shown: of a message to a group, who wrote it.
    pub head: Option<String>,
    pub text: Option<Arc<str>>,
    pub parts: Option<Arc<[MessagePart]>>,
    /// Whether a one-time code for `to` is to be drawn, and stands for `{code}` in the text.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub code: bool,
    /// The commit that holds text or parts, where they are too large to be here.
    pub body: Option<EventSeq>,
    /// When the message was accepted. Unix milliseconds.
    pub at: Instant,
    pub expires: Option<Instant>,
    /// The commit that decided this.
    pub decided: EventSeq,
}

/// Of text or parts that stand in the item: 25 SMS. What is larger stands once in EVENTS, and not again for each recipient.
pub const CARRIED_BYTES_MAX: usize = 4 * 1_024;

impl Work {
    /// Without its text or parts where they are large: they stand in the commit `held`.
    #[must_use]
    pub fn small(self, held: EventSeq) -> Work {
        let text = self.text.as_ref().map_or(0, |text| text.len());
        let parts = self.parts.iter().flat_map(|parts| parts.iter());
        let parts: usize = parts.map(|part| part.data.0.len()).sum();
        if text + parts <= CARRIED_BYTES_MAX {
            return self;
        }
        Work { text: None, parts: None, body: Some(held), ..self }
    }

    /// With the text or parts that stand in the commit which `body` names.
    #[must_use]
    pub fn filled(self, made: &Commit) -> Work {
        let accepted = Body::of(made, self.message).map(|body| (body.accepted.text, body.accepted.parts));
        let content = || {
            let content = made.facts.iter().find_map(content_of)?;
            Some((content.text.clone(), content.parts.clone()))
        };
        match accepted.or_else(content) {
            Some((text, parts)) => Work { text, parts, ..self },
            None => self,
        }
    }

    /// Its text with what stands before it.
    pub fn whole_text(&self) -> Option<Cow<'_, str>> {
        let text = self.text.as_deref()?;
        Some(match &self.head {
            Some(head) => Cow::Owned(format!("{head}: {text}")),
            None => Cow::Borrowed(text),
        })
    }

    /// As fan-out hands it over; `place` is the recipient's among the message's.
    pub fn outgoing(&self, place: usize) -> Outgoing {
        Outgoing {
            subject: subjects::work(self.channel.as_str(), &self.to, place, self.message),
            headers: vec![headers::content_type(Encoding::Msgpack)],
            payload: to_msgpack(self),
        }
    }

    /// The delivery's identity, as `Nats-Msg-Id`: handing it over twice leaves one item.
    pub fn identity(&self, place: usize) -> String {
        let to = self.to.user().map_or_else(|| format!("_{place}"), ToString::to_string);
        format!("{}.{to}.{}.{}", self.message, self.channel.as_str(), self.decided.0)
    }
}

/// A timer: `homing.due.<minute>.<timer>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct DueTimer {
    pub timer: Timer,
    pub due: Instant,
}

impl DueTimer {
    /// As it is laid into the bucket of a minute, which is not before the present one.
    pub fn outgoing(&self, minute: i64) -> Outgoing {
        Outgoing {
            subject: subjects::due(self.timer, minute),
            headers: vec![headers::content_type(Encoding::Msgpack)],
            payload: to_msgpack(self),
        }
    }
}

/// Of the payload of a parked record: with what is said beside it, below the payload limit of any server that holds commits.
/// Whoever looks sees what it was; a record that cannot be parked would come again for ever.
const PARKED_BYTES_MAX: usize = 512 * 1_024;

/// A record that a room could not process: `homing.out._parked.<room>.<seq>`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Parked {
    pub stream: String,
    pub seq: u64,
    pub why: String,
    /// Its beginning, where it is very long.
    pub payload: Blob,
}

impl Parked {
    fn new(stream: &str, seq: u64, why: &str, payload: &[u8]) -> Parked {
        let payload = payload.get(..PARKED_BYTES_MAX).unwrap_or(payload);
        Parked { stream: stream.to_owned(), seq, why: why.to_owned(), payload: Blob(payload.to_vec()) }
    }
}

/// Parks a PDU of an SMSC's that cannot be read; `identity` is one subject token.
pub fn parked_pdu(identity: &str, why: &str, pdu: &[u8]) -> Outgoing {
    Outgoing {
        subject: subjects::parked_pdu(identity),
        headers: vec![headers::content_type(Encoding::Msgpack)],
        payload: to_msgpack(&Parked::new("", 0, why, pdu)),
    }
}

/// Parks a command of `room`'s that no server takes; `identity` is one subject token.
pub fn parked_unstored(room: &str, identity: &str, why: &str, payload: &[u8]) -> Outgoing {
    Outgoing {
        subject: subjects::parked_unstored(room, identity),
        headers: vec![headers::content_type(Encoding::Msgpack)],
        payload: to_msgpack(&Parked::new("COMMANDS", 0, why, payload)),
    }
}

/// Parks a record that `room` could not process.
pub fn parked(room: &str, stream: &str, seq: u64, why: &str, payload: &[u8]) -> Outgoing {
    Outgoing {
        subject: subjects::parked(room, seq),
        headers: vec![headers::content_type(Encoding::Msgpack)],
        payload: to_msgpack(&Parked::new(stream, seq, why, payload)),
    }
}
