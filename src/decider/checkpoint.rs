//! Checkpoints: snapshots of earlier days that are kept, each the state from which the commands behind it can be decided again.
//!
//! Deleting one is safe: any state can be made from EVENTS. A checkpoint is where COMMANDS may be cut.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::snapshot::{self, Snapshots};
use crate::log::{Fault, Mark};
use crate::rules::State;
use crate::words::{Instant, Span};

/// The name of a checkpoint's file is this and the number of its last command.
const NAME: &str = "checkpoint-";

/// The checkpoints of a data folder, by the numbers of their last commands; looked for, and none removed.
///
/// # Errors
/// When the folder cannot be read.
pub fn checkpoint_files(data: &Path) -> Result<Vec<(u64, PathBuf)>, Fault> {
    let folder = data.join("decider");
    let doing = |error| Fault::never(format!("look for checkpoints in {}", folder.display())).because(error);
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(doing(error)),
    };
    let mut files = Vec::new();
    for entry in entries {
        let entry = entry.map_err(doing)?;
        let name = entry.file_name();
        let number = name.to_str().and_then(|name| name.strip_prefix(NAME)).and_then(|it| it.parse().ok());
        files.extend(number.map(|number| (number, entry.path())));
    }
    files.sort_unstable();
    Ok(files)
}

/// A snapshot that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    pub mark: Mark,
    file: PathBuf,
}

impl Checkpoint {
    /// The state at its mark; none where it is torn.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn load(&self) -> Result<Option<State>, Fault> {
        Ok(snapshot::read(&self.file)?.flatten().map(|(_, state)| state))
    }

    pub(super) fn remove(&self) -> Result<(), Fault> {
        match fs::remove_file(&self.file) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(Fault::later(format!("remove {}", self.file.display())).because(error))
            }
            Ok(()) | Err(_) => Ok(()),
        }
    }
}

impl Snapshots {
    /// The checkpoints, the oldest first. One of another version is of no use any more, and removed.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn checkpoints(&self) -> Result<Vec<Checkpoint>, Fault> {
        let mut checkpoints = Vec::new();
        let doing = || Fault::later(format!("look for checkpoints in {}", self.folder().display()));
        let entries = match fs::read_dir(self.folder()) {
            Ok(entries) => entries,
            // Whoever deletes it while this runs does no harm.
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(checkpoints),
            Err(error) => return Err(doing().because(error)),
        };
        for entry in entries {
            let entry = entry.map_err(|error| doing().because(error))?;
            if !entry.file_name().to_string_lossy().starts_with(NAME) {
                continue;
            }
            let file = entry.path();
            match snapshot::mark_of(&file) {
                Ok(Some(mark)) => checkpoints.push(Checkpoint { mark, file }),
                // Cut short, or of another version.
                Ok(None) | Err(_) => Checkpoint { mark: Mark::default(), file }.remove()?,
            }
        }
        checkpoints.sort_by_key(|checkpoint| checkpoint.mark.command);
        Ok(checkpoints)
    }

    /// When the next one is due, by the time of the commands; at once where there is none.
    pub(super) fn checkpoint_due(&self, every: Option<Span>) -> Result<Option<Instant>, Fault> {
        let Some(every) = every else { return Ok(None) };
        let newest = self.checkpoints()?.pop();
        Ok(Some(newest.map_or(Instant::default(), |newest| newest.mark.at + every)))
    }

    /// Keeps the snapshot that stands there as a checkpoint, where the newest one is older than that by `every`. Those of
    /// another log, or of a future that this log has lost, are removed.
    pub(super) fn keep(&self, mark: Mark, every: Span) -> Result<(), Fault> {
        let of_this = |known: &Checkpoint| known.mark.log == mark.log && known.mark.seq <= mark.seq;
        let (ours, foreign): (Vec<_>, Vec<_>) = self.checkpoints()?.into_iter().partition(of_this);
        foreign.iter().try_for_each(Checkpoint::remove)?;
        if ours.last().is_some_and(|newest| newest.mark.at + every > mark.at) {
            return Ok(());
        }
        let file = self.folder().join(format!("{NAME}{}", mark.command.0));
        match fs::hard_link(self.file(), &file) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => {
                Err(Fault::later("keep a checkpoint").because(error))
            }
            Ok(()) | Err(_) => Ok(()),
        }
    }
}
