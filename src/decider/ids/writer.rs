//! The writer of ids: decisions hand theirs on, and those that are stored in EVENTS reach the disk in batches, beside the deciding.
//!
//! Why a queue of its own: outcomes and snapshots go on while this disk is slow. Where the queue is full the deciding waits, for
//! what is not on the disk must be in memory.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, timeout, timeout_at};

use super::{DISK_WITHIN, Fresh, Ids, too_slow};
use crate::log::{Fault, Mark};

/// Ids that wait to be written: with those in the writer's hands fewer than memory holds.
pub(super) const QUEUE_LEN_MAX: usize = 4_096;
/// In the writer's hands.
pub(super) const HELD_LEN_MAX: usize = 2_048;
/// What is lost when the process dies is read from the log again: at most what this time brings.
const WRITTEN_EVERY: Duration = Duration::from_secs(1);

/// Where decisions hand their ids on.
#[derive(Debug)]
pub(in crate::decider) struct Handing(mpsc::Sender<Fresh>);

impl Handing {
    /// Waits where too many are not written yet.
    ///
    /// # Errors
    /// Where the disk is too slow, or the writer has ended.
    pub(in crate::decider) async fn hand(&self, fresh: Fresh) -> Result<(), Fault> {
        let handed = timeout(DISK_WITHIN, self.0.send(fresh)).await.map_err(|_| too_slow())?;
        handed.map_err(|_| Fault::reload("hand on an id"))
    }
}

/// The writer's end of a turn at deciding, and the other one.
pub(in crate::decider) fn write(
    ids: Arc<Ids>,
    stored: watch::Receiver<Mark>,
) -> (Handing, impl Future<Output = Result<(), Fault>> + Send + 'static) {
    let (hand, queue) = mpsc::channel(QUEUE_LEN_MAX);
    let writer = Writer { ids, queue, stored, held: Vec::with_capacity(HELD_LEN_MAX) };
    (Handing(hand), writer.run())
}

struct Writer {
    ids: Arc<Ids>,
    queue: mpsc::Receiver<Fresh>,
    /// The last commit that is known to be stored. Its ids were handed on before.
    stored: watch::Receiver<Mark>,
    held: Vec<Fresh>,
}

impl Writer {
    /// Until nobody hands on any more, and all that will be stored is.
    async fn run(mut self) -> Result<(), Fault> {
        loop {
            let ended = self.gather().await;
            if ended {
                while self.stored.changed().await.is_ok() {}
            }
            let stored = *self.stored.borrow_and_update();
            let len = self.held.partition_point(|fresh| fresh.mark.seq <= stored.seq);
            let is_all = len < self.held.len() || self.queue.is_empty();
            let fresh: Vec<Fresh> = self.held.drain(..len).collect();
            // Of what is stored, some may still be in the queue.
            let until = fresh.last().filter(|_| !is_all).map_or(stored, |last| last.mark);
            self.ids.take(fresh, until).await?;
            if ended {
                return self.ids.flush().await;
            }
        }
    }

    /// For a while, or until as many are held as can be and some of them are stored. Whether the turn is over.
    async fn gather(&mut self) -> bool {
        let until = Instant::now() + WRITTEN_EVERY;
        while self.held.len() < HELD_LEN_MAX {
            let room = HELD_LEN_MAX - self.held.len();
            match timeout_at(until, self.queue.recv_many(&mut self.held, room)).await {
                Ok(0) => return true,
                Ok(_) => {}
                Err(_) => return false,
            }
        }
        let first = self.held.first().map_or(Mark::default(), |fresh| fresh.mark);
        self.stored.wait_for(|stored| stored.seq >= first.seq).await.is_err()
    }
}
