//! A schedule gets another message or another rule. It takes effect up to the firing itself.

use super::create::{content, home, plans};
use super::{New, NotFired, Replace, Replaced};
use crate::rules::{Fact, Rejection, State};
use crate::words::{Instant, UserName, Zone};

pub(in crate::rules) fn replace(
    state: &State,
    user: &UserName,
    command: &Replace,
    now: Instant,
) -> Result<Vec<Fact>, Rejection> {
    let Replace { schedule: id, message, when, id: _ } = command;
    let kept = state.schedule_of(user, *id)?;
    if message.is_none() && when.is_none() {
        return Err(Rejection::nothing_to_replace());
    }
    let message = message.as_ref().map(|send| content(state, send)).transpose()?;
    // What fired a little early, by another clock, is not ahead any more.
    let passed = kept.last.map_or(now, |last| now.max(last));
    let new = when.as_ref().map(|when| New::of(when, home(state, user), passed)).transpose()?;
    let unskipped = new.as_ref().map(|new| new.plan.strangers(&kept.skips, Some(new.first)));
    let mut after = Vec::new();
    if let Some(first) = new.as_ref().map(|new| new.first).filter(|first| kept.next != Some(*first)) {
        after.extend(kept.next.map(|occurrence| {
            let (schedule, late_ms) = (*id, (now - occurrence.due).ms());
            let reason = "replaced".to_owned();
            Fact::OccurrenceCancelled(NotFired { schedule, occurrence, late_ms, reason })
        }));
        after.extend(plans(*id, first));
    }
    let (when, reckoned) = new.map(|New { when, reckoned, .. }| (when, reckoned)).unzip();
    let reckoned = reckoned.unwrap_or_default();
    let tzdata = Zone::DATA_VERSION.to_owned();
    let replaced = Replaced { schedule: *id, message, when, reckoned, unskipped, tzdata };
    Ok(std::iter::once(Fact::ScheduleReplaced(Box::new(replaced))).chain(after).collect())
}
