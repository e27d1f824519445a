//! The one loop that settles: a room's handler judges the records of a durable consumer, this acks, NAKs or parks.

use std::collections::BTreeMap;
use std::pin::pin;
use std::time::Duration;

use bytes::Bytes;
use tokio::time::{Interval, MissedTickBehavior, interval, sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;
use tracing::debug;

use super::durable::KEPT_EVERY;
use super::{Fault, Log, Record, Retry, Source, Taken, Verdict};

/// A room's work on one durable consumer.
pub trait Handler: Send {
    /// Judges a batch, in order. The effects of those that are done are safe when this returns.
    fn judge(&mut self, records: &[&Record]) -> impl Future<Output = Vec<Verdict>> + Send;

    /// Waits for the end of one that is worked on beside the way ([`Verdict::Beside`]), and tells its sequence. Dropping the
    /// future loses nothing.
    fn beside(&mut self) -> impl Future<Output = (u64, Verdict)> + Send {
        std::future::pending()
    }

    /// Whether it can judge more now. It is asked again when one that was beside the way has ended.
    fn has_room(&self) -> bool {
        true
    }
}

/// The server was away while a batch was settled.
const AGAIN_AFTER: Duration = Duration::from_millis(100);
/// What is in hand comes again five seconds after it was last heard of (`streams/EVENTS/`).
const TICK_EVERY: Duration = Duration::from_secs(1);
/// Of the four seconds that a part has to stop.
const KEPT_WITHIN: Duration = Duration::from_secs(1);

/// Works until `stop`. While the server is away it waits for it.
///
/// # Errors
/// None that trying again could mend.
pub async fn work(
    log: &Log,
    source: Source,
    handler: &mut impl Handler,
    stop: &CancellationToken,
) -> Result<(), Fault> {
    let mut pull = log.pull(source);
    let mut settling = Settling::new(log, source);
    loop {
        let room = handler.has_room();
        if !room {
            // What was taken ahead would come again before its turn.
            pull.give_back().await;
        }
        let settled = tokio::select! {
            biased;
            () = stop.cancelled() => break,
            _ = settling.ticks.tick() => {
                settling.keep_position();
                settling.keep(&[]).await
            }
            (seq, verdict) = handler.beside() => settling.ended(seq, verdict).await,
            // A batch that was taken is settled, even while stopping; what lies behind it is given back.
            batch = pull.next(), if room => settling.batch(handler, batch?).await,
        };
        match settled {
            Ok(()) => {}
            Err(fault) if fault.retry == Retry::Never => return Err(fault),
            Err(fault) => {
                debug!(stream = source.stream, consumer = source.durable, %fault, "what is not settled comes again");
                stop.run_until_cancelled(sleep(AGAIN_AFTER)).await;
            }
        }
    }
    settling.finish().await;
    pull.give_back().await;
    Ok(())
}

/// What is in hand, and what was settled.
struct Settling<'a> {
    log: &'a Log,
    source: Source,
    /// Worked on beside the way.
    beside: BTreeMap<u64, Taken>,
    ticks: Interval,
    /// Something was acknowledged since the position was kept.
    moved: bool,
    keeping: Option<AbortOnDropHandle<()>>,
}

impl Settling<'_> {
    fn new(log: &Log, source: Source) -> Settling<'_> {
        let mut ticks = interval(TICK_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Settling { log, source, beside: BTreeMap::new(), ticks, moved: false, keeping: None }
    }

    async fn batch(&mut self, handler: &mut impl Handler, batch: Vec<Taken>) -> Result<(), Fault> {
        let fresh = self.fresh(batch);
        let verdicts = self.judged(handler, &fresh).await;
        let (mut settled, mut judged) = (Ok(()), Vec::with_capacity(fresh.len()));
        for (mut taken, verdict) in fresh.into_iter().zip(verdicts) {
            if verdict == Verdict::Beside {
                // Many may wait for long; their bytes stand in the stream.
                taken.record.payload = Bytes::new();
                self.beside.insert(taken.record.seq, taken);
            } else {
                judged.push((taken, verdict));
            }
        }
        for (taken, verdict) in judged {
            settled = settled.and(self.settle(&taken, verdict).await);
        }
        settled
    }

    /// What is not in hand already. One that is came again because the server had not heard of it: the later delivery counts.
    fn fresh(&mut self, batch: Vec<Taken>) -> Vec<Taken> {
        let mut fresh = Vec::with_capacity(batch.len());
        for taken in batch {
            match self.beside.get_mut(&taken.record.seq) {
                Some(held) => {
                    *held = taken;
                    held.record.payload = Bytes::new();
                }
                None => fresh.push(taken),
            }
        }
        fresh
    }

    /// Keeps all that is in hand from coming again meanwhile.
    async fn judged(&mut self, handler: &mut impl Handler, fresh: &[Taken]) -> Vec<Verdict> {
        let records: Vec<&Record> = fresh.iter().map(|taken| &taken.record).collect();
        if records.is_empty() {
            return Vec::new();
        }
        let mut judging = pin!(handler.judge(&records));
        loop {
            tokio::select! {
                biased;
                verdicts = &mut judging => return verdicts,
                _ = self.ticks.tick() => {
                    if let Err(fault) = self.keep(fresh).await {
                        debug!(%fault, "some of what is in hand may come again");
                    }
                }
            }
        }
    }

    async fn ended(&mut self, seq: u64, verdict: Verdict) -> Result<(), Fault> {
        let Some(mut taken) = self.beside.remove(&seq) else { return Ok(()) };
        if matches!(verdict, Verdict::Poison(_))
            && let Some(record) = self.log.record(self.source.stream, seq).await?
        {
            taken.record.payload = record.payload;
        }
        self.settle(&taken, verdict).await
    }

    async fn settle(&mut self, taken: &Taken, verdict: Verdict) -> Result<(), Fault> {
        self.moved |= !matches!(verdict, Verdict::Again(_) | Verdict::Beside);
        self.log.settle(self.source, taken, verdict).await
    }

    async fn keep(&self, fresh: &[Taken]) -> Result<(), Fault> {
        for taken in self.beside.values().chain(fresh) {
            self.log.keep(taken).await?;
        }
        Ok(())
    }

    /// Keeps how far the consumer has come, one such request at a time, for it may wait for the server.
    fn keep_position(&mut self) {
        if !self.moved || self.keeping.as_ref().is_some_and(|keeping| !keeping.is_finished()) {
            return;
        }
        self.moved = false;
        let (log, source) = (self.log.clone(), self.source);
        self.keeping = Some(AbortOnDropHandle::new(tokio::spawn(async move {
            while let Err(fault) = log.keep_position(source).await {
                debug!(stream = source.stream, consumer = source.durable, %fault, "a position is kept later");
                sleep(KEPT_EVERY).await;
            }
        })));
    }

    /// What is not done is given back, for whoever goes on.
    async fn finish(mut self) {
        self.keeping = None;
        for taken in self.beside.values() {
            if let Err(fault) = self.log.settle(self.source, taken, Verdict::Again(Duration::ZERO)).await {
                debug!(%fault, "what was in hand comes again");
            }
        }
        // Without it the last second is done once more, if the consumer is lost.
        let _ = timeout(KEPT_WITHIN, self.log.keep_position(self.source)).await;
    }
}
