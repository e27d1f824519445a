//! Quotas: how much a user may send in a calendar day and month, how fast, and how much is remembered of their ids.
//!
//! The calendar is as it stands where the sender is.

mod counts;
mod forecast;
mod ids;
mod pace;
mod usage;

pub use counts::Counts;
pub use forecast::OverQuota;
pub use usage::{Usage, next_day, next_month, today};

use usage::today_utc;

pub(super) use counts::counted;
pub(super) use forecast::forecast;
pub(super) use ids::IdsUsed;
pub(super) use pace::{Load, Pace};
pub(super) use usage::Limits;

use super::message::{Accepted, Page, load};
use super::schedule::content_of;
use super::state::User;
use super::{Fact, IntentMark, Kept, Order, Outcome, Rejection, Sender, State};
use crate::words::{Instant, Zone};

/// Whether a message with these deliveries may be sent now; and as how many it counts.
pub(super) fn check(user: &User, deliveries: &[Fact], at: Instant) -> Result<u32, Rejection> {
    let counts = counted(user.limits().counts.unwrap_or_default(), deliveries);
    let limits = Limits { day: user.day, month: user.month };
    user.usage.check(limits, counts, user.zone.unwrap_or(Zone::UTC), at)?;
    Ok(counts)
}

/// Counts what was sent.
pub(super) fn count(state: &mut State, accepted: &Accepted, at: Instant) {
    if let (Some(number), Some(in_name)) = (accepted.group, &accepted.in_name) {
        let group = state.groups.get_mut(&number);
        group.into_iter().for_each(|group| group.usage.count(in_name.day, 1));
    }
    if let Some(user) = accepted.charged().and_then(|charged| state.user_named_mut(charged)) {
        user.usage.count(counted_on(accepted, user.zone, at), accepted.counts.unwrap_or(1));
    }
}

/// The date that a message counts on. Of a sender with a zone it was found when the message was accepted, so that the zone
/// database is not asked here; a record of an earlier version does not say it.
pub fn counted_on(accepted: &Accepted, zone: Option<Zone>, at: Instant) -> i32 {
    accepted.day.unwrap_or_else(|| zone.map_or_else(|| today_utc(at), |zone| today(zone, at)))
}

/// What a user asked for at once takes of their pace. What a schedule sends was told ahead, and what the parts of Homing say is
/// theirs.
pub(super) fn paced(state: &mut State, by: &Sender, fact: &Fact, at: Instant) {
    let Sender::User(name) = by else { return };
    let load = match (fact.get::<Accepted>(), content_of(fact)) {
        (Some(Accepted { to, text, parts, .. }), _) => load(to.len(), text, parts),
        (None, Some(content)) => load(0, &content.text, &content.parts),
        (None, None) => match fact.get::<Page>() {
            Some(page) => Load { recipients: page.recipients_len(), bytes: 0 },
            None => return,
        },
    };
    if let Some(user) = state.user_named_mut(name) {
        user.pace.count(user.limits(), load, at);
    }
}

/// Whether this outcome can be kept under an id. Homing's own parts have no budget: theirs are kept by number and for minutes;
/// and no command of an operator's has an id.
pub(super) fn check_ids(
    state: &State,
    order: &Order,
    mark: &IntentMark,
    outcome: &Outcome,
) -> Result<(), Rejection> {
    let Some(user) = order.by.user().and_then(|name| state.user_named(name)) else { return Ok(()) };
    let kept = Kept { content: mark.content, at: order.at, outcome: outcome.clone() };
    let used = user.ids.as_deref().copied().unwrap_or_default();
    used.check(user.limits(), kept.bytes_len(), order.at)
}

/// Counts what is kept under an id.
pub(super) fn count_ids(state: &mut State, by: &Sender, kept: &Kept) {
    if let Some(user) = by.user().and_then(|name| state.user_named_mut(name)) {
        user.ids.get_or_insert_default().count(kept.bytes_len(), kept.at);
    }
}
