//! Publishing until it is stored, under one identity: an acknowledgement that timed out does not mean "not stored".

use std::time::Duration;

use async_nats::HeaderMap;
use async_nats::jetstream::context::PublishErrorKind;
use bytes::Bytes;
use tracing::debug;

use super::{Fault, Log};
use crate::rules::Command;
use crate::rules::command::Encoding;
use crate::wire::{command, headers, subjects};
use crate::words::CommandSeq;

/// With five seconds for each acknowledgement this spans a server's restart, and ends inside the window in which
/// the stream knows the identity again (two minutes).
const TRIES_MAX: u32 = 12;
const AGAIN_AFTER: Duration = Duration::from_millis(250);

impl Log {
    /// Stores a message; repeats under `identity` until it is stored.
    ///
    /// # Errors
    /// When the server refuses it, or stays away for a minute.
    pub async fn publish(&self, subject: String, identity: &str, payload: Bytes) -> Result<u64, Fault> {
        self.publish_as(subject, identity, headers::MSGPACK, payload).await
    }

    async fn publish_as(
        &self,
        subject: String,
        identity: &str,
        content_type: &str,
        payload: Bytes,
    ) -> Result<u64, Fault> {
        let mut map = HeaderMap::new();
        map.insert(async_nats::header::NATS_MESSAGE_ID, identity);
        map.insert("content-type", content_type);
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

    /// Sends a command, and returns when it is durably accepted for decision.
    ///
    /// # Errors
    /// As [`Log::publish`].
    pub async fn command(
        &self,
        by: &str,
        command: &Command,
        encoding: Encoding,
        identity: &str,
    ) -> Result<CommandSeq, Fault> {
        let payload = command::encode(command, encoding).into();
        let content_type = match encoding {
            Encoding::Json => headers::JSON,
            Encoding::Msgpack => headers::MSGPACK,
        };
        let subject = subjects::command(by, command.verb());
        self.publish_as(subject, identity, content_type, payload).await.map(CommandSeq)
    }

    /// An identity that nobody else has chosen: the client's inbox names are random and unique.
    pub fn fresh_identity(&self) -> String {
        self.client().new_inbox()
    }
}
