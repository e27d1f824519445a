//! Quotas: messages per calendar day and month, as the calendar stands where the sender is.

mod forecast;
mod usage;

pub use forecast::OverQuota;
pub use usage::{Limits, Usage, next_day, next_month, today};

pub(super) use forecast::forecast;

use super::message::Accepted;
use super::{Rejection, State};
use crate::words::{Instant, UserName, Zone};

/// Whether one more message may be sent now.
pub(super) fn check(state: &State, from: &UserName, at: Instant) -> Result<(), Rejection> {
    let Some(user) = state.user_named(from) else { return Ok(()) };
    user.usage.check(Limits { day: user.day, month: user.month }, user.zone.unwrap_or(Zone::UTC), at)
}

/// Counts what was sent.
pub(super) fn count(state: &mut State, accepted: &Accepted, at: Instant) {
    if let Some(user) = accepted.from.user().and_then(|from| state.user_named_mut(from)) {
        user.usage.count(counted_on(accepted, user.zone, at));
    }
}

/// The date that a message counts on. Of a sender with a zone it was found when the message was accepted; a record of an earlier
/// version does not say it.
pub fn counted_on(accepted: &Accepted, zone: Option<Zone>, at: Instant) -> i32 {
    accepted.day.unwrap_or_else(|| today(zone.unwrap_or(Zone::UTC), at))
}
