//! The commands: what can be asked of Homing, with the fields of the public contract.

use serde::{Deserialize, Serialize};

use super::{schedule, sms};
use crate::words::{Address, DeviceName, EventSeq, Instant, MessageId, Phone, Span, UserName};

/// An intent, parsed. Its subject's `<area>.<verb>` is given by [`Command::verb`].
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    Register(Register),
    SetUser(SetUser),
    Suspend(Named),
    Resume(Named),
    SetProfile(SetProfile),
    SetPreference(SetPreference),
    AddContact(AddContact),
    RemoveContact(OneContact),
    BlockContact(OneContact),
    Online(Online),
    Offline(Offline),
    Lapsed(Lapsed),
    Send(Send),
    Received(Confirm),
    Read(Confirm),
    Recall(Recall),
    CreateSchedule(Box<schedule::Create>),
    ReplaceSchedule(Box<schedule::Replace>),
    PauseSchedule(schedule::OneSchedule),
    ResumeSchedule(schedule::OneSchedule),
    CancelSchedule(schedule::OneSchedule),
    RunSchedule(schedule::OneSchedule),
    SkipOccurrence(schedule::OneOccurrence),
    UnskipOccurrence(schedule::OneOccurrence),
    TimerFired(TimerFired),
    SmsAttempt(sms::Attempt),
    SmsReport(sms::Reports),
    SmsReceived(sms::Received),
    SmsPart(sms::Part),
}

impl Command {
    /// `<area>.<verb>` of the command's subject.
    pub fn verb(&self) -> &'static str {
        match self {
            Command::Register(_) => "user.register",
            Command::SetUser(_) => "user.set",
            Command::Suspend(_) => "user.suspend",
            Command::Resume(_) => "user.resume",
            Command::SetProfile(_) => "profile.set",
            Command::SetPreference(_) => "preference.set",
            Command::AddContact(_) => "contact.add",
            Command::RemoveContact(_) => "contact.remove",
            Command::BlockContact(_) => "contact.block",
            Command::Online(_) => "presence.online",
            Command::Offline(_) => "presence.offline",
            Command::Lapsed(_) => "presence.lapsed",
            Command::Send(_) => "message.send",
            Command::Received(_) => "message.received",
            Command::Read(_) => "message.read",
            Command::Recall(_) => "message.recall",
            Command::CreateSchedule(_) => "schedule.create",
            Command::ReplaceSchedule(_) => "schedule.replace",
            Command::PauseSchedule(_) => "schedule.pause",
            Command::ResumeSchedule(_) => "schedule.resume",
            Command::CancelSchedule(_) => "schedule.cancel",
            Command::RunSchedule(_) => "schedule.run-now",
            Command::SkipOccurrence(_) => "schedule.skip",
            Command::UnskipOccurrence(_) => "schedule.unskip",
            Command::TimerFired(_) => "timer.fired",
            Command::SmsAttempt(_) => "sms.attempt",
            Command::SmsReport(_) => "sms.report",
            Command::SmsReceived(_) => "sms.received",
            Command::SmsPart(_) => "sms.part",
        }
    }

    /// The field `id`, on the commands that have one.
    pub fn intent(&self) -> Option<&str> {
        match self {
            Command::Send(send) => send.id.as_deref(),
            Command::CreateSchedule(create) => create.id.as_deref(),
            Command::ReplaceSchedule(replace) => replace.id.as_deref(),
            Command::PauseSchedule(one)
            | Command::ResumeSchedule(one)
            | Command::CancelSchedule(one)
            | Command::RunSchedule(one) => one.id.as_deref(),
            Command::Recall(recall) => recall.id.as_deref(),
            Command::SmsReport(reports) => reports.id.as_deref(),
            Command::SmsReceived(received) => received.id.as_deref(),
            Command::SmsPart(part) => part.id.as_deref(),
            Command::Register(_)
            | Command::SetUser(_)
            | Command::Suspend(_)
            | Command::Resume(_)
            | Command::SetProfile(_)
            | Command::SetPreference(_)
            | Command::AddContact(_)
            | Command::RemoveContact(_)
            | Command::BlockContact(_)
            | Command::Online(_)
            | Command::Offline(_)
            | Command::Lapsed(_)
            | Command::Received(_)
            | Command::Read(_)
            | Command::SkipOccurrence(_)
            | Command::UnskipOccurrence(_)
            | Command::TimerFired(_)
            | Command::SmsAttempt(_) => None,
        }
    }

    /// With an `id`, where it can carry one and has none: then it happens once, however often it is stored. What can carry
    /// none changes nothing when it is said again.
    #[must_use]
    pub fn once(mut self, fresh: impl FnOnce() -> String) -> Command {
        let id = if let Command::Send(Send { id, .. }) | Command::Recall(Recall { id, .. }) = &mut self {
            id
        } else if let Command::CreateSchedule(create) = &mut self {
            &mut create.id
        } else if let Command::ReplaceSchedule(replace) = &mut self {
            &mut replace.id
        } else if let Command::PauseSchedule(one)
        | Command::ResumeSchedule(one)
        | Command::CancelSchedule(one)
        | Command::RunSchedule(one) = &mut self
        {
            &mut one.id
        } else {
            return self;
        };
        id.get_or_insert_with(fresh);
        self
    }
}

