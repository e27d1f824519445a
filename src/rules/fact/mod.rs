//! The facts: everything that can have happened. Names and fields here are written down for ever.

mod delivery;
mod heard;
mod name;
mod person;

pub use delivery::{Accepted, Channel, FilterReason, RouteReason, Routed};
pub use heard::Heard;
pub use person::{OfflineReason, Profile, UserChanges, UserDetails};

use serde::{Deserialize, Serialize};

use super::command::{DeviceClass, Encoding};
use super::schedule::{Content, Created, Fired, NotFired, OccurrenceName, Occurring, Replaced};
use super::sms::{Attempted, DeferReason, FailReason, Granted, Part, Receipt, UnknownReason, Unmatched};
use super::{Rejection, Timer};
use crate::words::{DeviceName, ImNumber, Instant, MessageId, Party, Phone, ScheduleId, UserName};

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
    UserChanged { user: UserName, details: UserChanges },
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

    #[serde(rename = "schedule.created")]
    ScheduleCreated(Box<Created>),
    /// What is absent stays as it was.
    #[serde(rename = "schedule.replaced")]
    ScheduleReplaced(Box<Replaced>),
    /// Its occurrences are skipped until it is resumed.
    #[serde(rename = "schedule.paused")]
    SchedulePaused { schedule: ScheduleId },
    #[serde(rename = "schedule.resumed")]
    ScheduleResumed { schedule: ScheduleId },
    #[serde(rename = "schedule.cancelled")]
    ScheduleCancelled { schedule: ScheduleId },
    /// It has no occurrence any more.
    #[serde(rename = "schedule.ended")]
    ScheduleEnded { schedule: ScheduleId },
    /// Sent at once, beside its occurrences.
    #[serde(rename = "schedule.run")]
    ScheduleRun { schedule: ScheduleId, message: MessageId },
    /// One occurrence is not wished, or is wished again.
    #[serde(rename = "schedule.skip_set")]
    SkipSet { schedule: ScheduleId, occurrence: OccurrenceName, skip: bool },
    /// The next one, watched by a timer.
    #[serde(rename = "occurrence.planned")]
    OccurrencePlanned(Occurring),
    #[serde(rename = "occurrence.fired")]
    OccurrenceFired(Fired),
    #[serde(rename = "occurrence.skipped")]
    OccurrenceSkipped(NotFired),
    /// Nobody was there to fire it in time.
    #[serde(rename = "occurrence.missed")]
    OccurrenceMissed(NotFired),
    #[serde(rename = "occurrence.cancelled")]
    OccurrenceCancelled(NotFired),

    /// A deadline to be watched. Set again, it takes the place of the earlier one.
    #[serde(rename = "timer.set")]
    TimerSet { timer: Timer, due: Instant },
}

impl Fact {
    pub fn accepted(&self) -> Option<&Accepted> {
        if let Fact::MessageAccepted(accepted) = self { Some(accepted) } else { None }
    }

    /// The body that a schedule's messages have from now on.
    pub fn content(&self) -> Option<&Content> {
        if let Fact::ScheduleCreated(created) = self {
            Some(&created.message)
        } else if let Fact::ScheduleReplaced(replaced) = self {
            replaced.message.as_ref()
        } else {
            None
        }
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
            Fact::TimerSet { timer, .. } => timer.message(),
            Fact::OccurrenceFired(fired) => Some(fired.message),
            Fact::ScheduleRun { message, .. } => Some(*message),
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
            | Fact::PhonePreferenceSet { .. }
            | Fact::ScheduleCreated(_)
            | Fact::ScheduleReplaced(_)
            | Fact::SchedulePaused { .. }
            | Fact::ScheduleResumed { .. }
            | Fact::ScheduleCancelled { .. }
            | Fact::ScheduleEnded { .. }
            | Fact::SkipSet { .. }
            | Fact::OccurrencePlanned(_)
            | Fact::OccurrenceSkipped(_)
            | Fact::OccurrenceMissed(_)
            | Fact::OccurrenceCancelled(_) => None,
        }
    }

    pub fn routed(&self) -> Option<&Routed> {
        if let Fact::DeliveryRouted(routed) = self { Some(routed) } else { None }
    }

    /// The schedule this is about.
    pub fn schedule(&self) -> Option<ScheduleId> {
        match self {
            Fact::ScheduleCreated(created) => Some(created.schedule),
            Fact::ScheduleReplaced(replaced) => Some(replaced.schedule),
            Fact::SchedulePaused { schedule }
            | Fact::ScheduleResumed { schedule }
            | Fact::ScheduleCancelled { schedule }
            | Fact::ScheduleEnded { schedule }
            | Fact::ScheduleRun { schedule, .. }
            | Fact::SkipSet { schedule, .. } => Some(*schedule),
            Fact::OccurrencePlanned(planned) => Some(planned.schedule),
            Fact::OccurrenceFired(fired) => Some(fired.schedule),
            Fact::OccurrenceSkipped(not) | Fact::OccurrenceMissed(not) | Fact::OccurrenceCancelled(not) => {
                Some(not.schedule)
            }
            Fact::TimerSet { timer, .. } => timer.schedule(),
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
            | Fact::MessageAccepted(_)
            | Fact::DeliveryRouted(_)
            | Fact::DeliveryDelivered { .. }
            | Fact::DeliveryRead { .. }
            | Fact::DeliveryFiltered { .. }
            | Fact::DeliveryRecalled { .. }
            | Fact::DeliveryExpired { .. }
            | Fact::DeliveryFailed { .. }
            | Fact::SmsAttempted(_)
            | Fact::SmsLetGo { .. }
            | Fact::SmsAccepted { .. }
            | Fact::SmsFailed { .. }
            | Fact::SmsDeferred { .. }
            | Fact::SmsUnknown { .. }
            | Fact::SmsReceipt(_)
            | Fact::SmsUnmatched(_)
            | Fact::SmsSilent { .. }
            | Fact::SmsPart(_)
            | Fact::SmsReceived(_)
            | Fact::PhonePreferenceSet { .. } => None,
        }
    }
}
