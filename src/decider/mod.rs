//! The one writer of EVENTS: commands in, the pure rules asked, commits out.
//!
//! Invariant: nothing is acknowledged and nothing is decided twice: the last commit is the position.
//! Invariant: an outcome is told, and a snapshot kept, only after the commits behind it are stored.
//! Invariant: whether an `id` was used before is known for seven days: by the state, or by `ids/` on disk.
//! Invariant: whoever loses the fence forgets what it believed and reads the log again.
//! Invariant: nothing that a command says, and nothing that somebody else has published, stops the deciding.
//! Invariant: what leaves COMMANDS was answered by a state that is kept on disk.
//! Invariant: nothing is decided before COMMANDS was held against EVENTS: what is acknowledged is decided, or is said not to be.

mod active;
mod awaited;
#[cfg(feature = "changed_rule")]
mod changed;
mod checkpoint;
mod ids;
mod judge;
mod look;
mod memory;
mod origin;
mod repair;
mod replay;
mod settle;
mod snapshot;
mod standby;
mod trim;

pub use checkpoint::{Checkpoint, checkpoint_files};
pub use ids::{Ids, IdsFolder};
pub use judge::{Heard, Judged};
pub use memory::{Memory, SNAPSHOT_EVERY_SHARE};
pub use repair::{Plan, repair};
pub use replay::{Fold, Replay};
pub use snapshot::{Kept, KeptSnapshot, Snapshots};
pub use trim::KeepCommands;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_nats::connection::State;
use tokio_util::sync::CancellationToken;
use tracing::{debug, info, warn};

use crate::log::{Fault, Log, Mark, Retry};
use crate::wire::commit::COMMIT_BYTES_MAX;
use crate::words::{CommandSeq, EventSeq};

/// Between two readings of the log, where nothing was decided since the one before: the first pause, and the longest.
/// Reading a long log costs seconds of a core, and what failed twice in the same place seldom goes through at once.
const READ_AGAIN_AFTER: Duration = Duration::from_millis(300);
const READ_AGAIN_AFTER_MAX: Duration = Duration::from_secs(10);

/// Stands by while another decider is active, and decides when none is; until `stop`. COMMANDS is trimmed by `keep_commands`.
/// Says meanwhile whether it `decides`.
///
/// # Errors
/// Only what trying again cannot mend.
pub async fn run(
    log: Log,
    data: &Path,
    keep_commands: KeepCommands,
    decides: &AtomicBool,
    stop: CancellationToken,
) -> Result<(), Fault> {
    let snapshots = Snapshots::at(data)?;
    let mut decider = Decider {
        log,
        snapshots,
        folder: IdsFolder::at(data),
        keep_commands,
        memory: None,
        ids: None,
        unfit: None,
        reached: CommandSeq::default(),
        told: EventSeq::default(),
        faults: 0,
    };
    while !stop.is_cancelled() {
        let turned = decider.turn(decides, &stop).await;
        decides.store(false, Ordering::Relaxed);
        let fault = match turned {
            Ok(()) => continue,
            Err(fault) if fault.retry == Retry::Never => return Err(fault),
            Err(fault) => fault,
        };
        let pause = decider.pause();
        warn!(%fault, "the decider reads the log again in {pause:?}");
        stop.run_until_cancelled(tokio::time::sleep(pause)).await;
    }
    Ok(())
}

/// What is kept between two turns.
struct Decider {
    log: Log,
    snapshots: Snapshots,
    folder: IdsFolder,
    keep_commands: KeepCommands,
    memory: Option<Memory>,
    ids: Option<Arc<Ids>>,
    /// The command whose decision the rules could not take in.
    unfit: Option<CommandSeq>,
    /// The last command that was found decided when the log was read.
    reached: CommandSeq,
    /// The last record of EVENTS that is none of ours and was reported.
    told: EventSeq,
    /// Since anything was decided.
    faults: u32,
}

impl Decider {
    /// Follows the log until nobody is active, then decides until it is stopped or loses the fence.
    async fn turn(&mut self, decides: &AtomicBool, stop: &CancellationToken) -> Result<(), Fault> {
        let mut memory = match self.memory.take() {
            Some(memory) => memory,
            None => {
                // The log may be another one, or end earlier.
                self.ids = None;
                Memory::load(&self.log, &self.snapshots).await?.having_told(self.told)
            }
        };
        let ids = self.ids_up_to(memory.mark()).await;
        let Decider { log, snapshots, .. } = self;
        let caught_up = memory.catch_up(log, ids.as_ref().ok()).await;
        self.told = memory.passed_over().1;
        caught_up?;
        let (command, commit) = memory.state().position();
        if command > self.reached {
            (self.reached, self.faults) = (command, 0);
        }
        if standby::someone_is_active(log).await {
            self.ids = ids.inspect_err(|fault| debug!(%fault, "standing by without the ids")).ok();
            self.memory = Some(memory);
            stop.run_until_cancelled(standby::pause()).await;
            return Ok(());
        }
        let ids = match ids {
            Ok(ids) => ids,
            Err(fault) => {
                self.memory = Some(memory);
                return Err(fault);
            }
        };
        memory.stops_reading();
        must_take_commits(log)?;
        origin::compare(log, memory.mark()).await?;
        origin::must_go_on(log, command.0).await?;
        let commands = &log.another("decider commands").await?;
        info!(seq = command.0, commit = commit.0, "deciding");
        decides.store(true, Ordering::Relaxed);
        let (keep_commands, unfit) = (self.keep_commands, &mut self.unfit);
        let turn = active::Turn { log, commands, snapshots, ids: &ids, keep_commands, unfit, stop };
        active::decide(turn, memory).await
    }

    /// The ids, with all that this commit and those before it have used. Where they cannot be had nothing is decided; who stands
    /// by needs none yet: a process beside it that uses the same folder may have it.
    async fn ids_up_to(&mut self, mark: Mark) -> Result<Arc<Ids>, Fault> {
        let ids = match self.ids.take() {
            Some(ids) => ids,
            None => self.folder.open(&self.log).await?,
        };
        ids.reach(&self.log, mark).await?;
        Ok(ids)
    }

    /// How long to wait after a fault. While the server is away there is nothing to spare.
    fn pause(&mut self) -> Duration {
        if self.log.client().connection_state() != State::Connected {
            return READ_AGAIN_AFTER;
        }
        let pause = pause_after(self.faults);
        self.faults = self.faults.saturating_add(1);
        pause
    }
}

/// After so many faults in a row.
fn pause_after(faults: u32) -> Duration {
    READ_AGAIN_AFTER.saturating_mul(2_u32.saturating_pow(faults)).min(READ_AGAIN_AFTER_MAX)
}

/// A server that takes less than a commit may have would end the connection at the first large one.
fn must_take_commits(log: &Log) -> Result<(), Fault> {
    let takes = log.client().max_payload();
    if takes >= COMMIT_BYTES_MAX {
        return Ok(());
    }
    Err(Fault::never("decide").because(format!(
        "the server takes messages of {takes} bytes at most, and a commit has up to {COMMIT_BYTES_MAX}; set `max_payload: \
         1MB` or more in nats-server's configuration, and start it again"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_fails_again_and_again_reads_the_log_less_and_less_often() {
        let pauses = [0, 1, 2, 5, 6, u32::MAX].map(|faults| pause_after(faults).as_millis());
        assert_eq!(pauses, [300, 600, 1_200, 9_600, 10_000, 10_000]);
    }
}
