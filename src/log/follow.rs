//! Following a stream from a sequence on, in order and without a gap, whatever happens to server and connection.

use std::time::Duration;

use async_nats::jetstream::consumer::pull::{Config, Stream};
use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy};
use futures_util::{FutureExt, StreamExt};
use tokio::time::timeout;
use tracing::debug;

use super::connection::Losses;
use super::read::instant;
use super::{Fault, Log, Record};

/// Enough to be carried by one read, few enough to be decided within a few milliseconds.
const BATCH_LEN_MAX: usize = 512;
/// A pull is renewed this often; with the heartbeat a lost consumer is noticed within two seconds.
const PULL_EXPIRES: Duration = Duration::from_secs(5);
const HEARTBEAT: Duration = Duration::from_secs(1);
/// The server forgets the consumer of a process that died.
const INACTIVE_FOR: Duration = Duration::from_secs(30);
const AGAIN_AFTER: Duration = Duration::from_millis(100);

/// Where nothing has come for so long, what comes next is looked for by itself: a server that is busy takes less.
const LOST_AFTER: Duration = Duration::from_secs(2);

/// An endless reader; make one with [`Log::follow`].
pub struct Follower {
    log: Log,
    stream: &'static str,
    filters: Vec<String>,
    next: u64,
    messages: Option<Stream>,
    losses: Losses,
    /// Consumer sequence of the last message: a gap there is a lost message.
    consumed: u64,
    /// How many records are read one by one when a reader ends: more and more until one gives something again.
    alone: usize,
    /// How often a reader has begun, or a record was read without one.
    begun: u64,
}

impl std::fmt::Debug for Follower {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Follower of {} at {}", self.stream, self.next)
    }
}

impl Log {
    /// Follows `stream` from the sequence `from` on, for ever.
    pub fn follow(&self, stream: &'static str, filter: Option<&str>, from: u64) -> Follower {
        self.follow_all(stream, filter.map(str::to_owned).into_iter().collect(), from)
    }

    /// Follows what has one of these subjects, which do not overlap; of none all.
    pub fn follow_all(&self, stream: &'static str, filters: Vec<String>, from: u64) -> Follower {
        let (log, losses) = (self.clone(), self.losses());
        Follower {
            log,
            stream,
            filters,
            next: from.max(1),
            messages: None,
            losses,
            consumed: 0,
            alone: 1,
            begun: 0,
        }
    }
}

impl Follower {
    /// Waits for records, and gives all that are there (never none). While the server is away it goes on waiting.
    /// Dropping the future loses nothing.
    ///
    /// # Errors
    /// When the stream is not there at all.
    pub async fn next(&mut self) -> Result<Vec<Record>, Fault> {
        loop {
            match self.some().await {
                Ok(records) => {
                    self.alone = 1;
                    return Ok(records);
                }
                Err(fault) if fault.retry == super::Retry::Never => return Err(fault),
                Err(fault) => {
                    debug!(stream = self.stream, seq = self.next, %fault, "the reader is made again");
                    let had_begun = self.messages.take().is_some();
                    if had_begun
                        && let Ok(records) = self.one_by_one().await
                        && !records.is_empty()
                    {
                        return Ok(records);
                    }
                    tokio::time::sleep(AGAIN_AFTER).await;
                }
            }
        }
    }

    /// As [`Follower::next`] for who knows that records up to `last` were stored; none where the server has no more of them
    /// that can be read. A record whose checksum does not fit is passed over by it in silence, and so this would wait for ever.
    ///
    /// # Errors
    /// As [`Follower::next`].
    pub async fn next_up_to(&mut self, last: u64) -> Result<Vec<Record>, Fault> {
        loop {
            match timeout(LOST_AFTER, self.next()).await {
                Ok(records) => return records,
                Err(_) if self.next > last => return Ok(Vec::new()),
                Err(_) => {}
            }
            if let Ok(None) = self.first_from(self.next).await {
                return Ok(Vec::new());
            }
        }
    }

    /// Changes whenever the stream may have become another one since the records before: its reader was made again.
    pub fn begun(&self) -> u64 {
        self.begun
    }

