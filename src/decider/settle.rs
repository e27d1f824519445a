//! The settler: outcomes and snapshots wait for their commit to be stored, in the order of the decisions.

use std::sync::Arc;
use std::time::Duration;

use async_nats::Client;
use bytes::Bytes;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tracing::warn;

use super::Snapshots;
use crate::log::{Acks, Appending, Fault, Mark};

/// The decisions under way: a second of peak traffic on one disk. A longer queue only makes outcomes later.
pub(super) const IN_FLIGHT_MAX: usize = 1_000;

/// Of the four seconds that a part has to stop.
const STORED_WITHIN: Duration = Duration::from_secs(2);

/// One decision on its way to being stored.
pub(super) enum Settling {
    /// With the commit that the state stands at behind it.
    Decision {
        appending: Vec<Appending>,
        outcome: Answer,
        mark: Mark,
    },
    Snapshot(Vec<u8>),
}

/// An outcome with the subject it is told on.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Answer {
    pub(super) subject: String,
    pub(super) payload: Bytes,
}

/// Settles until the queue is closed and empty, or an append failed. `stored` is told how far the commits are.
pub(super) async fn settle(
    client: Client,
    mut acks: Acks,
    snapshots: Snapshots,
    stored: watch::Sender<Mark>,
    mut queue: mpsc::Receiver<Settling>,
) -> Result<(), Fault> {
    let mut keeping = Keeping { snapshots: Arc::new(snapshots), storing: None };
    while let Some(settling) = queue.recv().await {
        match settling {
            Settling::Decision { appending, outcome, mark } => {
                for append in appending {
                    acks.stored(append).await?;
                }
                stored.send_replace(mark);
                let told = client.publish(outcome.subject, outcome.payload).await;
                told.map_err(|error| Fault::later("tell an outcome").because(error))?;
            }
            Settling::Snapshot(bytes) => keeping.store(bytes),
        }
    }
    client.flush().await.map_err(|error| Fault::later("tell the last outcomes").because(error))?;
    keeping.ends().await;
    Ok(())
}

/// Snapshots on their way to the disk, one at a time: no decision waits for a disk that is slow or hangs.
struct Keeping {
    snapshots: Arc<Snapshots>,
    storing: Option<JoinHandle<()>>,
}

impl Keeping {
    fn store(&mut self, bytes: Vec<u8>) {
        if self.storing.as_ref().is_some_and(|storing| !storing.is_finished()) {
            warn!("the snapshot before is not stored yet; going on without this one");
            return;
        }
        let snapshots = Arc::clone(&self.snapshots);
        self.storing = Some(tokio::task::spawn_blocking(move || {
            if let Err(fault) = snapshots.store(&bytes) {
                warn!(%fault, "going on without");
            }
        }));
    }

    /// The last one is worth waiting for: the next start is quicker by it.
    async fn ends(self) {
        let Some(storing) = self.storing else { return };
        if timeout(STORED_WITHIN, storing).await.is_err() {
            warn!("the last snapshot is not stored in time; the next start reads more of the log");
        }
    }
}
