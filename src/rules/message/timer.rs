//! The deadlines of a message: when it expires, and when an unconfirmed delivery goes on.

use std::fmt;
use std::str::FromStr;

use super::{OpenMessage, Standing};
use crate::rules::command::{Route, TimerFired};
use crate::rules::fact::Routed;
use crate::rules::{Channel, Fact, Rejection, State, routing};
use crate::words::{Instant, MessageId, Party, Span, WordError, serde_by_text};

/// What a timer is for. Its text is one subject token, and its identity: `expire-m42`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Timer {
    Expire(MessageId),
    Escalate(MessageId),
}

impl Timer {
    pub fn message(self) -> MessageId {
        match self {
            Timer::Expire(message) | Timer::Escalate(message) => message,
        }
    }
}

impl FromStr for Timer {
    type Err = WordError;
    fn from_str(text: &str) -> Result<Self, WordError> {
        let unknown = || WordError("not a timer: expire-<message> or escalate-<message>".to_owned());
        let (kind, message) = text.split_once('-').ok_or_else(unknown)?;
        match kind {
            "expire" => Ok(Timer::Expire(message.parse()?)),
            "escalate" => Ok(Timer::Escalate(message.parse()?)),
            _ => Err(unknown()),
        }
    }
}

impl fmt::Display for Timer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Timer::Expire(message) => write!(f, "expire-{message}"),
            Timer::Escalate(message) => write!(f, "escalate-{message}"),
        }
    }
}

serde_by_text!(Timer);

/// The clocks of machines differ: a firing that comes this much too early, by the server's clock, is one.
const EARLY_MAX: Span = Span::from_secs(5);

/// A firing is judged against the present state: one that comes too late for its message changes nothing, and one that
/// comes far too early sets the timer again.
pub(in crate::rules) fn timer_fired(
    state: &State,
    &TimerFired { timer, due }: &TimerFired,
    at: Instant,
) -> Result<Vec<Fact>, Rejection> {
    if due - at > EARLY_MAX {
        let wanted = is_wanted(state, timer);
        return Ok(wanted.then_some(Fact::TimerSet { timer, due }).into_iter().collect());
    }
    Ok(match timer {
        Timer::Expire(message) => expire(state, message, at.max(due)),
        Timer::Escalate(message) => escalate(state, message),
    })
}

/// Whether there is anything left that it could change.
fn is_wanted(state: &State, timer: Timer) -> bool {
    match timer {
        Timer::Expire(message) | Timer::Escalate(message) => state.messages.contains_key(&message),
    }
}

fn expire(state: &State, message: MessageId, at: Instant) -> Vec<Fact> {
    let Some(open) = state.messages.get(&message).filter(|open| open.expires <= at) else {
        return Vec::new();
    };
    // What an SMSC has expires there: it was told when, and its receipt says so.
    let gone = |to: &Party| {
        matches!(open.standing(state, message, to), Some(Standing::Attempted | Standing::Accepted))
    };
    open.parties(state).filter(|to| !gone(to)).map(|to| Fact::DeliveryExpired { message, to }).collect()
}

/// Whoever got it live and did not confirm it gets it by the next channel, if there is one.
fn escalate(state: &State, message: MessageId) -> Vec<Fact> {
    // A route that the sender named is not left: only `auto` goes on to the next channel.
    let auto = |open: &&OpenMessage| open.route == Route::Auto;
    let Some(open) = state.messages.get(&message).filter(auto) else { return Vec::new() };
    let next = |to: Party| {
        let user = state.user_named(to.user()?)?;
        let choice = routing::after_client(user);
        let unconfirmed = user.mailbox.standing(message) == Some(Standing::Sent);
        // With no other channel it stays sent: it may still be confirmed, and is sent again when the client returns.
        (unconfirmed && choice.channel != Channel::None).then_some(Fact::DeliveryRouted(Routed {
            message,
            to,
            channel: choice.channel,
            because: choice.because,
            seen: choice.seen,
            body: Some(open.body),
            encoding: None,
        }))
    };
    open.parties(state).filter_map(next).collect()
}
