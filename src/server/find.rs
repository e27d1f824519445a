//! The nats-server to run: the one named, else the one on PATH, else the one in our cache, else a new one.

use std::env;
use std::ffi::{OsStr, OsString};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use directories::ProjectDirs;

use super::Progress;
use super::obtain::{Way, obtain};
use super::version::{Version, version_of};
use crate::log::Fault;

/// A nats-server that runs on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binary {
    pub path: PathBuf,
    pub version: Version,
}

impl Binary {
    async fn at(path: PathBuf) -> Option<Binary> {
        let version = version_of(&path).await.ok()?;
        Some(Binary { path, version })
    }

    fn is_recent(&self) -> bool {
        self.version >= Version::PINNED
    }
}

/// Where to look.
#[derive(Debug, Clone)]
pub struct Search {
    /// `NATS_SERVER`: this one or none.
    pub named: Option<PathBuf>,
    /// `PATH`, for nats-server and for the tools that obtain one.
    pub path: OsString,
    /// `<platform cache folder>/homing/nats-server`, which `XDG_CACHE_HOME` moves.
    pub cache: PathBuf,
    /// `HOMING_NATS_FROM`, `go` or `apt`: leave PATH's nats-server alone and, unless the cache holds one, obtain it in
    /// this way only.
    pub way: Option<Way>,
}

impl Search {
    pub fn from_env() -> Result<Search, Fault> {
        let said = |name: &str| env::var_os(name).filter(|value| !value.is_empty());
        let way = said("HOMING_NATS_FROM").map(|text| {
            Way::ALL.into_iter().find(|way| text == way.word()).ok_or_else(|| {
                let why = format!("{text:?} is no way to obtain nats-server: say `go` or `apt`");
                Fault::never("read HOMING_NATS_FROM").because(why)
            })
        });
        let dirs = ProjectDirs::from("", "", "homing").ok_or_else(|| {
            Fault::never("tell where to keep nats-server: there is no home folder; set HOME")
        })?;
        Ok(Search {
            named: said("NATS_SERVER").map(PathBuf::from),
            path: said("PATH").unwrap_or_default(),
            cache: dirs.cache_dir().join("nats-server"),
            way: way.transpose()?,
        })
    }

    /// Where an obtained one is kept: named for the version that was asked for.
    pub(super) fn kept(&self) -> PathBuf {
        self.cache.join(Version::PINNED.to_string()).join("nats-server")
    }

    /// One that does not run here is as good as none.
    pub(super) async fn cached(&self) -> Option<Binary> {
        Binary::at(self.kept()).await.filter(Binary::is_recent)
    }

    async fn installed(&self) -> Option<Binary> {
        Binary::at(on_path("nats-server", &self.path)?).await
    }
}

pub async fn find(search: &Search, progress: &Progress<'_>) -> Result<Binary, Fault> {
    if let Some(path) = &search.named {
        return named(path, progress).await;
    }
    let installed = if search.way.is_none() { search.installed().await } else { None };
    if let Some(binary) = installed.as_ref().filter(|binary| binary.is_recent()) {
        return Ok(binary.clone());
    }
    if let Some(binary) = search.cached().await {
        return Ok(binary);
    }
    if let Some(Binary { path, version }) = installed {
        progress(&format!(
            "{} is version {version}, older than {}: not used (NATS_SERVER would insist on it)",
            path.display(),
            Version::PINNED
        ));
    }
    obtain(search, progress).await
}

/// Named by a person: used or complained about, never replaced by another.
async fn named(path: &Path, progress: &Progress<'_>) -> Result<Binary, Fault> {
    let fault = || Fault::never(format!("use the nats-server named by NATS_SERVER, {}", path.display()));
    // Also keeps a bare name from being looked up on PATH.
    let path = std::path::absolute(path).map_err(|error| fault().because(error))?;
    let version = version_of(&path).await.map_err(|why| fault().because(why))?;
    if version < Version::MINIMUM {
        let why = format!("it is version {version}, and Homing needs {} or later", Version::MINIMUM);
        return Err(fault().because(why));
    }
    if version < Version::PINNED {
        let (path, tested) = (path.display(), Version::PINNED);
        progress(&format!("warning: {path} is version {version}; Homing is tested with {tested} or later"));
    }
    Ok(Binary { path, version })
}

/// The first file of this name that may be executed, as a shell would find it.
pub(super) fn on_path(name: &str, path: &OsStr) -> Option<PathBuf> {
    env::split_paths(path).map(|folder| folder.join(name)).find(|file| {
        file.is_absolute()
            && file.metadata().is_ok_and(|m| m.is_file() && m.permissions().mode() & 0o111 != 0)
    })
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::Mutex;

    use tempfile::TempDir;

    use super::super::version::write_fake;
    use super::*;

    /// A folder with a `nats-server` that answers with this version.
    fn fake(version: &str) -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        let body = format!("echo nats-server: v{version}");
        write_fake(&folder.path().join("nats-server"), &body);
        folder
    }

    async fn check(named: Option<&str>, on_path: Option<&str>, cached: Option<&str>, want: &str) {
        let named = named.map(fake);
        let on_path = on_path.map(fake);
        let cache = tempfile::tempdir().unwrap();
        if let Some(version) = cached {
            fs::rename(fake(version).keep(), cache.path().join("2.15.1")).unwrap();
        }
        let search = Search {
            named: named.as_ref().map(|folder| folder.path().join("nats-server")),
            path: on_path.as_ref().map(|folder| folder.path().into()).unwrap_or_default(),
            cache: cache.path().to_owned(),
            way: None,
        };
        let said = Mutex::new(String::new());
        let got = match find(&search, &|line| said.lock().unwrap().push_str(line)).await {
            Ok(binary) => binary.version.to_string(),
            Err(fault) => fault.to_string(),
        };
        let got = format!("{got} {}", said.lock().unwrap());
        assert!(got.contains(want), "{got}\nshould have held: {want}");
    }

    #[tokio::test]
    async fn the_named_one_then_paths_then_the_cached() {
        check(Some("2.16.0"), Some("2.17.0"), Some("2.18.0"), "2.16.0").await;
        check(Some("2.12.0"), Some("2.17.0"), None, "tested with 2.15.1 or later").await;
        check(Some("2.11.9"), Some("2.17.0"), None, "it is version 2.11.9, and Homing needs 2.12.0 or later")
            .await;
        check(None, Some("2.17.0"), Some("2.18.0"), "2.17.0").await;
        check(None, Some("2.14.9"), Some("2.15.1"), "2.15.1").await;
        check(None, None, Some("2.13.0"), "could not obtain nats-server 2.15.1: ").await;
    }

    #[tokio::test]
    async fn where_nothing_can_be_had_the_three_ways_are_named() {
        for part in
            ["NATS_SERVER", "on PATH", "install Go", "`go` is not on PATH", "`apt-get` is not on PATH"]
        {
            check(None, None, None, part).await;
        }
        check(None, Some("2.14.9"), None, "is version 2.14.9, older than 2.15.1: not used").await;
    }

    #[tokio::test]
    async fn a_named_one_that_does_not_run_is_a_fault() {
        let search = Search {
            named: Some("/nowhere/nats".into()),
            path: "".into(),
            cache: "/nowhere".into(),
            way: None,
        };
        let fault = find(&search, &|_| {}).await.unwrap_err().to_string();
        assert!(
            fault.starts_with("could not use the nats-server named by NATS_SERVER, /nowhere/nats: "),
            "{fault}"
        );
    }
}
