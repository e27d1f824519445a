//! The decider's state as the log tells it: from a snapshot or from the beginning, and kept up.

use crate::log::{Fault, Log, Mark, Record};
use crate::rules::{Commit, State};
use crate::wire::commit;
use crate::words::EventSeq;

use super::Snapshots;

/// Commits after which a snapshot is wanted, at least: what a start has to read again, well under a second. With more kept
/// than this, as many as are kept, for making one takes as long as that is large.
const SNAPSHOT_EVERY_MIN: u64 = 50_000;
/// Decisions wait while a snapshot is made, so it is made when there are none; but not later than this many times the above.
const SNAPSHOT_LATE_MAX: u64 = 4;

/// The state, and the parts of a decision that was not written to its end.
#[derive(Debug, Default)]
pub struct Memory {
    state: State,
    /// The last sequence read.
    read: EventSeq,
    /// Parts that wait for their last one.
    parts: Vec<Commit>,
    /// The last commit taken in: by it the log is known again.
    mark: Mark,
    snapshot_at: u64,
}

impl Memory {
    /// From the newest snapshot that belongs to this log, else from the beginning.
    pub async fn load(log: &Log, snapshots: &Snapshots) -> Result<Memory, Fault> {
        let Some((mark, state)) = snapshots.load()? else { return Ok(Memory::default()) };
        if !mark.belongs_to(log).await? {
            tracing::warn!(
                commit = mark.seq.0,
                "the snapshot is of another log; reading the log from its beginning"
            );
            return Ok(Memory::default());
        }
        Ok(Memory { state, read: mark.seq, parts: Vec::new(), mark, snapshot_at: mark.seq.0 })
    }

    pub fn state(&self) -> &State {
        &self.state
    }

    /// Reads EVENTS to its present end.
    pub async fn catch_up(&mut self, log: &Log) -> Result<(), Fault> {
        let last = log.last_seq("EVENTS").await?;
        if last < self.read.0 {
            return Err(Fault::reload("go on: EVENTS is shorter than what was read of it"));
        }
        if last == self.read.0 {
            return Ok(());
        }
        let mut follower = log.follow("EVENTS", None, self.read.0 + 1);
        while self.read.0 < last {
            for record in follower.next().await? {
                self.take(&record)?;
            }
        }
        Ok(())
    }

    fn take(&mut self, record: &Record) -> Result<(), Fault> {
        let doing = || format!("read commit {}", record.seq);
        if record.seq != self.read.0 + 1 {
            return Err(Fault::never(doing()).because("EVENTS has a gap; restore it from a backup"));
        }
        let commit = commit::decode(&record.payload).map_err(|why| Fault::never(doing()).because(why))?;
        self.read = EventSeq(record.seq);
        let last = commit.is_last_part();
        self.parts.push(commit);
        if last {
            let parts = std::mem::take(&mut self.parts);
            self.evolve(&parts, EventSeq(self.read.0 + 1 - parts.len() as u64));
        }
        Ok(())
    }

    fn evolve(&mut self, parts: &[Commit], at: EventSeq) {
        self.state.evolve(parts, at);
        let (command, seq) = self.state.position();
        let at = parts.last().map_or(self.mark.at, |part| part.at);
        self.mark = Mark { seq, command, at };
    }

    /// Takes in a decision of our own, all parts of it, the first of which stands at `at`.
    pub(super) fn decided(&mut self, parts: &[Commit], at: EventSeq) {
        self.parts.clear();
        self.evolve(parts, at);
        self.read = self.mark.seq;
    }

    /// How many parts of the next decision stand in the log already, and where the first of them does.
    pub(super) fn written(&self) -> (usize, EventSeq) {
        (self.parts.len(), EventSeq(self.read.0 + 1 - self.parts.len() as u64))
    }

    pub(super) fn read(&self) -> EventSeq {
        self.read
    }

    /// Whether enough was decided since the last snapshot to make one when nothing else is to be done.
    pub(super) fn wants_snapshot(&self) -> bool {
        self.read.0 >= self.snapshot_at + self.snapshot_every()
    }

    /// Whether so much was decided since that one is made at once.
    pub(super) fn needs_snapshot(&self) -> bool {
        self.read.0 >= self.snapshot_at + SNAPSHOT_LATE_MAX * self.snapshot_every()
    }

    /// The bytes of a snapshot, where anything was decided since the last one.
    pub(super) fn snapshot(&mut self) -> Option<Vec<u8>> {
        if self.snapshot_at == self.read.0 {
            return None;
        }
        self.snapshot_at = self.read.0;
        Some(Snapshots::encode(self.mark, &self.state))
    }

    fn snapshot_every(&self) -> u64 {
        SNAPSHOT_EVERY_MIN.max(self.state.kept_len())
    }
}
