//! The readers of both streams: they read ahead and decode beside the deciding, as far as the streams went when it began.

use tokio::sync::mpsc;
use tokio_util::task::AbortOnDropHandle;

use crate::decider::Replay;
use crate::log::{Ends, Fault, Log, Record};
use crate::rules::Commit;

/// Batches of up to 512 records that wait to be taken: enough that nobody waits for a server that answers in time.
const AHEAD_LEN_MAX: usize = 4;

/// A record of EVENTS, and the commit that it is.
type Read = (Record, Result<Commit, String>);

/// EVENTS from its beginning.
pub(super) struct Events {
    batches: Batches<Read>,
    batch: std::vec::IntoIter<Read>,
    ended: bool,
}

/// COMMANDS from the oldest one that is kept.
pub(super) struct Commands {
    batches: Batches<Record>,
    batch: std::vec::IntoIter<Record>,
}

impl Events {
    /// # Errors
    /// When records are missing at its beginning.
    pub(super) fn of(log: &Log, Ends { first, last, .. }: Ends) -> Result<Events, Fault> {
        if first > 1 {
            return Err(Fault::never("verify EVENTS").because(format!(
                "it goes from {first} to {last}, and once went from 1 on; restore it from a backup"
            )));
        }
        let read = |record: Record| {
            let commit = record.commit();
            (record, commit)
        };
        Ok(Events {
            batches: Batches::of(log, "EVENTS", 1, last, read),
            batch: Vec::new().into_iter(),
            ended: false,
        })
    }

    pub(super) async fn next(&mut self) -> Result<Option<Read>, Fault> {
        loop {
            if let Some(read) = self.batch.next() {
                return Ok(Some(read));
            }
            let Some(batch) = self.batches.next().await? else { return Ok(None) };
            self.batch = batch.into_iter();
        }
    }

    /// Nothing that follows is given.
    pub(super) fn end(&mut self) {
        self.ended = true;
        self.batch = Vec::new().into_iter();
        self.batches.end();
    }
}

impl Events {
    /// Whether it was ended, and did not come to its end by itself.
    pub(super) fn has_ended(&self) -> bool {
        self.ended
    }
}

impl Commands {
    /// On a connection of its own: a record that no client can read ends the one that it comes on.
    ///
    /// # Errors
    /// When the server does not answer.
    pub(super) async fn of(log: &Log, Ends { first, last, .. }: Ends) -> Result<Commands, Fault> {
        let own = log.another("verify commands").await?;
        let batches = Batches::of(&own, "COMMANDS", first, last, |record| record);
        Ok(Commands { batches, batch: Vec::new().into_iter() })
    }

    /// The next ones, as many as are heard at once.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<Record>>, Fault> {
        loop {
            let heard: Vec<Record> = self.batch.by_ref().take(Replay::HEARD_LEN_MAX).collect();
            if !heard.is_empty() {
                return Ok(Some(heard));
            }
            let Some(batch) = self.batches.next().await? else { return Ok(None) };
            self.batch = batch.into_iter();
        }
    }
}

/// What a task of its own reads.
struct Batches<T> {
    queue: mpsc::Receiver<Result<Vec<T>, Fault>>,
    /// Ends with this.
    _reader: AbortOnDropHandle<()>,
}

impl<T: Send + 'static> Batches<T> {
    fn of(
        log: &Log,
        stream: &'static str,
        first: u64,
        last: u64,
        read: impl Fn(Record) -> T + Send + 'static,
    ) -> Batches<T> {
        let (sender, queue) = mpsc::channel(AHEAD_LEN_MAX);
        let mut follower = log.follow(stream, None, first);
        let reader = tokio::spawn(async move {
            let mut at = first.saturating_sub(1);
            while at < last {
                let batch = follower.next_up_to(last).await.map(|records| {
                    // Where nothing more can be read, that is its end.
                    at = records.last().map_or(last, |record| record.seq);
                    records.into_iter().filter(|record| record.seq <= last).map(&read).collect()
                });
                let failed = batch.is_err();
                if sender.send(batch).await.is_err() || failed {
                    return;
                }
            }
        });
        Batches { queue, _reader: AbortOnDropHandle::new(reader) }
    }

    async fn next(&mut self) -> Result<Option<Vec<T>>, Fault> {
        self.queue.recv().await.transpose()
    }

    fn end(&mut self) {
        self.queue.close();
        while self.queue.try_recv().is_ok() {}
    }
}
