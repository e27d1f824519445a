//! The decider's state as the log tells it: from a snapshot or from the beginning, and kept up.
//!
//! Invariant: what cannot be taken in is never appended: a decision is taken in before it is sent.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use tracing::{error, warn};

use crate::log::{Fault, Follower, Log, Mark, Place, Record};
use crate::rules::{Commit, State};
use crate::words::{CommandSeq, EventSeq, Instant, Span};

use super::Snapshots;
use super::ids::{Fresh, Ids};

/// Commits after which a snapshot is made, at least: what a start has to read again, well under a second.
const SNAPSHOT_EVERY_MIN: u64 = 50_000;
/// Of so many things that are kept one commit is waited for, where that is more: making a snapshot takes a core as long as they
/// are many, 0.65 s of a million. Of a million users and 300,000 open deliveries a start then reads 65,000 commits again.
pub const SNAPSHOT_EVERY_SHARE: u64 = 20;

/// The state, and the parts of a decision that was not written to its end.
#[derive(Debug, Default)]
pub struct Memory {
    state: State,
    /// The last sequence read, be it a commit or not: the fence.
    read: EventSeq,
    /// Parts that wait for their last one, and where they stand.
    parts: Vec<Commit>,
    places: Vec<EventSeq>,
    /// The last commit taken in: by it the log is known again.
    mark: Mark,
    snapshot_at: u64,
    /// When the next checkpoint is due, by the time of the commands.
    checkpoint_at: Option<Instant>,
    /// Records since the snapshot that are none of ours.
    passed_over: u64,
    /// The last of them that was reported.
    reported: EventSeq,
    /// A standby's reader goes on from look to look: a consumer for each would be several a second.
    follower: Option<Follower>,
    /// The ids of the last decisions, until somebody takes them.
    fresh: Vec<Fresh>,
}

impl Memory {
    /// From the newest snapshot that belongs to this log, else from the beginning.
    ///
    /// # Errors
    /// When the server does not answer, or there is a snapshot that cannot be read.
    pub async fn load(log: &Log, snapshots: &Snapshots) -> Result<Memory, Fault> {
        let created = log.ends("EVENTS").await?.created;
        let mut memory = Memory::default();
        if let Some((mark, state)) = snapshots.load()? {
            match mark.place_in(log).await? {
                Place::Ours => {
                    memory = Memory { state, read: mark.seq, mark, snapshot_at: mark.seq.0, ..memory };
                }
                Place::OtherLog => warn!(
                    commit = mark.seq.0,
                    "the snapshot is of another log; reading the log from its beginning"
                ),
                Place::Lost => warn!(
                    commit = mark.seq.0,
                    "EVENTS has lost the commit that the snapshot stands at; reading it from its beginning"
                ),
            }
        }
        memory.mark.log = Some(created);
        Ok(memory)
    }

    /// A copy that goes its own way, with no reader and nothing to hand on.
    pub(super) fn copy(&self) -> Memory {
        let Memory { state, read, parts, places, mark, .. } = self;
        let (state, parts, places) = (state.clone(), parts.clone(), places.clone());
        Memory { state, read: *read, parts, places, mark: *mark, ..Memory::default() }
    }

    /// Where a snapshot stands, whichever log it is of.
    pub(super) fn from_snapshot(mark: Mark, state: State) -> Memory {
        Memory { state, read: mark.seq, mark, ..Memory::default() }
    }

    /// The same, where what stands up to `reported` and is none of ours was told of already.
    pub(super) fn having_told(self, reported: EventSeq) -> Memory {
        Memory { reported, ..self }
    }

    pub fn state(&self) -> &State {
        &self.state
    }

    /// The last commit taken in.
    pub fn mark(&self) -> Mark {
        self.mark
    }

