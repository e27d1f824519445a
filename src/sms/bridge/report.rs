//! Reports to the decider: at once when few come, in batches when many do.

use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tracing::warn;

use crate::log::Log;
use crate::rules::Command;
use crate::rules::command::Encoding;
use crate::rules::sms::{BATCH_LEN_MAX, Report, Reports};
use crate::wire::command;

/// Reports that wait while a batch is being stored: more than any window makes in that time.
const QUEUE_LEN_MAX: usize = 4_096;
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
    let mut batch = Vec::with_capacity(BATCH_LEN_MAX);
    while queue.recv_many(&mut batch, BATCH_LEN_MAX).await > 0 {
        let (reports, told): (Vec<Report>, Vec<_>) =
            batch.drain(..).map(|waiting: Waiting| (waiting.report, waiting.stored)).unzip();
        let command = Command::SmsReport(Reports { reports });
        let identity = log.fresh_identity();
        while let Err(fault) =
            log.publish(command::outgoing("_sms", &command, Encoding::Msgpack), &identity).await
        {
            warn!(%fault, "a report waits for the server");
            tokio::time::sleep(AGAIN_AFTER).await;
        }
        // Who asked may have gone.
        for told in told {
            let _ = told.send(());
        }
    }
}
