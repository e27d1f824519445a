//! The decider's state as the log tells it: from a snapshot or from the beginning, and kept up.

use crate::log::{Fault, Log, Record};
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
    snapshot_at: u64,
}

impl Memory {
    /// From the newest snapshot that belongs to this log, else from the beginning.
    pub async fn load(log: &Log, snapshots: &Snapshots) -> Result<Memory, Fault> {
        let Some(state) = snapshots.load()? else { return Ok(Memory::default()) };
        let (command, at) = state.position();
        let belongs = match log.record("EVENTS", at.0).await? {
            Some(record) => commit::decode(&record.payload).is_ok_and(|commit| commit.command == command),
            None => false,
        };
        if !belongs {
            tracing::warn!(
                commit = at.0,
                "the snapshot is of another log; reading the log from its beginning"
            );
            return Ok(Memory::default());
        }
        Ok(Memory { state, read: at, parts: Vec::new(), snapshot_at: at.0 })
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
            self.state.evolve(&parts, EventSeq(self.read.0 + 1 - parts.len() as u64));
        }
        Ok(())
    }

    /// Takes in a decision of our own, all parts of it, the first of which stands at `at`.
    pub(super) fn decided(&mut self, parts: &[Commit], at: EventSeq) {
        self.parts.clear();
        self.state.evolve(parts, at);
        self.read = self.state.position().1;
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

    pub(super) fn snapshot_made(&mut self) {
        self.snapshot_at = self.read.0;
    }

    fn snapshot_every(&self) -> u64 {
        SNAPSHOT_EVERY_MIN.max(self.state.kept_len())
    }
}
