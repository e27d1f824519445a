//! The read models as a projection: opening them, and where they stand.

use std::path::Path;

use super::keys::FORMAT;
use crate::log::{Fault, Log, Mark, Projection};
use crate::words::{EventSeq, Instant};

/// The read models: rows projected from EVENTS, with the position they stand at.
#[derive(Debug)]
pub struct Model {
    pub(super) projection: Projection,
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
        Model { projection }
    }

    /// For one answer: the rows as they are now, all of one moment.
    ///
    /// # Errors
    /// Where the disk or the folder is broken.
    pub fn of_now(&self) -> Result<Model, Fault> {
        self.projection.of_now().map(Model::over)
    }

    /// The last commit that the rows hold.
    pub fn position(&self) -> EventSeq {
        self.projection.position()
    }

    /// See [`Projection::log_created`].
    pub fn log_created(&self) -> Option<Instant> {
        self.projection.log_created()
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

    /// Makes what was applied survive a power loss.
    ///
    /// # Errors
    /// Where the disk failed.
    pub fn flush(&self) -> Result<(), Fault> {
        self.projection.flush()
    }
}
