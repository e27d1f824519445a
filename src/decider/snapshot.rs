//! Snapshots of the decider's state: a file that bounds start-up, and is always safe to delete.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use tracing::{info, warn};

use crate::log::{Fault, Mark};
use crate::rules::{Stamp, State};
use crate::wire::{from_msgpack, to_msgpack};

/// Changes with the layout of `State`: a snapshot of another version is not read.
const VERSION: &[u8] = b"homing-snapshot-7\n";
const STAMP_LEN: usize = 16;

/// Where snapshots are kept.
#[derive(Debug, Clone)]
pub struct Snapshots {
    file: PathBuf,
}

impl Snapshots {
    /// In the folder `decider` under the data folder.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn at(data: &Path) -> Result<Snapshots, Fault> {
        let folder = data.join("decider");
        fs::create_dir_all(&folder)
            .map_err(|error| Fault::never(format!("make the folder {}", folder.display())).because(error))?;
        Ok(Snapshots { file: folder.join("snapshot") })
    }

    /// The bytes of a snapshot, with the last commit that the state holds; quick enough to be made between two decisions.
    pub fn encode(mark: Mark, state: &State) -> Vec<u8> {
        let body = to_msgpack(&(mark, state));
        let mut bytes = Vec::with_capacity(VERSION.len() + STAMP_LEN + body.len());
        bytes.extend_from_slice(VERSION);
        bytes.extend_from_slice(Stamp::of(&[&body]).as_bytes());
        bytes.extend_from_slice(&body);
        bytes
    }

    /// Replaces the file as a whole, so that a reader finds the old or the new one.
    ///
    /// # Errors
    /// When the disk refuses; the old snapshot is still there then.
    pub fn store(&self, bytes: &[u8]) -> Result<(), Fault> {
        let fresh = self.file.with_extension("new");
        let write = || -> std::io::Result<()> {
            let mut file = File::create(&fresh)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            fs::rename(&fresh, &self.file)
        };
        write().map_err(|error| Fault::later("store a snapshot").because(error))?;
        info!(bytes = bytes.len(), "snapshot stored");
        Ok(())
    }

    /// The stored state, or none where it is missing, torn or of another version.
    ///
    /// # Errors
    /// When there is a file that cannot be read.
    pub fn load(&self) -> Result<Option<(Mark, State)>, Fault> {
        let bytes = match fs::read(&self.file) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => {
                return Err(Fault::never(format!("read {}", self.file.display())).because(error));
            }
        };
        let kept = decode(&bytes);
        if kept.is_none() {
            warn!("the snapshot is torn or of another version; reading the log from its beginning");
        }
        Ok(kept)
    }
}

fn decode(bytes: &[u8]) -> Option<(Mark, State)> {
    let (stamp, body) = bytes.strip_prefix(VERSION)?.split_at_checked(STAMP_LEN)?;
    if Stamp::of(&[body]).as_bytes() != stamp {
        return None;
    }
    let (mark, mut state): (Mark, State) = from_msgpack(body).ok()?;
    state.index();
    Some((mark, state))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::{CommandSeq, EventSeq, Instant};

    #[test]
    fn a_torn_snapshot_is_no_snapshot() {
        let folder = tempfile::tempdir().unwrap();
        let snapshots = Snapshots::at(folder.path()).unwrap();
        assert_eq!(snapshots.load().unwrap(), None);
        let mark =
            Mark { seq: EventSeq(7), command: CommandSeq(9), at: Instant::from_unix_ms(11), log: None };
        let bytes = Snapshots::encode(mark, &State::default());
        snapshots.store(&bytes).unwrap();
        assert_eq!(snapshots.load().unwrap(), Some((mark, State::default())));
        for cut in 0..bytes.len() {
            snapshots.store(&bytes[..cut]).unwrap();
            assert_eq!(snapshots.load().unwrap(), None, "cut at {cut}");
        }
    }
}
