//! Doubtful heartbeats: of a device that is not known to be online, which may have come online a moment ago.
//!
//! They are answered when all is read that the log held when they came.

use async_nats::Subject;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;
use tracing::debug;

use super::kept::Kept;
use super::leases::Device;
use crate::log::{Fault, Log};
use crate::words::EventSeq;

/// Heartbeats in doubt at once. One more is not answered; its client asks again.
pub(super) const DOUBTS_LEN_MAX: usize = 1_024;

/// Who asks, and where the answer goes.
pub(super) type Doubt = (Device, Subject);

/// Holds them back until `read` has come to where the log ended.
pub(super) async fn run(
    log: &Log,
    mut doubts: mpsc::Receiver<Doubt>,
    read: watch::Receiver<EventSeq>,
    settled: mpsc::Sender<Vec<Doubt>>,
    ends: &CancellationToken,
) -> Result<(), Fault> {
    let hold = async {
        let (subjects, mut read) = (Kept::reads(), read);
        loop {
            let mut some = Vec::new();
            if doubts.recv_many(&mut some, DOUBTS_LEN_MAX).await == 0 {
                return;
            }
            match log.last_seq_of("EVENTS", &subjects).await {
                Ok(end) if read.wait_for(|read| *read >= EventSeq(end)).await.is_err() => return,
                Ok(_) if settled.send(some).await.is_err() => return,
                Ok(_) => {}
                Err(fault) => debug!(%fault, "some heartbeats are not answered"),
            }
        }
    };
    ends.run_until_cancelled(hold).await;
    Ok(())
}
