//! What is written down of a message and of each of its deliveries.

use serde::{Deserialize, Serialize};

use crate::rules::command::{Encoding, MessagePart, Route};
use crate::words::{Author, EventSeq, Instant, MessageId, Party};

/// A message that Homing answers for from now on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Accepted {
    pub message: MessageId,
    pub from: Author,
    pub to: Vec<Party>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parts: Option<Vec<MessagePart>>,
    pub route: Route,
    /// The commit that holds text and parts, when a schedule sends it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<EventSeq>,
    /// When it is no longer worth delivering.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Instant>,
    /// The date that it counts on with the sender's quota, as the clocks of the sender's zone show it: days since 1970-01-01.
    /// Of a sender without a zone it is that of UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day: Option<i32>,
}

/// The channel a delivery takes now, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Routed {
    pub message: MessageId,
    pub to: Party,
    pub channel: Channel,
    pub because: RouteReason,
    /// The commit that the reason was read from: the presence, the registration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<EventSeq>,
    /// The commit that holds the body, when it is not this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<EventSeq>,
    /// How the recipient's client speaks, when the channel is live.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoding: Option<Encoding>,
}

/// What carries a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    /// Sent to the client over NATS.
    Live,
    /// Kept for a weak client to fetch.
    Pull,
    Sms,
    Mms,
    /// No channel is open: the delivery waits.
    None,
}

impl Channel {
    pub fn as_str(self) -> &'static str {
        match self {
            Channel::Live => "live",
            Channel::Pull => "pull",
            Channel::Sms => "sms",
            Channel::Mms => "mms",
            Channel::None => "none",
        }
    }
}

/// Why a channel was chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RouteReason {
    PcOnline,
    PullOnline,
    /// A device came online while the delivery was open.
    CameOnline,
    NoDeviceOnline,
    /// Nobody is registered with this phone, so there is no client.
    NotRegistered,
    /// The sender asked for this channel.
    AskedFor,
    NoPhone,
    SmsOff,
    /// Sent live, and not confirmed within the deadline.
    NotConfirmed,
    /// Homing's answer to an SMS.
    Answer,
}

impl RouteReason {
    pub fn as_str(self) -> &'static str {
        match self {
            RouteReason::PcOnline => "pc_online",
            RouteReason::PullOnline => "pull_online",
            RouteReason::CameOnline => "came_online",
            RouteReason::NoDeviceOnline => "no_device_online",
            RouteReason::NotRegistered => "not_registered",
            RouteReason::AskedFor => "asked_for",
            RouteReason::NoPhone => "no_phone",
            RouteReason::SmsOff => "sms_off",
            RouteReason::NotConfirmed => "not_confirmed",
            RouteReason::Answer => "answer",
        }
    }
}

/// Why a delivery was not attempted at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FilterReason {
    OptedOut,
    Suspended,
    /// The recipient blocked the sender.
    Blocked,
}

impl FilterReason {
    pub fn as_str(self) -> &'static str {
        match self {
            FilterReason::OptedOut => "opted_out",
            FilterReason::Suspended => "suspended",
            FilterReason::Blocked => "blocked",
        }
    }
}
