//! The steps of a delivery: what a fact means for the one delivery that it is about, in the contract's words.

use super::attempt::{self, DeferReason, FailReason, UnknownReason};
use super::message::{self, FilterReason, RouteReason, Routed};
use super::{Channel, Fact};
use crate::words::{MessageId, Party, named};

named! {
    /// How far a delivery has come.
    "state of a delivery" State {
        Planned = "planned",
        Sent = "sent",
        Pull = "pull",
        Waiting = "waiting",
        Delivered = "delivered",
        Read = "read",
        Filtered = "filtered",
        Recalled = "recalled",
        Expired = "expired",
        Failed = "failed",
        /// Whether the SMSC has it, nobody knows.
        Unknown = "unknown",
    }
}

/// Why it is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    Route(RouteReason),
    Filter(FilterReason),
    BySender,
    Deadline,
    Fail(FailReason),
    Defer(DeferReason),
    Unknown(UnknownReason),
}

impl State {
    pub fn is_open(self) -> bool {
        matches!(self, State::Planned | State::Sent | State::Pull | State::Waiting | State::Unknown)
    }

    /// After a final state only `delivered` moves, to `read`.
    pub fn may_become(self, next: State) -> bool {
        self.is_open() || (self == State::Delivered && next == State::Read)
    }
}

impl Reason {
    pub fn text(self) -> String {
        match self {
            Reason::Route(reason) => reason.as_str().to_owned(),
            Reason::Filter(reason) => reason.as_str().to_owned(),
            Reason::BySender => "by_sender".to_owned(),
            Reason::Deadline => "deadline".to_owned(),
            Reason::Fail(reason) => reason.to_string(),
            Reason::Defer(reason) => reason.to_string(),
            Reason::Unknown(reason) => reason.as_str().to_owned(),
        }
    }
}

/// One step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    pub state: State,
    pub channel: Option<Channel>,
    pub reason: Option<Reason>,
}

impl Step {
    /// Of which delivery a fact is a step, and which. A page has one for each of its deliveries; see
    /// [`Page::deliveries`](message::Page::deliveries).
    pub fn of(fact: &Fact) -> Option<(MessageId, &Party, Step)> {
        match fact {
            Fact::Message(fact) => of_message(fact),
            Fact::Attempt(fact) => of_attempt(fact),
            Fact::Refusal(_)
            | Fact::Identity(_)
            | Fact::Contacts(_)
            | Fact::Presence(_)
            | Fact::Group(_)
            | Fact::Schedule(_)
            | Fact::Phone(_)
            | Fact::Service(_)
            | Fact::Timer(_) => None,
        }
    }
}

fn of_message(fact: &message::Fact) -> Option<(MessageId, &Party, Step)> {
    let step = |state, reason| Step { state, channel: None, reason };
    Some(match fact {
        message::Fact::Accepted(_) | message::Fact::Page(_) => return None,
        message::Fact::Routed(it) => (it.message, &it.to, routed(it)),
        message::Fact::Delivered(it) => (it.message, &it.to, step(State::Delivered, None)),
        message::Fact::WasRead(it) => (it.message, &it.to, step(State::Read, None)),
        message::Fact::Filtered(it) => {
            (it.message, &it.to, step(State::Filtered, Some(Reason::Filter(it.reason))))
        }
        message::Fact::Recalled(it) => (it.message, &it.to, step(State::Recalled, Some(Reason::BySender))),
        message::Fact::Expired(it) => (it.message, &it.to, step(State::Expired, Some(Reason::Deadline))),
        message::Fact::Failed(it) => (it.message, &it.to, step(State::Failed, Some(Reason::Fail(it.reason)))),
    })
}

fn routed(routed: &Routed) -> Step {
    let state = match routed.channel {
        Channel::Live => State::Sent,
        Channel::Pull => State::Pull,
        // Handed to an adapter, which has not reported anything yet.
        Channel::By(_) => State::Planned,
        Channel::None => State::Waiting,
    };
    let channel = Some(routed.channel).filter(|channel| *channel != Channel::None);
    Step { state, channel, reason: Some(Reason::Route(routed.because)) }
}

/// What an adapter reports of a delivery that goes on. Grants and receipts are the adapter's; what comes of them for a delivery
/// is a fact of its message.
fn of_attempt(fact: &attempt::Fact) -> Option<(MessageId, &Party, Step)> {
    let step = |channel, state, reason| Step { state, channel: Some(Channel::By(channel)), reason };
    Some(match fact {
        attempt::Fact::Accepted(it) => {
            (it.attempt.message, &it.attempt.to, step(it.channel, State::Sent, None))
        }
        attempt::Fact::Deferred(it) => {
            let deferred = step(it.channel, State::Planned, Some(Reason::Defer(it.why)));
            (it.attempt.message, &it.attempt.to, deferred)
        }
        attempt::Fact::Unknown(it) => {
            let unknown = step(it.channel, State::Unknown, Some(Reason::Unknown(it.why)));
            (it.attempt.message, &it.attempt.to, unknown)
        }
        attempt::Fact::Granted(_)
        | attempt::Fact::LetGo(_)
        | attempt::Fact::Failed(_)
        | attempt::Fact::Receipted(_)
        | attempt::Fact::Silent(_)
        | attempt::Fact::Unmatched(_) => return None,
    })
}
