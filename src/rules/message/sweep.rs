//! The sweep: what nobody gave a deadline ends too, long after, without a timer of its own.
//!
//! A timer for each message would be a write more for every one of them, though nearly all are confirmed within moments. So those
//! that no timer watches are kept by age, and a command that comes now and then ends the oldest.

use serde::{Deserialize, Serialize};

use super::deadline::expired;
use super::{News, Standing};
use crate::rules::attempt::{Adapter, Attempt, Silent, Unknown, UnknownReason};
use crate::rules::proof::{ByPart, Case};
use crate::rules::vocabulary::Decide;
use crate::rules::{Decided, Fact};
use crate::words::{MessageId, Party, Span};

/// What nobody gave a deadline is worth delivering for this long: a month away is a long journey, and nobody waits on for an
/// SMS.
pub(super) const KEPT_FOR: Span = Span::from_secs(30 * 86_400);
/// Messages that one sweep ends, each with up to a thousand deliveries: some milliseconds, for commands wait meanwhile. What
/// is left is for the next one.
const MESSAGES_LEN_MAX: usize = 1_000;
/// Deliveries that one sweep ends, but for those of its last message.
const SWEPT_LEN_MAX: usize = 5_000;

/// `message.sweep`: ends what nobody gave a deadline, and is too old.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sweep {}

impl Decide for Sweep {
    fn decide(&self, case: &Case<'_, ByPart>) -> Decided {
        let state = case.state;
        let open = state.undated.iter().filter_map(|id| Some((*id, state.messages.get(id)?)));
        let due = open.take_while(|(_, open)| open.expires <= case.at).take(MESSAGES_LEN_MAX);
        let (mut ended, mut forgotten) = (Vec::new(), Vec::new());
        for (message, open) in due {
            ended.extend(expired(state, message, open));
            let news = state.news(message);
            let standing = |to: Party| state.standing(message, &to).map(|standing| (to, standing));
            let stand = open.parties(state).filter_map(standing);
            forgotten.extend(stand.flat_map(|(to, standing)| silence(&news, message, &to, standing)));
            if ended.len() + forgotten.len() >= SWEPT_LEN_MAX {
                break;
            }
        }
        ended.append(&mut forgotten);
        Ok(ended)
    }
}

/// What an SMSC has does not expire here. After so long nothing is heard of it any more, and what is known of it is its last
/// state.
fn silence(news: &News, message: MessageId, to: &Party, standing: Standing) -> Vec<Fact> {
    let silent = |channel: Adapter| Fact::from(Silent { channel, message, to: to.clone() });
    match standing {
        Standing::Accepted(channel) => vec![silent(channel)],
        Standing::Attempted(channel) => {
            let (connector, ids) = (String::new(), Vec::new());
            let attempt = Attempt { message, to: to.clone(), connector, ids, grant: None };
            let (News { from, encoding, group }, why) = (news.clone(), UnknownReason::BridgeLost);
            vec![Unknown { channel, attempt, why, from, encoding, group }.into(), silent(channel)]
        }
        // These have expired.
        Standing::Waiting | Standing::Sent | Standing::Pull | Standing::Queued(_) | Standing::Unknown(_) => {
            Vec::new()
        }
    }
}
