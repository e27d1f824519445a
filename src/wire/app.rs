//! A message for an app: `homing.app.<app>.<group>`, heard live and kept on OUTBOX for a day.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::{Outgoing, headers, subjects, to_json};
use crate::rules::message::MessagePart;
use crate::rules::presence::Encoding;
use crate::words::{AppNumber, Author, GroupNumber, MessageId};

/// An app that asks nothing for a day has nobody who waits for its answer any more.
const KEPT_FOR_SECS: u64 = 86_400;

/// What somebody said to an app. JSON: an app is a few lines in any language.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ForApp {
    pub message: MessageId,
    pub app: AppNumber,
    pub group: GroupNumber,
    pub from: Author,
    pub text: Option<Arc<str>>,
    pub parts: Option<Arc<[MessagePart]>>,
    /// When it was accepted. RFC 3339.
    pub at: String,
}

impl ForApp {
    pub fn outgoing(&self) -> Outgoing {
        Outgoing {
            subject: subjects::app_in(self.app, self.group),
            headers: vec![
                headers::content_type(Encoding::Json),
                headers::gone_after(KEPT_FOR_SECS),
                (headers::SAID_BY_HOMING.0, headers::SAID_BY_HOMING.1.to_owned()),
            ],
            payload: to_json(self),
        }
    }

    /// As `Nats-Msg-Id`: handed over twice, it is one item.
    pub fn identity(&self) -> String {
        format!("{}.app", self.message)
    }
}
