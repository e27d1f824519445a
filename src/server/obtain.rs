//! The making of a nats-server where none is found: `obtain.sh` with Go, else with Debian's apt, and one rename into the cache.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tempfile::TempDir;
use tokio::process::Command;
use tokio::time;

use super::Progress;
use super::search::{Binary, Search, Way, on_path};
use super::tail::last_lines;
use super::version::{Version, version_of};
use crate::log::Fault;

const SCRIPT: &str = include_str!("obtain.sh");
/// Go's build takes 45 s on two cores and minutes on a small board, apt's 16 MB as long as the line is slow.
const MAKE_WAIT_S_MAX: u64 = 1_200;
/// How soon who waits for another process sees that it is done.
const LOCK_POLL_MS: u64 = 100;
/// Of what a tool said before it failed; the rest is in the log.
const LAST_LINES_MAX: usize = 5;

/// Only one process obtains at a time; whoever waited takes what the other one got.
pub(super) async fn obtain(search: &Search, progress: &Progress<'_>) -> Result<Binary, Fault> {
    let cache = search.cache.display();
    let log = lock(search, progress)
        .await
        .map_err(|error| Fault::never(format!("lock the cache of nats-server, {cache}")).because(error))?;
    if let Some(got_meanwhile) = search.cached().await {
        return Ok(got_meanwhile);
    }
    let mut reasons = Vec::new();
    for way in search.way.map_or(Way::ALL.to_vec(), |only| vec![only]) {
        let (name, tools, doing): (_, &[&str], _) = match way {
            Way::Go => ("with Go", &["go"], format!("building it with Go into {cache}, about a minute")),
            Way::Apt => {
                let doing = format!("fetching Debian's package into {cache} (17 MB)");
                ("from Debian", &["apt-get", "dpkg-deb"], doing)
            }
        };
        if let Some(missing) = tools.iter().find(|tool| on_path(tool, &search.path).is_none()) {
            reasons.push(format!("{name}: `{missing}` is not on PATH"));
            continue;
        }
        progress(&format!("Homing needs nats-server {}; {doing} ...", Version::PINNED));
        match make(way, search, &log).await {
            Ok(binary) => return Ok(binary),
            Err(why) => {
                progress(&format!("that did not work, {name}: {why}"));
                reasons.push(format!("{name}: {why}"));
            }
        }
    }
    Err(Fault::never(format!(
        "obtain nats-server {}: {}. Set NATS_SERVER to the path of one, put `nats-server` on PATH, \
         or install Go (on Debian, apt will do)",
        Version::PINNED,
        reasons.join("; ")
    )))
}

/// What the tools say goes into the file that is locked, so a tool that lives a moment longer than its Homing holds the lock
/// for as long. The wait has no limit of its own, because every holder has one.
async fn lock(search: &Search, progress: &Progress<'_>) -> io::Result<File> {
    fs::create_dir_all(&search.cache)?;
    let log = OpenOptions::new().create(true).append(true).open(search.cache.join("log"))?;
    let mut told = false;
    loop {
        match log.try_lock() {
            Ok(()) => return Ok(log),
            Err(TryLockError::Error(error)) => return Err(error),
            Err(TryLockError::WouldBlock) if told => {}
            Err(TryLockError::WouldBlock) => {
                progress("another process is obtaining nats-server; waiting for it ...");
                told = true;
            }
        }
        time::sleep(Duration::from_millis(LOCK_POLL_MS)).await;
    }
}

/// Into the cache goes only what runs here and is recent enough.
async fn make(way: Way, search: &Search, log: &File) -> Result<Binary, String> {
    let here = |error: io::Error| format!("in {}: {error}", search.cache.display());
    let work = empty_folder(&search.cache).map_err(here)?;
    run(way, search, work.path(), log).await?;
    let made = work.path().join("nats-server");
    let version = version_of(&made).await.map_err(|why| format!("what came does not run: {why}"))?;
    if version < Version::PINNED {
        return Err(format!("what came is version {version}, older than {}", Version::PINNED));
    }
    let path = search.kept();
    place(&made, &path).map_err(here)?;
    Ok(Binary { path, version })
}

/// On the file system of the cache, and removed when done. The caller holds the lock, so what is there is left over from
/// one who was killed.
fn empty_folder(cache: &Path) -> io::Result<TempDir> {
    let leftover = cache.join("work");
    if leftover.exists() {
        fs::remove_dir_all(leftover)?;
    }
    tempfile::Builder::new().prefix("work").rand_bytes(0).tempdir_in(cache)
}

