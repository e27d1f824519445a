//! The question for a grant, asked just before each attempt: wishes and whereabouts change while work lies on OUTBOX.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::{Adapter, Attempt, BATCH_LEN_MAX, Granted, LetGo, Needs, Unknown, UnknownReason};
use crate::rules::group::Seat;
use crate::rules::message::{
    self, Channel, Expired, FilterReason, Filtered, News, OpenMessage, Route, RouteReason, Routed, Standing,
};
use crate::rules::proof::{ByAdapter, Case};
use crate::rules::state::User;
use crate::rules::vocabulary::Decide;
use crate::rules::{Decided, Fact, Rejection, State};
use crate::words::{Author, MessageId, Party, Phone, ReplyTo};

/// `attempt.ask`: which of these deliveries may be submitted now. Refused with `command.too_large`.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ask {
    pub deliveries: Vec<Asked>,
    /// Names the grant that is asked for: the same question asked twice gets the same grant, and no second one.
    pub grant: Option<u64>,
}

/// One delivery asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    pub message: MessageId,
    pub to: Party,
    /// Also where it is not known whether an earlier attempt arrived.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub again: bool,
}

impl Decide for Ask {
    /// Each delivery asked for gets an answer of its own: go ahead, let it go, or: nobody knows about the last time.
    fn decide(&self, case: &Case<'_, ByAdapter>) -> Decided {
        if self.deliveries.len() > BATCH_LEN_MAX {
            return Err(Rejection::batch_too_large(self.deliveries.len(), BATCH_LEN_MAX));
        }
        // Named twice, it is asked for once: a grant for each would let it be submitted twice.
        let mut named = BTreeSet::new();
        let each = self.deliveries.iter().filter(|asked| named.insert((asked.message, &asked.to)));
        Ok(each.flat_map(|asked| self.answer(case, asked)).collect())
    }
}

impl Ask {
    fn answer(&self, case: &Case<'_, ByAdapter>, Asked { message, to, again }: &Asked) -> Vec<Fact> {
        let (state, channel, grant) = (case.state, case.channel(), self.grant);
        let let_go = || Fact::from(LetGo { channel, message: *message, to: to.clone() });
        let Some(open) = state.messages.get(message) else { return vec![let_go()] };
        match open.standing(state, *message, to) {
            Some(Standing::Queued(by)) if by == channel => {}
            Some(Standing::Unknown(by)) if by == channel && *again => {}
            // Asked twice by the one who has it: whatever it has done with it, this is no second grant.
            Some(Standing::Attempted(by))
                if by == channel && grant.is_some() && state.grant(*message, to) == grant => {}
            Some(Standing::Attempted(by)) if by == channel => {
                return vec![unknown(state, channel, *message, to)];
            }
            // What another channel has is not this one's.
            Some(
                Standing::Waiting
                | Standing::Sent
                | Standing::Pull
                | Standing::Queued(_)
                | Standing::Attempted(_)
                | Standing::Accepted(_)
                | Standing::Unknown(_),
            )
            | None => return vec![let_go()],
        }
        match permission(case, open, *message, to) {
            Ok(granted) => vec![Granted { grant, ..granted }.into()],
            Err(instead) => vec![let_go(), instead],
        }
    }
}

/// The adapter asks once for each attempt. Asking again for one without a result means: whoever made it is gone.
fn unknown(state: &State, channel: Adapter, message: MessageId, to: &Party) -> Fact {
    let attempt = Attempt { message, to: to.clone(), connector: String::new(), ids: Vec::new(), grant: None };
    let (News { from, encoding, group }, why) = (state.news(message), UnknownReason::BridgeLost);
    Unknown { channel, attempt, why, from, encoding, group }.into()
}

/// The permission, or what becomes of the delivery instead.
fn permission(
    case: &Case<'_, ByAdapter>,
    open: &OpenMessage,
    message: MessageId,
    to: &Party,
) -> Result<Granted, Fact> {
    let (state, channel) = (case.state, case.channel());
    let filtered = |reason| {
        let News { from, encoding, group } = state.news(message);
        Fact::from(Filtered { message, to: to.clone(), reason, from, encoding, group })
    };
    let author = open.author(state);
    // An answer to an SMS goes to whoever wrote it, also when they wish no more.
    let is_answer = author == Author::Homing && matches!(open.route, Route::By(_));
    let judged = |uid, route| {
        let user = state.user(uid);
        message::may_go(state, (message, open), (to, user), case.at)?;
        if state.has_left(Seat::User(uid), open.group) {
            return Err(filtered(FilterReason::LeftGroup));
        }
        let no_sms = state.wishes_no_sms(Seat::User(uid), open.group).filter(|_| !is_answer);
        user_phone((user, no_sms), channel, route).map_err(|instead| match instead {
            Instead::Filtered(reason) => filtered(reason),
            Instead::Waits(because) => waits(open, message, to, because),
        })
    };
    let phone = match to {
        Party::User(name) => {
            let uid = state.uid(name).ok_or_else(|| filtered(FilterReason::Suspended))?;
            judged(uid, open.route)?
        }
        Party::Phone(phone) => match state.uid_by_phone(*phone) {
            // Registered since. What was sent to a phone has no mailbox to wait in: it goes by this channel or ends.
            Some(uid) => judged(uid, Route::By(channel))?,
            None if open.expires <= case.at => {
                let News { from, encoding, group } = state.news(message);
                return Err(Expired { message, to: to.clone(), from, encoding, group }.into());
            }
            None if open.is_of_suspended(state) => return Err(filtered(FilterReason::Suspended)),
            None if state.has_left(Seat::Phone(*phone), open.group) => {
                return Err(filtered(FilterReason::LeftGroup));
            }
            None => {
                let no_sms = state.wishes_no_sms(Seat::Phone(*phone), open.group);
                match no_sms.filter(|_| channel.row().opt_out && !is_answer) {
                    Some(reason) => return Err(filtered(reason)),
                    None => *phone,
                }
            }
        },
    };
    let of_author = || author.user().and_then(|name| state.im(name)).map(ReplyTo::Im);
    let from = open.group.map(ReplyTo::Group).or_else(of_author);
    Ok(Granted { channel, message, to: to.clone(), phone, from, grant: None })
}

enum Instead {
    Filtered(FilterReason),
    Waits(RouteReason),
}

fn user_phone(
    (user, no_sms): (&User, Option<FilterReason>),
    channel: Adapter,
    route: Route,
) -> Result<Phone, Instead> {
    if let Some(reason) = no_sms.filter(|_| channel.row().opt_out) {
        return Err(match route {
            Route::Auto | Route::Im => Instead::Waits(RouteReason::SmsOff),
            Route::By(_) => Instead::Filtered(reason),
        });
    }
    match channel.row().needs {
        Needs::Phone => user.phone.ok_or(Instead::Waits(RouteReason::NoPhone)),
    }
}

fn waits(open: &OpenMessage, message: MessageId, to: &Party, because: RouteReason) -> Fact {
    let (channel, to, body) = (Channel::None, to.clone(), Some(open.body));
    Routed { message, to, channel, because, seen: None, body, encoding: None, place: None }.into()
}
