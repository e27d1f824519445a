//! The snapshot and the checkpoints of a data folder, each held against what the log comes to at its commit.

use std::path::Path;

use serde::Serialize;

use crate::decider::{Kept, KeptSnapshot, Replay, checkpoint_files};
use crate::log::{Fault, Log, Place, blocking};

/// What became of the comparison.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum KeptState {
    /// There is none.
    None,
    /// The log comes to the same.
    Equal {
        commit: u64,
    },
    /// The log comes to something else in these tables.
    Differs {
        commit: u64,
        tables: Vec<&'static str>,
    },
    /// Its checksum does not fit, or what stands before that is no state.
    Torn,
    OtherVersion,
    OtherLog,
    /// It is of this log, which holds its last commit no more: EVENTS has lost it.
    LogLost {
        commit: u64,
    },
    /// No decision that was read ends there: it is newer than the end that the log had, or the log was not read so far.
    NotReached {
        commit: u64,
    },
}

impl KeptState {
    /// What a decider would begin with, and should not; one that is torn it passes over, but no disk should have it.
    pub fn is_wrong(&self) -> bool {
        match self {
            KeptState::Differs { .. } | KeptState::Torn | KeptState::LogLost { .. } => true,
            KeptState::None
            | KeptState::Equal { .. }
            | KeptState::OtherVersion
            | KeptState::OtherLog
            | KeptState::NotReached { .. } => false,
        }
    }
}

/// A checkpoint, compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CheckpointState {
    /// Its last command, by which its file is named.
    pub command: u64,
    #[serde(flatten)]
    pub state: KeptState,
}

/// All that a data folder keeps of the decider's state, each until the log was read as far as that.
pub(super) struct Kepts {
    snapshot: Comparing,
    /// A few days' worth of files, none of them in memory.
    checkpoints: Vec<(u64, Comparing)>,
}

impl Kepts {
    /// # Errors
    /// When there is a file that cannot be read, or the server does not answer.
    pub(super) async fn open(log: &Log, data: Option<&Path>) -> Result<Kepts, Fault> {
        let Some(data) = data.map(Path::to_owned) else {
            return Ok(Kepts { snapshot: Comparing::Done(KeptState::None), checkpoints: Vec::new() });
        };
        let (snapshot, files) =
            blocking(move || Ok((KeptSnapshot::open(&data)?, checkpoint_files(&data)?))).await?;
        let mut checkpoints = Vec::with_capacity(files.len());
        for (command, file) in files {
            let kept = blocking(move || KeptSnapshot::at(&file)).await?;
            checkpoints.push((command, Comparing::of(log, kept).await?));
        }
        Ok(Kepts { snapshot: Comparing::of(log, snapshot).await?, checkpoints })
    }

    /// Asked behind each decision: where it is the last one of a file, the two are compared.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub(super) async fn compare(&mut self, replay: &Replay) -> Result<(), Fault> {
        for (_, checkpoint) in &mut self.checkpoints {
            checkpoint.compare(replay).await?;
        }
        self.snapshot.compare(replay).await
    }

    pub(super) fn ended(self) -> (KeptState, Vec<CheckpointState>) {
        let checkpoints = self.checkpoints.into_iter();
        // What was removed since it was looked for is no checkpoint any more.
        let checkpoints = checkpoints.map(|(command, it)| CheckpointState { command, state: it.ended() });
        let checkpoints = checkpoints.filter(|checkpoint| checkpoint.state != KeptState::None);
        (self.snapshot.ended(), checkpoints.collect())
    }
}

/// The comparison of one file.
enum Comparing {
    Ahead(KeptSnapshot),
    Done(KeptState),
}

impl Comparing {
    async fn of(log: &Log, kept: Kept) -> Result<Comparing, Fault> {
        let kept = match kept {
            Kept::Nothing => return Ok(Comparing::Done(KeptState::None)),
            Kept::Torn => return Ok(Comparing::Done(KeptState::Torn)),
            Kept::OtherVersion => return Ok(Comparing::Done(KeptState::OtherVersion)),
            Kept::Snapshot(kept) => kept,
        };
        Ok(match kept.mark.place_in(log).await? {
            Place::Ours => Comparing::Ahead(kept),
            Place::OtherLog => Comparing::Done(KeptState::OtherLog),
            Place::Lost => Comparing::Done(KeptState::LogLost { commit: kept.mark.seq.0 }),
        })
    }

    async fn compare(&mut self, replay: &Replay) -> Result<(), Fault> {
        let (command, commit) = replay.state().position();
        if !matches!(self, Comparing::Ahead(kept) if kept.mark.seq == commit && kept.mark.command == command)
        {
            return Ok(());
        }
        let taken = std::mem::replace(self, Comparing::Done(KeptState::Torn));
        let Comparing::Ahead(kept) = taken else { return Ok(()) };
        let commit = commit.0;
        if let Some(state) = blocking(move || kept.load()).await? {
            let tables = replay.state().differing(&state);
            let equal = tables.is_empty();
            let state =
                if equal { KeptState::Equal { commit } } else { KeptState::Differs { commit, tables } };
            *self = Comparing::Done(state);
        }
        Ok(())
    }

    fn ended(self) -> KeptState {
        match self {
            Comparing::Ahead(kept) => KeptState::NotReached { commit: kept.mark.seq.0 },
            Comparing::Done(state) => state,
        }
    }
}
