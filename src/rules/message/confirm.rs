//! A recipient's client confirms what it got, or what its person has read.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::{Delivered, News, WasRead};
use crate::rules::proof::{ByUser, Case};
use crate::rules::vocabulary::Decide;
use crate::rules::{Decided, Fact, Rejection};
use crate::words::{CommandSeq, MessageId, Party};

/// The contract's page of the inbox.
const MESSAGES_LEN_MAX: usize = 1_000;

/// Which messages: one of the two fields.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Confirm {
    pub message: Option<MessageId>,
    pub messages: Option<Vec<MessageId>>,
}

/// `message.received`. Refused with `message.none_named` or `message.unknown`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Received(pub Confirm);

/// `message.read`. Refused as `message.received`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Read(pub Confirm);

impl Decide for Received {
    fn decide(&self, case: &Case<'_, ByUser>) -> Decided {
        Ok(received(&self.0.messages(case.seq)?, case).collect())
    }
}

impl Decide for Read {
    /// Reading implies receiving. A message that has left the decider's memory is read by the reader's word alone:
    /// the read models apply it only to a delivery that there is.
    fn decide(&self, case: &Case<'_, ByUser>) -> Decided {
        let messages = self.0.messages(case.seq)?;
        let to = Party::User(case.name().clone());
        let read = messages.iter().map(|message| {
            // Of what was confirmed before nobody here knows whose it is.
            let open = case.user().mailbox.standing(*message).is_some();
            let News { from, encoding, group } =
                if open { case.state.news(*message) } else { News::default() };
            WasRead { message: *message, to: to.clone(), from, encoding, group }.into()
        });
        Ok(received(&messages, case).chain(read).collect())
    }
}

/// Ends the open deliveries named. One that ended before was confirmed before, and costs nothing.
fn received(messages: &[MessageId], case: &Case<'_, ByUser>) -> impl Iterator<Item = Fact> {
    let (user, to) = (case.user(), Party::User(case.name().clone()));
    let open = move |message: &&MessageId| user.mailbox.standing(**message).is_some();
    messages.iter().filter(open).map(move |message| {
        let News { from, encoding, group } = case.state.news(*message);
        Delivered { message: *message, to: to.clone(), from, encoding, group }.into()
    })
}

impl Confirm {
    /// The messages named, each once, all of which can exist.
    fn messages(&self, seq: CommandSeq) -> Result<Vec<MessageId>, Rejection> {
        let mut messages = match (self.message, &self.messages) {
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
}
