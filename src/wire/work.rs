//! What lies on OUTBOX (work for a channel adapter, records that were parked) and on DUE (timers).

use serde::{Deserialize, Serialize};

use crate::rules::Channel;
use crate::rules::command::MessagePart;
use crate::rules::message::Timer;
use crate::words::{EventSeq, Instant, MessageId, Party, UserName};

/// One delivery for one channel: `homing.out.<channel>.<user>.<message>`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Work {
    pub message: MessageId,
    pub from: UserName,
    pub to: Party,
    pub channel: Channel,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parts: Option<Vec<MessagePart>>,
    /// When the message was accepted. Unix milliseconds.
    pub at: Instant,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Instant>,
    /// The commit that decided this.
    pub decided: EventSeq,
}

impl Work {
    /// The delivery's identity, as `Nats-Msg-Id`: handing it over twice leaves one item.
    pub fn identity(&self, place: usize) -> String {
        let to = self.to.user().map_or_else(|| format!("_{place}"), ToString::to_string);
        format!("{}.{to}.{}.{}", self.message, self.channel.as_str(), self.decided.0)
    }
}

/// A timer: `homing.due.<minute>.<timer>`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DueTimer {
    pub timer: Timer,
    pub due: Instant,
}

/// A record that a room could not process: `homing.out._parked.<room>.<seq>`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Parked {
    pub stream: String,
    pub seq: u64,
    pub why: String,
    pub payload: crate::rules::message::Blob,
}
