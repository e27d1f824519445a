//! The intake of every projection, whatever its rows: commits are read, taken in pieces, passed over where they cannot be read.

use tracing::error;

use super::{Fault, Mark, Projection, Record, Rows};
use crate::wire::commit::Commit;
use crate::words::EventSeq;

/// A batch keeps readers waiting while it is written, about 10 µs per fact; a message to a thousand has 1,001 facts.
const FACTS_PER_BATCH: usize = 4_096;
/// A commit changes about six rows; a firing, and each delivery by SMS, about eight.
const ROWS_PER_COMMIT: usize = 8;

impl Projection {
    /// Takes in records of EVENTS, in order, in pieces that are each applied whole or not at all; `project` changes the rows.
    /// Those it holds already are skipped. A commit that cannot be read must not block those behind it.
    ///
    /// # Errors
    /// As `project`, and `Retry::Reload` where the folder is torn and must be rebuilt; otherwise the disk failed.
    pub fn take(
        &self,
        mut records: &[Record],
        mut project: impl FnMut(&mut Rows, EventSeq, &Commit) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        while !records.is_empty() {
            let (commits, read) = piece(records);
            let (taken, behind) = records.split_at(read);
            let last = taken.last().map_or(0, |record| record.seq);
            self.take_piece(&commits, EventSeq(last), &mut project)?;
            records = behind;
        }
        Ok(())
    }

    /// Where commits that cannot be read stand between and behind these, `until` is the last of all.
    fn take_piece(
        &self,
        commits: &[(EventSeq, Commit)],
        until: EventSeq,
        project: &mut impl FnMut(&mut Rows, EventSeq, &Commit) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let position = self.position();
        if until <= position {
            return Ok(());
        }
        let mut rows = Rows::over(self.view()?, 1 + ROWS_PER_COMMIT * commits.len());
        let mut last = None;
        for (seq, commit) in commits.iter().filter(|(seq, _)| *seq > position) {
            project(&mut rows, *seq, commit)?;
            last = Some(Mark { seq: *seq, command: commit.command, at: commit.at, log: None });
        }
        self.apply(rows.into_batch(), until, last)
    }
}

/// The commits of the first records, as many as make one batch, and how many records that are.
fn piece(records: &[Record]) -> (Vec<(EventSeq, Commit)>, usize) {
    let (mut commits, mut read, mut facts_len) = (Vec::with_capacity(records.len()), 0, 0);
    for record in records {
        read += 1;
        match record.commit() {
            Ok(commit) => {
                facts_len += commit.facts.iter().map(|fact| fact.tells_of()).sum::<usize>();
                commits.push((EventSeq(record.seq), commit));
            }
            Err(why) => {
                error!(seq = record.seq, why, "a commit cannot be read; projections go on without it")
            }
        }
        if facts_len >= FACTS_PER_BATCH {
            break;
        }
    }
    (commits, read)
}
