//! The read models as a projection: opening them, and taking in commits.

use std::path::Path;

use sled::Db;

use super::keys::FORMAT;
use super::project::project;
use crate::log::{Fault, Log, Mark, Projection, Rows};
use crate::rules::Commit;
use crate::words::EventSeq;

/// A commit changes about six rows; a firing about eight.
const ROWS_PER_COMMIT: usize = 8;

/// The read models: rows projected from EVENTS, with the position they stand at.
#[derive(Debug)]
pub struct Model {
    pub(super) db: Db,
    projection: Projection,
}

impl Model {
    /// Those of this log: a folder of another one, of another format or a torn one is set aside.
    ///
    /// # Errors
    /// Where the folder is in use, or can be neither opened nor set aside; or where the log does not answer.
    pub async fn of(log: &Log, folder: &Path) -> Result<Model, Fault> {
        Projection::of(log, folder, FORMAT).await.map(Model::over)
    }

    /// Opens the folder; one that is torn or of another format is set aside, and the model begins empty.
    ///
    /// # Errors
    /// Where the folder is in use, or can be neither opened nor set aside.
    pub fn open(folder: &Path) -> Result<Model, Fault> {
        Projection::open(folder, FORMAT).map(Model::over)
    }

    fn over(projection: Projection) -> Model {
        Model { db: projection.db().clone(), projection }
    }

    /// The last commit that the rows hold.
    pub fn position(&self) -> EventSeq {
        self.projection.position()
    }

    /// Waits until the rows hold this commit.
    pub async fn reached(&self, seq: EventSeq) {
        self.projection.reached(seq).await;
    }

    /// The last commit applied, unless none was.
    ///
    /// # Errors
    /// Where the disk or the folder is broken.
    pub fn mark(&self) -> Result<Option<Mark>, Fault> {
        self.projection.mark()
    }

    /// Takes in commits in the order of the log, whole or not at all. Those it holds already are skipped.
    ///
    /// # Errors
    /// `Retry::Reload` where the model is torn and must be rebuilt; otherwise the disk failed. Nothing was applied.
    pub fn apply(&self, commits: &[(EventSeq, Commit)]) -> Result<(), Fault> {
        let last = commits.last().map_or(EventSeq(0), |(seq, _)| *seq);
        self.apply_until(commits, last)
    }

    /// The same, where commits that cannot be read stand between and behind these: `until` is the last of all.
    ///
    /// # Errors
    /// As `apply`.
    pub fn apply_until(&self, commits: &[(EventSeq, Commit)], until: EventSeq) -> Result<(), Fault> {
        let position = self.position();
        if until <= position {
            return Ok(());
        }
        let mut rows = Rows::over(&self.db, 1 + ROWS_PER_COMMIT * commits.len());
        let mut last = None;
        for (seq, commit) in commits.iter().filter(|(seq, _)| *seq > position) {
            project(&mut rows, *seq, commit)?;
            last = Some(Mark { seq: *seq, command: commit.command, at: commit.at });
        }
        self.projection.apply(rows.into_batch(), until, last)
    }

    /// Makes what was applied survive a power loss.
    ///
    /// # Errors
    /// Where the disk failed.
    pub fn flush(&self) -> Result<(), Fault> {
        self.projection.flush()
    }
}
