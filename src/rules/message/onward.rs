//! What a client has had and not confirmed goes on: it was not confirmed in time, or the client is gone.
//!
//! Invariant: whatever is sent, and sent again, is looked at as things stand then: its deadline, and who wishes to hear from whom.

use super::routing::{self, Channel, RouteReason};
use super::{Expired, Filtered, News, OpenMessage, Routed, Standing};
use crate::rules::group::Seat;
use crate::rules::state::User;
use crate::rules::{Fact, State};
use crate::words::{DeviceName, Instant, MessageId, Party};

/// Whether a delivery to somebody may still be sent; what ends it, where it may not. Homing's own answers are not held.
pub(in crate::rules) fn may_go(
    state: &State,
    (message, open): (MessageId, &OpenMessage),
    (to, user): (&Party, &User),
    at: Instant,
) -> Result<(), Fact> {
    if open.expires <= at {
        let News { from, encoding, group } = state.news(message);
        return Err(Expired { message, to: to.clone(), from, encoding, group }.into());
    }
    let held = open.from.and_then(|from| routing::held(state, user, Some(state.user(from))));
    held.map_or(Ok(()), |reason| {
        let News { from, encoding, group } = state.news(message);
        Err(Filtered { message, to: to.clone(), reason, from, encoding, group }.into())
    })
}

impl State {
    /// Whether what was decided to be sent to somebody's clients may still be sent: it is open, is to go by them, and nothing
    /// holds it at that time.
    pub fn may_go_live(&self, message: MessageId, to: &Party, at: Instant) -> bool {
        let open = self.messages.get(&message);
        let user = to.user().and_then(|name| self.user_named(name));
        open.zip(user).is_some_and(|(open, user)| {
            user.mailbox.standing(message) == Some(Standing::Sent)
                && may_go(self, (message, open), (to, user), at).is_ok()
        })
    }
}

/// Whether its escalation would change anything.
pub(in crate::rules) fn can_escalate(state: &State, message: MessageId, at: Instant) -> bool {
    !escalate(state, message, at).is_empty()
}

/// Whoever got it live and did not confirm it gets it by the next channel, if there is one.
pub(in crate::rules) fn escalate(state: &State, message: MessageId, at: Instant) -> Vec<Fact> {
    // Whoever came back to a client after the firing has it live again, and no deadline any more.
    let Some(open) = state.messages.get(&message).filter(|open| !open.escalated) else { return Vec::new() };
    let next = |to: Party| {
        let uid = state.uid(to.user()?)?;
        let user = state.user(uid);
        let unconfirmed = user.mailbox.standing(message) == Some(Standing::Sent);
        // With no other channel it stays sent: it may still be confirmed, and is sent again when the client returns.
        let sms_off = state.wishes_no_sms(Seat::User(uid), open.group).is_some();
        let channel = routing::after_client((user, sms_off), open.route).filter(|_| unconfirmed)?;
        Some(goes_on(state, (message, open), user, (channel, RouteReason::NotConfirmed), at))
    };
    goers_first(open.parties(state).filter_map(next))
}

/// What a device leaves unconfirmed when it goes offline, where no other device has it too.
pub(in crate::rules) fn goes_on_without(
    state: &State,
    user: &User,
    gone: &DeviceName,
    at: Instant,
) -> Vec<Fact> {
    let next = |(message, standing)| {
        // What lies with an adapter is on its way, and what waits has no channel to go by.
        let with_client = matches!(standing, Standing::Sent | Standing::Pull);
        let open = state.messages.get(&message).filter(|_| with_client)?;
        let sms_off = state.wishes_no_sms(Seat::User(state.uid(&user.name)?), open.group).is_some();
        let channel = routing::after_device((user, sms_off), gone, open.route)?;
        let moves = standing != Standing::of(channel);
        moves.then(|| goes_on(state, (message, open), user, (channel, RouteReason::WentOffline), at))
    };
    goers_first(user.mailbox.iter().filter_map(next))
}

fn goes_on(
    state: &State,
    (message, open): (MessageId, &OpenMessage),
    user: &User,
    (channel, because): (Channel, RouteReason),
    at: Instant,
) -> Fact {
    let to = Party::User(user.name.clone());
    match may_go(state, (message, open), (&to, user), at) {
        Ok(()) => {
            let body = Some(open.body);
            Routed { message, to, channel, because, seen: None, body, encoding: None, place: None }.into()
        }
        Err(end) => end,
    }
}

/// In their order, but those that end behind those that go, each kind together: so few parts of a commit begin with them.
pub(super) fn goers_first(facts: impl Iterator<Item = Fact>) -> Vec<Fact> {
    let (mut goers, mut ended): (Vec<Fact>, Vec<Fact>) =
        facts.partition(|fact| fact.get::<Routed>().is_some());
    ended.sort_by_key(Fact::name);
    goers.append(&mut ended);
    goers
}