    /// Past what no reader gets past: a record whose subject is not UTF-8, or whose headers are none, ends every
    /// connection it is delivered on. Anybody who may publish can store one, so whenever a reader ends, what comes next
    /// might be one: it is read by itself before anything else is tried.
    async fn one_by_one(&mut self) -> Result<Vec<Record>, Fault> {
        let (mut next, mut records) = (self.next, Vec::new());
        self.begun += 1;
        let len_max = self.alone;
        self.alone = BATCH_LEN_MAX.min(self.alone * 2);
        while records.len() < len_max {
            let Some(record) = self.first_from(next).await? else { break };
            next = record.seq + 1;
            records.push(record);
        }
        if !records.is_empty() {
            debug!(stream = self.stream, seq = self.next, len = records.len(), "read one by one");
        }
        self.next = next;
        Ok(records)
    }

    async fn first_from(&self, next: u64) -> Result<Option<Record>, Fault> {
        if self.filters.is_empty() {
            return self.log.wrapped_record(self.stream, next, None).await;
        }
        let mut first: Option<Record> = None;
        for filter in &self.filters {
            let record = self.log.wrapped_record(self.stream, next, Some(filter)).await?;
            first = first.into_iter().chain(record).min_by_key(|record| record.seq);
        }
        Ok(first)
    }

    async fn some(&mut self) -> Result<Vec<Record>, Fault> {
        if self.messages.is_none() {
            self.losses = self.log.losses();
            self.messages = Some(self.open().await?);
            self.begun += 1;
            self.consumed = 0;
        }
        let messages = self.messages.as_mut().expect("it was opened just now");
        let first = tokio::select! {
            biased;
            first = messages.next() => first,
            // The server that comes back does not know the consumer any more.
            () = self.losses.next() => return Err(self.lost().because("the connection was lost")),
        };
        let mut records = Vec::new();
        let mut item = Some(first);
        while let Some(found) = item {
            let message = match found {
                Some(Ok(message)) => message,
                // What was read before the trouble is still good.
                Some(Err(_)) | None if !records.is_empty() => {
                    self.messages = None;
                    break;
                }
                Some(Err(error)) => return Err(self.lost().because(error)),
                None => return Err(self.lost()),
            };
            let info = message.info().map_err(|error| self.lost().because(error))?;
            if info.consumer_sequence != self.consumed + 1 {
                if records.is_empty() {
                    return Err(self.lost());
                }
                self.messages = None;
                break;
            }
            self.consumed = info.consumer_sequence;
            let (seq, at) = (info.stream_sequence, instant(info.published));
            self.next = seq + 1;
            let async_nats::Message { subject, payload, headers, .. } = message.message;
            records.push(Record { seq, subject, at, payload, headers });
            if records.len() == BATCH_LEN_MAX {
                break;
            }
            item = self.messages.as_mut().and_then(|messages| messages.next().now_or_never());
        }
        Ok(records)
    }

    fn lost(&self) -> Fault {
        Fault::later(format!("read on in {}", self.stream))
    }

    async fn open(&self) -> Result<Stream, Fault> {
        // The server takes one way of naming them, and puts a single one into the request's subject.
        let (one, several) = match self.filters.as_slice() {
            [one] => (Some(one.clone()), &[][..]),
            several => (None, several),
        };
        let config = Config {
            deliver_policy: DeliverPolicy::ByStartSequence { start_sequence: self.next },
            ack_policy: AckPolicy::None,
            filter_subject: one.unwrap_or_default(),
            filter_subjects: several.to_vec(),
            memory_storage: true,
            num_replicas: 1,
            inactive_threshold: INACTIVE_FOR,
            description: Some(format!("follows {} from {}", self.stream, self.next)),
            ..Config::default()
        };
        let consumer = self.log.js().create_consumer_on_stream(config, self.stream).await;
        let consumer = consumer.map_err(|error| {
            use async_nats::jetstream::ErrorCode;
            use async_nats::jetstream::stream::ConsumerErrorKind;
            let doing = format!("follow {}", self.stream);
            let missing = matches!(error.kind(), ConsumerErrorKind::JetStream(ref why)
                if why.error_code() == ErrorCode::STREAM_NOT_FOUND);
            if missing { Fault::never(doing) } else { Fault::later(doing) }.because(error)
        })?;
        consumer
            .stream()
            .max_messages_per_batch(BATCH_LEN_MAX * 4)
            .expires(PULL_EXPIRES)
            .heartbeat(HEARTBEAT)
            .messages()
            .await
            .map_err(|error| self.lost().because(error))
    }
}
