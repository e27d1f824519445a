//! The replay: the log taken in as a decider takes it in, and commands judged beside it by the same code, to compare the two.
//!
//! Invariant: what is judged here is neither appended nor taken in: what happened stands in the log.

use std::path::Path;
use std::sync::Arc;

use tokio::sync::watch;
use tokio_util::task::AbortOnDropHandle;

use super::active::{hear, joined};
use super::ids::{Handing, Ids, IdsFolder, write};
use super::judge::{Heard, Judged, judge};
use super::memory::Memory;
use crate::log::{Fault, Log, Mark, Record};
use crate::rules::{Commit, State};
use crate::words::{CommandSeq, EventSeq, Instant};

/// A decider that has no pen: its memory, which begins with the log, and its ids in a folder of their own.
#[derive(Debug)]
pub struct Replay {
    memory: Memory,
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
    /// When the server does not answer, or the disk does not work.
    pub async fn begin(log: &Log, folder: &Path, first: Instant) -> Result<Replay, Fault> {
        let ids = IdsFolder::at(folder).open_from(log, first).await?;
        let (stored, told) = watch::channel(Mark::default());
        let (handing, writer) = write(Arc::clone(&ids), told);
        let writer = AbortOnDropHandle::new(tokio::spawn(writer));
        Ok(Replay { memory: Memory::default(), ids, handing, stored, writer })
    }

    /// The last record taken in.
    pub fn read(&self) -> EventSeq {
        self.memory.read()
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

    /// Takes in the record at `seq` as [`Replay::next_of`] has found it to be: a commit, or one to pass over.
    ///
    /// # Errors
    /// When EVENTS has a gap, the rules panic, or the disk of the ids does not work.
    pub async fn take(&mut self, seq: u64, found: Option<Commit>) -> Result<(), Fault> {
        self.memory.take_next(seq, found)?;
        for fresh in self.memory.take_fresh() {
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
        hear(&self.ids, self.memory.state(), commands).await
    }

    /// What is decided about a command at the present state.
    pub fn judge(&self, heard: Heard<'_>) -> Judged {
        judge(self.memory.state(), heard)
    }
}
