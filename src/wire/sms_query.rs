//! The question `sms` (operators only): what the SMS bridge knows of a message, and how its connectors are.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::rules::service::{Keywords, Language, Text};
use crate::words::{EventSeq, MessageId, Party};

#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SmsOf {
    /// None: how the connectors are.
    pub message: Option<MessageId>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SmsState {
    /// The last commit that the bridge's state holds.
    pub position: EventSeq,
    pub connectors: Vec<ConnectorView>,
    /// The deliveries by SMS of the message asked for.
    pub deliveries: Vec<SmsDeliveryView>,
}

#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConnectorView {
    pub name: String,
    /// `connecting`, `bound`, `refused` or `down`.
    pub state: String,
    pub why: Option<String>,
    /// Requests without a response.
    pub in_flight: usize,
    /// The process that has it, where several bridges run: the machine's name, and the process's id.
    pub bridge: Option<String>,
}

#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SmsDeliveryView {
    pub to: Party,
    /// `attempted`, `deferred`, `unknown`, `accepted`, `delivered`, `failed`, `silent`, `expired`, `recalled` or
    /// `filtered`.
    pub stage: String,
    pub attempts: u32,
    pub connector: String,
    /// What the SMSC calls each segment.
    pub ids: Vec<Option<String>>,
    /// The last receipt of each segment.
    pub receipts: Vec<Option<String>>,
    pub reason: Option<String>,
    /// RFC 3339.
    pub at: String,
}

/// `texts` (operators only): how keywords are read, and what Homing says by SMS.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TextsView {
    pub keywords: Keywords,
    /// Of what answers nobody.
    pub language: Language,
    pub texts: Vec<TextView>,
}

/// A text as it is said now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TextView {
    pub name: Text,
    /// Whether an operator has set it.
    pub own: bool,
    pub en: Arc<str>,
    pub zh: Arc<str>,
}
