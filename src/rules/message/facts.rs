//! The facts of messages: what is written down of a message and of each of its deliveries.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::{Channel, FilterReason, InName, MessagePart, Route, RouteReason};
use crate::rules::Outcome;
use crate::rules::attempt::FailReason;
use crate::rules::presence::Encoding;
use crate::words::{AppNumber, Author, EventSeq, GroupNumber, Instant, MessageId, Party, UserName};

/// `message.accepted`: a message that Homing answers for from now on.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Accepted {
    pub message: MessageId,
    pub from: Author,
    /// Whose quota it counts with, where that is not its author's.
    pub charged: Option<UserName>,
    /// The group that it is for: its members stand on the pages that follow.
    pub group: Option<GroupNumber>,
    /// The app in that group that it is for: nobody gets it else.
    pub app: Option<AppNumber>,
    /// Nobody, where it is for a group.
    pub to: Vec<Party>,
    pub text: Option<Arc<str>>,
    pub parts: Option<Arc<[MessagePart]>>,
    pub route: Route,
    /// The commit that holds text and parts, when a schedule sends it.
    pub body: Option<EventSeq>,
    /// When it is no longer worth delivering.
    pub expires: Option<Instant>,
    /// The date that it counts on with the sender's quota, as the clocks of the sender's zone show it: days since 1970-01-01.
    /// Of a sender without a zone it is that of UTC.
    pub day: Option<i32>,
    /// As how many messages it counts there; none is one.
    pub counts: Option<u32>,
    /// Where it is a group SMS, in the group's name: it counts with the group's quota instead of its author's.
    pub in_name: Option<InName>,
    /// For whom [`CODE_PLACE`] in the text stands for a one-time code, which is drawn when the text is submitted.
    pub code_for: Option<UserName>,
    /// What one of its recipients is told instead: who has others invited by SMS is answered so.
    pub aside: Option<Aside>,
}

/// Where a one-time code is to stand.
pub const CODE_PLACE: &str = "{code}";

/// A text for one recipient of a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Aside {
    pub to: Party,
    pub text: Arc<str>,
}

impl Accepted {
    pub(in crate::rules) fn outcome(&self) -> Outcome {
        Outcome::Message(self.message)
    }

    /// The text for one of its recipients.
    pub fn text_for(&self, to: &Party) -> Option<Arc<str>> {
        let aside = self.aside.as_ref().filter(|aside| aside.to == *to);
        aside.map(|aside| &aside.text).or(self.text.as_ref()).cloned()
    }

    /// Whose quota it counts with.
    pub fn charged(&self) -> Option<&UserName> {
        let author = self.from.user().filter(|_| self.in_name.is_none());
        self.charged.as_ref().or(author)
    }
}

/// `delivery.routed`: the channel a delivery takes now, and why.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Routed {
    pub message: MessageId,
    pub to: Party,
    pub channel: Channel,
    pub because: RouteReason,
    /// The commit that the reason was read from: the presence, the registration.
    pub seen: Option<EventSeq>,
    /// The commit that holds the body, when it is not this one.
    pub body: Option<EventSeq>,
    /// How the recipient's client speaks, when the channel is live.
    pub encoding: Option<Encoding>,
    /// Of one on a page: the place among the message's recipients. It is not written down, for the page tells it.
    #[serde(skip)]
    pub place: Option<u32>,
}

/// `delivery.delivered`
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Delivered {
    pub message: MessageId,
    pub to: Party,
    /// Whose message it is, for the news of it; none is Homing itself. A record of an earlier version does not say it.
    pub from: Option<UserName>,
    /// How their clients speak; none is JSON.
    pub encoding: Option<Encoding>,
    /// The group it was for: its news comes in sums.
    pub group: Option<GroupNumber>,
}

/// `delivery.read`
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WasRead {
    pub message: MessageId,
    pub to: Party,
    /// As of what is delivered; none also where it was confirmed before.
    pub from: Option<UserName>,
    pub encoding: Option<Encoding>,
    pub group: Option<GroupNumber>,
}

/// `delivery.filtered`
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Filtered {
    pub message: MessageId,
    pub to: Party,
    pub reason: FilterReason,
    /// As of what is delivered.
    pub from: Option<UserName>,
    pub encoding: Option<Encoding>,
    pub group: Option<GroupNumber>,
}

/// `delivery.recalled`
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recalled {
    pub message: MessageId,
    pub to: Party,
    /// As of what is delivered.
    pub from: Option<UserName>,
    pub encoding: Option<Encoding>,
    pub group: Option<GroupNumber>,
    /// How the recipient's clients speak.
    pub to_encoding: Option<Encoding>,
}

/// `delivery.expired`
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Expired {
    pub message: MessageId,
    pub to: Party,
    /// As of what is delivered.
    pub from: Option<UserName>,
    pub encoding: Option<Encoding>,
    pub group: Option<GroupNumber>,
}

/// `delivery.failed`
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Failed {
    pub message: MessageId,
    pub to: Party,
    pub reason: FailReason,
    /// As of what is delivered.
    pub from: Option<UserName>,
    pub encoding: Option<Encoding>,
    pub group: Option<GroupNumber>,
}
