//! Questions and answers: what `homing.query.<user>.<name>` takes and gives.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::MessageView;
use super::payload::{encoding_of, read};
use crate::rules::Rejection;
use crate::rules::identity::LimitChanges;
use crate::rules::presence::{DeviceClass, Encoding};
use crate::words::{
    Access, Address, DeviceName, EventSeq, GroupNumber, ImNumber, MessageId, Party, Phone, UserName, named,
};

/// The contract's page.
pub const LIMIT_DEFAULT: usize = 100;
pub const LIMIT_MAX: usize = 1_000;

/// What the last page of a history stands before.
pub const LATEST: &str = "latest";

/// A question that asks for all there is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// `inbox`, `conversations`, `presence`, `users`: which page, and (operators) whose.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Page {
    pub limit: Option<usize>,
    /// The cursor of the last answer.
    pub after: Option<String>,
    /// Whose, when an operator asks.
    pub user: Option<UserName>,
}

/// `history`
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HistoryOf {
    /// The person, phone or group the conversation is with.
    pub with: Address,
    pub limit: Option<usize>,
    pub after: Option<String>,
    /// Instead of `after`: [`LATEST`], or the cursor of an answer that was asked for so. Its page is the last before it, and
    /// its `next` goes on into the past; within a page the oldest message stands first in any case.
    pub before: Option<String>,
    pub user: Option<UserName>,
}

/// `delivery`
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeliveryOf {
    pub message: MessageId,
    /// Of a message to a group: its members come in pages.
    pub limit: Option<usize>,
    pub after: Option<String>,
}

impl DeliveryOf {
    /// Of all recipients, or of the first page of a group's.
    pub fn whole(message: MessageId) -> DeliveryOf {
        DeliveryOf { message, limit: None, after: None }
    }
}

/// `senders`, for operators: whose messages these are, of those that have arrived.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SendersOf {
    /// At most [`LIMIT_MAX`].
    pub deliveries: Vec<DeliveryId>,
}

/// One delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryId {
    pub message: MessageId,
    pub to: Party,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SenderView {
    pub message: MessageId,
    pub to: Party,
    pub from: UserName,
    /// How the sender's clients read what is sent to them.
    pub encoding: Encoding,
}

/// `{"items": [...], "next": cursor?}`
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Items<T> {
    pub items: Vec<T>,
    pub next: Option<String>,
}

/// The answer to `delivery`.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Deliveries {
    pub message: MessageId,
    pub group: Option<GroupNumber>,
    /// Of a message to a group: how many of its deliveries are in each state.
    pub sums: Option<BTreeMap<String, u32>>,
    pub recipients: Vec<RecipientState>,
    /// The cursor of the next page, of a message to a group.
    pub next: Option<String>,
}

#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecipientState {
    pub to: Party,
    pub state: String,
    pub channel: Option<String>,
    pub reason: Option<String>,
    pub history: Vec<StateChange>,
}

/// One step of a delivery.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StateChange {
    pub state: String,
    /// RFC 3339.
    pub at: String,
    /// The commit in EVENTS.
    pub seq: EventSeq,
    pub channel: Option<String>,
    pub reason: Option<String>,
}

/// One entry of `conversations`: the newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConversationView {
    /// A person, a phone or a group.
    pub with: Address,
    /// Messages from them that wait or were delivered, and were not read.
    pub unread: u64,
    /// The newest message that the user may see.
    pub last: MessageView,
}

/// One entry of `presence`: a contact (or, asked by an operator, a user) with the devices online.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PresenceView {
    pub user: UserName,
    pub online: bool,
    pub devices: Vec<DeviceView>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeviceView {
    pub device: DeviceName,
    pub class: DeviceClass,
    /// RFC 3339.
    pub since: String,
}

/// One entry of `users` (operators only).
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UserView {
    pub name: UserName,
    pub im: ImNumber,
    pub phone: Option<Phone>,
    pub zone: Option<String>,
    pub day: Option<u32>,
    pub month: Option<u32>,
    pub suspended: bool,
    /// What the gate lets them do.
    #[serde(default)]
    pub access: Access,
    /// By what the gate knows them; by nothing, it lets nobody in by this name but with a one-time code.
    #[serde(default)]
    pub sign_in: Vec<SignIn>,
    /// Whether SMS are wished.
    pub sms: bool,
    /// Those that an operator has set for them.
    pub limits: Option<LimitChanges>,
}

named! {
    "sign_in" SignIn {
        Password = "password",
        Nkey = "nkey",
    }
}

/// `{"error": {"code", "text"}}`
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ErrorAnswer {
    pub error: Rejection,
    /// The last commit in EVENTS, where the answer has to wait until the read models hold it.
    pub log_end: Option<EventSeq>,
}

/// What stands around every answer, an error too.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer<T> {
    #[serde(flatten)]
    pub answer: T,
    /// The last commit in EVENTS that it knows of; nothing that was decided up to there is missing.
    pub as_of: Option<EventSeq>,
}

impl From<Rejection> for ErrorAnswer {
    fn from(error: Rejection) -> ErrorAnswer {
        ErrorAnswer { error, log_end: None }
    }
}

/// How a question is encoded; an empty one is JSON.
pub fn encoding(payload: &[u8]) -> Encoding {
    encoding_of(payload)
}

/// Reads a question; nothing at all asks for the defaults.
///
/// # Errors
/// What was wrong with it.
pub fn parse<T: DeserializeOwned>(payload: &[u8]) -> Result<T, Rejection> {
    let payload = if payload.is_empty() { b"{}" } else { payload };
    read(payload, encoding_of(payload))
}
