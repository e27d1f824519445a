//! The newest records of a stream: for whoever begins and must know what came just before.

use std::collections::VecDeque;

use async_nats::jetstream::consumer::pull::Config;
use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy};
use futures_util::StreamExt;

use super::read::instant;
use super::{Fault, Log, Record};
use crate::words::Instant;

/// Asked for at once.
const BATCH_LEN_MAX: usize = 500;

impl Log {
    /// The records of a subject that were stored at or after a time, oldest first; of more than `len_max` the newest.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn since(
        &self,
        stream: &str,
        filter: &str,
        since: Instant,
        len_max: usize,
    ) -> Result<Vec<Record>, Fault> {
        let doing = || Fault::later(format!("read the latest of {stream}"));
        let start = async_nats::datetime::from_nanos(i128::from(since.unix_ms()) * 1_000_000);
        let config = Config {
            // With a name the server's permissions can tell by the subject of the call what is read.
            name: Some(self.fresh_identity()),
            deliver_policy: DeliverPolicy::ByStartTime {
                start_time: start.map_err(|error| doing().because(error))?,
            },
            ack_policy: AckPolicy::None,
            filter_subject: filter.to_owned(),
            memory_storage: true,
            num_replicas: 1,
            inactive_threshold: std::time::Duration::from_secs(30),
            ..Config::default()
        };
        let consumer = self.js().create_consumer_on_stream(config, stream).await;
        let consumer = consumer.map_err(|error| doing().because(error))?;
        let mut records = VecDeque::new();
        loop {
            let batch = consumer.fetch().max_messages(BATCH_LEN_MAX).messages().await;
            let mut batch = batch.map_err(|error| doing().because(error))?;
            let mut read = 0;
            while let Some(message) = batch.next().await {
                let message = message.map_err(|error| doing().because(error))?;
                let info = message.info().map_err(|error| doing().because(error))?;
                let (seq, at) = (info.stream_sequence, instant(info.published));
                let async_nats::Message { subject, payload, headers, .. } = message.message;
                records.push_back(Record { seq, subject, at, payload, headers });
                read += 1;
                if records.len() > len_max {
                    records.pop_front();
                }
            }
            if read == 0 {
                return Ok(records.into());
            }
        }
    }
}
