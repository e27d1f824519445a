//! The conversations of a user: with whom, when something came last, and how much of what came has not been read.
//!
//! A row for each person, phone or group that the user wrote with, however much was said: `last` 8 (a message), `unread` 8, most significant byte first.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::inbox::Line;
use super::store::Model;
use super::{Listed, Place, keys};
use crate::log::{Fault, Rows};
use crate::words::{Address, CommandSeq, MessageId, UserName};

/// What is said of a conversation, beside its messages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Row {
    /// The newest message that came or went, also where it was recalled since. It orders the conversations.
    last: u64,
    /// Deliveries to the user that are open or delivered, and not read.
    unread: u64,
}

impl Row {
    fn write(self) -> Vec<u8> {
        [self.last.to_be_bytes(), self.unread.to_be_bytes()].concat()
    }

    fn read(bytes: &[u8]) -> Result<Row, Fault> {
        let numbers = bytes.split_first_chunk::<8>().and_then(|(last, rest)| {
            let unread = rest.try_into().ok()?;
            Some(Row { last: u64::from_be_bytes(*last), unread: u64::from_be_bytes(unread) })
        });
        numbers.ok_or_else(Fault::torn)
    }
}

/// The rank of a conversation among those of a user: by its newest message, the newest first, then by whom it is with.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::query) struct Rank(Reverse<MessageId>, Address);

/// One of them, with its newest message that the user may see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::query) struct Conversation {
    pub(in crate::query) rank: Rank,
    pub(in crate::query) unread: u64,
    pub(in crate::query) last: Line,
}

impl Rank {
    /// Whom the conversation is with.
    pub(in crate::query) fn into_with(self) -> Address {
        self.1
    }
}

impl std::fmt::Display for Rank {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.0.0, self.1)
    }
}

impl std::str::FromStr for Rank {
    type Err = ();

    fn from_str(text: &str) -> Result<Rank, ()> {
        let (last, with) = text.split_once(':').ok_or(())?;
        Ok(Rank(Reverse(last.parse().map_err(|_| ())?), with.parse().map_err(|_| ())?))
    }
}

/// Something went out to somebody, whatever becomes of it.
pub(super) fn sent(rows: &mut Rows, from: &UserName, to: &Address, message: MessageId) -> Result<(), Fault> {
    change(rows, from, to, |row| row.last = row.last.max(message.command().0))
}

/// Something came that is not read yet.
pub(super) fn came(rows: &mut Rows, to: &UserName, with: &Address, message: MessageId) -> Result<(), Fault> {
    change(rows, to, with, |row| {
        row.last = row.last.max(message.command().0);
        row.unread += 1;
    })
}

/// Something that came has been read, or is not to be read any more.
pub(super) fn settled(rows: &mut Rows, to: &UserName, with: &Address) -> Result<(), Fault> {
    change(rows, to, with, |row| row.unread = row.unread.saturating_sub(1))
}

fn change(
    rows: &mut Rows,
    user: &UserName,
    with: &Address,
    change: impl FnOnce(&mut Row),
) -> Result<(), Fault> {
    let key = keys::conversation(user, with);
    let mut row = rows.get(&key)?.map(|row| Row::read(&row)).transpose()?.unwrap_or_default();
    change(&mut row);
    rows.put(key, row.write());
    Ok(())
}

impl Model {
    /// The newest first; without those of which the user may see nothing.
    pub(in crate::query) fn conversations(
        &self,
        user: &UserName,
        after: Option<Rank>,
        limit: usize,
    ) -> Result<Listed<Conversation>, Fault> {
        let (mut rank, mut ahead) = (after, Vec::new().into_iter());
        let newest = std::iter::from_fn(move || {
            if ahead.len() == 0 {
                match self.newest(user, rank.as_ref(), limit + 1) {
                    Ok(newest) => ahead = newest.into_iter(),
                    Err(fault) => return Some(Err(fault)),
                }
            }
            let (next, unread) = ahead.next()?;
            rank = Some(next.clone());
            Some(Ok((next, unread)))
        });
        let shown = newest.filter_map(|row| {
            row.and_then(|(rank, unread)| {
                // Of a group that they have left they see nothing.
                let last = self.history(user, &rank.1, Place::Before(None), 1)?.items.pop();
                Ok(last.map(|last| Conversation { rank, unread, last }))
            })
            .transpose()
        });
        Listed::take(shown, limit)
    }

    /// The first so many behind this one. All that the user has are looked at, and no more than these are held.
    fn newest(
        &self,
        user: &UserName,
        after: Option<&Rank>,
        len_max: usize,
    ) -> Result<Vec<(Rank, u64)>, Fault> {
        let prefix = keys::conversations_of(user);
        let mut newest = BTreeMap::new();
        for row in self.projection.prefix(&prefix) {
            let (key, row) = row?;
            let with = key.get(prefix.len()..).and_then(keys::text).and_then(|with| with.parse().ok());
            let Row { last, unread } = Row::read(&row)?;
            let rank = Rank(Reverse(MessageId::of(CommandSeq(last))), with.ok_or_else(Fault::torn)?);
            if after.is_none_or(|after| rank > *after) {
                newest.insert(rank, unread);
                if newest.len() > len_max {
                    newest.pop_last();
                }
            }
        }
        Ok(newest.into_iter().collect())
    }
}
