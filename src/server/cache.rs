//! Where obtained servers are kept: `<cache>/<version>/nats-server`, one process at a time filling it.

use std::fs::{self, DirBuilder, File, TryLockError};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::time::{self, Instant};

use super::Progress;
use super::find::Binary;
use super::version::{Version, version_of};
use crate::log::Fault;

/// As long as the slowest way of obtaining takes: Go's build, then apt.
const LOCK_WAIT_S_MAX: u64 = 1_800;
const LOCK_POLL_MS: u64 = 100;

#[derive(Debug)]
pub(super) struct Cache {
    folder: PathBuf,
}

/// A folder of our own for the files between, removed when done.
#[derive(Debug)]
pub(super) struct Work(PathBuf);

impl Work {
    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        // What stays behind is removed by the next one who obtains.
        let _ = fs::remove_dir_all(&self.0);
    }
}

impl Cache {
    pub(super) fn new(folder: PathBuf) -> Cache {
        Cache { folder }
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The newest server in the cache that still runs and that we accept.
    pub(super) async fn newest(&self) -> Option<Binary> {
        let names = fs::read_dir(&self.folder).ok()?.flatten();
        let mut versions: Vec<Version> =
            names.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
        versions.sort();
        for kept in versions.into_iter().rev() {
            let path = self.path_of(kept);
            match version_of(&path).await {
                Ok(version) if version >= Version::MINIMUM => return Some(Binary { path, version }),
                Ok(_) => {}
                Err(error) => tracing::debug!(%error, "a cached nats-server does not run"),
            }
        }
        None
    }

    /// Waits for another process that is obtaining one. The lock lives as long as the file returned.
    pub(super) async fn lock(&self, progress: &Progress<'_>) -> Result<File, Fault> {
        let path = self.folder.join("lock");
        let doing = || format!("lock the cache of nats-server, {}", path.display());
        let create = || DirBuilder::new().recursive(true).mode(0o700).create(&self.folder);
        let file =
            create().and_then(|()| File::create(&path)).map_err(|e| Fault::never(doing()).because(e))?;
        let deadline = Instant::now() + Duration::from_secs(LOCK_WAIT_S_MAX);
        let mut told = false;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::Error(error)) => return Err(Fault::never(doing()).because(error)),
                Err(TryLockError::WouldBlock) if Instant::now() > deadline => {
                    return Err(Fault::later(doing()).because("another process has held it for half an hour"));
                }
                Err(TryLockError::WouldBlock) => {}
            }
            if !told {
                progress("another process is obtaining nats-server; waiting for it ...");
                told = true;
            }
            time::sleep(Duration::from_millis(LOCK_POLL_MS)).await;
        }
    }

    /// An empty folder, on the same file system as the cache. The caller holds the lock, so any other is a leftover.
    pub(super) fn work(&self) -> io::Result<Work> {
        for entry in fs::read_dir(&self.folder)?.flatten() {
            if entry.file_name().to_string_lossy().starts_with("work-") {
                fs::remove_dir_all(entry.path())?;
            }
        }
        let path = self.folder.join(format!("work-{}", std::process::id()));
        DirBuilder::new().mode(0o700).create(&path)?;
        Ok(Work(path))
    }

    /// Moves a binary to its place in one step: who looks meanwhile sees all of it or nothing.
    pub(super) fn place(&self, made: &Path, version: Version) -> io::Result<Binary> {
        let path = self.path_of(version);
        DirBuilder::new().recursive(true).mode(0o700).create(self.folder.join(version.to_string()))?;
        File::open(made)?.sync_all()?;
        fs::rename(made, &path)?;
        Ok(Binary { path, version })
    }

    fn path_of(&self, version: Version) -> PathBuf {
        self.folder.join(version.to_string()).join("nats-server")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::super::version::write_fake;
    use super::*;

    fn put(cache: &Cache, version: &str, answer: &str) {
        let made = cache.folder.join("made");
        write_fake(&made, answer);
        cache.place(&made, version.parse().unwrap()).unwrap();
    }

    #[tokio::test]
    async fn the_newest_that_runs_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::new(folder.path().to_owned());
        assert!(cache.newest().await.is_none());
        put(&cache, "2.9.0", "nats-server: v2.9.0");
        assert!(cache.newest().await.is_none(), "too old");
        put(&cache, "2.15.1", "nats-server: v2.15.1");
        put(&cache, "2.16.0", "Segmentation fault");
        assert_eq!(cache.newest().await.unwrap().version, Version::PINNED);
    }

    #[tokio::test]
    async fn the_second_waits_and_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::new(folder.path().join("new"));
        let held = Mutex::new(Some(cache.lock(&|_| panic!("nobody to wait for")).await.unwrap()));
        let said = Mutex::new(Vec::new());
        let release_when_told = |line: &str| {
            said.lock().unwrap().push(line.to_owned());
            held.lock().unwrap().take();
        };
        cache.lock(&release_when_told).await.unwrap();
        assert_eq!(*said.lock().unwrap(), ["another process is obtaining nats-server; waiting for it ..."]);
    }

    #[test]
    fn a_leftover_work_folder_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::new(folder.path().to_owned());
        fs::create_dir_all(folder.path().join("work-1/bin")).unwrap();
        let work = cache.work().unwrap();
        assert!(work.path().is_dir() && !folder.path().join("work-1").exists());
        drop(work);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
