//! The places where a nats-server is looked for, and the one that was found there.

use std::env;
use std::ffi::{OsStr, OsString};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use directories::ProjectDirs;

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

    pub(super) fn is_recent(&self) -> bool {
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

    pub(super) async fn installed(&self) -> Option<Binary> {
        Binary::at(on_path("nats-server", &self.path)?).await
    }
}

/// `HOMING_NATS_FROM` names one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Go,
    Apt,
}

impl Way {
    pub(super) const ALL: [Way; 2] = [Way::Go, Way::Apt];

    pub(super) fn word(self) -> &'static str {
        match self {
            Way::Go => "go",
            Way::Apt => "apt",
        }
    }
}

/// The first file of this name that may be executed, as a shell would find it.
pub(super) fn on_path(name: &str, path: &OsStr) -> Option<PathBuf> {
    env::split_paths(path).map(|folder| folder.join(name)).find(|file| {
        file.is_absolute()
            && file.metadata().is_ok_and(|m| m.is_file() && m.permissions().mode() & 0o111 != 0)
    })
}
