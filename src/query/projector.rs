//! The thread that writes the read models; it yields to the way of a message.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};

use super::model::Model;
use tracing::error;

use crate::log::{Fault, Record};
use crate::rules::Commit;
use crate::wire::commit;
use crate::words::EventSeq;

/// Nice value (POSIX `setpriority`) of the thread: under full load deciding and fan-out get nine parts of ten of a
/// core, and answers wait for the rows instead.
const NICENESS: i32 = 10;
/// A batch keeps readers waiting while it is written, about 10 µs per fact; a message to a thousand has 1,001 facts.
const FACTS_PER_BATCH: usize = 4_096;
/// Batches read ahead.
const BATCHES_LEN_MAX: usize = 1;

pub(super) struct Projector {
    batches: mpsc::Sender<Vec<Record>>,
    ended: oneshot::Receiver<Result<(), Fault>>,
}

impl Projector {
    pub(super) fn start(model: &Arc<Model>) -> Projector {
        let (batches, taking) = mpsc::channel(BATCHES_LEN_MAX);
        let (end, ended) = oneshot::channel();
        let model = Arc::clone(model);
        std::thread::spawn(move || {
            let result = std::panic::catch_unwind(AssertUnwindSafe(|| work(&model, taking)));
            // A panic of sled's means that the folder is torn.
            let torn = || Fault::reload("write the read models").because("sled panicked");
            // Whoever waited for the end may be gone with the program.
            let _ = end.send(result.unwrap_or_else(|_| Err(torn())));
        });
        Projector { batches, ended }
    }

    /// Hands over a batch; waits while the one before is being written.
    pub(super) async fn project(&mut self, records: Vec<Record>) -> Result<(), Fault> {
        if self.batches.send(records).await.is_ok() {
            return Ok(());
        }
        (&mut self.ended).await.unwrap_or_else(|_| Err(Fault::reload("write the read models")))
    }

    /// Waits until what was handed over is written.
    pub(super) async fn finish(self) -> Result<(), Fault> {
        drop(self.batches);
        self.ended.await.unwrap_or_else(|_| Err(Fault::reload("write the read models")))
    }
}

fn work(model: &Model, mut batches: mpsc::Receiver<Vec<Record>>) -> Result<(), Fault> {
    // Where the system does not allow it, the thread is as important as any.
    let _ = rustix::process::setpriority_process(None, NICENESS);
    while let Some(records) = batches.blocking_recv() {
        take(model, &records)?;
    }
    Ok(())
}

/// A commit that cannot be read must not block those behind it.
fn take(model: &Model, records: &[Record]) -> Result<(), Fault> {
    let mut rest = records;
    while !rest.is_empty() {
        let (commits, read) = piece(rest);
        let (taken, behind) = rest.split_at(read);
        let last = taken.last().map_or(0, |record| record.seq);
        model.apply_until(&commits, EventSeq(last))?;
        rest = behind;
    }
    Ok(())
}

/// The commits of the first records, as many as make one batch, and how many records that are.
fn piece(records: &[Record]) -> (Vec<(EventSeq, Commit)>, usize) {
    let (mut commits, mut read, mut facts_len) = (Vec::with_capacity(records.len()), 0, 0);
    for record in records {
        read += 1;
        match commit::decode(&record.payload) {
            Ok(commit) => {
                facts_len += commit.facts.len();
                commits.push((EventSeq(record.seq), commit));
            }
            Err(why) => {
                error!(seq = record.seq, why, "a commit cannot be read; the read models go on without it")
            }
        }
        if facts_len >= FACTS_PER_BATCH {
            break;
        }
    }
    (commits, read)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::model::testing::{accepted, commits, people, routed};
    use crate::rules::Channel;
    use crate::rules::message::RouteReason;
    use crate::words::Instant;

    fn record(seq: u64, payload: Vec<u8>) -> Record {
        Record { seq, subject: "x".into(), at: Instant::default(), payload: payload.into(), headers: None }
    }

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
        let (first, read) = piece(&records);
        assert_eq!((first.len(), read), (3, 4));
        take(&model, &records).unwrap();
        assert_eq!(model.position(), EventSeq(6));
        let deliveries = model.deliveries("m2".parse().unwrap(), None).unwrap();
        assert_eq!(deliveries[0].1.last().unwrap().seq, EventSeq(5));
    }
}
