//! The settler: outcomes and snapshots wait for their commit to be stored, in the order of the decisions.

use std::time::Duration;

use async_nats::{Client, HeaderMap};
use bytes::Bytes;
use tokio::sync::{mpsc, watch};
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::timeout;
use tracing::warn;

use super::{KeepCommands, Snapshots, trim};
use crate::log::{Acks, Appending, Fault, Log, Mark};
use crate::rules::State;
use crate::wire::headers::SAID_BY_HOMING;

/// The decisions under way: a second of peak traffic on one disk. A longer queue only makes outcomes later.
pub(super) const IN_FLIGHT_MAX: usize = 1_000;

/// Of the four seconds that a part has to stop: a state of a million users is encoded and written in less.
const STORED_WITHIN: Duration = Duration::from_secs(3);

/// One decision on its way to being stored.
pub(super) enum Settling {
    /// With the commit that the state stands at behind it.
    Decision { appending: Vec<Appending>, outcome: Answer, mark: Mark },
    /// A copy of the state, and the last commit that it holds.
    Snapshot(Mark, Box<State>),
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
    keeper: Keeper,
    stored: watch::Sender<Mark>,
    mut queue: mpsc::Receiver<Settling>,
) -> Result<(), Fault> {
    let mut keeping = Keeping { keeper, storing: None };
    let mut said = HeaderMap::new();
    said.insert(SAID_BY_HOMING.0, SAID_BY_HOMING.1);
    while let Some(settling) = queue.recv().await {
        match settling {
            Settling::Decision { appending, outcome, mark } => {
                for append in appending {
                    acks.stored(append).await?;
                }
                stored.send_replace(mark);
                let told = client.publish_with_headers(outcome.subject, said.clone(), outcome.payload).await;
                told.map_err(|error| Fault::later("tell an outcome").because(error))?;
            }
            Settling::Snapshot(mark, state) => keeping.store(mark, state),
        }
    }
    client.flush().await.map_err(|error| Fault::later("tell the last outcomes").because(error))?;
    keeping.ends().await;
    Ok(())
}

/// Where snapshots go, and what is done when one is stored.
#[derive(Debug, Clone)]
pub(super) struct Keeper {
    pub(super) log: Log,
    pub(super) snapshots: Snapshots,
    pub(super) commands: KeepCommands,
}

impl Keeper {
    async fn keep(self, mark: Mark, state: Box<State>) -> Result<(), Fault> {
        let Keeper { log, snapshots, commands } = self;
        let every = commands.checkpoint_every();
        let storing = snapshots.clone();
        let stored = spawn_blocking(move || {
            storing.store(mark, &state)?;
            every.map_or(Ok(()), |every| storing.keep(mark, every))
        });
        stored.await.unwrap_or_else(|error| Err(Fault::later("store a snapshot").because(error)))?;
        match commands {
            KeepCommands::Forever => Ok(()),
            KeepCommands::For(age) => trim::trim(&log, &snapshots, mark, age).await,
        }
    }
}

/// Snapshots on their way to the disk, one at a time: no decision waits until one is encoded, nor for a disk that is slow or
/// hangs.
struct Keeping {
    keeper: Keeper,
    storing: Option<JoinHandle<()>>,
}

impl Keeping {
    fn store(&mut self, mark: Mark, state: Box<State>) {
        if self.storing.as_ref().is_some_and(|storing| !storing.is_finished()) {
            warn!("the snapshot before is not stored yet; going on without this one");
            return;
        }
        let keeper = self.keeper.clone();
        self.storing = Some(tokio::spawn(async move {
            if let Err(fault) = keeper.keep(mark, state).await {
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
