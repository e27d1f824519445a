//! Runs another program to its end, and keeps what it said last when it failed.

use std::io;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::process::Command;
use tokio::time;

/// Enough of a tool's complaint to act on; the rest is noise in a message.
const LAST_LINES_MAX: usize = 5;

#[derive(Debug, thiserror::Error)]
pub(super) enum ToolError {
    #[error("{program} cannot be run: {source}")]
    Start { program: String, source: io::Error },
    #[error("{program} failed ({status}): {said}")]
    Failed { program: String, status: ExitStatus, said: String },
    #[error("{program} was stopped: not done after {seconds} s")]
    TooLong { program: String, seconds: u64 },
}

/// What the program wrote to its standard output. Dropping the future kills the program.
pub(super) async fn run(command: &mut Command, limit: Duration) -> Result<String, ToolError> {
    command.stdin(Stdio::null()).kill_on_drop(true);
    let program = command.as_std().get_program().to_string_lossy().into_owned();
    let Ok(done) = time::timeout(limit, command.output()).await else {
        return Err(ToolError::TooLong { program, seconds: limit.as_secs() });
    };
    let output = match done {
        Ok(output) => output,
        Err(source) => return Err(ToolError::Start { program, source }),
    };
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = last_lines(&String::from_utf8_lossy(&output.stderr), LAST_LINES_MAX);
    Err(ToolError::Failed { program, status: output.status, said })
}

/// The last lines that hold anything, joined for a message of one line.
pub(super) fn last_lines(text: &str, lines_max: usize) -> String {
    let mut lines: Vec<&str> =
        text.lines().rev().map(str::trim).filter(|l| !l.is_empty()).take(lines_max).collect();
    lines.reverse();
    lines.join(" | ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_are_kept_in_order() {
        assert_eq!(last_lines("a\nb\n\n c \n", 2), "b | c");
        assert_eq!(last_lines("", 2), "");
    }

    #[tokio::test]
    async fn a_failure_tells_what_the_program_said() {
        let limit = Duration::from_secs(10);
        let failed =
            run(Command::new("sh").args(["-c", "echo no luck >&2; exit 3"]), limit).await.unwrap_err();
        assert_eq!(failed.to_string(), "sh failed (exit status: 3): no luck");
        let missing = run(&mut Command::new("/nowhere/tool"), limit).await.unwrap_err();
        assert!(missing.to_string().starts_with("/nowhere/tool cannot be run: "), "{missing}");
        let slow = run(Command::new("sleep").arg("60"), Duration::from_millis(20)).await.unwrap_err();
        assert!(slow.to_string().starts_with("sleep was stopped"), "{slow}");
    }
}
