//! Taking work from a durable consumer, and settling it: acknowledged, sent back, kept for longer, or parked.

use std::time::Duration;

use async_nats::Subject;
use async_nats::jetstream::consumer::Consumer;
use async_nats::jetstream::consumer::pull::{Config, Stream};
use futures_util::{FutureExt, StreamExt};
use serde_json::json;
use tokio::task::unconstrained;
use tokio::time::timeout;
use tracing::{debug, error, warn};

use super::connection::Losses;
use super::read::instant;
use super::{Fault, Log, Record, Retry};
use crate::wire::work;

/// What becomes of a record after it was judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The effect is safe.
    Done,
    /// It is worked on beside the way: its handler tells what becomes of it.
    Beside,
    /// Not now: send it back after this time.
    Again(Duration),
    /// It can never be processed: parked on OUTBOX, where a person sees it.
    Poison(String),
}

/// Which durable consumer to work on.
#[derive(Debug, Clone, Copy)]
pub struct Source {
    pub stream: &'static str,
    pub durable: &'static str,
    /// Records taken at once.
    pub batch_len_max: usize,
}

/// What the server is told of a record that is still worked on.
const IN_PROGRESS: &str = "+WPI";
/// Taken ahead: some thousand commits of a usual size, or at least this many of the largest that a server takes.
const AHEAD_BYTES_MAX: usize = 8 * 1_024 * 1_024;
const AHEAD_LARGEST_MIN: usize = 4;
/// Judged at once, in bytes: two or three commits to a thousand, for a small one behind them waits until all are read.
const BATCH_BYTES_MAX: usize = 256 * 1_024;
/// Beside the payload in what is parked: its fields, its headers, and why.
const PARKED_BYTES: usize = 1_024;
/// Of the failures to open a consumer, a tenth of a second apart: after some seconds, and then twice a minute.
const WARNED_FIRST: u32 = 50;
const WARNED_EVERY: u32 = 300;
const PULL_EXPIRES: Duration = Duration::from_secs(5);
/// Of a consumer that works for one reader at a time: one that does not ask again within three seconds (`priority_timeout` in
/// `streams/`) makes way for the next.
const PINNED_PULL_EXPIRES: Duration = Duration::from_secs(2);
const HEARTBEAT: Duration = Duration::from_secs(1);
const AGAIN_AFTER: Duration = Duration::from_millis(100);
/// Of the four seconds that a part has to stop.
const GIVE_BACK_WITHIN: Duration = Duration::from_secs(1);

/// A record that is to be settled.
#[derive(Debug)]
pub struct Taken {
    pub record: Record,
    /// How often it was delivered, this time included.
    pub deliveries: u64,
    /// The subject that settles it, also after the connection was lost and on another one.
    reply: Subject,
}

#[cfg(test)]
impl Taken {
    /// One of a test's own, which nobody hears of.
    pub fn of(record: Record) -> Taken {
        Taken { record, deliveries: 1, reply: Subject::from_static("nobody") }
    }
}

/// An endless reader of a durable consumer.
pub struct Pull {
    log: Log,
    source: Source,
    /// The consumer's name: the source's, or a minute's.
    consumer: String,
    /// A minute's consumer is made where it is missing.
    minute: Option<i64>,
    messages: Option<Stream>,
    /// Of a consumer that works for one reader at a time: the group of those who wait for their turn.
    group: Option<String>,
    /// Something came since it was opened: it is our turn.
    took: bool,
    /// How often it failed since something came.
    failed: u32,
    /// How often it was cut off since something came: what was delivered may be what no client can read.
    cut: u32,
    losses: Losses,
}

impl std::fmt::Debug for Pull {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Pull of {} of {}", self.consumer, self.source.stream)
    }
}

impl Log {
    pub fn pull(&self, source: Source) -> Pull {
        Pull::of(self, source, source.durable.to_owned(), None)
    }

