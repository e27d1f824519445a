//! The read models: rows on disk, projected from the commits on EVENTS, one file per question.
//!
//! Invariant: rows and position change in one batch, so the model is always that of one position.
//! Invariant: nothing is here that the log does not hold; bodies are not copied.
//! Invariant: a model made commit by commit and one made in large batches are the same.

mod compared;
mod contacts;
mod conversations;
mod days;
mod delivery;
mod groups;
mod history;
mod inbox;
mod keys;
mod lateness;
mod ledger;
mod message;
mod occurrence;
mod presence;
mod project;
#[cfg(test)]
pub(super) mod pure_decider;
mod removals;
mod schedules;
mod service;
mod step;
mod store;
mod sums;
#[cfg(test)]
pub(super) mod testing;
#[cfg(test)]
mod tests;
mod trail;
mod usage;
mod users;

pub use compared::verify_models;
pub(super) use contacts::Entry;
pub(super) use conversations::Conversation;
pub(super) use groups::{Group, Place as GroupPlace};
pub(super) use inbox::Line;
pub(super) use lateness::Lateness;
pub(super) use occurrence::{Ended, How};
pub(super) use presence::Present;
pub(super) use schedules::{Made, Scheduled};
pub(super) use step::{Reason, Step};
pub use store::Model;
pub(super) use users::User;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::log::Fault;
use crate::words::MessageId;

/// Where a page of messages begins, and which way it goes; without a message at that end of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    After(Option<MessageId>),
    /// The newest comes first.
    Before(Option<MessageId>),
}

/// A page of a list.
#[derive(Debug, PartialEq)]
pub(super) struct Listed<T> {
    pub(super) items: Vec<T>,
    /// Whether there is something behind it.
    pub(super) more: bool,
}

impl<T> Listed<T> {
    fn take(mut all: impl Iterator<Item = Result<T, Fault>>, limit: usize) -> Result<Listed<T>, Fault> {
        let items = all.by_ref().take(limit).collect::<Result<Vec<T>, Fault>>()?;
        let more = items.len() == limit && all.next().transpose()?.is_some();
        Ok(Listed { items, more })
    }
}

impl Model {
    /// The rows under a prefix whose text behind it comes after a given one, as that text and the value.
    fn after(
        &self,
        prefix: &[u8],
        after: Option<&str>,
    ) -> impl Iterator<Item = Result<(String, Vec<u8>), Fault>> + use<> {
        let first = [prefix, after.unwrap_or_default().as_bytes()].concat();
        let exact = after.map(|_| first.clone());
        let (prefix_len, mut end) = (prefix.len(), prefix.to_vec());
        // No text has this byte.
        end.push(0xff);
        let rows = self.projection.range(first..end);
        rows.filter(move |row| !matches!(row, Ok((key, _)) if Some(key.as_ref()) == exact.as_deref())).map(
            move |row| {
                let (key, value) = row?;
                let text = key.get(prefix_len..).and_then(keys::text).ok_or_else(Fault::torn)?;
                Ok((text.to_owned(), value))
            },
        )
    }
}

/// Rows that are rarely written are MessagePack, without field names: another format is another [`keys::FORMAT`].
fn write_row<T: Serialize>(row: &T) -> Vec<u8> {
    rmp_serde::to_vec(row).expect("our own types can be written as MessagePack")
}

fn read_row<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Fault> {
    rmp_serde::from_slice(bytes).map_err(|error| Fault::torn().because(error))
}
