//! Reports to the decider: at once when few come, in batches when many do, none larger than a command may be.

use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tracing::{error, warn};

use super::inbound::hash;
use crate::log::{Log, Retry};
use crate::rules::Command;
use crate::rules::command::Encoding;
use crate::rules::sms::{BATCH_LEN_MAX, Report, Reports};
use crate::wire::{command, to_msgpack, work};

/// Reports that wait while a batch is being stored: more than any window makes in that time.
const QUEUE_LEN_MAX: usize = 4_096;
/// Of the reports of one command. It and the facts that repeat it stay far below the 1 MiB that a server takes; one report
/// has its segments' ids, which are bounded each, and is smaller than this.
const BATCH_BYTES_MAX: usize = 256 * 1_024;
/// The server was away for longer than a publish tries.
const AGAIN_AFTER: Duration = Duration::from_secs(1);

struct Waiting {
    report: Report,
    stored: oneshot::Sender<()>,
}

/// Where reports are handed in. Clones are one.
#[derive(Debug, Clone)]
pub(super) struct Reporter(mpsc::Sender<Waiting>);

impl Reporter {
    /// Publishes until all its clones are gone.
    pub(super) fn start(log: Log) -> (Reporter, tokio::task::JoinHandle<()>) {
        let (queue, waiting) = mpsc::channel(QUEUE_LEN_MAX);
        (Reporter(queue), tokio::spawn(publish(log, waiting)))
    }

    /// Hands a report in; what is given resolves when it is stored.
    pub(super) async fn hand_in(&self, report: Report) -> oneshot::Receiver<()> {
        let (stored, told) = oneshot::channel();
        // With the publisher gone the program ends, and nobody is told that it was stored.
        let _ = self.0.send(Waiting { report, stored }).await;
        told
    }
}

async fn publish(log: Log, mut queue: mpsc::Receiver<Waiting>) {
    let mut waiting = Vec::with_capacity(BATCH_LEN_MAX);
    while queue.recv_many(&mut waiting, BATCH_LEN_MAX).await > 0 {
        for batch in cut(waiting.drain(..), BATCH_BYTES_MAX, |waiting| to_msgpack(&waiting.report).len()) {
            let (reports, told): (Vec<Report>, Vec<_>) =
                batch.into_iter().map(|waiting| (waiting.report, waiting.stored)).unzip();
            if store(&log, reports).await {
                for told in told {
                    // Who asked may have gone.
                    let _ = told.send(());
                }
            }
        }
    }
}

/// In order, in batches of at most so many bytes, or of one.
fn cut<T>(items: impl Iterator<Item = T>, bytes_max: usize, len: impl Fn(&T) -> usize) -> Vec<Vec<T>> {
    let mut batches: Vec<Vec<T>> = Vec::new();
    let mut bytes = 0;
    for item in items {
        let more = len(&item);
        match batches.last_mut() {
            Some(batch) if bytes + more <= bytes_max => {
                bytes += more;
                batch.push(item);
            }
            Some(_) | None => {
                bytes = more;
                batches.push(vec![item]);
            }
        }
    }
    batches
}

/// Whether they are stored. What no server takes is parked; who waits for it is not told that it is stored.
async fn store(log: &Log, reports: Vec<Report>) -> bool {
    let id = log.fresh_identity();
    let command = Command::SmsReport(Reports { reports, id: Some(id.clone()) });
    loop {
        let outgoing = command::outgoing("_sms", &command, Encoding::Msgpack);
        let Err(fault) = log.command(outgoing).await else { return true };
        match fault.retry {
            Retry::Later | Retry::Reload => warn!(%fault, "a report waits for the server"),
            Retry::Never => {
                error!(%fault, "a report cannot be stored; it is parked on OUTBOX");
                let payload = command::encode(&command, Encoding::Msgpack);
                let parked =
                    work::parked_unstored("sms", &hash(&[id.as_bytes()]), &fault.to_string(), &payload);
                if let Err(fault) = log.publish(parked, &id).await {
                    error!(%fault, "a report is lost");
                }
                return false;
            }
        }
        tokio::time::sleep(AGAIN_AFTER).await;
    }
}

#[cfg(test)]
mod tests {
    use super::cut;

    #[test]
    fn a_batch_is_cut_by_its_bytes_and_loses_nothing() {
        for (sizes, want) in [
            (vec![], vec![]),
            (vec![4, 5, 1], vec![vec![4, 5, 1]]),
            (vec![4, 5, 2, 9, 1, 1], vec![vec![4, 5], vec![2], vec![9, 1], vec![1]]),
            (vec![60, 60, 3], vec![vec![60], vec![60], vec![3]]),
        ] {
            assert_eq!(cut(sizes.iter().copied(), 10, |size| *size), want, "{sizes:?}");
        }
    }
}
