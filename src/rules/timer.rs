//! Timers: what can be set for later, and what its firing asks for.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

pub use super::areas::timer::{Command, Fact};
use super::proof::{ByPart, Case};
use super::vocabulary::Decide;
use super::{Decided, State, message, schedule};
use crate::words::{Instant, MessageId, ScheduleId, Span, WordError, serde_by_text};

/// Clocks of machines differ: a firing that comes this little early by the log's clock is on time.
const EARLY_MAX: Span = Span::from_secs(5);

/// What a timer is for. Its text is one subject token, and its identity: `expire-m42`. Set again, it takes the place of
/// the earlier one, for each firing is judged against the present state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Timer {
    /// A message is no longer worth delivering.
    Expire(MessageId),
    /// An unconfirmed delivery goes on by the next channel.
    Escalate(MessageId),
    /// The next occurrence of a schedule.
    Occur(ScheduleId),
}

impl Timer {
    /// The message it is about.
    pub fn message(self) -> Option<MessageId> {
        match self {
            Timer::Expire(message) | Timer::Escalate(message) => Some(message),
            Timer::Occur(_) => None,
        }
    }

    /// Whether there is anything left that it could change.
    pub(super) fn is_wanted(self, state: &State, due: Instant) -> bool {
        match self {
            Timer::Expire(message) | Timer::Escalate(message) => state.messages.contains_key(&message),
            // A firing that a replaced rule asked for would take the place of the one that is awaited.
            Timer::Occur(schedule) => state.schedules.get(&schedule).is_some_and(|it| it.due() == Some(due)),
        }
    }

    /// The schedule it is about.
    pub fn schedule(self) -> Option<ScheduleId> {
        match self {
            Timer::Occur(schedule) => Some(schedule),
            Timer::Expire(_) | Timer::Escalate(_) => None,
        }
    }
}

impl FromStr for Timer {
    type Err = WordError;
    fn from_str(text: &str) -> Result<Self, WordError> {
        let unknown =
            || WordError("not a timer: expire-<message>, escalate-<message> or occur-<schedule>".to_owned());
        let (kind, of) = text.split_once('-').ok_or_else(unknown)?;
        match kind {
            "expire" => Ok(Timer::Expire(of.parse()?)),
            "escalate" => Ok(Timer::Escalate(of.parse()?)),
            "occur" => Ok(Timer::Occur(of.parse()?)),
            _ => Err(unknown()),
        }
    }
}

impl fmt::Display for Timer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Timer::Expire(message) => write!(f, "expire-{message}"),
            Timer::Escalate(message) => write!(f, "escalate-{message}"),
            Timer::Occur(schedule) => write!(f, "occur-{schedule}"),
        }
    }
}

serde_by_text!(Timer);

/// `timer.fired`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fired {
    pub timer: Timer,
    /// Unix milliseconds.
    pub due: Instant,
}

/// `timer.set`: a deadline to be watched. Set again, it takes the place of the earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Set {
    pub timer: Timer,
    pub due: Instant,
}

impl Decide for Fired {
    /// A firing is judged against the present state: one that comes too late for its purpose changes nothing.
    fn decide(&self, case: &Case<'_, ByPart>) -> Decided {
        let (state, Fired { timer, due }) = (case.state, *self);
        if due > case.at + EARLY_MAX {
            // Somebody's clock is wrong; by the log's clock the time is still to come.
            let again = timer.is_wanted(state, due).then(|| Set { timer, due }.into());
            return Ok(again.into_iter().collect());
        }
        let now = case.at.max(due);
        Ok(match timer {
            Timer::Expire(message) => message::expire(state, message, now),
            Timer::Escalate(message) => message::escalate(state, message, now),
            Timer::Occur(id) => schedule::occur(state, id, due, case.message(), now),
        })
    }
}

pub(super) fn evolve(state: &mut State, fact: &Fact) {
    match fact {
        Fact::Set(Set { timer: Timer::Escalate(message), due }) => message::escalates(state, *message, *due),
        // The others derive from what is kept.
        Fact::Set(Set { timer: Timer::Expire(_) | Timer::Occur(_), due: _ }) => {}
    }
}
