//! nats-server out of Debian's unstable suite, through the machine's own apt but without touching its state.
//!
//! Everything apt reads and writes here lies in our work folder: source list, package lists, archives, an empty dpkg
//! status. What stays the machine's: its proxy settings and credentials (`apt.conf.d`), its mirror, Debian's keyring,
//! against which apt checks what it fetches. No root is needed, and as root nothing is installed.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::process::Command;

use super::apt_sources::debian_archive;
use super::tool::{self, ToolError};

/// The lists of a whole suite (some 11 MB) over a slow line, then a package of 5 MB.
const APT_WAIT_S_MAX: u64 = 300;

/// The second name is that of Debian 13 and later.
const KEYRINGS: [&str; 2] =
    ["/usr/share/keyrings/debian-archive-keyring.gpg", "/usr/share/keyrings/debian-archive-keyring.pgp"];

#[derive(Debug, thiserror::Error)]
pub(super) enum DebianError {
    #[error("apt's source lists name no Debian archive")]
    NoArchive,
    #[error("Debian's keyring {} is missing", KEYRINGS[0])]
    NoKeyring,
    #[error(transparent)]
    Tool(#[from] ToolError),
    #[error("{0}")]
    Io(#[from] io::Error),
    #[error("the package holds no nats-server")]
    NoBinary,
}

/// The unpacked binary, somewhere below `work`.
pub(super) async fn download(apt_get: &Path, dpkg_deb: &Path, work: &Path) -> Result<PathBuf, DebianError> {
    let archive = debian_archive(Path::new("/etc/apt")).ok_or(DebianError::NoArchive)?;
    let keyring = KEYRINGS.into_iter().find(|path| Path::new(path).exists()).ok_or(DebianError::NoKeyring)?;
    for folder in ["lists/partial", "archives/partial", "package"] {
        fs::create_dir_all(work.join(folder))?;
    }
    fs::write(work.join("status"), "")?;
    fs::write(work.join("unstable.sources"), source_list(&archive, keyring))?;
    fs::write(work.join("apt.conf"), configuration(work))?;

    let limit = Duration::from_secs(APT_WAIT_S_MAX);
    for step in [["update", "--error-on=any"].as_slice(), ["download", "nats-server"].as_slice()] {
        let mut apt = Command::new(apt_get);
        apt.arg("-c").arg(work.join("apt.conf")).arg("-q").args(step);
        tool::run(apt.current_dir(work).env("LC_ALL", "C").env_remove("APT_CONFIG"), limit).await?;
    }
    let package = packages(work)?.ok_or(DebianError::NoBinary)?;
    let unpacked = work.join("package");
    tool::run(Command::new(dpkg_deb).arg("-x").arg(package).arg(&unpacked), limit).await?;
    let places = ["usr/sbin/nats-server", "usr/bin/nats-server"];
    places.iter().map(|place| unpacked.join(place)).find(|path| path.is_file()).ok_or(DebianError::NoBinary)
}

fn packages(work: &Path) -> io::Result<Option<PathBuf>> {
    let mut paths = fs::read_dir(work)?.flatten().map(|entry| entry.path());
    Ok(paths.find(|path| path.extension().is_some_and(|extension| extension == "deb")))
}

/// `Targets`: neither translations nor the software centre's lists.
fn source_list(archive: &str, keyring: &str) -> String {
    format!(
        "Types: deb\nURIs: {archive}\nSuites: unstable\nComponents: main\nTargets: Packages\nSigned-By: {keyring}\n"
    )
}

/// Read by apt after the machine's own, so this wins. The machine's hooks are cleared: they tidy the system's caches.
/// As root, apt would drop to a user who cannot read our folder: the sandbox is set to the user who asks.
fn configuration(work: &Path) -> String {
    let work = work.display();
    format!(
        r#"#clear APT::Update;
#clear DPkg::Pre-Invoke;
#clear DPkg::Post-Invoke;
#clear APT::Default-Release;
APT::Sandbox::User "root";
Acquire::Languages "none";
Dir::Etc::sourcelist "{work}/unstable.sources";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::State "{work}";
Dir::State::lists "lists/";
Dir::State::status "{work}/status";
Dir::Cache "{work}";
Dir::Cache::archives "archives/";
Dir::Log "{work}";
"#
    )
}
