//! Snapshots of the decider's state: a file that bounds start-up, and is always safe to delete.

use std::fs::{self, File};
use std::io::{self, BufWriter, ErrorKind, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::thread;

use rmp_serde::Deserializer;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use tracing::{info, warn};

use crate::log::{Fault, Mark};
use crate::rules::State;

/// Changes with the layout of `State`: a snapshot of another version is not read.
const VERSION: &[u8] = b"homing-snapshot-12\n";
/// A SHA-256 of all before it stands at the end.
const STAMP_LEN: usize = 32;
/// What is written and hashed at once.
const CHUNK_BYTES: usize = 64 * 1_024;
/// What is left to one sync of the disk: it is often the streams' disk too, and their syncs wait for ours.
const UNSYNCED_BYTES_MAX: usize = 4 * 1_024 * 1_024;

/// Where snapshots are kept.
#[derive(Debug, Clone)]
pub struct Snapshots {
    folder: PathBuf,
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
        Ok(Snapshots { folder })
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn file(&self) -> PathBuf {
        self.folder.join("snapshot")
    }

    /// Encodes a state with the last commit that it holds, and replaces the file as a whole, so that a reader finds the old or
    /// the new one. It takes as long as the state is large.
    ///
    /// # Errors
    /// When the disk refuses; the old snapshot is still there then.
    pub fn store(&self, mark: Mark, state: &State) -> Result<(), Fault> {
        let fresh = self.folder.join("snapshot.new");
        let written = write(&fresh, mark, state).and_then(|bytes| {
            fs::rename(&fresh, self.file())?;
            Ok(bytes)
        });
        let bytes = written.map_err(|error| Fault::later("store a snapshot").because(error))?;
        info!(bytes, "snapshot stored");
        Ok(())
    }

    /// The stored state, or none where it is missing, torn or of another version.
    ///
    /// # Errors
    /// When there is a file that cannot be read.
    pub fn load(&self) -> Result<Option<(Mark, State)>, Fault> {
        let kept = read(&self.file())?;
        if let Some(None) = kept {
            warn!("the snapshot is torn or of another version; reading the log from its beginning");
        }
        Ok(kept.flatten())
    }
}

/// What stands in a data folder.
#[derive(Debug)]
pub enum Kept {
    Nothing,
    /// Its checksum does not fit.
    Torn,
    OtherVersion,
    Snapshot(KeptSnapshot),
}

/// A snapshot as it stood there when it was opened, whatever replaces the file since.
#[derive(Debug)]
pub struct KeptSnapshot {
    file: File,
    /// The last commit that it holds, where its checksum fits.
    pub mark: Mark,
}

impl KeptSnapshot {
    /// Opens the snapshot of a data folder, and makes nothing there. It takes as long as the file is large, for all of it is
    /// held against its checksum.
    ///
    /// # Errors
    /// When there is a file that cannot be read.
    pub fn open(data: &Path) -> Result<Kept, Fault> {
        KeptSnapshot::at(&data.join("decider").join("snapshot"))
    }

    /// The same of a file of that kind.
    ///
    /// # Errors
    /// As [`KeptSnapshot::open`].
    pub fn at(path: &Path) -> Result<Kept, Fault> {
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Kept::Nothing),
            Err(error) => return Err(unreadable(path).because(error)),
        };
        let mut kept = KeptSnapshot { file, mark: Mark::default() };
        let bytes = kept.bytes()?;
        let Some(body) = whole(&bytes) else { return Ok(Kept::Torn) };
        let Some(mark) = body.strip_prefix(VERSION) else { return Ok(Kept::OtherVersion) };
        let mark = Mark::deserialize(&mut Deserializer::from_read_ref(mark));
        Ok(mark.map_or(Kept::Torn, |mark| Kept::Snapshot(KeptSnapshot { mark, ..kept })))
    }

    /// The state that it holds; none where it is torn.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn load(mut self) -> Result<Option<State>, Fault> {
        Ok(decode(&self.bytes()?).map(|(_, state)| state))
    }

    /// The whole file.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn into_bytes(mut self) -> Result<Vec<u8>, Fault> {
        self.bytes()
    }

    fn bytes(&mut self) -> Result<Vec<u8>, Fault> {
        let mut bytes = Vec::new();
        let read = self.file.rewind().and_then(|()| self.file.read_to_end(&mut bytes));
        read.map(|_| bytes).map_err(|error| Fault::never("read the snapshot").because(error))
    }
}

