//! The log that a subcommand of the debugger reads: a server's, or a recording's in a file.

use std::cell::Cell;
use std::path::PathBuf;
use std::sync::Arc;

use tempfile::TempDir;

use super::output::{Failure, Output};
use super::settings::Settings;
use crate::debug::{Base, Take, record};
use crate::decider::{Kept, KeptSnapshot};
use crate::log::{History, Log, Recording, blocking};

/// Where the log is read.
#[derive(Debug, Clone, Default, clap::Args)]
pub(super) struct Source {
    /// Read this recording instead of a server's streams; `homing export` makes one
    #[arg(long, value_name = "FILE")]
    pub(super) file: Option<PathBuf>,
}

impl Source {
    /// Opens it; `name` is the connection's, where there is one.
    ///
    /// # Errors
    /// When the server does not answer, or the file is no recording or a torn one.
    pub(super) async fn open(&self, settings: &Settings, name: &str) -> Result<History, Failure> {
        match self.file.clone() {
            Some(file) => Ok(blocking(move || Recording::open(&file)).await?.into()),
            None => Ok(History::from(&Log::at(&settings.as_client()?, name).await?)),
        }
    }
}

/// A recording, and the folder of its file where it is a temporary one. No connection is open any more.
#[derive(Debug)]
pub(super) struct Sealed {
    pub(super) recording: Arc<Recording>,
    pub(super) _folder: Option<TempDir>,
}

impl Source {
    /// The recording that is named; else the log is recorded into a temporary folder, and the connection is closed.
    ///
    /// # Errors
    /// As [`Source::open`]; or when there is no room for the file, or no snapshot to begin with.
    pub(super) async fn sealed(
        &self,
        settings: &Settings,
        from_snapshot: bool,
        commands: bool,
        output: Output,
    ) -> Result<Sealed, Failure> {
        let history = self.open(settings, "replay").await?;
        let log = match &history {
            History::Recorded(recording) => {
                return Ok(Sealed { recording: recording.clone(), _folder: None });
            }
            History::Live(log) => log,
        };
        let base = if from_snapshot { Some(base(settings, log).await?) } else { None };
        let folder = tempfile::tempdir();
        let folder = folder.map_err(|error| Failure::failed(format!("no temporary folder: {error}")))?;
        let tenth = Cell::new(0);
        let progress = |done: u64, all: u64| {
            let now = done.saturating_mul(10).checked_div(all).unwrap_or(10);
            if now > tenth.replace(now) && all > TOLD_FROM {
                output.progress(&format!("{done} of {all} records read"));
            }
        };
        let take = Take { base, commands };
        let recording = record(&history, &folder.path().join("recording"), take, progress).await?;
        Ok(Sealed { recording: Arc::new(recording), _folder: Some(folder) })
    }
}

/// Fewer records are read before anybody asks how far it is.
const TOLD_FROM: u64 = 200_000;

/// The decider's snapshot of this log.
async fn base(settings: &Settings, log: &Log) -> Result<Base, Failure> {
    let data = settings.data()?;
    let place = data.join("decider").join("snapshot");
    let none = |why: &str| Failure::failed(format!("{} {why}; leave --from-snapshot away", place.display()));
    match blocking(move || KeptSnapshot::open(&data)).await? {
        Kept::Snapshot(kept) if kept.mark.belongs_to(log).await? => {
            let seq = kept.mark.seq.0;
            let snapshot = blocking(move || kept.into_bytes()).await?;
            Ok(Base { seq, snapshot })
        }
        Kept::Snapshot(_) => Err(none("is of another log")),
        Kept::Nothing => Err(none("is not there")),
        Kept::Torn => Err(none("is torn")),
        Kept::OtherVersion => Err(none("is of another version of Homing")),
    }
}
