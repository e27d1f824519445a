//! The bridge's knowledge of each SMS, projected from the log into sled: attempts, the SMSC's ids, receipts, parts.
//!
//! Invariant: rows and position change in one batch; the folder is disposable, and is rebuilt from the log.
//! Invariant: nothing is decided from it that the decider does not decide again.
//! Invariant: who writes rows reads them under the lock that it writes them under: commits, and the sweep.

mod compared;
mod find;
mod keys;
mod project;
mod row;
#[cfg(test)]
mod tests;

pub use compared::verify_state;
pub use find::Known;
pub use row::{Delivery, Matched, PartRow, Stage, UnmatchedRow};

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::log::{Engine, Fault, Log, Projection, Record, Shape};
use crate::smpp::pdu::IdForm;
use crate::wire::subjects;
use crate::words::{EventSeq, Span};

/// The rows are those of what is open, and of a few days: sled holds them.
fn shape() -> Shape {
    Shape { engine: Engine::Sled, ..Shape::from(keys::FORMAT) }
}

/// What of the bridge's settings the rows depend on.
#[derive(Debug, Clone, Default)]
pub struct Terms {
    /// An SMS without a receipt is looked after when it is this old.
    pub query_after: Span,
    /// How each connector's SMSC writes its ids.
    pub ids: BTreeMap<String, IdForm>,
}

impl Terms {
    /// The form of a response's id that compares.
    pub fn of_response(&self, connector: &str, id: &str) -> String {
        self.form(connector).of_response(id)
    }

    /// The form of a receipt's id that compares.
    pub fn of_receipt(&self, connector: &str, id: &str) -> String {
        self.form(connector).of_receipt(id)
    }

    fn form(&self, connector: &str) -> IdForm {
        self.ids.get(connector).copied().unwrap_or_default()
    }
}

/// The projection.
#[derive(Debug)]
pub struct State {
    projection: Projection,
    terms: Terms,
    /// Held from the first row that a change reads to the last one that it writes.
    changing: Mutex<()>,
}

impl State {
    /// The subjects of all commits that can hold what is projected, and the answers to the bridge's questions.
    pub fn reads() -> Vec<String> {
        subjects::events_with(project::READS)
    }

    /// That of this log, in a folder of its own.
    ///
    /// # Errors
    /// Where the folder is in use, or can be neither opened nor set aside; or where the log does not answer.
    pub async fn of(log: &Log, folder: &Path, terms: Terms) -> Result<State, Fault> {
        Ok(State::new(Projection::of(log, folder, shape()).await?, terms))
    }

    /// That in a folder, of whichever log.
    ///
    /// # Errors
    /// Where the folder is in use, or can be neither opened nor set aside.
    pub fn open(folder: &Path, terms: Terms) -> Result<State, Fault> {
        Ok(State::new(Projection::open(folder, shape())?, terms))
    }

    fn new(projection: Projection, terms: Terms) -> State {
        State { projection, terms, changing: Mutex::default() }
    }

    fn changing(&self) -> MutexGuard<'_, ()> {
        self.changing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The last commit that the rows hold.
    pub fn position(&self) -> EventSeq {
        self.projection.position()
    }

    /// Takes in records of EVENTS, in order. Gives the receipts that have found their delivery by them: they are to be reported.
    ///
    /// # Errors
    /// `Retry::Reload` where the folder is torn and must be rebuilt; otherwise the disk failed.
    pub fn apply(&self, records: &[Record]) -> Result<Vec<Matched>, Fault> {
        let _changing = self.changing();
        let mut matched = Vec::new();
        self.projection.take(records, |rows, _, commit| {
            matched.extend(project::project(rows, commit, &self.terms)?);
            Ok(())
        })?;
        Ok(matched)
    }

    /// Waits until the rows hold this commit.
    pub async fn reached(&self, seq: EventSeq) {
        self.projection.reached(seq).await;
    }

    /// Makes what was applied survive a power loss.
    ///
    /// # Errors
    /// Where the disk failed.
    pub fn flush(&self) -> Result<(), Fault> {
        self.projection.flush()
    }
}
