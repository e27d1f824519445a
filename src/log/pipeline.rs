//! Asynchronous publishing: many messages on their way, their acknowledgements awaited in order.

use std::collections::VecDeque;

use async_nats::HeaderMap;
use async_nats::jetstream::context::PublishAckFuture;
use bytes::Bytes;

use super::{Fault, Log};

/// A producer that does not wait for each acknowledgement.
#[derive(Debug)]
pub struct Pipeline {
    log: Log,
    in_flight_max: usize,
    acks: VecDeque<PublishAckFuture>,
}

impl Pipeline {
    pub fn new(log: Log, in_flight_max: usize) -> Pipeline {
        Pipeline { log, in_flight_max, acks: VecDeque::with_capacity(in_flight_max) }
    }

    /// Sends; waits for the oldest acknowledgement where too many are outstanding.
    ///
    /// # Errors
    /// When an acknowledgement did not come. Nothing is repeated here.
    pub async fn publish(&mut self, subject: String, payload: Bytes) -> Result<(), Fault> {
        self.publish_with(subject, &[], payload).await
    }

    /// The same, with headers.
    ///
    /// # Errors
    /// As [`Pipeline::publish`].
    pub async fn publish_with(
        &mut self,
        subject: String,
        headers: &[(&'static str, String)],
        payload: Bytes,
    ) -> Result<(), Fault> {
        if self.acks.len() >= self.in_flight_max {
            self.oldest().await?;
        }
        let sent = if headers.is_empty() {
            self.log.js().publish(subject, payload).await
        } else {
            let mut map = HeaderMap::new();
            headers.iter().for_each(|(name, value)| map.insert(*name, value.as_str()));
            self.log.js().publish_with_headers(subject, map, payload).await
        };
        self.acks.push_back(sent.map_err(|error| Fault::later("publish").because(error))?);
        Ok(())
    }

    /// Waits for all acknowledgements.
    ///
    /// # Errors
    /// As [`Pipeline::publish`].
    pub async fn drain(&mut self) -> Result<(), Fault> {
        while !self.acks.is_empty() {
            self.oldest().await?;
        }
        Ok(())
    }

    async fn oldest(&mut self) -> Result<(), Fault> {
        if let Some(ack) = self.acks.pop_front() {
            ack.await.map_err(|error| Fault::later("publish").because(error))?;
        }
        Ok(())
    }
}
