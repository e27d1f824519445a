//! What the bridge knows of each SMS, projected from the log into sled: attempts, the SMSC's ids, receipts, parts.
//!
//! Invariant: rows and position change in one batch; the folder is disposable, and is rebuilt from the log.
//! Invariant: nothing is decided from it that the decider does not decide again.

mod find;
mod keys;
mod project;
mod row;
#[cfg(test)]
mod tests;

pub use find::Known;
pub use row::{Delivery, PartRow, Stage, UnmatchedRow};

use std::path::Path;

use crate::log::{Fault, Log, Mark, Projection, Record, Rows};
use crate::wire::commit;
use crate::words::{EventSeq, Span};

/// A commit of the bridge changes about four rows for each delivery it is about.
const ROWS_PER_COMMIT: usize = 8;

/// How long the bridge waits for what an SMSC says.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// An SMS without a receipt is asked after (query_sm) when it is this old.
    pub query_after: Span,
    /// None is waited for any more, and what is final is forgotten.
    pub keep: Span,
}

impl Default for Patience {
    fn default() -> Patience {
        // Receipts of phones that are switched off come within a validity period, which is days at most.
        Patience { query_after: Span::from_secs(900), keep: Span::from_secs(7 * 86_400) }
    }
}

/// The projection.
#[derive(Debug)]
pub struct State {
    projection: Projection,
    patience: Patience,
}

impl State {
    /// That of this log, in a folder of its own.
    ///
    /// # Errors
    /// Where the folder is in use, or can be neither opened nor set aside; or where the log does not answer.
    pub async fn of(log: &Log, folder: &Path, patience: Patience) -> Result<State, Fault> {
        Ok(State { projection: Projection::of(log, folder, keys::FORMAT).await?, patience })
    }

    /// The last commit that the rows hold.
    pub fn position(&self) -> EventSeq {
        self.projection.position()
    }

    /// Takes in records of EVENTS, in order.
    ///
    /// # Errors
    /// `Retry::Reload` where the folder is torn and must be rebuilt; otherwise the disk failed, and nothing was applied.
    pub fn apply(&self, records: &[Record]) -> Result<(), Fault> {
        let position = self.position();
        let mut rows = Rows::over(self.projection.db(), ROWS_PER_COMMIT * records.len());
        let (mut mark, mut until) = (None, position);
        for record in records.iter().filter(|record| record.seq > position.0) {
            until = EventSeq(record.seq);
            match commit::decode(&record.payload) {
                Ok(commit) => {
                    project::project(&mut rows, &commit, self.patience)?;
                    mark = Some(Mark { seq: until, command: commit.command, at: commit.at });
                }
                Err(why) => {
                    tracing::error!(seq = record.seq, why, "a commit cannot be read; it is passed over")
                }
            }
        }
        if until > position { self.projection.apply(rows.into_batch(), until, mark) } else { Ok(()) }
    }

    /// Makes what was applied survive a power loss.
    ///
    /// # Errors
    /// Where the disk failed.
    pub fn flush(&self) -> Result<(), Fault> {
        self.projection.flush()
    }
}
