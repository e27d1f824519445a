//! The sender takes a message back from whoever has not got it yet, where it has not left for an SMSC.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::{News, Recalled, Standing, spoken};
use crate::rules::proof::{ByUser, Case};
use crate::rules::vocabulary::Decide;
use crate::rules::{Decided, Fact, Rejection};
use crate::words::{MessageId, Party};

/// `message.recall`. Refused with `message.unknown` or `message.not_open`.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recall {
    pub message: MessageId,
    pub id: Option<String>,
}

impl Decide for Recall {
    fn decide(&self, case: &Case<'_, ByUser>) -> Decided {
        let (state, message) = (case.state, self.message);
        if message.command() >= case.seq {
            return Err(Rejection::unknown_message());
        }
        // Somebody else's message is not told apart from one that ended: its existence is not theirs to know.
        let open = state.messages.get(&message).filter(|open| open.from == Some(case.uid()));
        let open = open.ok_or_else(Rejection::not_open)?;
        let gone = |to: &_| {
            let standing = open.standing(state, message, to);
            matches!(standing, Some(Standing::Attempted(_) | Standing::Accepted(_) | Standing::Unknown(_)))
        };
        let News { from, encoding, group } = state.news(message);
        let recalled = |to: Party| {
            let to_encoding = to.user().and_then(|name| state.user_named(name)).and_then(spoken);
            Recalled { message, to, from: from.clone(), encoding, group, to_encoding }.into()
        };
        let recalled: Vec<Fact> = open.parties(state).filter(|to| !gone(to)).map(recalled).collect();
        if recalled.is_empty() { Err(Rejection::not_open()) } else { Ok(recalled) }
    }
}
