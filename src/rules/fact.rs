//! The facts: everything that can have happened. Names and fields here are written down for ever.

use serde::{Deserialize, Serialize};

use super::Rejection;
use super::command::{DeviceClass, Encoding, MessagePart, Route};
use super::message::Timer;
use super::sms::{Attempted, DeferReason, FailReason, Granted, Part, Receipt, UnknownReason, Unmatched};
use crate::words::{
    Author, Called, DeviceName, EventSeq, ImNumber, Instant, MessageId, Party, Phone, UserName,
};

/// One thing that happened. Stored as a map of one entry, the fact's name and its fields.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Fact {
    /// The command changed nothing.
    #[serde(rename = "command.refused")]
    Refused(Rejection),

    #[serde(rename = "user.registered")]
    UserRegistered { user: UserName, im: ImNumber, details: UserDetails },
    /// What is absent stays as it was.
    #[serde(rename = "user.changed")]
    UserChanged { user: UserName, details: UserDetails },
    #[serde(rename = "user.suspended")]
    UserSuspended { user: UserName },
    #[serde(rename = "user.resumed")]
    UserResumed { user: UserName },
    #[serde(rename = "profile.set")]
    ProfileSet { user: UserName, profile: Profile },
    #[serde(rename = "preference.set")]
    PreferenceSet { user: UserName, sms: bool },

    #[serde(rename = "contact.added")]
    ContactAdded {
        user: UserName,
        who: Party,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        alias: Option<String>,
    },
    #[serde(rename = "contact.removed")]
    ContactRemoved { user: UserName, who: Party },
    #[serde(rename = "contact.blocked")]
    ContactBlocked { user: UserName, who: Party },

    #[serde(rename = "presence.online")]
    DeviceOnline { user: UserName, device: DeviceName, class: DeviceClass, lease_ms: i64, encoding: Encoding },
    #[serde(rename = "presence.offline")]
    DeviceOffline { user: UserName, device: DeviceName, because: OfflineReason },

    #[serde(rename = "message.accepted")]
    MessageAccepted(Box<Accepted>),
    #[serde(rename = "delivery.routed")]
    DeliveryRouted(Routed),
    #[serde(rename = "delivery.delivered")]
    DeliveryDelivered { message: MessageId, to: Party },
    #[serde(rename = "delivery.read")]
    DeliveryRead { message: MessageId, to: Party },
    #[serde(rename = "delivery.filtered")]
    DeliveryFiltered { message: MessageId, to: Party, reason: FilterReason },
    #[serde(rename = "delivery.recalled")]
    DeliveryRecalled { message: MessageId, to: Party },
    #[serde(rename = "delivery.expired")]
    DeliveryExpired { message: MessageId, to: Party },

    #[serde(rename = "delivery.failed")]
    DeliveryFailed { message: MessageId, to: Party, reason: FailReason },

    /// The bridge may submit, once.
    #[serde(rename = "sms.attempted")]
    SmsAttempted(Granted),
    /// The bridge asked, and is not to submit: the delivery has ended or has taken another way.
    #[serde(rename = "sms.let_go")]
    SmsLetGo { message: MessageId, to: Party },
    #[serde(rename = "sms.accepted")]
    SmsAccepted { attempt: Attempted, receipts: bool },
    /// It ends: refused by the SMSC, or not fit to be sent.
    #[serde(rename = "sms.failed")]
    SmsFailed { attempt: Attempted, reason: FailReason },
    /// Tried again later.
    #[serde(rename = "sms.deferred")]
    SmsDeferred { attempt: Attempted, why: DeferReason },
    /// Whether the SMSC has it is not known.
    #[serde(rename = "sms.unknown")]
    SmsUnknown { attempt: Attempted, why: UnknownReason },
    #[serde(rename = "sms.receipt")]
    SmsReceipt(Receipt),
    #[serde(rename = "sms.unmatched")]
    SmsUnmatched(Box<Unmatched>),
    /// No receipt is waited for any more.
    #[serde(rename = "sms.silent")]
    SmsSilent { message: MessageId, to: Party },
    /// A part of a long SMS that a person sent.
    #[serde(rename = "sms.part")]
    SmsPart(Box<Part>),
    /// A person's SMS, whole.
    #[serde(rename = "sms.received")]
    SmsReceived(Box<Heard>),
    /// The wish of a phone that nobody has registered.
    #[serde(rename = "preference.phone_set")]
    PhonePreferenceSet { phone: Phone, sms: bool },

    /// A deadline to be watched.
    #[serde(rename = "timer.set")]
    TimerSet { timer: Timer, due: Instant },
}

impl Fact {
    pub fn accepted(&self) -> Option<&Accepted> {
        if let Fact::MessageAccepted(accepted) = self { Some(accepted) } else { None }
    }