    /// Reads EVENTS to its present end, and `ids` with it.
    ///
    /// # Errors
    /// When the server does not answer, or the log cannot be gone on with; or where the disk of the ids does not work.
    pub async fn catch_up(&mut self, log: &Log, ids: Option<&Arc<Ids>>) -> Result<(), Fault> {
        let last = log.last_seq("EVENTS").await?;
        if last < self.read.0 {
            return Err(Fault::reload("go on: EVENTS is shorter than what was read of it"));
        }
        if last == self.read.0 {
            return Ok(());
        }
        let next = self.read.0 + 1;
        let mut follower = self.follower.take().unwrap_or_else(|| log.follow("EVENTS", None, next));
        while self.read.0 < last {
            let records = follower.next_up_to(last).await?;
            if records.is_empty() {
                return Err(gap(self.read.0 + 1, last));
            }
            for record in records {
                self.take(&record)?;
            }
            let fresh = self.take_fresh();
            if let Some(ids) = ids {
                ids.take(fresh, self.mark).await?;
            }
        }
        self.follower = Some(follower);
        Ok(())
    }

    /// Ends its reader: what comes next it appends itself.
    pub(super) fn stops_reading(&mut self) {
        self.follower = None;
    }

    fn take(&mut self, record: &Record) -> Result<(), Fault> {
        self.must_follow(record.seq)?;
        match self.next_of(record.commit()) {
            Ok(commit) => self.take_part(commit),
            Err(why) if record.was_fenced() && record.commit().is_err() => Err(torn(record.seq, &why)),
            Err(why) => {
                self.pass_over(record, &why);
                Ok(())
            }
        }
    }

    /// What was read, where it is the commit with which the log goes on.
    pub(super) fn next_of(&self, read: Result<Commit, String>) -> Result<Commit, String> {
        read.and_then(|commit| self.must_be_next(&commit).map(|()| commit))
    }

    /// Takes the record at `seq` in as [`Memory::next_of`] has found it to be.
    pub(super) fn take_next(&mut self, seq: u64, found: Option<Commit>) -> Result<(), Fault> {
        self.must_follow(seq)?;
        found.map_or(Ok(()), |commit| self.take_part(commit))
    }

    fn must_follow(&mut self, seq: u64) -> Result<(), Fault> {
        if seq != self.read.0 + 1 {
            return Err(gap(self.read.0 + 1, seq.saturating_sub(1)));
        }
        self.read = EventSeq(seq);
        Ok(())
    }

    /// The ids of the decisions taken in since it was asked last.
    pub(super) fn take_fresh(&mut self) -> Vec<Fresh> {
        std::mem::take(&mut self.fresh)
    }

    fn take_part(&mut self, commit: Commit) -> Result<(), Fault> {
        let last = commit.is_last_part();
        self.parts.push(commit);
        self.places.push(self.read);
        if !last {
            return Ok(());
        }
        let (parts, places) = (std::mem::take(&mut self.parts), std::mem::take(&mut self.places));
        self.evolve(&parts, &places).map_err(|fault| Fault::never(fault.doing).because(BROKEN))
    }

    /// The decider writes its decisions in the order of the commands, each to its end.
    fn must_be_next(&self, commit: &Commit) -> Result<(), String> {
        let next = match self.parts.first() {
            None => commit.command > self.state.position().0 && commit.part == 0,
            Some(first) => {
                commit.command == first.command
                    && commit.parts == first.parts
                    && usize::try_from(commit.part) == Ok(self.parts.len())
            }
        };
        let why = || format!("it answers command {}, which is not next", commit.command.0);
        if next { Ok(()) } else { Err(why()) }
    }

    fn pass_over(&mut self, record: &Record, why: &str) {
        self.passed_over += 1;
        if record.seq <= self.reported.0 {
            return;
        }
        self.reported = EventSeq(record.seq);
        let (seq, subject) = (record.seq, record.subject.as_str());
        if record.is_fenced() {
            error!(seq, subject, why, "a commit in EVENTS is not the next one, and passed over");
        } else {
            warn!(seq, subject, why, "a record in EVENTS is none of ours, and passed over");
        }
    }

    /// How many records since the snapshot are none of ours, and the last of them that was told of.
    pub(super) fn passed_over(&self) -> (u64, EventSeq) {
        (self.passed_over, self.reported)
    }

