//! The open deliveries of a user, oldest first.

use super::step::State;
use super::store::Model;
use super::{Listed, Place, keys};
use crate::log::Fault;
use crate::words::{Author, EventSeq, GroupNumber, Instant, MessageId, Party, UserName};

/// A message as it will be shown, without its body, which is in EVENTS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::query) struct Line {
    pub(in crate::query) message: MessageId,
    pub(in crate::query) from: Author,
    pub(in crate::query) to: Party,
    pub(in crate::query) group: Option<GroupNumber>,
    pub(in crate::query) at: Instant,
    /// The commit that holds the body.
    pub(in crate::query) body: EventSeq,
    pub(in crate::query) state: State,
}

impl Model {
    pub(in crate::query) fn inbox(
        &self,
        user: &UserName,
        after: Option<MessageId>,
        limit: usize,
    ) -> Result<Listed<Line>, Fault> {
        let to = Party::User(user.clone());
        let lines = self.messages(keys::open_of(user), Place::After(after)).filter_map(|message| {
            // One that ended since its row was read is left out.
            let line = message.and_then(|message| self.line(message, |_| to.clone()));
            line.map(|line| line.filter(|line| line.state.is_open())).transpose()
        });
        Listed::take(lines, limit)
    }

    /// The messages at the ends of the keys with this prefix.
    pub(super) fn messages(
        &self,
        prefix: Vec<u8>,
        place: Place,
    ) -> impl Iterator<Item = Result<MessageId, Fault>> + use<> {
        let number = |message: MessageId| message.command().0;
        let bound = |message: u64| [prefix.as_slice(), &message.to_be_bytes()].concat();
        let (first, end) = match place {
            Place::After(after) => (after.map_or(0, |after| number(after).saturating_add(1)), u64::MAX),
            Place::Before(before) => (0, before.map_or(u64::MAX, number)),
        };
        // No message has the greatest number.
        let mut rows = self.projection.range(bound(first)..bound(end));
        std::iter::from_fn(move || match place {
            Place::After(_) => rows.next(),
            Place::Before(_) => rows.next_back(),
        })
        .map(|row| {
            let (key, _) = row?;
            keys::last_message(&key).ok_or_else(Fault::torn)
        })
    }

    /// A message with the delivery to the recipient that follows from its sender.
    pub(super) fn line(
        &self,
        message: MessageId,
        to: impl FnOnce(&Author) -> Party,
    ) -> Result<Option<Line>, Fault> {
        let Some(row) = self.message(message)? else { return Ok(None) };
        let to = to(&row.from);
        let state = self.state(message, &to)?;
        Ok(state.map(|state| Line {
            message,
            from: row.from,
            to,
            group: row.group,
            at: row.at,
            body: row.body,
            state,
        }))
    }
}
