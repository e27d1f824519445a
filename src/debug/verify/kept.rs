//! The snapshot of a data folder, held against what the log comes to at its commit.

use std::path::Path;

use serde::Serialize;

use crate::decider::{Kept, KeptSnapshot, Replay};
use crate::log::{Fault, Log, blocking};

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
    /// No decision that was read ends there: it is newer than the end that the log had, or the log was not read so far.
    NotReached {
        commit: u64,
    },
}

impl KeptState {
    /// What a decider would begin with, and should not; one that is torn it passes over, but no disk should have it.
    pub fn is_wrong(&self) -> bool {
        match self {
            KeptState::Differs { .. } | KeptState::Torn => true,
            KeptState::None
            | KeptState::Equal { .. }
            | KeptState::OtherVersion
            | KeptState::OtherLog
            | KeptState::NotReached { .. } => false,
        }
    }
}

/// The comparison, until the log was read as far as that.
pub(super) enum Comparing {
    Ahead(KeptSnapshot),
    Done(KeptState),
}

impl Comparing {
    /// # Errors
    /// When there is a file that cannot be read, or the server does not answer.
    pub(super) async fn open(log: &Log, data: Option<&Path>) -> Result<Comparing, Fault> {
        let Some(data) = data.map(Path::to_owned) else { return Ok(Comparing::Done(KeptState::None)) };
        Ok(match blocking(move || KeptSnapshot::open(&data)).await? {
            Kept::Nothing => Comparing::Done(KeptState::None),
            Kept::Torn => Comparing::Done(KeptState::Torn),
            Kept::OtherVersion => Comparing::Done(KeptState::OtherVersion),
            Kept::Snapshot(kept) if kept.mark.belongs_to(log).await? => Comparing::Ahead(kept),
            Kept::Snapshot(_) => Comparing::Done(KeptState::OtherLog),
        })
    }

    /// Asked behind each decision: where it is the snapshot's last one, the two are compared.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub(super) async fn compare(&mut self, replay: &Replay) -> Result<(), Fault> {
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

    pub(super) fn ended(self) -> KeptState {
        match self {
            Comparing::Ahead(kept) => KeptState::NotReached { commit: kept.mark.seq.0 },
            Comparing::Done(state) => state,
        }
    }
}