    /// A panic leaves the state torn: this memory is then of no use any more.
    fn evolve(&mut self, parts: &[Commit], places: &[EventSeq]) -> Result<(), Fault> {
        let evolved = catch_unwind(AssertUnwindSafe(|| self.state.evolve_at(parts, places)));
        let (Ok(()), Some(last)) = (evolved, parts.last()) else {
            let command = parts.first().map_or(0, |part| part.command.0);
            return Err(Fault::reload(format!("take in the decision of command {command}")).because(BROKEN));
        };
        let (command, seq) = self.state.position();
        self.mark = Mark { seq, command, at: last.at, log: self.mark.log };
        let kept = parts.first().and_then(Commit::kept);
        self.fresh.extend(kept.map(|(key, kept)| Fresh { mark: self.mark, key, kept }));
        Ok(())
    }

    /// Takes in a decision of our own, as many parts of which as are [`Memory::written`] stand in the log already.
    ///
    /// # Errors
    /// Where the rules panic: nothing of it may be appended, and this memory is of no use any more.
    pub(super) fn decided(&mut self, parts: &[Commit]) -> Result<(), Fault> {
        let mut places = std::mem::take(&mut self.places);
        self.parts.clear();
        let fresh = parts.len().saturating_sub(places.len());
        places.extend((self.read.0 + 1..).take(fresh).map(EventSeq));
        self.evolve(parts, &places)?;
        self.read = self.mark.seq;
        Ok(())
    }

    /// What is decided next stands there.
    pub(super) fn stands_before(&mut self, place: EventSeq) {
        self.read = EventSeq(place.0.saturating_sub(1));
    }

    /// The parts of the next decision that stand in the log already.
    pub(super) fn written(&self) -> &[Commit] {
        &self.parts
    }

    /// Where they stand.
    pub(super) fn written_at(&self) -> &[EventSeq] {
        &self.places
    }

    pub(super) fn read(&self) -> EventSeq {
        self.read
    }

    /// Whether so much was decided since the last snapshot that one is made, or a checkpoint is due.
    pub(super) fn wants_snapshot(&self) -> bool {
        let every = SNAPSHOT_EVERY_MIN.max(self.state.kept_len() / SNAPSHOT_EVERY_SHARE);
        self.read.0 >= self.snapshot_at + every || self.checkpoint_at.is_some_and(|due| due <= self.mark.at)
    }

    /// A copy of the state for a snapshot, with the last commit that it holds, where anything was decided since the last one.
    /// It is made in a moment, and encoded elsewhere.
    pub(super) fn snapshot(&mut self, checkpoint_every: Option<Span>) -> Option<(Mark, Box<State>)> {
        if self.snapshot_at == self.read.0 || self.mark.command == CommandSeq::default() {
            return None;
        }
        self.snapshot_at = self.read.0;
        if self.checkpoint_at.is_none_or(|due| due <= self.mark.at) {
            self.checkpoint_at = checkpoint_every.map(|every| self.mark.at + every);
        }
        Some((self.mark, Box::new(self.state.to_keep())))
    }

    /// From then on a snapshot is also made for a checkpoint.
    pub(super) fn has_checkpoint_due(&mut self, at: Option<Instant>) {
        self.checkpoint_at = at;
    }
}

/// Records were stored there, and the server cannot read them any more.
fn gap(from: u64, to: u64) -> Fault {
    Fault::never(format!("read commit {from}")).because(format!(
        "EVENTS has a gap: nothing can be read from {from} to {to}; restore it from a backup"
    ))
}

/// Who went on without it would decide what follows by another state.
fn torn(seq: u64, why: &str) -> Fault {
    Fault::never(format!("read commit {seq}")).because(format!(
        "a decider has appended it, and it is torn or of another version ({why}); restore EVENTS from a backup, or start the \
         version that wrote it"
    ))
}

const BROKEN: &str = "the rules panicked; the program's standard error says where";