    /// Settles a record.
    ///
    /// # Errors
    /// When the server is away: the record comes again.
    pub async fn settle(&self, source: Source, taken: &Taken, verdict: Verdict) -> Result<(), Fault> {
        let answer = match verdict {
            Verdict::Done => "+ACK".to_owned(),
            Verdict::Beside => IN_PROGRESS.to_owned(),
            Verdict::Again(after) => format!("-NAK {{\"delay\":{}}}", after.as_nanos()),
            Verdict::Poison(why) => {
                self.park(source, &taken.record, &why).await?;
                "+TERM".to_owned()
            }
        };
        self.answer(taken, answer).await
    }

    /// Says that a record is still worked on, so that it is not delivered again.
    ///
    /// # Errors
    /// When the server is away.
    pub async fn keep(&self, taken: &Taken) -> Result<(), Fault> {
        self.answer(taken, IN_PROGRESS.to_owned()).await
    }

    async fn answer(&self, taken: &Taken, answer: String) -> Result<(), Fault> {
        let sent = self.client().publish(taken.reply.clone(), answer.into()).await;
        sent.map_err(|error| Fault::later("settle a record").because(error))
    }

    pub(super) async fn park(&self, source: Source, record: &Record, why: &str) -> Result<(), Fault> {
        error!(stream = source.stream, seq = record.seq, %why, "a record cannot be processed; it is parked on OUTBOX");
        // What is as large as a server takes is parked without its end: it stands in its stream.
        let room = self.client().server_info().max_payload.saturating_sub(PARKED_BYTES + why.len());
        let payload = record.payload.get(..room).unwrap_or(&record.payload);
        let parked = work::parked(source.durable, source.stream, record.seq, why, payload);
        let identity = parked.subject.clone();
        self.publish(parked, &identity).await?;
        Ok(())
    }
}

impl Pull {
    pub(super) fn of_minute(log: &Log, source: Source, consumer: String, minute: i64) -> Pull {
        Pull::of(log, source, consumer, Some(minute))
    }

    fn of(log: &Log, source: Source, consumer: String, minute: Option<i64>) -> Pull {
        let (log, losses) = (log.clone(), log.losses());
        Pull {
            log,
            source,
            consumer,
            minute,
            messages: None,
            group: None,
            took: false,
            failed: 0,
            cut: 0,
            losses,
        }
    }

    /// Waits for records, and gives all that are there, up to the batch (never none). While the server is away it goes
    /// on waiting. Dropping the future loses nothing.
    ///
    /// # Errors
    /// None that trying again could mend.
    pub async fn next(&mut self) -> Result<Vec<Taken>, Fault> {
        loop {
            match self.some().await {
                Ok(taken) => {
                    (self.failed, self.cut) = (0, 0);
                    return Ok(taken);
                }
                Err(fault) if fault.retry == Retry::Never => return Err(fault),
                Err(fault) => {
                    let stream = self.source.stream;
                    self.failed += 1;
                    if self.failed % WARNED_EVERY == WARNED_FIRST {
                        warn!(stream, consumer = self.consumer, %fault, "nothing is read: the consumer cannot be opened");
                    }
                    debug!(stream, consumer = self.consumer, %fault, "the consumer is opened again");
                    self.messages = None;
                    tokio::time::sleep(AGAIN_AFTER).await;
                }
            }
        }
    }

    /// Ends it, until something is asked for again. What has come and was not taken is sent back at once, for whoever goes on;
    /// otherwise it comes again only when the server misses its acknowledgement.
    pub async fn give_back(&mut self) {
        let (source, Some(messages)) = (self.source, self.messages.take()) else { return };
        let given_back = timeout(GIVE_BACK_WITHIN, give_back(&self.log, source, messages)).await;
        if !given_back.is_ok_and(|given_back| given_back.is_ok()) {
            debug!(stream = source.stream, "what was not taken comes again");
        }
        if let Err(fault) = self.make_way().await {
            debug!(stream = source.stream, %fault, "the next reader waits until our turn has run out");
        }
    }

    /// Lets the next reader have its turn: the server would wait for us.
    async fn make_way(&mut self) -> Result<(), Fault> {
        let (true, Some(group)) = (std::mem::take(&mut self.took), &self.group) else { return Ok(()) };
        let (stream, consumer) = (self.source.stream, self.consumer.as_str());
        self.log
            .ask(&format!("CONSUMER.UNPIN.{stream}.{consumer}"), &json!({ "group": group }))
            .await
            .map(drop)
    }

