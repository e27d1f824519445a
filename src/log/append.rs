//! Fenced, pipelined appends to EVENTS: each says which sequence must be the last, so only one writer can go on.

use async_nats::HeaderMap;
use async_nats::jetstream::context::{PublishAckFuture, PublishErrorKind};
use async_nats::jetstream::message::PublishMessage;

use super::{Fault, Log};
use crate::wire::Outgoing;
use crate::words::EventSeq;

/// The writer's pen. It knows where the next commit must stand.
#[derive(Debug)]
pub struct Appender {
    log: Log,
    last: EventSeq,
}

/// An append on its way.
#[derive(Debug)]
pub struct Appending {
    at: EventSeq,
    ack: PublishAckFuture,
}

impl Appender {
    /// Writes on behind `last`.
    pub fn new(log: Log, last: EventSeq) -> Appender {
        Appender { log, last }
    }

    /// Where the next commit will stand.
    pub fn next(&self) -> EventSeq {
        self.last.next()
    }

    /// Sends the append without waiting for its acknowledgement; the order of calls is the order in the stream.
    ///
    /// # Errors
    /// When it cannot be sent; then nothing behind it may be sent either.
    pub async fn append(&mut self, commit: Outgoing) -> Result<Appending, Fault> {
        let at = self.next();
        let mut headers = HeaderMap::new();
        commit.headers.into_iter().for_each(|(name, value)| headers.insert(name, value));
        let message = PublishMessage::build()
            .payload(commit.payload.into())
            .headers(headers)
            .expected_last_sequence(self.last.0);
        let sent = self.log.js().send_publish(commit.subject, message).await;
        let ack = sent.map_err(|error| Fault::reload(format!("append commit {}", at.0)).because(error))?;
        self.last = at;
        Ok(Appending { at, ack })
    }
}

impl Appending {
    /// Waits until the commit is stored.
    ///
    /// # Errors
    /// Always with `Retry::Reload`: another writer was faster, or it is not known whether it was stored. The log knows.
    pub async fn stored(self) -> Result<EventSeq, Fault> {
        let Appending { at, ack } = self;
        let doing = || format!("append commit {}", at.0);
        match ack.await {
            Ok(ack) if ack.sequence == at.0 => Ok(at),
            Ok(ack) => Err(Fault::reload(doing()).because(format!("it was stored at {}", ack.sequence))),
            Err(error) if error.kind() == PublishErrorKind::WrongLastSequence => {
                Err(Fault::reload(doing()).because("another decider has written since"))
            }
            Err(error) => Err(Fault::reload(doing()).because(error)),
        }
    }
}
