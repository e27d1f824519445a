//! The making of a recording: beside its place, and put there when it is whole.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{Head, LAYOUT, Written, letter};
use crate::log::{Fault, Record};

/// What is written and hashed at once.
const CHUNK_BYTES: usize = 256 * 1_024;

/// A recording that is being made. What is not finished leaves nothing behind.
#[derive(Debug)]
pub struct Maker {
    out: BufWriter<Hashing>,
    fresh: PathBuf,
    path: PathBuf,
    finished: bool,
}

impl Maker {
    /// # Errors
    /// When the file cannot be made.
    pub fn begin(path: &Path, head: &Head) -> Result<Maker, Fault> {
        let mut fresh = path.as_os_str().to_owned();
        fresh.push(".new");
        let (fresh, path) = (PathBuf::from(fresh), path.to_owned());
        // It may hold texts and numbers: it is for its owner's eyes.
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o600);
        let file = options.open(&fresh).map_err(|error| failed(&path, error))?;
        let hashing = Hashing { file, hash: Sha256::new() };
        let out = BufWriter::with_capacity(CHUNK_BYTES, hashing);
        let mut maker = Maker { out, fresh, path, finished: false };
        maker.out.write_all(LAYOUT).map_err(|error| failed(&maker.path, error))?;
        maker.piece(head)?;
        Ok(maker)
    }

    /// Adds a record behind those of its stream.
    ///
    /// # Errors
    /// When the disk refuses, or records of this stream are not kept.
    pub fn put(&mut self, stream: &str, record: &Record) -> Result<(), Fault> {
        let letter =
            letter(stream).ok_or_else(|| Fault::never(format!("record {stream}: it is not kept")))?;
        self.piece(&Written::of(letter, record))
    }

    /// Puts it under its name.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn finish(mut self) -> Result<(), Fault> {
        let finished = self.write_end();
        finished.map_err(|error| failed(&self.path, error))?;
        self.finished = true;
        Ok(())
    }

    fn write_end(&mut self) -> io::Result<()> {
        self.out.write_all(&0_u32.to_be_bytes())?;
        self.out.flush()?;
        let hashing = self.out.get_mut();
        let checksum = std::mem::take(&mut hashing.hash).finalize();
        hashing.file.write_all(&checksum)?;
        hashing.file.sync_all()?;
        fs::rename(&self.fresh, &self.path)
    }

    fn piece(&mut self, what: &impl Serialize) -> Result<(), Fault> {
        let bytes = rmp_serde::to_vec_named(what).expect("our own types can be written as MessagePack");
        let len = u32::try_from(bytes.len()).map_err(|error| Fault::never("record it").because(error))?;
        let written = self.out.write_all(&len.to_be_bytes()).and_then(|()| self.out.write_all(&bytes));
        written.map_err(|error| failed(&self.path, error))
    }
}

impl Drop for Maker {
    fn drop(&mut self) {
        if !self.finished {
            // What is left of it is of no use to anybody; where it cannot be removed, its name says so.
            let _ = fs::remove_file(&self.fresh);
        }
    }
}

fn failed(path: &Path, error: io::Error) -> Fault {
    Fault::never(format!("write {}", path.display())).because(error)
}

/// A file that is hashed while it is written.
#[derive(Debug)]
struct Hashing {
    file: File,
    hash: Sha256,
}

impl Write for Hashing {
    fn write(&mut self, chunk: &[u8]) -> io::Result<usize> {
        self.file.write_all(chunk)?;
        self.hash.update(chunk);
        Ok(chunk.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
