//! The read models as a projection: opening them, and taking in commits.

use std::path::Path;

use sled::Db;

use super::keys::FORMAT;
use super::project::project;
use crate::log::{Fault, Log, Mark, Projection, Record};
use crate::words::EventSeq;

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

    /// Takes in records of EVENTS, in order; see [`Projection::take`].
    ///
    /// # Errors
    /// `Retry::Reload` where the model is torn and must be rebuilt; otherwise the disk failed.
    pub fn take(&self, records: &[Record]) -> Result<(), Fault> {
        self.projection.take(records, project)
    }

    /// Makes what was applied survive a power loss.
    ///
    /// # Errors
    /// Where the disk failed.
    pub fn flush(&self) -> Result<(), Fault> {
        self.projection.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::model::testing::{accepted, commits, people, record, routed};
    use crate::rules::Channel;
    use crate::rules::message::RouteReason;
    use crate::wire::commit;

    #[test]
    fn large_commits_are_taken_in_pieces_and_unreadable_ones_are_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let model = Model::open(folder.path()).unwrap();
        let routes = || (0..3_000).map(|_| routed("m2", "bob", Channel::Live, RouteReason::PcOnline));
        let sent = [accepted("m2", "alice", &["bob"])].into_iter().chain(routes()).collect();
        let made = commits(vec![people(), sent, routes().collect(), routes().collect()]);
        let mut records: Vec<_> =
            made.iter().map(|(seq, made)| record(seq.0, commit::encode(made))).collect();
        records.insert(2, record(0, b"junk".to_vec()));
        records.push(record(6, b"junk".to_vec()));
        (1..).zip(&mut records).for_each(|(seq, record)| record.seq = seq);
        let mut stood = Vec::new();
        let taken = model.projection.take(&records, |rows, seq, commit| {
            stood.push((seq.0, model.position().0));
            project(rows, seq, commit)
        });
        taken.unwrap();
        assert_eq!(stood, [(1, 0), (2, 0), (4, 0), (5, 4)]);
        assert_eq!(model.position(), EventSeq(6));
        let deliveries = model.deliveries("m2".parse().unwrap(), None).unwrap();
        assert_eq!(deliveries[0].1.last().unwrap().seq, EventSeq(5));
    }
}
