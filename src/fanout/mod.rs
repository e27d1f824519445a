//! Performs decided deliveries: live messages to clients that are online, work for channel adapters to OUTBOX.
//!
//! Invariant: every effect may happen twice and does no harm: a live message's subject holds its id, and an item on
//! OUTBOX has its delivery's identity as message id.
//! Invariant: nothing is decided here; a delivery goes where its commit says.

mod bodies;
mod deliver;

use tokio_util::sync::CancellationToken;

use crate::log::{Fault, Log, Source, work};

const SOURCE: Source = Source { stream: "EVENTS", durable: "fanout", batch_len_max: 256 };

/// Works until `stop`.
///
/// # Errors
/// Only what trying again cannot mend.
pub async fn run(log: Log, stop: CancellationToken) -> Result<(), Fault> {
    work(&log, SOURCE, &mut deliver::Deliver::new(log.clone()), &stop).await
}
