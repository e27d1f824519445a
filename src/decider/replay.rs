//! The replay: the log taken in as a decider takes it in, and commands judged beside it by the same code.
//!
//! Invariant: nothing here can reach a server: records are handed in, and what is judged is handed out.

use std::path::Path;
use std::sync::Arc;

use tokio::sync::watch;
use tokio_util::task::AbortOnDropHandle;

use super::active::{hear, joined};
use super::ids::{Handing, Ids, IdsFolder, write};
use super::judge::{Heard, Judged, judge};
use super::memory::Memory;
use super::snapshot;
use crate::log::{Fault, Mark, Record};
use crate::rules::{Commit, State};
use crate::words::{CommandSeq, EventSeq, Instant};

/// The state that the log comes to, record by record; nothing is judged by it.
#[derive(Debug, Default)]
pub struct Fold {
    memory: Memory,
}

impl Clone for Fold {
    fn clone(&self) -> Fold {
        Fold { memory: self.memory.copy() }
    }
}

impl Fold {
    /// From the state of a snapshot's bytes on; none where they are torn or of another version.
    pub fn from_snapshot(bytes: &[u8]) -> Option<Fold> {
        let (mark, state) = snapshot::decode(bytes)?;
        Some(Fold { memory: Memory::from_snapshot(mark, state) })
    }

    /// The last record taken in.
    pub fn read(&self) -> EventSeq {
        self.memory.read()
    }

    /// The last commit taken in.
    pub fn mark(&self) -> Mark {
        self.memory.mark()
    }

    pub fn state(&self) -> &State {
        self.memory.state()
    }

    /// The command whose decision stands in the log with its first parts alone, so far.
    pub fn half(&self) -> Option<CommandSeq> {
        self.memory.written().first().map(|part| part.command)
    }

    /// What was read of the next record, where it is the commit with which the log goes on.
    ///
    /// # Errors
    /// In words, where the decider passes over it.
    pub fn next_of(&self, read: Result<Commit, String>) -> Result<Commit, String> {
        self.memory.next_of(read)
    }

    /// Takes in the record at `seq` as [`Fold::next_of`] has found it to be: a commit, or one to pass over.
    ///
    /// # Errors
    /// When EVENTS has a gap, or the rules panic.
    pub fn take(&mut self, seq: u64, found: Option<Commit>) -> Result<(), Fault> {
        self.memory.take_next(seq, found)?;
        self.memory.take_fresh();
        Ok(())
    }
}

/// A decider that has no pen: its memory, which begins with the log, and its ids in a folder of their own.
#[derive(Debug)]
pub struct Replay {
    fold: Fold,
    ids: Arc<Ids>,
    handing: Handing,
    stored: watch::Sender<Mark>,
    writer: AbortOnDropHandle<Result<(), Fault>>,
}

impl Replay {
    /// Commands that are judged at one state at most: so many are heard at once.
    pub const HEARD_LEN_MAX: usize = super::ids::ASKED_LEN_MAX;

    /// Before the first record of the log. `folder` is empty, and nobody else's; what is judged was said at `first` and later.
    ///
    /// # Errors
    /// When the disk does not work.
    pub async fn begin(folder: &Path, first: Instant) -> Result<Replay, Fault> {
        let ids = IdsFolder::at(folder).begin(first).await?;
        let (stored, told) = watch::channel(Mark::default());
        let (handing, writer) = write(Arc::clone(&ids), told);
        let writer = AbortOnDropHandle::new(tokio::spawn(writer));
        Ok(Replay { fold: Fold::default(), ids, handing, stored, writer })
    }

    /// What the log has come to.
    pub fn fold(&self) -> &Fold {
        &self.fold
    }

    pub fn state(&self) -> &State {
        self.fold.state()
    }

    /// As [`Fold::take`].
    ///
    /// # Errors
    /// As that, or when the disk of the ids does not work.
    pub async fn take(&mut self, seq: u64, found: Option<Commit>) -> Result<(), Fault> {
        self.fold.memory.take_next(seq, found)?;
        self.hand_ids().await
    }

    /// Takes in what was judged, as if it stood in the log at this place and behind it.
    ///
    /// # Errors
    /// When the rules panic, or the disk of the ids does not work.
    pub async fn decide(&mut self, judged: &Judged, place: EventSeq) -> Result<(), Fault> {
        if judged.parts.is_empty() {
            return Ok(());
        }
        self.fold.memory.stands_before(place);
        self.fold.memory.decided(&judged.parts)?;
        self.hand_ids().await
    }

    async fn hand_ids(&mut self) -> Result<(), Fault> {
        for fresh in self.fold.memory.take_fresh() {
            let stored = fresh.mark;
            if let Err(fault) = self.handing.hand(fresh).await {
                // Where the writer has ended, it knows why.
                let ended = self.writer.is_finished();
                return if ended { joined((&mut self.writer).await).and(Err(fault)) } else { Err(fault) };
            }
            self.stored.send_replace(stored);
        }
        Ok(())
    }

    /// Reads commands that are judged next, at most [`Replay::HEARD_LEN_MAX`], and looks for their ids.
    ///
    /// # Errors
    /// When the disk of the ids does not work.
    pub async fn hear<'a>(&self, commands: &'a [Record]) -> Result<Vec<Heard<'a>>, Fault> {
        hear(&self.ids, self.state(), commands).await
    }

    /// What is decided about a command at the present state.
    pub fn judge(&self, heard: Heard<'_>) -> Judged {
        judge(self.state(), heard)
    }
}
