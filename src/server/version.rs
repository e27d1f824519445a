//! The version of a nats-server, as the binary tells it, and the versions that Homing accepts.

use std::fmt;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;
use tokio::time;

/// A binary that does not tell its version within this is not a nats-server.
const VERSION_WAIT_S_MAX: u64 = 10;
/// What else it may answer is shown up to here.
const ANSWER_CHARS_MAX: usize = 100;

/// Major, minor, patch. A pre-release counts as its release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version([u32; 3]);

impl Version {
    /// The oldest server with what we use of JetStream.
    pub const MINIMUM: Version = Version([2, 12, 0]);
    /// The one we obtain, and from which `sync_interval: always` costs one sync per Raft entry.
    pub const PINNED: Version = Version([2, 15, 1]);
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Version([major, minor, patch]) = self;
        write!(f, "{major}.{minor}.{patch}")
    }
}

/// Asks `<binary> --version`.
///
/// # Errors
/// Why the file is no server, in words that fit behind its name.
pub(super) async fn version_of(binary: &Path) -> Result<Version, String> {
    let mut command = Command::new(binary);
    command.arg("--version").stdin(Stdio::null()).kill_on_drop(true);
    let limit = Duration::from_secs(VERSION_WAIT_S_MAX);
    let Ok(output) = time::timeout(limit, command.output()).await else {
        return Err(format!("it does not answer --version within {VERSION_WAIT_S_MAX} s"));
    };
    let output = output.map_err(|error| format!("it cannot be run: {error}"))?;
    let answer = String::from_utf8_lossy(&output.stdout);
    parse(&answer).ok_or_else(|| {
        let answer: String = answer.chars().take(ANSWER_CHARS_MAX).collect();
        let status = output.status;
        format!("it answers --version with {answer:?} ({status}), not with \"nats-server: v<version>\"")
    })
}

fn parse(answer: &str) -> Option<Version> {
    let release = answer.trim().strip_prefix("nats-server: v")?.split(['-', '+']).next()?;
    let parts: Result<Vec<u32>, _> = release.split('.').map(str::parse).collect();
    parts.ok()?.try_into().ok().map(Version)
}

/// A stand-in that does this, for the tests of this room.
#[cfg(test)]
pub(super) fn write_fake(path: &Path, body: &str) {
    // A shell writes it: a file that this process had open for writing could be held so by a child that another test
    // is just starting, and then could not be run.
    let script = r#"printf '#!/bin/sh\n%s\n' "$2" > "$1" && chmod 755 "$1""#;
    let done = std::process::Command::new("sh").args(["-c", script, "sh"]).arg(path).arg(body).status();
    assert!(done.expect("there is a shell").success());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_read_from_the_servers_answer() {
        let check = |answer: &str, want: Option<&str>| {
            assert_eq!(parse(answer).map(|v| v.to_string()).as_deref(), want, "{answer:?}");
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
        assert!(Version([2, 9, 25]) < Version::MINIMUM);
        assert!(Version([2, 100, 0]) > Version::PINNED);
    }
}
