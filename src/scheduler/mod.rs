//! Timers: set on DUE as commits ask for them, sent back with delayed redelivery until due, fired as commands.
//!
//! Invariant: the due time is in the timer and is compared on every delivery; the delay of a NAK is only a hint.
//! Invariant: a firing carries the timer's identity, so that firing twice decides nothing twice.

mod fire;
mod set;

use tokio_util::sync::CancellationToken;

use crate::log::{Fault, Log, Source, work};

const ACCEPTED: Source = Source { stream: "EVENTS", durable: "scheduler", batch_len_max: 256 };
const TIMERS: Source = Source { stream: "DUE", durable: "timers", batch_len_max: 1_000 };

/// Works until `stop`.
///
/// # Errors
/// Only what trying again cannot mend.
pub async fn run(log: Log, stop: CancellationToken) -> Result<(), Fault> {
    let (mut set, mut fire) = (set::Set::new(log.clone()), fire::Fire::new(log.clone()));
    tokio::try_join!(work(&log, ACCEPTED, &mut set, &stop), work(&log, TIMERS, &mut fire, &stop))?;
    Ok(())
}
