//! A connection to NATS, and the handle through which rooms use the log.

use std::time::Duration;

use async_nats::jetstream::{self, Context};
use async_nats::{Client, ConnectOptions, Event, HeaderMap, Subject};
use bytes::Bytes;
use tracing::{info, warn};

use super::Fault;
use crate::words::Instant;

/// A server that is gone is noticed within two of these.
const PING_EVERY: Duration = Duration::from_secs(5);
/// A sync to disk under load takes long; what takes longer is answered by a retry under the same identity.
const ACK_TIMEOUT: Duration = Duration::from_secs(5);
/// Publishes without their PubAck: more than any room keeps in flight.
const ACKS_IN_FLIGHT_MAX: usize = 4_096;
const RECONNECT_DELAY_MAX_MS: u64 = 500;

/// One connection. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Log {
    client: Client,
    js: Context,
}

/// One stored message.
#[derive(Debug, Clone)]
pub struct Record {
    pub seq: u64,
    pub subject: Subject,
    /// When the stream stored it.
    pub at: Instant,
    pub payload: Bytes,
    pub headers: Option<HeaderMap>,
}

impl Log {
    /// Connects, under a name that `nats server report connections` shows.
    ///
    /// # Errors
    /// When no server answers at `url` within five seconds.
    pub async fn connect(url: &str, name: &str) -> Result<Log, Fault> {
        let options = ConnectOptions::new()
            .name(format!("homing {name}"))
            .ping_interval(PING_EVERY)
            .connection_timeout(Duration::from_secs(5))
            .reconnect_delay_callback(|attempts| {
                Duration::from_millis((10 << attempts.min(6)).min(RECONNECT_DELAY_MAX_MS))
            })
            .event_callback(|event| async move { report(&event) });
        let client = options
            .connect(url)
            .await
            .map_err(|error| Fault::later(format!("connect to NATS at {url}")).because(error))?;
        let js = jetstream::ContextBuilder::new()
            .timeout(ACK_TIMEOUT)
            .ack_timeout(ACK_TIMEOUT)
            .max_ack_inflight(ACKS_IN_FLIGHT_MAX)
            .build(client.clone());
        Ok(Log { client, js })
    }

    pub fn client(&self) -> &Client {
        &self.client
    }

    pub(super) fn js(&self) -> &Context {
        &self.js
    }
}

fn report(event: &Event) {
    match event {
        Event::Connected | Event::Draining | Event::Closed => {}
        Event::Disconnected => info!("disconnected from NATS"),
        Event::LameDuckMode => warn!("this NATS server is about to stop"),
        Event::SlowConsumer(sid) => {
            warn!(sid, "messages were dropped: a subscription is not read fast enough")
        }
        Event::ServerError(error) => warn!(%error, "NATS reports an error"),
        Event::ClientError(error) => warn!(%error, "the NATS client reports an error"),
    }
}
