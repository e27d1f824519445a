//! The settler: outcomes and snapshots wait for their commit to be stored, in the order of the decisions.

use std::sync::Arc;

use async_nats::Client;
use bytes::Bytes;
use tokio::sync::mpsc;
use tracing::warn;

use super::Snapshots;
use crate::log::{Acks, Appending, Fault};

/// The decisions under way: a second of peak traffic on one disk. A longer queue only makes outcomes later.
pub(super) const IN_FLIGHT_MAX: usize = 1_000;

/// One decision on its way to being stored.
pub(super) enum Settling {
    Decision { appending: Vec<Appending>, outcome: Answer },
    Snapshot(Vec<u8>),
}

/// An outcome with the subject it is told on.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Answer {
    pub(super) subject: String,
    pub(super) payload: Bytes,
}

/// Settles until the queue is closed and empty, or an append failed.
pub(super) async fn settle(
    client: Client,
    mut acks: Acks,
    snapshots: Snapshots,
    mut queue: mpsc::Receiver<Settling>,
) -> Result<(), Fault> {
    let snapshots = Arc::new(snapshots);
    while let Some(settling) = queue.recv().await {
        match settling {
            Settling::Decision { appending, outcome } => {
                for append in appending {
                    acks.stored(append).await?;
                }
                let told = client.publish(outcome.subject, outcome.payload).await;
                told.map_err(|error| Fault::later("tell an outcome").because(error))?;
            }
            Settling::Snapshot(bytes) => {
                let snapshots = Arc::clone(&snapshots);
                let stored = tokio::task::spawn_blocking(move || snapshots.store(&bytes)).await;
                if let Ok(Err(fault)) = stored {
                    warn!(%fault, "going on without");
                }
            }
        }
    }
    client.flush().await.map_err(|error| Fault::later("tell the last outcomes").because(error))
}
