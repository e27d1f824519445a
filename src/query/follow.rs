//! Keeps the read models at the head of the log.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use tracing::error;

use super::model::Model;
use super::projector::Projector;
use crate::log::{Fault, Log, Record};
use crate::rules::Commit;
use crate::wire::commit;
use crate::words::EventSeq;

/// A batch keeps readers waiting while it is written, about 10 µs per fact; a message to a thousand has 1,001 facts.
const FACTS_PER_BATCH: usize = 4_096;

/// Applies what is appended until `stop`.
pub(super) async fn follow(log: &Log, model: &Arc<Model>, stop: &CancellationToken) -> Result<(), Fault> {
    let mut events = log.follow("EVENTS", None, model.position().next().0);
    let mut projector = Projector::start(model);
    while let Some(records) = stop.run_until_cancelled(events.next()).await {
        projector.project(records?).await?;
    }
    projector.finish().await
}

/// A commit that cannot be read must not block those behind it.
pub(super) fn take(model: &Model, records: &[Record]) -> Result<(), Fault> {
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
    use crate::rules::fact::RouteReason;
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
