//! Which nats-server a binary is, and which ones Homing accepts.

use std::fmt;
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use tokio::process::Command;

use super::tool::{self, ToolError};

/// A binary that does not tell its version within this is not a nats-server.
const VERSION_WAIT_MS_MAX: u64 = 10_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    major: u32,
    minor: u32,
    patch: u32,
}

impl Version {
    /// The oldest server with what we use of JetStream.
    pub const MINIMUM: Version = Version { major: 2, minor: 12, patch: 0 };
    /// The one we obtain, and from which `sync_interval: always` costs one sync per Raft entry.
    pub const PINNED: Version = Version { major: 2, minor: 15, patch: 1 };
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{0:?} is not a version such as 2.15.1")]
pub struct NotAVersion(String);

impl FromStr for Version {
    type Err = NotAVersion;

    /// A pre-release counts as its release: `2.15.1-RC.2` is 2.15.1.
    fn from_str(text: &str) -> Result<Version, NotAVersion> {
        let bad = || NotAVersion(text.to_owned());
        let release = text.split(['-', '+']).next().unwrap_or_default();
        let mut parts = release.split('.').map(|part| part.parse::<u32>().map_err(|_| bad()));
        let mut part = || parts.next().unwrap_or_else(|| Err(bad()));
        let version = Version { major: part()?, minor: part()?, patch: part()? };
        if parts.next().is_some() { Err(bad()) } else { Ok(version) }
    }
}

/// Why a file is no server for us.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotAServer {
    #[error(transparent)]
    Tool(#[from] ToolError),
    #[error("it answers --version with {0:?}, not with \"nats-server: v<version>\"")]
    Answer(String),
}

/// Runs `<binary> --version`.
pub(super) async fn version_of(binary: &Path) -> Result<Version, NotAServer> {
    let limit = Duration::from_millis(VERSION_WAIT_MS_MAX);
    let answer = tool::run(Command::new(binary).arg("--version"), limit).await?;
    parse_answer(&answer).ok_or_else(|| NotAServer::Answer(answer.chars().take(100).collect()))
}

fn parse_answer(answer: &str) -> Option<Version> {
    answer.trim().strip_prefix("nats-server: v")?.parse().ok()
}

/// A stand-in that answers `--version` with this line, for the tests of this room.
#[cfg(test)]
pub(super) fn write_fake(path: &Path, answer: &str) {
    // A shell writes it: a file that this process had open for writing could be held so by a child that another test
    // is just starting, and then could not be run.
    let script = r#"printf '#!/bin/sh\necho "%s"\n' "$2" > "$1" && chmod 755 "$1""#;
    let done = std::process::Command::new("sh").args(["-c", script, "sh"]).arg(path).arg(answer).status();
    assert!(done.expect("there is a shell").success());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_read_from_the_servers_answer() {
        let check = |answer: &str, want: Option<&str>| {
            assert_eq!(parse_answer(answer).map(|v| v.to_string()).as_deref(), want, "{answer:?}");
        };
        check("nats-server: v2.15.1\n", Some("2.15.1"));
        check("nats-server: v2.16.0-RC.1\n", Some("2.16.0"));
        check("nats-server: v2.15\n", None);
        check("nats-server: v2.15.1.4\n", None);
        check("gnatsd: v2.15.1\n", None);
        check("", None);
    }

    #[test]
    fn versions_compare_as_numbers() {
        let version = |text: &str| text.parse::<Version>().unwrap();
        assert!(version("2.9.25") < Version::MINIMUM);
        assert!(version("2.100.0") > Version::PINNED);
        assert_eq!(version("2.15.1"), Version::PINNED);
    }
}
