//! A schedule is paused, resumed, cancelled, or sent at once.

use super::{NotFired, OneSchedule};
use crate::rules::{Fact, Rejection, State, message, quota};
use crate::words::{Instant, MessageId, UserName};

/// Its occurrences go on, each ending as skipped.
pub(in crate::rules) fn pause(
    state: &State,
    user: &UserName,
    command: &OneSchedule,
) -> Result<Vec<Fact>, Rejection> {
    let schedule = command.schedule;
    let paused = state.schedule_of(user, schedule)?.paused;
    Ok(if paused { Vec::new() } else { vec![Fact::SchedulePaused { schedule }] })
}

pub(in crate::rules) fn resume(
    state: &State,
    user: &UserName,
    command: &OneSchedule,
) -> Result<Vec<Fact>, Rejection> {
    let schedule = command.schedule;
    let paused = state.schedule_of(user, schedule)?.paused;
    Ok(if paused { vec![Fact::ScheduleResumed { schedule }] } else { Vec::new() })
}

pub(in crate::rules) fn cancel(
    state: &State,
    user: &UserName,
    command: &OneSchedule,
    now: Instant,
) -> Result<Vec<Fact>, Rejection> {
    let schedule = command.schedule;
    let next = state.schedule_of(user, schedule)?.next;
    let pending = next.map(|occurrence| {
        let (late_ms, reason) = ((now - occurrence.due).ms(), "cancelled".to_owned());
        Fact::OccurrenceCancelled(NotFired { schedule, occurrence, late_ms, reason })
    });
    Ok(std::iter::once(Fact::ScheduleCancelled { schedule }).chain(pending).collect())
}

/// Beside its occurrences, which stay as they are planned. Also while it is paused: whoever asks means it.
pub(in crate::rules) fn run_now(
    state: &State,
    user: &UserName,
    command: &OneSchedule,
    message: MessageId,
    now: Instant,
) -> Result<Vec<Fact>, Rejection> {
    let schedule = command.schedule;
    let kept = state.schedule_of(user, schedule)?;
    quota::check(state, user, now)?;
    let sent = message::accept(state, user, kept.letter(state), message, now)?;
    Ok(std::iter::once(Fact::ScheduleRun { schedule, message }).chain(sent).collect())
}