/// In a process group that ends when this future is dropped or this process dies: see the script.
async fn run(way: Way, search: &Search, work: &Path, log: &File) -> Result<(), String> {
    let mut command = Command::new("/bin/sh");
    command.args(["-c", SCRIPT, "obtain.sh", way.word(), &Version::PINNED.to_string()]);
    command.current_dir(work).env("PATH", &search.path).process_group(0).kill_on_drop(true);
    let mut start = || {
        log.set_len(0)?;
        command.stdin(Stdio::piped()).stdout(log.try_clone()?).stderr(log.try_clone()?);
        command.spawn()
    };
    let mut child = start().map_err(|error| format!("it cannot be run: {error}"))?;
    // Waiting for a child would close it.
    let _held_open = child.stdin.take();
    match time::timeout(Duration::from_secs(MAKE_WAIT_S_MAX), child.wait()).await {
        Ok(Ok(status)) if status.success() => Ok(()),
        Ok(Ok(status)) => {
            Err(format!("failed ({status}): {}", last_lines(&search.cache.join("log"), 0, LAST_LINES_MAX)))
        }
        Ok(Err(error)) => Err(format!("it cannot be waited for: {error}")),
        Err(_) => Err(format!("stopped: not done after {MAKE_WAIT_S_MAX} s")),
    }
}

/// Who looks meanwhile sees all of it or nothing, after a power failure too.
fn place(made: &Path, path: &Path) -> io::Result<()> {
    fs::create_dir_all(path.parent().unwrap_or(path))?;
    File::open(made)?.sync_all()?;
    fs::rename(made, path)
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::super::version::write_fake;
    use super::*;

    /// With a tool of this way that does this instead; what was said, and what came of it.
    async fn obtained(way: Way, body: &str) -> (String, Result<Binary, Fault>, TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let cache = folder.path().join("cache");
        // As after a kill in the middle: half a binary, and one that was never placed by us.
        for leftover in ["work/go", "2.15.1"] {
            fs::create_dir_all(cache.join(leftover)).unwrap();
            fs::write(cache.join(leftover).join("nats-server"), "half").unwrap();
        }
        for tool in ["go", "apt-get", "dpkg-deb"] {
            write_fake(&folder.path().join(tool), body);
        }
        let path = std::env::join_paths([folder.path(), Path::new("/usr/bin"), Path::new("/bin")]).unwrap();
        let search = Search { named: None, path, cache, way: Some(way) };
        let said = Mutex::new(Vec::new());
        let result = obtain(&search, &|line| said.lock().unwrap().push(line.to_owned())).await;
        assert!(!search.cache.join("work").exists(), "nothing half done is left");
        (said.into_inner().unwrap().join("\n"), result, folder)
    }

    async fn refused(way: Way, body: &str, want: &str) {
        let (said, result, _folder) = obtained(way, body).await;
        let fault = result.unwrap_err().to_string();
        assert!(fault.contains(want), "{fault}\nshould have held: {want}");
        assert!(said.contains("that did not work, ") && said.contains(want), "{said}");
        assert!(fault.contains("Set NATS_SERVER to the path of one"), "{fault}");
    }

    /// A `go` whose nats-server answers this.
    fn makes(answer: &str) -> String {
        format!(
            r#"f="$GOBIN/nats-server"; printf '#!/bin/sh\necho "%s"\n' '{answer}' > "$f"; chmod 755 "$f""#
        )
    }

    #[tokio::test]
    async fn a_way_that_fails_tells_why_and_leaves_nothing() {
        let go = Way::Go;
        refused(go, "echo no network >&2; exit 1", "with Go: failed (exit status: 1): no network").await;
        refused(go, &makes("hello"), "with Go: what came does not run: it answers --version with \"hello")
            .await;
        refused(
            go,
            &makes("nats-server: v2.14.9"),
            "with Go: what came is version 2.14.9, older than 2.15.1",
        )
        .await;
    }

    #[tokio::test]
    async fn what_a_killed_process_left_in_the_cache_is_replaced() {
        let (_, result, folder) = obtained(Way::Go, &makes("nats-server: v2.15.2")).await;
        let binary = result.unwrap();
        assert_eq!(binary.path, folder.path().join("cache/2.15.1/nats-server"));
        assert_eq!(version_of(&binary.path).await, Ok(binary.version));
    }

    /// An `apt-get` whose machine has these source lists, and that shows which archive it is to fetch from.
    #[tokio::test]
    async fn debian_is_fetched_from_where_the_machine_fetches_it() {
        let check = async |archives: &[&str], want: &str| {
            let line = |archive: &&str| format!("echo \"'{archive}/dists/stable/InRelease' x 0\"\n");
            let lines: String = archives.iter().map(line).collect();
            let body = format!("case $* in *--print-uris) {lines};; *) cat unstable.list >&2; exit 1;; esac");
            refused(Way::Apt, &body, want).await;
        };
        let fetched_from = |archive: &str| format!("target=Packages lang=none] {archive} unstable main");
        let mirror = "http://mirror.example/debian";
        check(
            &["http://mirror.example/debian-security", mirror, "http://b.example/debian"],
            &fetched_from(mirror),
        )
        .await;
        let mirrors = "mirror+file:/etc/apt/mirrors/debian.list";
        check(&["mirror+file:/etc/apt/mirrors/debian-security.list", mirrors], &fetched_from(mirrors)).await;
        let none = "from Debian: failed (exit status: 1): apt's source lists name no Debian archive";
        check(&["http://a.example/ubuntu", "http://a.example/debian-security"], none).await;
        check(&[], none).await;
    }
}
