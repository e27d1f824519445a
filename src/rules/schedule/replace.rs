//! A schedule gets another message or another rule. It takes effect up to the firing itself.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::create::{content, paced, plans};
use super::{New, NotFired, OccurrenceCancelled, Replaced, Schedule, When};
use crate::rules::message::{Route, Send};
use crate::rules::proof::{ByUser, Case};
use crate::rules::vocabulary::Decide;
use crate::rules::{Decided, Fact, Rejection, State};
use crate::words::{Address, Party, ScheduleId, Zone};

/// `schedule.replace`: what is absent stays as it was; so do the recipients of a message that names none, and how it reaches
/// them. Refused with `schedule.unknown`, `schedule.nothing_to_replace`, and as
/// `schedule.create`.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Replace {
    pub schedule: ScheduleId,
    pub message: Option<Send>,
    pub when: Option<When>,
    pub id: Option<String>,
}

impl Decide for Replace {
    fn decide(&self, case: &Case<'_, ByUser>) -> Decided {
        let Replace { schedule: id, message, when, id: _ } = self;
        let kept = case.schedule(*id)?;
        if message.is_none() && when.is_none() {
            return Err(Rejection::nothing_to_replace());
        }
        let message = message.as_ref().map(|send| content(case, &as_before(kept, case.state, send)));
        let message = message.transpose()?;
        message.as_ref().map_or(Ok(()), |content| paced(case, content))?;
        // What fired a little early, by another clock, is not ahead any more.
        let passed = kept.last.map_or(case.at, |last| case.at.max(last));
        let new = when.as_ref().map(|when| New::of(when, case.user().zone, passed)).transpose()?;
        let unskipped = new.as_ref().map(|new| new.plan.strangers(&kept.skips, Some(new.first)));
        let mut after: Vec<Fact> = Vec::new();
        if let Some(first) = new.as_ref().map(|new| new.first).filter(|first| kept.next != Some(*first)) {
            after.extend(kept.next.map(|occurrence| {
                let (schedule, late_ms) = (*id, (case.at - occurrence.due).ms());
                let reason = "replaced".to_owned();
                OccurrenceCancelled(NotFired { schedule, occurrence, late_ms, reason }).into()
            }));
            after.extend(plans(*id, first));
        }
        let (when, reckoned) = new.map(|New { when, reckoned, .. }| (when, reckoned)).unzip();
        let reckoned = reckoned.unwrap_or_default();
        let tzdata = Zone::DATA_VERSION.to_owned();
        let replaced = Replaced { schedule: *id, message, when, reckoned, unskipped, tzdata };
        Ok(std::iter::once(replaced.into()).chain(after).collect())
    }
}

/// A message that names no recipient goes to those who have got it, as it was to go: whatever of that it does not name.
fn as_before(kept: &Schedule, state: &State, send: &Send) -> Send {
    if !send.to.is_empty() {
        return send.clone();
    }
    let (had, _) = kept.content(state);
    let address = |party| match party {
        Party::User(name) => Address::User(name),
        Party::Phone(phone) => Address::Phone(phone),
    };
    Send {
        to: had.to.into_iter().map(address).collect(),
        route: if send.route == Route::Auto { had.route } else { send.route },
        expires_in: send.expires_in.or(had.expires_in),
        escalate_after: send.escalate_after.or(had.escalate_after),
        ..send.clone()
    }
}
