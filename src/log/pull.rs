//! Taking work from a durable consumer, and settling it: acknowledged, sent back, kept for longer, or parked.

use std::time::Duration;

use async_nats::Subject;
use async_nats::jetstream::consumer::Consumer;
use async_nats::jetstream::consumer::pull::{Config, Stream};
use futures_util::{FutureExt, StreamExt};
use tokio::task::unconstrained;
use tokio::time::timeout;
use tracing::{debug, error};

use super::connection::Losses;
use super::read::instant;
use super::{Fault, Log, Record, Retry};
use crate::wire::work;

/// What becomes of a record after it was judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The effect is safe.
    Done,
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

const PULL_EXPIRES: Duration = Duration::from_secs(5);
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
    losses: Losses,
}

impl std::fmt::Debug for Pull {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Pull of {} of {}", self.consumer, self.source.stream)
    }
}

impl Log {
    pub fn pull(&self, source: Source) -> Pull {
        let (log, losses) = (self.clone(), self.losses());
        Pull { log, source, consumer: source.durable.to_owned(), minute: None, messages: None, losses }
    }

    /// Settles a record.
    ///
    /// # Errors
    /// When the server is away: the record comes again.
    pub async fn settle(&self, source: Source, taken: &Taken, verdict: Verdict) -> Result<(), Fault> {
        let answer = match verdict {
            Verdict::Done => "+ACK".to_owned(),
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
        self.answer(taken, "+WPI".to_owned()).await
    }

    async fn answer(&self, taken: &Taken, answer: String) -> Result<(), Fault> {
        let sent = self.client().publish(taken.reply.clone(), answer.into()).await;
        sent.map_err(|error| Fault::later("settle a record").because(error))
    }

    async fn park(&self, source: Source, record: &Record, why: &str) -> Result<(), Fault> {
        error!(stream = source.stream, seq = record.seq, %why, "a record cannot be processed; it is parked on OUTBOX");
        let parked = work::parked(source.durable, source.stream, record.seq, why, &record.payload);
        let identity = parked.subject.clone();
        self.publish(parked, &identity).await?;
        Ok(())
    }
}

impl Pull {
    pub(super) fn of_minute(log: &Log, source: Source, consumer: String, minute: i64) -> Pull {
        let minute = Some(minute);
        Pull { log: log.clone(), source, consumer, minute, messages: None, losses: log.losses() }
    }

    /// Waits for records, and gives all that are there, up to the batch (never none). While the server is away it goes
    /// on waiting. Dropping the future loses nothing.
    ///
    /// # Errors
    /// None that trying again could mend.
    pub async fn next(&mut self) -> Result<Vec<Taken>, Fault> {
        loop {
            match self.some().await {
                Ok(taken) => return Ok(taken),
                Err(fault) if fault.retry == Retry::Never => return Err(fault),
                Err(fault) => {
                    let stream = self.source.stream;
                    debug!(stream, consumer = self.consumer, %fault, "the consumer is opened again");
                    self.messages = None;
                    tokio::time::sleep(AGAIN_AFTER).await;
                }
            }
        }
    }

    /// Ends it. What has come and was not taken is sent back at once, for whoever goes on; otherwise it comes again only when
    /// the server misses its acknowledgement.
    pub async fn give_back(self) {
        let Pull { log, source, messages: Some(messages), .. } = self else { return };
        let given_back = timeout(GIVE_BACK_WITHIN, give_back(&log, source, messages)).await;
        if !given_back.is_ok_and(|given_back| given_back.is_ok()) {
            debug!(stream = source.stream, "what was not taken comes again");
        }
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
            () = self.losses.next() => return Err(lost().because("the connection was lost")),
        };
        let mut batch = Vec::new();
        let mut item = Some(first);
        while let Some(found) = item {
            let message = match found {
                Some(Ok(message)) => message,
                Some(Err(_)) | None if !batch.is_empty() => break,
                Some(Err(error)) => return Err(lost().because(error)),
                None => return Err(lost()),
            };
            batch.push(taken(message)?);
            if batch.len() == self.source.batch_len_max {
                break;
            }
            item = messages.next().now_or_never();
        }
        Ok(batch)
    }

    async fn open(&self) -> Result<Stream, Fault> {
        let Source { stream, batch_len_max, .. } = self.source;
        let name = self.consumer.as_str();
        let doing = || Fault::later(format!("read consumer {name} of {stream}"));
        if let Some(minute) = self.minute {
            self.log.open_minute(minute).await?;
        }
        let consumer: Consumer<Config> = self
            .log
            .js()
            .get_consumer_from_stream(name, stream)
            .await
            .map_err(|error| doing().because(error))?;
        consumer
            .stream()
            .max_messages_per_batch(batch_len_max * 2)
            .expires(PULL_EXPIRES)
            .heartbeat(HEARTBEAT)
            .messages()
            .await
            .map_err(|error| doing().because(error))
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
