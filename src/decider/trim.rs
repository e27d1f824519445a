//! The trimming of COMMANDS: what was decided long ago leaves it, up to a checkpoint from which what is kept can be decided again.
//!
//! Invariant: only what a stored snapshot has answered is removed, by the active decider, from the stream that EVENTS answers.

use std::fmt;
use std::str::FromStr;

use serde_with::DeserializeFromStr;
use tokio::task::spawn_blocking;
use tracing::info;

use super::checkpoint::Checkpoint;
use super::{Snapshots, origin};
use crate::log::{Fault, Log, Mark};
use crate::words::Span;

/// The week in which an `id` is known again, and in which somebody asks what was said.
const KEPT_FOR: Span = Span::from_secs(7 * 86_400);
/// Checkpoints within the time for which commands are kept: one a day of the week. So many files are there at most, and two.
const CHECKPOINTS_LEN: i64 = 7;
/// However short that time is: a checkpoint is a snapshot of everything.
const CHECKPOINT_EVERY_MIN: Span = Span::from_secs(1);

/// How long commands stay in COMMANDS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, DeserializeFromStr)]
pub enum KeepCommands {
    Forever,
    For(Span),
}

impl Default for KeepCommands {
    fn default() -> KeepCommands {
        KeepCommands::For(KEPT_FOR)
    }
}

impl FromStr for KeepCommands {
    type Err = String;
    fn from_str(text: &str) -> Result<KeepCommands, String> {
        if text == "forever" {
            return Ok(KeepCommands::Forever);
        }
        let wrong = |why: String| format!("{why}; or `forever`");
        text.parse().map(KeepCommands::For).map_err(|error: crate::words::WordError| wrong(error.to_string()))
    }
}

impl fmt::Display for KeepCommands {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            KeepCommands::Forever => f.write_str("forever"),
            KeepCommands::For(age) => age.fmt(f),
        }
    }
}

impl KeepCommands {
    /// How far checkpoints are apart; none where they are not needed, for COMMANDS holds all.
    pub(super) fn checkpoint_every(self) -> Option<Span> {
        match self {
            KeepCommands::Forever => None,
            KeepCommands::For(age) => {
                Some(Span::from_ms(age.ms() / CHECKPOINTS_LEN).max(CHECKPOINT_EVERY_MIN))
            }
        }
    }
}

/// Cuts COMMANDS at the newest checkpoint that is old enough by the time of the commit at `mark`, and removes the checkpoints
/// before it. Its own last command stays, by which COMMANDS is known again.
pub(super) async fn trim(log: &Log, snapshots: &Snapshots, mark: Mark, age: Span) -> Result<(), Fault> {
    let checkpoints = files(snapshots, |snapshots| snapshots.checkpoints()).await?;
    let (mut old, _): (Vec<_>, Vec<_>) =
        checkpoints.into_iter().partition(|checkpoint| checkpoint.mark.at + age <= mark.at);
    let Some(cut) = old.pop() else { return Ok(()) };
    // Who decides says what is wrong with it, and what to do.
    if origin::look(log, mark).await?.is_some() {
        return Ok(());
    }
    let at = cut.mark.command.0;
    let before = log.ends("COMMANDS").await?.first;
    let stands = log.wrapped_record("COMMANDS", at.max(1), None).await?;
    if before < at && stands.is_some_and(|stands| stands.seq == at && stands.at == cut.mark.at) {
        log.begin_at("COMMANDS", at).await?;
        info!(from = before, to = at - 1, "commands that were decided long ago have left COMMANDS");
    }
    files(snapshots, move |_| old.iter().try_for_each(Checkpoint::remove)).await
}

/// A disk that is slow or hangs holds up nothing else.
async fn files<T: Send + 'static>(
    snapshots: &Snapshots,
    work: impl FnOnce(&Snapshots) -> Result<T, Fault> + Send + 'static,
) -> Result<T, Fault> {
    let snapshots = snapshots.clone();
    let done = spawn_blocking(move || work(&snapshots)).await;
    done.unwrap_or_else(|error| Err(Fault::later("look after checkpoints").because(error)))
}
