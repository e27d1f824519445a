//! The sender takes a message back from whoever has not got it yet.

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
    let open = state.messages.get(&message).filter(|open| Some(open.from) == state.uid(user));
    let open = open.ok_or_else(Rejection::not_open)?;
    Ok(open.parties(state).map(|to| Fact::DeliveryRecalled { message, to }).collect())
}
