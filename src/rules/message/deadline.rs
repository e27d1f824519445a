//! The deadlines of a message: when it expires, and when an unconfirmed delivery goes on.

use super::routing::{self, Channel, Choice, Route};
use super::{Expired, OpenMessage, Routed, Standing};
use crate::rules::{Fact, State};
use crate::words::{Instant, MessageId, Party};

pub(in crate::rules) fn expire(state: &State, message: MessageId, at: Instant) -> Vec<Fact> {
    let Some(open) = state.messages.get(&message).filter(|open| open.expires <= at) else {
        return Vec::new();
    };
    expiring(state, message, open).map(|to| Expired { message, to }.into()).collect()
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

/// Whether its escalation would change anything.
pub(in crate::rules) fn can_escalate(state: &State, message: MessageId) -> bool {
    !escalate(state, message).is_empty()
}

/// Whoever got it live and did not confirm it gets it by the next channel, if there is one.
pub(in crate::rules) fn escalate(state: &State, message: MessageId) -> Vec<Fact> {
    // A route that the sender named is not left: only `auto` goes on to the next channel.
    // Whoever came back to a client after the firing has it live again, and no deadline any more.
    let goes_on = |open: &&OpenMessage| open.route == Route::Auto && !open.escalated;
    let Some(open) = state.messages.get(&message).filter(goes_on) else { return Vec::new() };
    let next = |to: Party| {
        let user = state.user_named(to.user()?)?;
        let choice = routing::after_client(user);
        let unconfirmed = user.mailbox.standing(message) == Some(Standing::Sent);
        // With no other channel it stays sent: it may still be confirmed, and is sent again when the client returns.
        (unconfirmed && choice.channel != Channel::None).then(|| {
            let Choice { channel, because, seen, encoding: _ } = choice;
            Routed { message, to, channel, because, seen, body: Some(open.body), encoding: None }.into()
        })
    };
    open.parties(state).filter_map(next).collect()
}
