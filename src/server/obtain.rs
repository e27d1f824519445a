//! Obtains nats-server into the cache: built with Go, else out of Debian's archive, else it tells why neither works.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use super::Progress;
use super::cache::Cache;
use super::find::{Binary, Search, on_path};
use super::version::{Version, version_of};
use super::{debian, golang};
use crate::log::Fault;

/// A way to obtain nats-server; `HOMING_NATS_FROM` names one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Go,
    Apt,
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{0:?} is no way to obtain nats-server: say `go` or `apt`")]
pub struct NotAWay(String);

impl FromStr for Way {
    type Err = NotAWay;

    fn from_str(text: &str) -> Result<Way, NotAWay> {
        match text {
            "go" => Ok(Way::Go),
            "apt" => Ok(Way::Apt),
            other => Err(NotAWay(other.to_owned())),
        }
    }
}

/// The tools of a way, where this machine has them.
enum Tools {
    Go { go: PathBuf },
    Apt { apt_get: PathBuf, dpkg_deb: PathBuf },
}

impl Tools {
    fn of(way: Way, path: &OsStr) -> Result<Tools, &'static str> {
        match way {
            Way::Go => match on_path("go", path) {
                Some(go) => Ok(Tools::Go { go }),
                None => Err("with Go: `go` is not on PATH"),
            },
            Way::Apt => match (on_path("apt-get", path), on_path("dpkg-deb", path)) {
                (Some(apt_get), Some(dpkg_deb)) => Ok(Tools::Apt { apt_get, dpkg_deb }),
                (_, _) => Err("from Debian: `apt-get` and `dpkg-deb` are not on PATH"),
            },
        }
    }

    /// How it stands in a list of reasons.
    fn name(&self) -> &'static str {
        match self {
            Tools::Go { .. } => "with Go",
            Tools::Apt { .. } => "from Debian",
        }
    }

    fn announce(&self, folder: &Path, progress: &Progress<'_>) {
        let (pinned, folder) = (Version::PINNED, folder.display());
        match self {
            Tools::Go { .. } => progress(&format!(
                "Homing needs nats-server {pinned}; building it with Go into {folder}, about a minute ..."
            )),
            Tools::Apt { .. } => progress(&format!(
                "Homing needs nats-server {pinned}; fetching Debian's package into {folder} (17 MB) ..."
            )),
        }
    }

    async fn make(&self, work: &Path) -> Result<PathBuf, String> {
        match self {
            Tools::Go { go } => golang::build(go, work).await.map_err(|error| error.to_string()),
            Tools::Apt { apt_get, dpkg_deb } => {
                debian::download(apt_get, dpkg_deb, work).await.map_err(|error| error.to_string())
            }
        }
    }
}

/// Only one process obtains at a time; whoever waited takes what the other one got.
pub(super) async fn obtain(search: &Search, cache: &Cache, progress: &Progress<'_>) -> Result<Binary, Fault> {
    let _lock = cache.lock(progress).await?;
    if let Some(got_meanwhile) = cache.newest().await {
        return Ok(got_meanwhile);
    }
    let mut reasons = Vec::new();
    for way in search.way.map_or(vec![Way::Go, Way::Apt], |forced| vec![forced]) {
        let tools = match Tools::of(way, &search.path) {
            Ok(tools) => tools,
            Err(reason) => {
                reasons.push(reason.to_owned());
                continue;
            }
        };
        tools.announce(cache.folder(), progress);
        match make(&tools, cache).await {
            Ok(binary) => return Ok(binary),
            Err(why) => {
                let reason = format!("{}: {why}", tools.name());
                progress(&format!("that did not work, {reason}"));
                reasons.push(reason);
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

/// Into the cache goes only what runs here and is recent enough.
async fn make(tools: &Tools, cache: &Cache) -> Result<Binary, String> {
    let work = cache.work().map_err(|error| format!("in {}: {error}", cache.folder().display()))?;
    let made = tools.make(work.path()).await?;
    let version = version_of(&made).await.map_err(|error| format!("what came does not run: {error}"))?;
    if version < Version::MINIMUM {
        return Err(format!("what came is version {version}, older than {}", Version::MINIMUM));
    }
    cache.place(&made, version).map_err(|error| format!("it cannot be moved into the cache: {error}"))
}

#[cfg(test)]
mod tests {
    use std::process::Command;
    use std::sync::Mutex;

    use super::*;

    /// With a `go` that does this instead.
    async fn check(go: &str, want: &str) {
        let folder = tempfile::tempdir().unwrap();
        // Written by a shell for the reason told at `version::write_fake`.
        let script = r#"printf '#!/bin/sh\n%s\n' "$2" > "$1/go" && chmod 755 "$1/go""#;
        assert!(
            Command::new("sh")
                .args(["-c", script, "sh"])
                .arg(folder.path())
                .arg(go)
                .status()
                .unwrap()
                .success()
        );
        let cache = folder.path().join("cache");
        let search = Search { named: None, path: folder.path().into(), cache: cache.clone(), way: None };
        let said = Mutex::new(Vec::new());
        let tell = |line: &str| said.lock().unwrap().push(line.to_owned());
        let fault = obtain(&search, &Cache::new(cache.clone()), &tell).await.unwrap_err().to_string();
        let said = said.lock().unwrap().join("\n");
        assert!(
            fault.contains(want) && fault.contains("; from Debian: `apt-get` and"),
            "{fault}\nwanted: {want}"
        );
        assert!(
            said.contains("building it with Go") && said.contains("that did not work, with Go: "),
            "{said}"
        );
        assert_eq!(std::fs::read_dir(&cache).unwrap().count(), 1, "the lock, and nothing half done");
    }

    #[tokio::test]
    async fn a_way_that_fails_tells_why_and_leaves_nothing() {
        let makes = |answer: &str| {
            format!(
                r#"f="$GOBIN/nats-server"; printf '#!/bin/sh\necho "%s"\n' '{answer}' > "$f"; chmod 755 "$f""#
            )
        };
        check("echo no network >&2; exit 1", "failed (exit status: 1): no network").await;
        check(&makes("hello"), "with Go: what came does not run: it answers --version with \"hello").await;
        check(&makes("nats-server: v2.11.0"), "with Go: what came is version 2.11.0, older than 2.12.0")
            .await;
    }
}
