//! The timers that are awaited, told from the state alone: so one that was lost elsewhere is noticed.

use std::ops::Bound::{Excluded, Unbounded};

use super::{State, Timer, message};
use crate::words::{Instant, Span};

/// Things looked at for one answer, a recipient of a message whose time has come being one too: well under a millisecond,
/// for commands wait meanwhile.
const STEPS_MAX: usize = 1_000;
/// An escalation that was due longer ago is let be: nobody waits for it any more.
const ESCALATED_WITHIN: Span = Span::from_secs(7_200);

/// A part of what is awaited.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Awaited {
    pub timers: Vec<(Timer, Instant)>,
    /// What the next part comes after; none where this was the last one.
    pub next: Option<Timer>,
}

impl State {
    /// What is due before a time, behind `after`: the next occurrences of schedules, then what becomes of open messages.
    pub fn awaited(&self, before: Instant, after: Option<Timer>) -> Awaited {
        let (schedules, messages) = match after {
            None => (Some(Unbounded), Unbounded),
            Some(Timer::Occur(schedule)) => (Some(Excluded(schedule)), Unbounded),
            Some(Timer::Expire(message) | Timer::Escalate(message)) => (None, Excluded(message)),
        };
        let schedules = schedules.into_iter().flat_map(|after| self.schedules.range((after, Unbounded)));
        let schedules = schedules.map(|(id, schedule)| {
            let occurs = Timer::Occur(*id);
            ([schedule.due().map(|due| (occurs, due)), None], occurs, 0)
        });
        let messages = self.messages.range((messages, Unbounded)).map(|(id, open)| {
            let (expires, escalates) = (Timer::Expire(*id), Timer::Escalate(*id));
            ([Some((expires, open.expires)), Some((escalates, open.escalates))], expires, open.open_len())
        });
        let mut all = schedules.chain(messages).peekable();
        let (mut awaited, mut steps, mut last) = (Awaited::default(), 0, after);
        while steps < STEPS_MAX
            && let Some((timers, thing, recipients_len)) = all.next()
        {
            (steps, last) = (steps + 1, Some(thing));
            for (timer, due) in timers.into_iter().flatten().filter(|(_, due)| *due < before) {
                steps += recipients_len;
                if self.can_change(timer, before - due) {
                    awaited.timers.push((timer, due));
                }
            }
        }
        awaited.next = all.peek().and(last);
        awaited
    }

    fn can_change(&self, timer: Timer, ago: Span) -> bool {
        match timer {
            Timer::Occur(_) => true,
            Timer::Expire(message) => message::can_expire(self, message),
            Timer::Escalate(message) => ago < ESCALATED_WITHIN && message::can_escalate(self, message),
        }
    }
}
