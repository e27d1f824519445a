//! How much a sender may send: messages per calendar day and month, as the calendar stands where the sender is.

mod forecast;
mod usage;

pub use forecast::OverQuota;
pub use usage::{Limits, Usage, next_day, next_month};

pub(super) use forecast::forecast;

use super::{Fact, Rejection, State};
use crate::words::{Instant, UserName, Zone};

/// Whether one more message may be sent now.
pub(super) fn check(state: &State, from: &UserName, at: Instant) -> Result<(), Rejection> {
    let Some(user) = state.user_named(from) else { return Ok(()) };
    user.usage.check(Limits { day: user.day, month: user.month }, user.zone.unwrap_or(Zone::UTC), at)
}

/// Counts what was sent.
pub(super) fn evolve(state: &mut State, fact: &Fact, at: Instant) {
    let Some(from) = fact.accepted().and_then(|accepted| accepted.from.user()) else { return };
    if let Some(user) = state.user_named_mut(from) {
        let zone = user.zone.unwrap_or(Zone::UTC);
        user.usage.count(zone, at);
    }
}
