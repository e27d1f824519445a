//! The deadline of a message: when it is no longer worth delivering.

use super::{Expired, News, OpenMessage, Standing};
use crate::rules::{Fact, State};
use crate::words::{Instant, MessageId, Party};

pub(in crate::rules) fn expire(state: &State, message: MessageId, at: Instant) -> Vec<Fact> {
    let Some(open) = state.messages.get(&message).filter(|open| open.expires <= at) else {
        return Vec::new();
    };
    expired(state, message, open).collect()
}

/// The ends of those deliveries that expire.
pub(super) fn expired(state: &State, message: MessageId, open: &OpenMessage) -> impl Iterator<Item = Fact> {
    let News { from, encoding, group } = state.news(message);
    expiring(state, message, open)
        .map(move |to| Expired { message, to, from: from.clone(), encoding, group }.into())
}

/// Whether its expiry would change anything.
pub(in crate::rules) fn can_expire(state: &State, message: MessageId) -> bool {
    state.messages.get(&message).is_some_and(|open| expiring(state, message, open).next().is_some())
}

/// What an SMSC has expires there: it was told when, and its receipt says so.
fn expiring(state: &State, message: MessageId, open: &OpenMessage) -> impl Iterator<Item = Party> {
    let gone = move |to: &Party| {
        matches!(open.standing(state, message, to), Some(Standing::Attempted(_) | Standing::Accepted(_)))
    };
    open.parties(state).filter(move |to| !gone(to))
}
