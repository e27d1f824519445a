//! Records that no client can read leave a durable consumer, which would deliver them again and again: they are parked.
//!
//! nats-server takes any bytes in a subject and in headers; the client ends the connection on which it gets a subject that is
//! not UTF-8, or headers that are none. Whoever may publish can store one, and no durable consumer gets past it by itself.

use std::time::Duration;

use async_nats::Request;
use serde_json::Value;

use super::read::NOT_UTF8;
use super::{Fault, Log, Record, Source};

/// Records that are looked at after a connection was lost: as many as a minute of timers has. What is left is looked at after
/// the next loss.
const LOOKED_AT_MAX: usize = 100_000;
const SETTLED_WITHIN: Duration = Duration::from_secs(5);
const WHY: &str = "its subject or its headers are not what NATS clients can read";

impl Log {
    /// Parks such records among those that a consumer has delivered, and that nobody has settled; for whoever has lost the
    /// connection on which it was read. Bad headers are only found where it is `thorough`: then each record is looked at.
    ///
    /// # Errors
    /// When the server does not answer.
    pub(super) async fn pass_over_unreadable(
        &self,
        source: Source,
        consumer: &str,
        thorough: bool,
    ) -> Result<(), Fault> {
        let stream = source.stream;
        let info = self.ask(&format!("CONSUMER.INFO.{stream}.{consumer}"), &Value::Null).await?;
        let Some(delivered) = info.and_then(|info| Delivered::of(&info)) else { return Ok(()) };
        if !thorough && !self.has_odd_subjects(stream, &delivered.filters).await? {
            return Ok(());
        }
        let mut next = delivered.first;
        for _ in 0..LOOKED_AT_MAX {
            let Some((record, is_readable)) = self.first_of(stream, next, &delivered.filters).await? else {
                break;
            };
            next = record.seq + 1;
            if record.seq > delivered.last {
                break;
            }
            if !is_readable {
                self.park(source, &record, WHY).await?;
                self.terminate(stream, consumer, record.seq).await?;
            }
        }
        Ok(())
    }

    async fn has_odd_subjects(&self, stream: &str, filters: &[String]) -> Result<bool, Fault> {
        for filter in filters {
            let subjects = self.subjects(stream, filter).await?;
            if subjects.keys().any(|subject| subject.contains(NOT_UTF8)) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn first_of(
        &self,
        stream: &str,
        next: u64,
        filters: &[String],
    ) -> Result<Option<(Record, bool)>, Fault> {
        let mut first: Option<(Record, bool)> = None;
        for filter in filters {
            let record = self.record_as_it_is(stream, next, filter).await?;
            first = first.into_iter().chain(record).min_by_key(|(record, _)| record.seq);
        }
        Ok(first)
    }

    /// Settles a record that nobody could be given, by its place in the stream; the server asks for no more of a subject that
    /// settles (ADR-15: deliveries, sequence in the stream and in the consumer, time, pending).
    async fn terminate(&self, stream: &str, consumer: &str, seq: u64) -> Result<(), Fault> {
        let subject = format!("$JS.ACK.{stream}.{consumer}.1.{seq}.1.0.0");
        let request = Request::new().payload("+TERM".into()).timeout(Some(SETTLED_WITHIN));
        let settled = self.client().send_request(subject, request).await;
        settled.map(drop).map_err(|error| Fault::later("settle what no client can read").because(error))
    }
}

/// What a consumer has delivered and not been told of.
struct Delivered {
    filters: Vec<String>,
    first: u64,
    last: u64,
}

impl Delivered {
    /// None where nothing is.
    fn of(info: &Value) -> Option<Delivered> {
        let number = |at: &str| info.pointer(at).and_then(Value::as_u64).unwrap_or_default();
        if number("/num_ack_pending") == 0 {
            return None;
        }
        let one = info.pointer("/config/filter_subject").into_iter();
        let several = info.pointer("/config/filter_subjects").and_then(Value::as_array);
        let filters = one.chain(several.into_iter().flatten()).filter_map(Value::as_str);
        let mut filters: Vec<String> = filters.map(str::to_owned).collect();
        if filters.is_empty() {
            filters.push(">".to_owned());
        }
        let (first, last) = (number("/ack_floor/stream_seq") + 1, number("/delivered/stream_seq"));
        Some(Delivered { filters, first, last })
    }
}
