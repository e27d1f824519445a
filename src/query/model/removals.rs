//! The latest removals from a contact list, for clients that keep the list and ask what has changed in it.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::store::Model;
use super::{keys, read_row, write_row};
use crate::log::{Fault, Rows};
use crate::words::{EventSeq, Party, UserName};

/// One row of some ten kilobytes. Whoever has missed more is given the whole list again, which is at most twenty times as long.
const REMOVED_LEN_MAX: usize = 256;

#[derive(Debug, Default, Serialize, Deserialize)]
struct Removals {
    /// Oldest first; nobody who is on the list again.
    latest: VecDeque<(Party, EventSeq)>,
    /// The latest of those that are not known any more.
    forgotten: EventSeq,
}

pub(super) fn removed(rows: &mut Rows, seq: EventSeq, user: &UserName, who: &Party) -> Result<(), Fault> {
    let mut removals = read(rows.get(&keys::removals(user))?)?;
    removals.latest.push_back((who.clone(), seq));
    if removals.latest.len() > REMOVED_LEN_MAX
        && let Some((_, forgotten)) = removals.latest.pop_front()
    {
        removals.forgotten = forgotten;
    }
    rows.put(keys::removals(user), write_row(&removals));
    Ok(())
}

/// Somebody is on the list, be it again.
pub(super) fn listed(rows: &mut Rows, user: &UserName, who: &Party) -> Result<(), Fault> {
    let mut removals = read(rows.get(&keys::removals(user))?)?;
    let len = removals.latest.len();
    removals.latest.retain(|(removed, _)| removed != who);
    if removals.latest.len() < len {
        rows.put(keys::removals(user), write_row(&removals));
    }
    Ok(())
}

fn read(row: Option<Vec<u8>>) -> Result<Removals, Fault> {
    row.map_or_else(|| Ok(Removals::default()), |row| read_row(&row))
}

impl Model {
    /// Who was taken off the list after this commit and is not on it; none where that is too long ago to tell.
    pub(in crate::query) fn removed_since(
        &self,
        user: &UserName,
        since: EventSeq,
    ) -> Result<Option<Vec<Party>>, Fault> {
        let removals = read(self.projection.get(keys::removals(user))?)?;
        let after = removals.latest.into_iter().filter(|(_, seq)| *seq > since).map(|(who, _)| who);
        Ok((since >= removals.forgotten).then(|| after.collect()))
    }
}
