//! The reader of a recording's events: a thread of its own reads and decodes ahead of the replay.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

use crate::log::{Fault, Record, Recording};
use crate::rules::Commit;

/// Records read at once, and batches that wait.
const BATCH_LEN_MAX: usize = 512;
const AHEAD_LEN_MAX: usize = 4;

/// A record, and the commit that it is.
pub(super) type Read = (Record, Result<Commit, String>);

/// EVENTS of a recording from one record on.
#[derive(Debug)]
pub(super) struct Feed {
    batches: Receiver<Result<Vec<Read>, Fault>>,
    batch: std::vec::IntoIter<Read>,
}

impl Feed {
    pub(super) fn of(recording: &Arc<Recording>, from: u64) -> Feed {
        let (sender, batches) = sync_channel(AHEAD_LEN_MAX);
        let recording = Arc::clone(recording);
        // It ends with its receiver, or with the recording.
        thread::spawn(move || {
            let mut next = from;
            loop {
                let batch = recording.batch("EVENTS", next, BATCH_LEN_MAX);
                let last = batch.as_ref().ok().and_then(|batch| batch.last()).map(|last| last.seq);
                let decoded = |record: Record| {
                    let commit = record.commit();
                    (record, commit)
                };
                let batch = batch.map(|batch| batch.into_iter().map(decoded).collect());
                let ends = last.is_none();
                if (!ends || batch.is_err()) && sender.send(batch).is_err() {
                    return;
                }
                let Some(last) = last else { return };
                next = last + 1;
            }
        });
        Feed { batches, batch: Vec::new().into_iter() }
    }

    /// The next one; none at the end.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub(super) fn next(&mut self) -> Result<Option<Read>, Fault> {
        loop {
            if let Some(read) = self.batch.next() {
                return Ok(Some(read));
            }
            let Ok(batch) = self.batches.recv() else { return Ok(None) };
            self.batch = batch?.into_iter();
        }
    }
}
