//! The log that a subcommand of the debugger reads: a server's, or a recording's in a file.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tempfile::TempDir;

use super::meter::Meter;
use super::output::{Failure, Output};
use super::settings::Settings;
use crate::debug::{Base, Take, record};
use crate::decider::{Kept, KeptSnapshot};
use crate::log::{History, Log, Recording, blocking, private_folder};

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
        match self.recording(settings) {
            Some(file) => Ok(blocking(move || Recording::open(&file)).await?.into()),
            None => Ok(History::from(&Log::at(&settings.as_client()?, name).await?)),
        }
    }

    /// The recording that is meant: the one that is named, or, where no server is named, the one that was imported into the data
    /// folder.
    pub(super) fn recording(&self, settings: &Settings) -> Option<PathBuf> {
        let of_data = || settings.unnamed_data().map(|data| imported(&data)).filter(|file| file.exists());
        self.file.clone().or_else(of_data)
    }
}

/// Where the recording of a data folder stands that was made by an import.
pub(super) fn imported(data: &Path) -> PathBuf {
    data.join("recording")
}

/// An id as a shell takes it.
pub(super) fn in_a_shell(id: &str) -> String {
    let plain = |char: char| char.is_ascii_alphanumeric() || "+-_@:.".contains(char);
    if id.chars().all(plain) { id.to_owned() } else { format!("'{}'", id.replace('\'', r"'\''")) }
}

/// Nothing is decided on what was imported: it is a part of another log.
///
/// # Errors
/// Where the folder is one.
pub(super) fn must_be_no_import(data: &Path) -> Result<(), Failure> {
    if !imported(data).exists() {
        return Ok(());
    }
    let name = data.display();
    Err(Failure::failed(format!(
        "{name} was made by `homing import`: `homing why` and `homing events` read it, and no Homing runs on it; choose another \
         folder with --data"
    )))
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
                if recording.head().about.is_some() {
                    let one = "the file holds one story, and not what stood around it; `homing export --all` writes a whole log";
                    return Err(Failure::failed(one.to_owned()));
                }
                return Ok(Sealed { recording: recording.clone(), _folder: None });
            }
            History::Live(log) => log,
        };
        let base = if from_snapshot { Some(base(settings, log).await?) } else { None };
        let folder = private_folder()?;
        let (take, meter) = (Take { base, commands }, Meter::of("records read", output));
        let place = folder.path().join("recording");
        let recording = record(&history, &place, take, |done, all| meter.at(done, all)).await?;
        Ok(Sealed { recording: Arc::new(recording), _folder: Some(folder) })
    }
}

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
