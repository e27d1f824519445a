//! A recipient's client confirms what it got, or what its person has read.

use crate::rules::command::Confirm;
use crate::rules::{Fact, Rejection, State};
use crate::words::{CommandSeq, MessageId, Party, UserName};

/// The contract's page of the inbox.
const MESSAGES_LEN_MAX: usize = 1_000;

/// Ends the open deliveries named. One that ended before was confirmed before, and costs nothing.
pub(in crate::rules) fn received(
    state: &State,
    user: &UserName,
    command: &Confirm,
    seq: CommandSeq,
) -> Result<Vec<Fact>, Rejection> {
    let open =
        |message: &MessageId| state.user_named(user).is_some_and(|u| u.mailbox.standing(*message).is_some());
    let to = Party::User(user.clone());
    let delivered = |message| Fact::DeliveryDelivered { message, to: to.clone() };
    Ok(named(command, seq)?.into_iter().filter(open).map(delivered).collect())
}

/// Reading implies receiving. A message that has left the decider's memory is read by the reader's word alone:
/// the read models apply it only to a delivery that there is.
pub(in crate::rules) fn read(
    state: &State,
    user: &UserName,
    command: &Confirm,
    seq: CommandSeq,
) -> Result<Vec<Fact>, Rejection> {
    let mut facts = received(state, user, command, seq)?;
    let to = Party::User(user.clone());
    facts.extend(
        named(command, seq)?.into_iter().map(|message| Fact::DeliveryRead { message, to: to.clone() }),
    );
    Ok(facts)
}

/// The messages named, each once, all of which can exist.
fn named(command: &Confirm, seq: CommandSeq) -> Result<Vec<MessageId>, Rejection> {
    let mut messages = match (command.message, &command.messages) {
        (Some(message), None) => vec![message],
        (None, Some(messages)) if (1..=MESSAGES_LEN_MAX).contains(&messages.len()) => messages.clone(),
        (None, Some(_)) | (Some(_), Some(_)) | (None, None) => return Err(Rejection::no_message_named()),
    };
    if messages.iter().any(|message| message.command() >= seq) {
        return Err(Rejection::unknown_message());
    }
    messages.sort_unstable();
    messages.dedup();
    Ok(messages)
}
