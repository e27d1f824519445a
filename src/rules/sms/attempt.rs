//! May this SMS leave now? Asked just before each submit, for wishes and whereabouts change while work lies on OUTBOX.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::{Attempted, BATCH_LEN_MAX, Granted, LetGo, Unknown, UnknownReason};
use crate::rules::message::{
    Channel, Expired, FilterReason, Filtered, OpenMessage, Route, RouteReason, Routed, Standing,
};
use crate::rules::proof::{ByPart, Case};
use crate::rules::state::User;
use crate::rules::vocabulary::Decide;
use crate::rules::{Decided, Fact, Rejection, State};
use crate::words::{Author, Instant, MessageId, Party, Phone};

/// `sms.attempt`: which of these deliveries may be submitted now. Refused with `command.too_large`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attempt {
    pub deliveries: Vec<Asked>,
    /// Names the leave that is asked for: the same question asked twice gets the same leave, and no second one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leave: Option<u64>,
}

/// One delivery asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    pub message: MessageId,
    pub to: Party,
    /// Also where it is not known whether an earlier attempt arrived.
    #[serde(default, skip_serializing_if = "is_false")]
    pub again: bool,
}

fn is_false(yes: &bool) -> bool {
    !yes
}

impl Decide for Attempt {
    /// Each delivery asked for gets an answer of its own: go ahead, let it go, or: nobody knows about the last time.
    fn decide(&self, case: &Case<'_, ByPart>) -> Decided {
        if self.deliveries.len() > BATCH_LEN_MAX {
            return Err(Rejection::batch_too_large(self.deliveries.len(), BATCH_LEN_MAX));
        }
        // Named twice, it is asked for once: leave for each would be leave to submit it twice.
        let mut named = HashSet::new();
        let each = self.deliveries.iter().filter(|asked| named.insert((asked.message, &asked.to)));
        Ok(each.flat_map(|asked| answer(case.state, asked, self.leave, case.at)).collect())
    }
}

fn answer(state: &State, asked: &Asked, leave: Option<u64>, at: Instant) -> Vec<Fact> {
    let Asked { message, to, again } = asked;
    let let_go = || Fact::from(LetGo { message: *message, to: to.clone() });
    let Some(open) = state.messages.get(message) else { return vec![let_go()] };
    match open.standing(state, *message, to) {
        Some(Standing::Queued) => {}
        Some(Standing::Unknown) if *again => {}
        // Asked twice by the one who has it: whatever it has done with it, this is no second leave.
        Some(Standing::Attempted) if leave.is_some() && state.leave(*message, to) == leave => {}
        Some(Standing::Attempted) => return vec![unknown(*message, to)],
        Some(
            Standing::Waiting | Standing::Sent | Standing::Pull | Standing::Accepted | Standing::Unknown,
        )
        | None => return vec![let_go()],
    }
    match permission(state, open, *message, to, at) {
        Ok(granted) => vec![Granted { leave, ..granted }.into()],
        Err(instead) => vec![let_go(), instead],
    }
}

/// The bridge asks once for each attempt. Asking again for one without a result means: whoever made it is gone.
fn unknown(message: MessageId, to: &Party) -> Fact {
    let attempt =
        Attempted { message, to: to.clone(), connector: String::new(), ids: Vec::new(), leave: None };
    Unknown { attempt, why: UnknownReason::BridgeLost }.into()
}

/// The permission, or what becomes of the delivery instead.
fn permission(
    state: &State,
    open: &OpenMessage,
    message: MessageId,
    to: &Party,
    at: Instant,
) -> Result<Granted, Fact> {
    if open.expires <= at {
        return Err(Expired { message, to: to.clone() }.into());
    }
    let filtered = |reason| Fact::from(Filtered { message, to: to.clone(), reason });
    let author = open.author(state);
    let phone = match to {
        Party::Phone(phone) if author != Author::Homing && state.phones_off.contains(phone) => {
            return Err(filtered(FilterReason::OptedOut));
        }
        Party::Phone(phone) => *phone,
        Party::User(name) => {
            let user = state.user_named(name).ok_or_else(|| filtered(FilterReason::Suspended))?;
            user_phone(user, &author, open.route).map_err(|instead| match instead {
                Instead::Filtered(reason) => filtered(reason),
                Instead::Waits(because) => waits(open, message, to, because),
            })?
        }
    };
    let from = author.user().and_then(|name| state.im(name));
    Ok(Granted { message, to: to.clone(), phone, from, leave: None })
}

enum Instead {
    Filtered(FilterReason),
    Waits(RouteReason),
}

fn user_phone(user: &User, author: &Author, route: Route) -> Result<Phone, Instead> {
    if let Author::User(from) = author {
        if user.suspended {
            return Err(Instead::Filtered(FilterReason::Suspended));
        }
        if user.contacts.as_ref().is_some_and(|contacts| contacts.blocks(from)) {
            return Err(Instead::Filtered(FilterReason::Blocked));
        }
        if user.sms_off {
            return Err(match route {
                Route::Auto | Route::Im => Instead::Waits(RouteReason::SmsOff),
                Route::Sms | Route::Mms => Instead::Filtered(FilterReason::OptedOut),
            });
        }
    }
    user.phone.ok_or(Instead::Waits(RouteReason::NoPhone))
}

fn waits(open: &OpenMessage, message: MessageId, to: &Party, because: RouteReason) -> Fact {
    let (channel, to, body) = (Channel::None, to.clone(), Some(open.body));
    Routed { message, to, channel, because, seen: None, body, encoding: None }.into()
}