/// How a client speaks: an answer has the encoding of its question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Encoding {
    #[default]
    Json,
    Msgpack,
}

/// Which channels a sender allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Route {
    #[default]
    Auto,
    Im,
    Sms,
    Mms,
}

impl Route {
    pub fn as_str(self) -> &'static str {
        match self {
            Route::Auto => "auto",
            Route::Im => "im",
            Route::Sms => "sms",
            Route::Mms => "mms",
        }
    }
}

/// Where a device can be reached: `pc` takes messages live, `pull` (a weak client) fetches them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeviceClass {
    Pc,
    Pull,
}

/// One part of a multimedia message. `data` is base64 in JSON and bytes in MessagePack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessagePart {
    /// Media type (RFC 6838), e.g. `image/png`.
    #[serde(rename = "type")]
    pub media: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    pub data: super::message::Blob,
}

/// `message.send`
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Send {
    pub to: Vec<Address>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parts: Option<Vec<MessagePart>>,
    #[serde(default, skip_serializing_if = "is_auto")]
    pub route: Route,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_in: Option<Span>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalate_after: Option<Span>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reminder_after: Option<Span>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_group: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub with_header: Option<bool>,
}

fn is_auto(route: &Route) -> bool {
    *route == Route::Auto
}

/// `message.received`, `message.read`: one of the two fields.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Confirm {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<MessageId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub messages: Option<Vec<MessageId>>,
}

/// `message.recall`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recall {
    pub message: MessageId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
}

/// `user.register`
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Register {
    pub name: UserName,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<Phone>,
    /// A hash (PHC string), made before it is published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub month: Option<u32>,
}

impl std::fmt::Debug for Register {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Register").field("name", &self.name).finish_non_exhaustive()
    }
}

/// `user.set`: what is absent stays as it was.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct SetUser {
    pub name: UserName,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<Phone>,
    /// A hash (PHC string), made before it is published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// `null` takes the limit away.
    #[serde(default, deserialize_with = "said", skip_serializing_if = "Option::is_none")]
    pub day: Option<Option<u32>>,
    #[serde(default, deserialize_with = "said", skip_serializing_if = "Option::is_none")]
    pub month: Option<Option<u32>>,
}

impl std::fmt::Debug for SetUser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SetUser").field("name", &self.name).finish_non_exhaustive()
    }
}

/// A field that is there, be it with `null`: one that is not is never read.
pub(super) fn said<'de, D, T>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(deserializer).map(Some)
}

/// `user.suspend`, `user.resume`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Named {
    pub name: UserName,
}

/// `profile.set`: what is absent stays as it was.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SetProfile {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nickname: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mood: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
}

/// `preference.set`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SetPreference {
    pub sms: Switch,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Switch {
    On,
    Off,
}

/// `contact.add`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AddContact {
    pub who: Address,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alias: Option<String>,
}

/// `contact.remove`, `contact.block`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OneContact {
    pub who: Address,
}

/// `presence.online`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Online {
    pub device: DeviceName,
    pub class: DeviceClass,
    #[serde(default = "lease_default")]
    pub lease: Span,
}

fn lease_default() -> Span {
    Span::from_secs(45)
}

/// `presence.offline`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Offline {
    pub device: DeviceName,
}

/// `presence.lapsed` (`_lease`): no heartbeat came within the lease that was granted by commit `since`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Lapsed {
    pub user: UserName,
    pub device: DeviceName,
    pub since: EventSeq,
}

/// `timer.fired` (`_clock`)
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TimerFired {
    pub timer: super::Timer,
    /// Unix milliseconds.
    pub due: Instant,
}
