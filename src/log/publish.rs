//! Publishing until it is stored, under one identity: an acknowledgement that timed out does not mean "not stored".

use std::time::Duration;

use async_nats::HeaderMap;
use async_nats::jetstream::context::PublishErrorKind;
use bytes::Bytes;
use tracing::debug;

use super::{Fault, Log};
use crate::wire::Outgoing;

/// With five seconds for each acknowledgement this spans a server's restart, and ends inside the window in which
/// the stream knows the identity again (two minutes).
const TRIES_MAX: u32 = 12;
const AGAIN_AFTER: Duration = Duration::from_millis(250);

impl Log {
    /// Stores a message; repeats under `identity` until it is stored. Gives its sequence.
    ///
    /// # Errors
    /// When the server refuses it, or stays away for a minute.
    pub async fn publish(&self, message: Outgoing, identity: &str) -> Result<u64, Fault> {
        let Outgoing { subject, headers, payload } = message;
        let payload = Bytes::from(payload);
        let mut map = HeaderMap::new();
        map.insert(async_nats::header::NATS_MESSAGE_ID, identity);
        headers.into_iter().for_each(|(name, value)| map.insert(name, value));
        let mut tries = 0;
        loop {
            tries += 1;
            let sent = self.js().publish_with_headers(subject.clone(), map.clone(), payload.clone()).await;
            let error = match sent {
                Ok(ack) => match ack.await {
                    Ok(ack) => return Ok(ack.sequence),
                    Err(error) => error,
                },
                Err(error) => error,
            };
            let again = match error.kind() {
                PublishErrorKind::TimedOut
                | PublishErrorKind::BrokenPipe
                | PublishErrorKind::MaxAckPending
                | PublishErrorKind::StreamNotFound
                | PublishErrorKind::Other => tries < TRIES_MAX,
                PublishErrorKind::WrongLastMessageId
                | PublishErrorKind::WrongLastSequence
                | PublishErrorKind::MaxPayloadExceeded => false,
            };
            let doing = format!("publish on {subject}");
            if !again {
                return Err(Fault::never(doing).because(error));
            }
            debug!(%error, tries, "publishing again");
            tokio::time::sleep(AGAIN_AFTER).await;
        }
    }

    /// An identity that nobody else has chosen: the client's inbox names are random and unique.
    pub fn fresh_identity(&self) -> String {
        self.client().new_inbox()
    }
}