/// What stands before the checksum, where that fits.
fn whole(bytes: &[u8]) -> Option<&[u8]> {
    let (body, stamp) = bytes.split_at_checked(bytes.len().checked_sub(STAMP_LEN)?)?;
    (Sha256::digest(body).as_slice() == stamp).then_some(body)
}

fn write(file: &Path, mark: Mark, state: &State) -> io::Result<usize> {
    let stamping = Stamping { file: File::create(file)?, hash: Sha256::new(), bytes: 0, unsynced: 0 };
    let mut buffered = BufWriter::with_capacity(CHUNK_BYTES, stamping);
    buffered.write_all(VERSION)?;
    rmp_serde::encode::write_named(&mut buffered, &mark).map_err(io::Error::other)?;
    rmp_serde::encode::write_named(&mut buffered, state).map_err(io::Error::other)?;
    let Stamping { mut file, hash, bytes, .. } = buffered.into_inner().map_err(io::Error::from)?;
    file.write_all(&hash.finalize())?;
    file.sync_all()?;
    Ok(bytes + STAMP_LEN)
}

/// A file that is hashed and synced while it is written.
struct Stamping {
    file: File,
    hash: Sha256,
    bytes: usize,
    unsynced: usize,
}

impl Write for Stamping {
    fn write(&mut self, chunk: &[u8]) -> io::Result<usize> {
        self.file.write_all(chunk)?;
        self.hash.update(chunk);
        self.bytes += chunk.len();
        self.unsynced += chunk.len();
        if self.unsynced >= UNSYNCED_BYTES_MAX {
            self.file.sync_data()?;
            self.unsynced = 0;
        }
        Ok(chunk.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// None where there is no such file, and none in that where it is torn or of another version.
pub(super) fn read(file: &Path) -> Result<Option<Option<(Mark, State)>>, Fault> {
    match fs::read(file) {
        Ok(bytes) => Ok(Some(decode(&bytes))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(unreadable(file).because(error)),
    }
}

fn unreadable(file: &Path) -> Fault {
    Fault::never(format!("read {}", file.display()))
}

pub(super) fn decode(bytes: &[u8]) -> Option<(Mark, State)> {
    let (body, stamp) = bytes.split_at_checked(bytes.len().checked_sub(STAMP_LEN)?)?;
    let read = || {
        let mut body = Deserializer::from_read_ref(body.strip_prefix(VERSION)?);
        let mark = Mark::deserialize(&mut body).ok()?;
        let mut state = State::deserialize(&mut body).ok()?;
        state.index();
        Some((mark, state))
    };
    // Hashing takes a quarter as long, and needs no turn of its own.
    thread::scope(|scope| {
        let whole = scope.spawn(|| Sha256::digest(body).as_slice() == stamp);
        let kept = read();
        kept.filter(|_| whole.join().unwrap_or(false))
    })
}

/// The mark with which such a file begins; none where it is of another version.
pub(super) fn mark_of(file: &Path) -> io::Result<Option<Mark>> {
    let mut opened = io::BufReader::new(File::open(file)?);
    let mut version = [0; VERSION.len()];
    io::Read::read_exact(&mut opened, &mut version)?;
    Ok(if version == VERSION { rmp_serde::from_read(opened).ok() } else { None })
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
        snapshots.store(mark, &State::default()).unwrap();
        assert_eq!(snapshots.load().unwrap(), Some((mark, State::default())));
        assert_eq!(mark_of(&snapshots.file()).unwrap(), Some(mark));
        let bytes = fs::read(snapshots.file()).unwrap();
        for cut in 0..bytes.len() {
            fs::write(snapshots.file(), &bytes[..cut]).unwrap();
            assert_eq!(snapshots.load().unwrap(), None, "cut at {cut}");
            let mut changed = bytes.clone();
            changed[cut] ^= 1;
            fs::write(snapshots.file(), changed).unwrap();
            assert_eq!(snapshots.load().unwrap(), None, "changed at {cut}");
        }
    }
}
