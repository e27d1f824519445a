//! Start-up: how long a decider takes to stand where the log ends, with a snapshot and its ids.

use std::time::Instant;

use super::world::World;
use crate::cli::output::Failure;
use crate::decider::{IdsFolder, Memory, Snapshots};

/// Seconds from nothing in memory to the end of the log; the decider itself is not running meanwhile.
pub(super) async fn seconds(world: &World) -> Result<f64, Failure> {
    let log = world.connect("startup").await?;
    let started = Instant::now();
    let mut memory = Memory::load(&log, &Snapshots::at(world.data())?).await?;
    let ids = IdsFolder::at(world.data()).open(&log).await?;
    ids.reach(&log, memory.mark()).await?;
    memory.catch_up(&log, Some(&ids)).await?;
    Ok(started.elapsed().as_secs_f64())
}
