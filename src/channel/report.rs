//! Reports to the decider: at once when few come, in batches when many do, none larger than a command may be.

use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tracing::{error, warn};

use crate::log::{Fault, Log, Retry};
use crate::rules::Command;
use crate::rules::attempt::{Adapter, BATCH_LEN_MAX, Report, Reports};
use crate::rules::presence::Encoding;
use crate::wire::{command, to_msgpack, work};

/// Reports that wait while a batch is being stored: more than any connector makes in that time.
const QUEUE_LEN_MAX: usize = 4_096;
/// Of the reports of one command. It and the facts that repeat it stay far below the 1 MiB that a server takes; one report
/// has its segments' ids, which are bounded each, and is smaller than this.
const BATCH_BYTES_MAX: usize = 256 * 1_024;
/// A batch is at most this part of what the server takes at once: the facts that repeat it say more than it does.
const PART_OF_PAYLOAD: usize = 4;
/// Beside the payload in what is parked: its fields, its headers, and why.
const PARKED_BYTES: usize = 1_024;
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
    pub(super) fn start(log: Log, channel: Adapter) -> (Reporter, tokio::task::JoinHandle<()>) {
        let (queue, waiting) = mpsc::channel(QUEUE_LEN_MAX);
        (Reporter(queue), tokio::spawn(publish(Speaker { log, channel }, waiting)))
    }

    /// Hands a report in; what is given resolves when it is stored, or parked because no server takes it.
    pub(super) async fn hand_in(&self, report: Report) -> oneshot::Receiver<()> {
        let (stored, told) = oneshot::channel();
        // With the publisher gone the program ends, and nobody is told that it was stored.
        let _ = self.0.send(Waiting { report, stored }).await;
        told
    }
}

/// Who stores them: a channel's part.
#[derive(Debug, Clone)]
struct Speaker {
    log: Log,
    channel: Adapter,
}

async fn publish(speaker: Speaker, mut queue: mpsc::Receiver<Waiting>) {
    let mut waiting = Vec::with_capacity(BATCH_LEN_MAX);
    while queue.recv_many(&mut waiting, BATCH_LEN_MAX).await > 0 {
        let bytes_max = batch_bytes_max(speaker.log.client().server_info().max_payload);
        for batch in cut(waiting.drain(..), bytes_max, |waiting| to_msgpack(&waiting.report).len()) {
            let store = |reports| speaker.store(reports);
            store_or_park(batch, store, |report, why| speaker.park(report, why)).await;
        }
    }
}

fn batch_bytes_max(payload_bytes_max: usize) -> usize {
    BATCH_BYTES_MAX.min(payload_bytes_max / PART_OF_PAYLOAD)
}

/// Stores a batch, or, where no server takes it, each of its reports; parks what is refused by itself. Either way who waits
/// is told: a report that nobody can store must not hold its delivery back.
async fn store_or_park<S, P>(
    batch: Vec<Waiting>,
    store: impl Fn(Vec<Report>) -> S,
    park: impl Fn(Report, Fault) -> P,
) where
    S: Future<Output = Result<(), Fault>>,
    P: Future<Output = ()>,
{
    let singly = store(batch.iter().map(|waiting| waiting.report.clone()).collect()).await.is_err();
    for Waiting { report, stored } in batch {
        if singly && let Err(why) = store(vec![report.clone()]).await {
            park(report, why).await;
        }
        // Who asked may have gone.
        let _ = stored.send(());
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

impl Speaker {
    /// Stores them as one command, however long the server is away.
    ///
    /// # Errors
    /// Only what trying again cannot mend: the server refuses it.
    async fn store(&self, reports: Vec<Report>) -> Result<(), Fault> {
        let command = Command::from(Reports { reports, id: Some(self.log.fresh_identity()) });
        loop {
            let outgoing = command::outgoing(self.channel.part(), &command, Encoding::Msgpack);
            let Err(fault) = self.log.command(outgoing).await else { return Ok(()) };
            match fault.retry {
                Retry::Later | Retry::Reload => warn!(%fault, "a report waits for the server"),
                Retry::Never => return Err(fault),
            }
            tokio::time::sleep(AGAIN_AFTER).await;
        }
    }

    /// Parks a report where a person sees it: as much of it as the server takes.
    async fn park(&self, report: Report, why: Fault) {
        error!(%why, "a report cannot be stored; it is parked on OUTBOX");
        let id = self.log.fresh_identity();
        let command = Command::from(Reports { reports: vec![report], id: Some(id.clone()) });
        let mut payload = command::encode(&command, Encoding::Msgpack);
        payload.truncate(self.log.client().server_info().max_payload.saturating_sub(PARKED_BYTES));
        loop {
            let parked = work::parked_unstored(self.channel.as_str(), &id, &why.to_string(), &payload);
            let Err(fault) = self.log.publish(parked, &id).await else { return };
            match fault.retry {
                Retry::Later | Retry::Reload => warn!(%fault, "a report is parked later"),
                Retry::Never => return error!(%fault, "a report is lost"),
            }
            tokio::time::sleep(AGAIN_AFTER).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;
    use crate::words::CommandSeq;

    fn silent(number: u64) -> Report {
        let message = crate::words::MessageId::of(CommandSeq(number));
        Report::Silent { message, to: "bob".parse().unwrap() }
    }

    #[tokio::test]
    async fn only_what_is_itself_refused_is_parked_and_all_who_wait_are_told() {
        for (reports, refused, tries) in [
            (vec![1, 2, 3], vec![], 1),
            (vec![1, 2, 3], vec![2], 4),
            (vec![1, 2], vec![1, 2], 3),
            (vec![1], vec![1], 2),
        ] {
            let (waiting, told): (Vec<_>, Vec<_>) = reports.iter().map(|number| waits(*number)).unzip();
            let refused: Vec<Report> = refused.into_iter().map(silent).collect();
            let (tried, parked) = (RefCell::new(0), RefCell::new(Vec::new()));
            let store = async |reports: Vec<Report>| {
                *tried.borrow_mut() += 1;
                let takes = !reports.iter().any(|report| refused.contains(report));
                if takes { Ok(()) } else { Err(Fault::never("store it")) }
            };
            store_or_park(waiting, store, async |report, _| parked.borrow_mut().push(report)).await;
            assert_eq!((parked.into_inner(), tried.into_inner()), (refused, tries), "{reports:?}");
            for told in told {
                told.await.unwrap();
            }
        }
    }

    fn waits(number: u64) -> (Waiting, oneshot::Receiver<()>) {
        let (stored, told) = oneshot::channel();
        (Waiting { report: silent(number), stored }, told)
    }

    #[test]
    fn a_batch_is_no_larger_than_its_part_of_what_the_server_takes() {
        for (payload, want) in [(4 << 20, 256 << 10), (1 << 20, 256 << 10), (64 << 10, 16 << 10), (0, 0)] {
            assert_eq!(batch_bytes_max(payload), want);
        }
    }

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
