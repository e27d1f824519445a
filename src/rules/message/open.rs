//! The open deliveries, and how facts open, move and end them.

use serde::{Deserialize, Serialize};

use crate::rules::command::Route;
use crate::rules::fact::{Accepted, Routed};
use crate::rules::state::Uid;
use crate::rules::{Channel, Fact, State};
use crate::words::{EventSeq, Instant, MessageId, Party, Phone};

/// A message with at least one open delivery. Its body stays in the log, at `body`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::rules) struct OpenMessage {
    pub(super) body: EventSeq,
    /// [`NEVER`] where it does not expire.
    pub(super) expires: Instant,
    /// Whose delivery is open, in the order of the message's recipients.
    pub(super) to: Box<[Target]>,
    pub(super) from: Uid,
    pub(super) route: Route,
}

/// No deadline: later than any.
pub(super) fn never() -> Instant {
    Instant::from_unix_ms(i64::MAX)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Target {
    User(Uid),
    Phone(Phone),
}

/// How far an open delivery to a user has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::rules) enum Standing {
    /// No channel is open.
    Waiting,
    /// Sent live, not confirmed.
    Sent,
    /// In the pull store.
    Pull,
    /// Handed to a channel adapter.
    Queued,
}

impl Standing {
    fn of(channel: Channel) -> Standing {
        match channel {
            Channel::Live => Standing::Sent,
            Channel::Pull => Standing::Pull,
            Channel::Sms | Channel::Mms => Standing::Queued,
            Channel::None => Standing::Waiting,
        }
    }
}

impl OpenMessage {
    /// The recipients whose deliveries are open, by name.
    pub(super) fn parties(&self, state: &State) -> impl Iterator<Item = Party> {
        self.to.iter().map(|target| match target {
            Target::User(uid) => Party::User(state.user(*uid).name.clone()),
            Target::Phone(phone) => Party::Phone(*phone),
        })
    }
}

pub(in crate::rules) fn evolve(state: &mut State, fact: &Fact, at: EventSeq) {
    if let Fact::MessageAccepted(accepted) = fact {
        opens(state, accepted, at);
    } else if let Fact::DeliveryRouted(routed) = fact {
        moves(state, routed);
    } else if let Fact::DeliveryDelivered { message, to }
    | Fact::DeliveryFiltered { message, to, .. }
    | Fact::DeliveryRecalled { message, to }
    | Fact::DeliveryExpired { message, to } = fact
    {
        ends(state, *message, to);
    }
}

fn target(state: &State, to: &Party) -> Option<Target> {
    match to {
        Party::User(name) => state.uid(name).map(Target::User),
        Party::Phone(phone) => Some(Target::Phone(*phone)),
    }
}

fn opens(state: &mut State, accepted: &Accepted, at: EventSeq) {
    let Some(from) = state.uid(&accepted.from) else { return };
    let to = accepted.to.iter().filter_map(|to| target(state, to)).collect();
    let expires = accepted.expires.unwrap_or_else(never);
    state
        .messages
        .insert(accepted.message, OpenMessage { body: at, expires, to, from, route: accepted.route });
}

fn moves(state: &mut State, routed: &Routed) {
    if !state.messages.contains_key(&routed.message) {
        return;
    }
    if let Some(user) = routed.to.user().and_then(|name| state.user_named_mut(name)) {
        user.mailbox.set(routed.message, Standing::of(routed.channel));
    }
}

fn ends(state: &mut State, message: MessageId, to: &Party) {
    let Some(ended) = target(state, to) else { return };
    if let Target::User(uid) = ended {
        state.user_mut(uid).mailbox.remove(message);
    }
    let Some(open) = state.messages.get_mut(&message) else { return };
    if open.to.iter().all(|target| *target == ended) {
        state.messages.remove(&message);
    } else {
        open.to = open.to.iter().copied().filter(|target| *target != ended).collect();
    }
}