    /// The message this is about.
    pub fn message(&self) -> Option<MessageId> {
        match self {
            Fact::MessageAccepted(accepted) => Some(accepted.message),
            Fact::DeliveryRouted(routed) => Some(routed.message),
            Fact::DeliveryDelivered { message, .. }
            | Fact::DeliveryRead { message, .. }
            | Fact::DeliveryFiltered { message, .. }
            | Fact::DeliveryRecalled { message, .. }
            | Fact::DeliveryExpired { message, .. }
            | Fact::DeliveryFailed { message, .. }
            | Fact::SmsLetGo { message, .. }
            | Fact::SmsSilent { message, .. } => Some(*message),
            Fact::SmsAttempted(granted) => Some(granted.message),
            Fact::SmsAccepted { attempt, .. }
            | Fact::SmsFailed { attempt, .. }
            | Fact::SmsDeferred { attempt, .. }
            | Fact::SmsUnknown { attempt, .. } => Some(attempt.message),
            Fact::SmsReceipt(receipt) => Some(receipt.message),
            Fact::TimerSet { timer, .. } => Some(timer.message()),
            Fact::Refused(_)
            | Fact::UserRegistered { .. }
            | Fact::UserChanged { .. }
            | Fact::UserSuspended { .. }
            | Fact::UserResumed { .. }
            | Fact::ProfileSet { .. }
            | Fact::PreferenceSet { .. }
            | Fact::ContactAdded { .. }
            | Fact::ContactRemoved { .. }
            | Fact::ContactBlocked { .. }
            | Fact::DeviceOnline { .. }
            | Fact::DeviceOffline { .. }
            | Fact::SmsUnmatched(_)
            | Fact::SmsPart(_)
            | Fact::SmsReceived(_)
            | Fact::PhonePreferenceSet { .. } => None,
        }
    }

    pub fn routed(&self) -> Option<&Routed> {
        if let Fact::DeliveryRouted(routed) = self { Some(routed) } else { None }
    }

    /// `<area>`, `<entity>` and `<fact>`: the subject that a commit goes by when this fact is its first.
    pub fn name(&self) -> (&'static str, String, &'static str) {
        match self {
            Fact::Refused(_) => ("command", String::new(), "refused"),
            Fact::UserRegistered { user, .. } => ("user", user.to_string(), "registered"),
            Fact::UserChanged { user, .. } => ("user", user.to_string(), "changed"),
            Fact::UserSuspended { user } => ("user", user.to_string(), "suspended"),
            Fact::UserResumed { user } => ("user", user.to_string(), "resumed"),
            Fact::ProfileSet { user, .. } => ("profile", user.to_string(), "set"),
            Fact::PreferenceSet { user, .. } => ("preference", user.to_string(), "set"),
            Fact::ContactAdded { user, .. } => ("contact", user.to_string(), "added"),
            Fact::ContactRemoved { user, .. } => ("contact", user.to_string(), "removed"),
            Fact::ContactBlocked { user, .. } => ("contact", user.to_string(), "blocked"),
            Fact::DeviceOnline { user, .. } => ("presence", user.to_string(), "online"),
            Fact::DeviceOffline { user, .. } => ("presence", user.to_string(), "offline"),
            Fact::MessageAccepted(accepted) => ("message", accepted.message.to_string(), "accepted"),
            Fact::DeliveryRouted(routed) => ("delivery", routed.message.to_string(), "routed"),
            Fact::DeliveryDelivered { message, .. } => ("delivery", message.to_string(), "delivered"),
            Fact::DeliveryRead { message, .. } => ("delivery", message.to_string(), "read"),
            Fact::DeliveryFiltered { message, .. } => ("delivery", message.to_string(), "filtered"),
            Fact::DeliveryRecalled { message, .. } => ("delivery", message.to_string(), "recalled"),
            Fact::DeliveryExpired { message, .. } => ("delivery", message.to_string(), "expired"),
            Fact::DeliveryFailed { message, .. } => ("delivery", message.to_string(), "failed"),
            Fact::SmsAttempted(granted) => ("sms", granted.message.to_string(), "attempted"),
            Fact::SmsLetGo { message, .. } => ("sms", message.to_string(), "let_go"),
            Fact::SmsAccepted { attempt, .. } => ("sms", attempt.message.to_string(), "accepted"),
            Fact::SmsFailed { attempt, .. } => ("sms", attempt.message.to_string(), "failed"),
            Fact::SmsDeferred { attempt, .. } => ("sms", attempt.message.to_string(), "deferred"),
            Fact::SmsUnknown { attempt, .. } => ("sms", attempt.message.to_string(), "unknown"),
            Fact::SmsReceipt(receipt) => ("sms", receipt.message.to_string(), "receipt"),
            Fact::SmsUnmatched(_) => ("sms", NAMELESS.to_owned(), "unmatched"),
            Fact::SmsSilent { message, .. } => ("sms", message.to_string(), "silent"),
            Fact::SmsPart(part) => ("sms", part.called.kind().to_owned(), "part"),
            Fact::SmsReceived(heard) => ("sms", heard.called.kind().to_owned(), "received"),
            Fact::PhonePreferenceSet { .. } => ("preference", NAMELESS.to_owned(), "phone_set"),
            Fact::TimerSet { timer, .. } => ("timer", timer.to_string(), "set"),
        }
    }
}

/// The entity of what has no name but a phone number, which never stands in a subject.
const NAMELESS: &str = "_phone";

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
    /// When it is no longer worth delivering.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Instant>,
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

/// A person's SMS as it was understood.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Heard {
    pub connector: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Phone>,
    pub called: Called,
    /// The text, where it did not go on as a message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<String>,
    /// The parts it was joined from, which are done with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub joined: Option<String>,
    /// The code of the refusal, where it was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
}

impl std::fmt::Debug for Heard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Heard").field("called", &self.called).finish_non_exhaustive()
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

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OfflineReason {
    /// The client said so.
    Said,
    /// Its lease ran out without a heartbeat.
    Lapsed,
}

/// What is known of a user beside the name.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct UserDetails {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<Phone>,
    /// A hash of it, never the secret itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// IANA name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// Messages per calendar day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day: Option<u32>,
    /// Messages per calendar month.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub month: Option<u32>,
}

impl std::fmt::Debug for UserDetails {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UserDetails").field("zone", &self.zone).finish_non_exhaustive()
    }
}

/// What a user shows of themselves. What is absent stays as it was.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nickname: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mood: Option<String>,
    /// An address of it, as in `https://…`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
}
