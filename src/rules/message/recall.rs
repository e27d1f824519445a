//! The sender takes a message back from whoever has not got it yet, where it has not left for an SMSC.

use super::Standing;
use crate::rules::command::Recall;
use crate::rules::{Fact, Rejection, State};
use crate::words::{CommandSeq, UserName};

pub(in crate::rules) fn recall(
    state: &State,
    user: &UserName,
    command: &Recall,
    seq: CommandSeq,
) -> Result<Vec<Fact>, Rejection> {
    let message = command.message;
    if message.command() >= seq {
        return Err(Rejection::unknown_message());
    }
    // Somebody else's message is not told apart from one that ended: its existence is not theirs to know.
    let open =
        state.messages.get(&message).filter(|open| open.from.is_some() && open.from == state.uid(user));
    let open = open.ok_or_else(Rejection::not_open)?;
    let gone =
        |to: &_| matches!(open.standing(state, message, to), Some(Standing::Attempted | Standing::Accepted));
    let recalled: Vec<Fact> =
        open.parties(state).filter(|to| !gone(to)).map(|to| Fact::DeliveryRecalled { message, to }).collect();
    if recalled.is_empty() { Err(Rejection::not_open()) } else { Ok(recalled) }
}
