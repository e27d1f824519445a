//! The one writer of EVENTS: commands in, the pure rules asked, commits out.
//!
//! Invariant: nothing is acknowledged and nothing is decided twice: the last commit is the position.
//! Invariant: an outcome is told, and a snapshot kept, only after the commits behind it are stored.
//! Invariant: whoever loses the fence forgets what it believed and reads the log again.

mod active;
mod awaited;
mod memory;
mod settle;
mod snapshot;
mod standby;

pub use memory::Memory;
pub use snapshot::Snapshots;

use std::path::Path;

use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::log::{Fault, Log, Retry};

/// Stands by while another decider is active, and decides when none is; until `stop`.
///
/// # Errors
/// Only what trying again cannot mend.
pub async fn run(log: Log, data: &Path, stop: CancellationToken) -> Result<(), Fault> {
    let snapshots = Snapshots::at(data)?;
    let mut memory = None;
    while !stop.is_cancelled() {
        let one_turn = turn(&log, &snapshots, &mut memory, &stop).await;
        let fault = match one_turn {
            Ok(()) => continue,
            Err(fault) if fault.retry == Retry::Never => return Err(fault),
            Err(fault) => fault,
        };
        warn!(%fault, "the decider reads the log again");
        memory = None;
        stop.run_until_cancelled(standby::pause()).await;
    }
    Ok(())
}

/// Follows the log until nobody is active, then decides until it is stopped or loses the fence.
async fn turn(
    log: &Log,
    snapshots: &Snapshots,
    memory: &mut Option<Memory>,
    stop: &CancellationToken,
) -> Result<(), Fault> {
    let mut current = match memory.take() {
        Some(memory) => memory,
        None => Memory::load(log, snapshots).await?,
    };
    current.catch_up(log).await?;
    if standby::someone_is_active(log).await {
        *memory = Some(current);
        stop.run_until_cancelled(standby::pause()).await;
        return Ok(());
    }
    let (command, commit) = current.state().position();
    info!(seq = command.0, commit = commit.0, "deciding");
    active::decide(log, snapshots, current, stop).await
}
