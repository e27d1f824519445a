//! The one loop that settles: a room's handler judges the records of a durable consumer, this acks, NAKs or parks.

use std::time::Duration;

use async_nats::Subject;
use async_nats::jetstream::consumer::Consumer;
use async_nats::jetstream::consumer::pull::{Config, Stream};
use futures_util::{FutureExt, StreamExt};
use tokio_util::sync::CancellationToken;
use tracing::{debug, error};

use super::connection::Losses;
use super::read::instant;
use super::{Fault, Log, Record};
use crate::wire::work;

/// What becomes of a record after its handler has seen it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The effect is safe.
    Done,
    /// Not now: send it back after this time.
    Again(Duration),
    /// It can never be processed: parked on OUTBOX, where a person sees it.
    Poison(String),
}

/// A room's work on one durable consumer.
pub trait Handler: Send {
    /// Judges a record. Its effects are safe when this returns.
    fn judge(&mut self, record: &Record) -> impl Future<Output = Verdict> + Send;

    /// Sees the verdicts of a batch before they are settled.
    fn before_settling(&mut self, _verdicts: &[Verdict]) -> impl Future<Output = ()> + Send {
        std::future::ready(())
    }
}

/// Which durable consumer to work on.
#[derive(Debug, Clone, Copy)]
pub struct Source {
    pub stream: &'static str,
    pub durable: &'static str,
    /// Records judged at once.
    pub batch_len_max: usize,
}

const PULL_EXPIRES: Duration = Duration::from_secs(5);
const HEARTBEAT: Duration = Duration::from_secs(1);
const AGAIN_AFTER: Duration = Duration::from_millis(100);

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
    while !stop.is_cancelled() {
        let ended = async {
            let mut losses = log.losses();
            let mut messages = open(log, source).await?;
            loop {
                let batch = take(&mut messages, &mut losses, source);
                // A batch that was taken is settled, even while stopping.
                let Some(batch) = stop.run_until_cancelled(batch).await else {
                    return Ok(());
                };
                settle(log, source, handler, batch?).await?;
            }
        };
        let ended: Result<(), Fault> = ended.await;
        match ended {
            Ok(()) => break,
            Err(fault) if fault.retry == super::Retry::Never => return Err(fault),
            Err(fault) => {
                debug!(stream = source.stream, consumer = source.durable, %fault, "the consumer is opened again");
                stop.run_until_cancelled(tokio::time::sleep(AGAIN_AFTER)).await;
            }
        }
    }
    Ok(())
}

async fn open(log: &Log, source: Source) -> Result<Stream, Fault> {
    let doing = || Fault::later(format!("read consumer {} of {}", source.durable, source.stream));
    let consumer: Consumer<Config> = log
        .js()
        .get_consumer_from_stream(source.durable, source.stream)
        .await
        .map_err(|error| doing().because(error))?;
    consumer
        .stream()
        .max_messages_per_batch(source.batch_len_max * 2)
        .expires(PULL_EXPIRES)
        .heartbeat(HEARTBEAT)
        .messages()
        .await
        .map_err(|error| doing().because(error))
}

/// A record with the subject that settles it.
struct Taken {
    record: Record,
    reply: Subject,
}

async fn take(messages: &mut Stream, losses: &mut Losses, source: Source) -> Result<Vec<Taken>, Fault> {
    let lost = || Fault::later(format!("read on from {}", source.durable));
    let mut batch = Vec::new();
    let first = tokio::select! {
        biased;
        first = messages.next() => first,
        // The server that comes back does not know the pull any more.
        () = losses.next() => return Err(lost().because("the connection was lost")),
    };
    let mut item = Some(first);
    while let Some(found) = item {
        let message = match found {
            Some(Ok(message)) => message,
            Some(Err(_)) | None if !batch.is_empty() => break,
            Some(Err(error)) => return Err(lost().because(error)),
            None => return Err(lost()),
        };
        let info = message.info().map_err(|error| lost().because(error))?;
        let (seq, at) = (info.stream_sequence, instant(info.published));
        let async_nats::Message { subject, payload, headers, reply, .. } = message.message;
        let Some(reply) = reply else { return Err(lost()) };
        batch.push(Taken { record: Record { seq, subject, at, payload, headers }, reply });
        if batch.len() == source.batch_len_max {
            break;
        }
        item = messages.next().now_or_never();
    }
    Ok(batch)
}

async fn settle(
    log: &Log,
    source: Source,
    handler: &mut impl Handler,
    batch: Vec<Taken>,
) -> Result<(), Fault> {
    let (records, replies): (Vec<Record>, Vec<Subject>) =
        batch.into_iter().map(|taken| (taken.record, taken.reply)).unzip();
    let mut verdicts = Vec::with_capacity(records.len());
    for record in &records {
        verdicts.push(handler.judge(record).await);
    }
    handler.before_settling(&verdicts).await;
    for ((verdict, record), reply) in verdicts.into_iter().zip(&records).zip(replies) {
        let answer = match verdict {
            Verdict::Done => "+ACK".to_owned(),
            Verdict::Again(after) => format!("-NAK {{\"delay\":{}}}", after.as_nanos()),
            Verdict::Poison(why) => {
                park(log, source, record, why).await?;
                "+TERM".to_owned()
            }
        };
        let sent = log.client().publish(reply, answer.into()).await;
        sent.map_err(|error| Fault::later("settle a record").because(error))?;
    }
    Ok(())
}

async fn park(log: &Log, source: Source, record: &Record, why: String) -> Result<(), Fault> {
    error!(stream = source.stream, seq = record.seq, %why, "a record cannot be processed; it is parked on OUTBOX");
    let parked = work::parked(source.durable, source.stream, record.seq, &why, &record.payload);
    let identity = parked.subject.clone();
    log.publish(parked, &identity).await?;
    Ok(())
}
