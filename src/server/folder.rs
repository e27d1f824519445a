//! The claim on a data folder: one Homing process has it at a time, and who comes second is told who holds it.

use std::env;
use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use rustix::fs::Mode;

use crate::log::Fault;

/// A longer command line is cut: the first words tell what it is.
const COMMAND_CHARS_MAX: usize = 200;
/// More than a holder ever writes.
const HOLDER_BYTES_MAX: u64 = 4_096;

/// Claimed for as long as this lives; the kernel gives it back when the process dies, `kill -9` included.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    _lock: File,
}

impl Folder {
    /// Makes the folder where it is missing. It, and whatever this process writes from now on, is for its owner's eyes only.
    /// `now_text` is what others are told as "since".
    pub fn claim(path: &Path, now_text: &str) -> Result<Folder, Fault> {
        let doing = || format!("use the data folder {}", path.display());
        let fault = |error: io::Error| Fault::never(doing()).because(error);
        DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(fault)?;
        // Also in a folder that was there before, and that others may look into.
        rustix::process::umask(Mode::RWXG | Mode::RWXO);
        let lock_path = path.join("lock");
        let mut options = OpenOptions::new();
        let mut lock =
            options.read(true).write(true).create(true).truncate(false).open(&lock_path).map_err(fault)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::Error(error)) => return Err(fault(error)),
            Err(TryLockError::WouldBlock) => return Err(Fault::never(in_use(path, &mut lock))),
        }
        write_holder(&mut lock, now_text).map_err(fault)?;
        Ok(Folder { path: path.canonicalize().map_err(fault)?, _lock: lock })
    }

    /// Absolute.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// Three lines: process id, since when, command line without its flags, whose values may be secret.
fn write_holder(lock: &mut File, now_text: &str) -> io::Result<()> {
    let words = env::args_os().map(|word| word.to_string_lossy().into_owned());
    let words: Vec<String> = words.take_while(|word| !word.starts_with('-')).collect();
    let command: String = words.join(" ").replace('\n', " ").chars().take(COMMAND_CHARS_MAX).collect();
    lock.set_len(0)?;
    lock.write_all(format!("{}\n{now_text}\n{command}\n", std::process::id()).as_bytes())
}

/// The holder may be about to write its lines: then it is not named.
fn in_use(path: &Path, lock: &mut File) -> String {
    let mut text = String::new();
    let read = lock.rewind().and_then(|()| lock.take(HOLDER_BYTES_MAX).read_to_string(&mut text));
    let mut lines = text.lines();
    let holder = match (read, lines.next(), lines.next(), lines.next()) {
        (Ok(_), Some(pid), Some(since), Some(command)) => format!("process {pid} ({command}) since {since}"),
        (_, _, _, _) => "another process".to_owned(),
    };
    let path = path.display();
    format!("use the data folder {path}: it is in use by {holder}; stop it or choose another with --data")
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn the_second_is_told_who_holds_it() {
        let outer = tempfile::tempdir().unwrap();
        let path = outer.path().join("a/b");
        let held = Folder::claim(&path, "09:00").unwrap();
        let pid = std::process::id();
        let refused = Folder::claim(&path, "09:01").unwrap_err().to_string();
        assert!(refused.contains(&format!("it is in use by process {pid} (")), "{refused}");
        assert!(refused.ends_with(") since 09:00; stop it or choose another with --data"), "{refused}");
        drop(held);
        Folder::claim(&path, "09:02").unwrap();
    }

    #[test]
    fn a_new_folder_is_for_its_owner_only() {
        let outer = tempfile::tempdir().unwrap();
        let folder = Folder::claim(&outer.path().join("new"), "09:00").unwrap();
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(folder.path()), 0o700);
        let there_before = outer.path().join("open");
        DirBuilder::new().mode(0o755).create(&there_before).unwrap();
        let _folder = Folder::claim(&there_before, "09:00").unwrap();
        fs::write(there_before.join("phones"), "").unwrap();
        assert_eq!(mode(&there_before.join("phones")), 0o600);
    }

    #[test]
    fn a_holder_that_has_not_written_yet_is_not_named() {
        let outer = tempfile::tempdir().unwrap();
        let _held = Folder::claim(outer.path(), "09:00").unwrap();
        fs::write(outer.path().join("lock"), "").unwrap();
        let refused = Folder::claim(outer.path(), "09:01").unwrap_err().to_string();
        assert!(refused.contains("in use by another process;"), "{refused}");
    }

    #[test]
    fn a_path_that_is_no_folder_is_a_fault() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let fault = Folder::claim(file.path(), "09:00").unwrap_err().to_string();
        assert!(fault.starts_with("could not use the data folder "), "{fault}");
    }
}
