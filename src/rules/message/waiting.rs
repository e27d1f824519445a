//! The waiting deliveries, which a client gets when it comes online: oldest first.

use super::onward::{goers_first, may_go};
use super::{Channel, OpenMessage, Route, RouteReason, Routed, Standing};
use crate::rules::presence::{DeviceClass, Encoding};
use crate::rules::state::User;
use crate::rules::{Fact, State};
use crate::words::{Instant, MessageId, Party};

/// The contract: "live, oldest first, up to 1,000 messages; `inbox` pages the rest".
const SENT_AGAIN_LEN_MAX: usize = 1_000;

/// A `pc` gets all that is unconfirmed. To the pull store goes only what has no channel yet.
pub(in crate::rules) fn what_waits(
    state: &State,
    user: &User,
    class: DeviceClass,
    encoding: Encoding,
    at: Instant,
) -> Vec<Fact> {
    let channel = match class {
        DeviceClass::Pc => Channel::Live,
        DeviceClass::Pull => Channel::Pull,
    };
    let wanted = move |standing: Standing| match standing {
        Standing::Waiting => true,
        // What lies on OUTBOX goes live: its adapter asks before it sends, and is told to let it go. What may have
        // arrived by SMS goes live too, for nobody can say that it did.
        Standing::Sent | Standing::Pull | Standing::Queued(_) | Standing::Unknown(_) => {
            class == DeviceClass::Pc
        }
        // What an SMSC has comes by SMS.
        Standing::Attempted(_) | Standing::Accepted(_) => false,
    };
    let to = Party::User(user.name.clone());
    let open = user.mailbox.iter().filter(move |(_, standing)| wanted(*standing));
    let open = open.filter_map(|(message, _)| Some((message, state.messages.get(&message)?)));
    let for_a_client = open.filter(|(_, open)| matches!(open.route, Route::Auto | Route::Im));
    let again =
        |(message, open): (MessageId, &OpenMessage)| match may_go(state, (message, open), (&to, user), at) {
            Ok(()) => Routed {
                message,
                to: to.clone(),
                channel,
                because: RouteReason::CameOnline,
                // The commit at hand is the one that says the device is online.
                seen: None,
                body: Some(open.body),
                encoding: (channel == Channel::Live).then_some(encoding),
                place: None,
            }
            .into(),
            Err(end) => end,
        };
    goers_first(for_a_client.take(SENT_AGAIN_LEN_MAX).map(again))
}
