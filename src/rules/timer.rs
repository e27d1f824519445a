//! Timers: what can be set for later, and what its firing asks for.

use std::fmt;
use std::str::FromStr;

use super::command::TimerFired;
use super::{Fact, Rejection, State, message, schedule};
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
    fn is_wanted(self, state: &State, due: Instant) -> bool {
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

/// A firing is judged against the present state: one that comes too late for its purpose changes nothing.
pub(super) fn fired(
    state: &State,
    command: &TimerFired,
    message: MessageId,
    at: Instant,
) -> Result<Vec<Fact>, Rejection> {
    let TimerFired { timer, due } = *command;
    if due > at + EARLY_MAX {
        // Somebody's clock is wrong; by the log's clock the time is still to come.
        return Ok(timer
            .is_wanted(state, due)
            .then_some(Fact::TimerSet { timer, due })
            .into_iter()
            .collect());
    }
    let now = at.max(due);
    Ok(match timer {
        Timer::Expire(message) => message::expire(state, message, now),
        Timer::Escalate(message) => message::escalate(state, message),
        Timer::Occur(id) => schedule::occur(state, id, due, message, now),
    })
}
