//! The launcher between Homing and nats-server: a process that ties itself to its parent, locks the folder, and becomes it.
//!
//! It is a process of its own because both the tie and the lock must be in place in the process that is going to be
//! nats-server before it is, and code between `fork` and `exec` would be unsafe.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use rustix::io::FdFlags;

use crate::log::Fault;

/// The variable of Go's runtime that says from which size of its memory on garbage is collected more often, and what a server is
/// told where nobody has set it.
///
/// A block of a stream's file, 8 MiB, stays in its memory for ten seconds after it was last written or read, and until garbage is
/// collected; by itself Go does that when the heap has doubled. So where old bodies are read all over the log, its memory follows
/// the log, gigabytes after minutes. What it cannot do without is 1.4 kB for each pending timer, and little else.
const MEMORY_LIMIT: (&str, &str) = ("GOMEMLIMIT", "2GiB");
/// A server whose Homing was killed dies at once, but its last disk writes may have to end.
const PREDECESSOR_WAIT_S_MAX: u64 = 5;

/// Turns this process into nats-server; returns only when that failed. To be called from the main thread, before any
/// runtime is started.
///
/// On Linux the server is killed when `parent` dies (more exactly: the thread of it that spawned this process), however
/// it dies. Elsewhere it learns of no `kill -9`; the lock then refuses a second server until the first is stopped.
#[must_use = "whoever gets this back is still Homing, and must say why"]
pub fn become_server(parent: u32, lock: &Path, binary: &Path, config: &Path) -> Fault {
    match prepare(parent, lock) {
        Err(fault) => fault,
        Ok(_held) => {
            let mut server = Command::new(binary);
            server.arg("-c").arg(config);
            let (limit, bytes) = MEMORY_LIMIT;
            if std::env::var_os(limit).is_none() {
                server.env(limit, bytes);
            }
            // Passwords of SMSCs among them, and nothing that a server wants to know.
            for (ours, _) in
                std::env::vars_os().filter(|(name, _)| name.as_encoded_bytes().starts_with(b"HOMING_"))
            {
                server.env_remove(ours);
            }
            let error = server.exec();
            Fault::never(format!("run {}", binary.display())).because(error)
        }
    }
}

fn prepare(parent: u32, lock: &Path) -> Result<File, Fault> {
    tie_to_parent(parent)?;
    let doing = || format!("lock {} for nats-server", lock.display());
    let file = hold(lock).map_err(|error| Fault::later(doing()).because(error))?;
    // From here on the lock passes to nats-server, and is free when that is gone.
    let kept = rustix::io::fcntl_setfd(&file, FdFlags::empty());
    kept.map_err(|error| Fault::never(doing()).because(error))?;
    Ok(file)
}

fn tie_to_parent(parent: u32) -> Result<(), Fault> {
    #[cfg(target_os = "linux")]
    {
        let kill = Some(rustix::process::Signal::KILL);
        rustix::process::set_parent_process_death_signal(kill)
            .map_err(|error| Fault::never("tie nats-server to Homing").because(error))?;
    }
    // It may have died before the tie was in place.
    let now = rustix::process::getppid().map(|pid| pid.as_raw_nonzero().get().unsigned_abs());
    if now == Some(parent) {
        return Ok(());
    }
    Err(Fault::never(format!("start nats-server for process {parent}: it is not (or no more) the parent")))
}

/// Locks the file and writes our process id into it, which stays nats-server's.
fn hold(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new().write(true).create(true).truncate(false).open(path)?;
    let mut file = match file.try_lock() {
        Ok(()) => file,
        Err(TryLockError::Error(error)) => return Err(error),
        Err(TryLockError::WouldBlock) => wait(file, path)?,
    };
    file.set_len(0)?;
    write!(file, "{}", std::process::id())?;
    Ok(file)
}

/// The kernel wakes the waiting thread when the predecessor is gone. If it is not in time, we exit and the thread with us.
fn wait(file: File, path: &Path) -> io::Result<File> {
    let (give, take) = mpsc::sync_channel(1);
    thread::spawn(move || give.send(file.lock().map(|()| file)));
    let locked = take.recv_timeout(Duration::from_secs(PREDECESSOR_WAIT_S_MAX));
    locked.unwrap_or_else(|_| {
        let pid = std::fs::read_to_string(path).unwrap_or_default();
        let why = format!("the nats-server of this folder still runs as process {pid}");
        Err(io::Error::new(io::ErrorKind::WouldBlock, why))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_for_another_parent_is_not_started() {
        let folder = tempfile::tempdir().unwrap();
        // Nobody has this id: Linux ends at 4 194 304.
        let fault =
            become_server(u32::MAX, &folder.path().join("lock"), Path::new("/bin/true"), Path::new("c"));
        assert!(fault.to_string().contains("it is not (or no more) the parent"), "{fault}");
        assert!(!folder.path().join("lock").exists());
    }

    #[test]
    fn the_lock_is_taken_over_from_a_dying_predecessor() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let predecessor = hold(&path).unwrap();
        let successor = thread::spawn({
            let path = path.clone();
            move || hold(&path).map(drop)
        });
        drop(predecessor);
        successor.join().unwrap().unwrap();
    }
}