    async fn some(&mut self) -> Result<Vec<Taken>, Fault> {
        if self.messages.is_none() {
            self.losses = self.log.losses();
            self.messages = Some(self.open().await?);
        }
        let name = self.consumer.as_str();
        let lost = || Fault::later(format!("read on from {name}"));
        let messages = self.messages.as_mut().expect("it was opened just now");
        let first = tokio::select! {
            biased;
            first = messages.next() => first,
            // The server that comes back does not know the pull any more.
            () = self.losses.next() => {
                self.cut += 1;
                return Err(lost().because("the connection was lost"));
            }
        };
        let (mut batch, mut bytes) = (Vec::new(), 0);
        let mut item = Some(first);
        while let Some(found) = item {
            let message = match found {
                Some(Ok(message)) => message,
                Some(Err(_)) | None if !batch.is_empty() => break,
                Some(Err(error)) => return Err(lost().because(error)),
                None => return Err(lost()),
            };
            bytes += message.payload.len();
            batch.push(taken(message)?);
            if batch.len() == self.source.batch_len_max || bytes >= BATCH_BYTES_MAX {
                break;
            }
            item = messages.next().now_or_never();
        }
        self.took = true;
        Ok(batch)
    }

    async fn open(&mut self) -> Result<Stream, Fault> {
        let Source { stream, batch_len_max, .. } = self.source;
        match self.minute {
            Some(minute) => self.log.open_minute(minute).await?,
            None => self.consumer = self.log.have_consumer(self.source).await?,
        }
        let name = self.consumer.as_str();
        if self.cut > 0 {
            self.log.pass_over_unreadable(self.source, name, self.cut > 1).await?;
        }
        let doing = || Fault::later(format!("read consumer {name} of {stream}"));
        let largest = self.log.client().server_info().max_payload;
        let consumer: Consumer<Config> = self
            .log
            .js()
            .get_consumer_from_stream(name, stream)
            .await
            .map_err(|error| doing().because(error))?;
        self.group = consumer.cached_info().config.priority_groups.first().cloned();
        // The turn that the last reader of ours may still have would run out first.
        self.make_way().await?;
        let pulls = consumer
            .stream()
            .max_messages_per_batch(batch_len_max * 2)
            .max_bytes_per_batch(AHEAD_BYTES_MAX.max(AHEAD_LARGEST_MIN * largest))
            .heartbeat(HEARTBEAT);
        let pulls = match &self.group {
            Some(group) => pulls.expires(PINNED_PULL_EXPIRES).group(group),
            None => pulls.expires(PULL_EXPIRES),
        };
        pulls
            .messages()
            .await
            .map_err(|error| Fault::later(format!("read a consumer of {stream}")).because(error))
    }
}

async fn give_back(log: &Log, source: Source, mut messages: Stream) -> Result<(), Fault> {
    // Once the server has answered something, all that it sent before is here.
    log.last_seq(source.stream).await?;
    let mut untaken = Vec::new();
    // A task's budget would end it early: an item that is here then looks as if it was not.
    while let Some(Some(Ok(message))) = unconstrained(messages.next()).now_or_never() {
        untaken.push(taken(message)?);
    }
    // Once it has answered after this, it sends nothing more to this reader, what is given back neither.
    drop(messages);
    log.last_seq(source.stream).await?;
    for taken in &untaken {
        log.settle(source, taken, Verdict::Again(Duration::ZERO)).await?;
    }
    log.flush().await
}

/// A message of a consumer's as what is to be settled.
pub(super) fn taken(message: async_nats::jetstream::Message) -> Result<Taken, Fault> {
    let odd = || Fault::later("read a message of a consumer");
    let info = message.info().map_err(|error| odd().because(error))?;
    let (seq, at) = (info.stream_sequence, instant(info.published));
    let deliveries = u64::try_from(info.delivered).unwrap_or(1);
    let async_nats::Message { subject, payload, headers, reply, .. } = message.message;
    let reply = reply.ok_or_else(odd)?;
    Ok(Taken { record: Record { seq, subject, at, payload, headers }, deliveries, reply })
}
