//! Fenced, pipelined appends to EVENTS: each says which sequence must be the last, so only one writer can go on.

use async_nats::HeaderMap;
use async_nats::jetstream::context::{PublishAckFuture, PublishErrorKind};
use async_nats::jetstream::message::PublishMessage;

use super::{Fault, Log};
use crate::rules::Commit;
use crate::wire::{commit, headers, subjects};
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

/// What a command brought along for the commits that answer it.
#[derive(Debug, Clone, Default)]
pub struct Trace {
    pub correlation: Option<String>,
    pub traceparent: Option<String>,
}

impl Trace {
    pub fn of(command: Option<&HeaderMap>) -> Trace {
        let Some(found) = command else { return Trace::default() };
        let get = |name: &str| found.get(name).map(|value| value.as_str().to_owned());
        Trace { correlation: get(headers::CORRELATION), traceparent: get(headers::TRACEPARENT) }
    }
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
    pub async fn append(&mut self, commit: &Commit, trace: &Trace) -> Result<Appending, Fault> {
        let at = self.next();
        let mut map = HeaderMap::new();
        let traceparent = trace.traceparent.as_deref();
        for (name, value) in headers::of_commit(commit, trace.correlation.as_deref(), traceparent) {
            map.insert(name, value);
        }
        let message = PublishMessage::build()
            .payload(commit::encode(commit).into())
            .headers(map)
            .expected_last_sequence(self.last.0);
        let sent = self.log.js().send_publish(subjects::event(commit), message).await;
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
