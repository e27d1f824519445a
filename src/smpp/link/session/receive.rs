//! Reads the SMSC's PDUs: responses to whoever waits, messages to the bridge, everything else answered at once.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::time::{Instant, timeout_at};
use tracing::debug;

use super::Ended;
use crate::smpp::link::connector::Connector;
use crate::smpp::link::dial::READ_LEN;
use crate::smpp::link::incoming::{Inbound, Inlet, Reply};
use crate::smpp::link::outbox::{Outbox, Resolved};
use crate::smpp::link::submit_queue::SubmitQueue;
use crate::smpp::pdu::status::{Class, Named, RINVBNDSTS, RINVCMDID, ROK, RX_T_APPN};
use crate::smpp::pdu::{Body, Frame, FrameReader, Header, command};

/// The least time that an SMSC which throttles is left alone.
const THROTTLE_PAUSE: Duration = Duration::from_secs(1);
/// An SMSC that has lost the session refuses all that it has from it at once.
const REFUSALS_WITHIN: Duration = Duration::from_secs(2);

/// When the SMSC was heard last.
pub(super) struct Heard {
    since: Instant,
    /// Milliseconds after `since`.
    last: AtomicU64,
}

impl Heard {
    pub(super) fn now() -> Heard {
        Heard { since: Instant::now(), last: AtomicU64::new(0) }
    }

    fn again(&self) {
        let ms = u64::try_from(self.since.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.last.store(ms, Ordering::Relaxed);
    }

    pub(super) fn silence(&self, now: Instant) -> Duration {
        let last = Duration::from_millis(self.last.load(Ordering::Relaxed));
        now.saturating_duration_since(self.since).saturating_sub(last)
    }
}

pub(super) struct Receiving<'a> {
    pub(super) reader: Box<dyn AsyncRead + Send + Unpin>,
    pub(super) frames: FrameReader,
    pub(super) outbox: &'a Arc<Outbox>,
    pub(super) connector: &'a Connector,
    pub(super) queue: &'a SubmitQueue,
    pub(super) incoming: Inlet,
    pub(super) heard: &'a Heard,
    pub(super) parting: Option<Parting>,
}

/// The session ends when nothing is in flight any more, and at this time at the latest: what the SMSC has said by then counts.
pub(super) struct Parting {
    ended: Ended,
    until: Instant,
}

impl Receiving<'_> {
    /// Reads until the session is over.
    pub(super) async fn run(&mut self) -> Ended {
        loop {
            loop {
                match self.frames.next_frame() {
                    Ok(None) => break,
                    Err(error) => return Ended::Lost(error.to_string()),
                    Ok(Some(frame)) => {
                        if let Some(ended) = self.handle(&frame) {
                            return ended;
                        }
                    }
                }
            }
            // An SMSC that asks and asks and does not read our answers is not read either.
            self.outbox.replies_fit().await;
            let read = tokio::select! {
                biased;
                read = self.reader.read_buf(self.frames.room(READ_LEN)) => read,
                ended = parted(self.parting.as_ref(), self.outbox) => return ended,
            };
            match read {
                Ok(0) => return self.lost("the SMSC closed the connection".to_owned()),
                Ok(_) => self.heard.again(),
                Err(error) => return self.lost(format!("read: {error}")),
            }
        }
    }

    /// The first reason counts.
    fn lost(&mut self, why: String) -> Ended {
        self.parting.take().map_or(Ended::Lost(why), |parting| parting.ended)
    }

    /// Nothing more is sent; what is in flight may still be answered.
    fn part(&mut self, ended: Ended, within: Duration) {
        self.outbox.withdraw();
        self.parting.get_or_insert(Parting { ended, until: Instant::now() + within });
    }

    fn handle(&mut self, frame: &Frame) -> Option<Ended> {
        let header = frame.header;
        match Body::of(frame) {
            Body::DeliverSm(message) | Body::DataSm(message) => self.offer(Inbound::Message(message), frame),
            Body::Broken(command::DELIVER_SM | command::DATA_SM) => {
                debug!(command = header.command, "a message cannot be read; it is kept as it is");
                self.offer(Inbound::Undecodable(frame.raw().to_vec()), frame);
            }
            Body::EnquireLink => self.outbox.reply(command::ENQUIRE_LINK_RESP, ROK, header.sequence),
            Body::Unbind => {
                self.part(Ended::Unbound, self.connector.response_timeout);
                self.outbox.reply(command::UNBIND_RESP, ROK, header.sequence);
            }
            body @ (Body::SubmitSmResp(_)
            | Body::QuerySmResp(_)
            | Body::EnquireLinkResp
            | Body::UnbindResp
            | Body::GenericNack) => return self.resolve(header, body),
            // 4.12, 4.1.7: nobody answers these.
            Body::AlertNotification(_) | Body::Outbind(_) => debug!(command = header.command, "not answered"),
            Body::Broken(command::ALERT_NOTIFICATION) => debug!(command = header.command, "not answered"),
            Body::BindResp(_) | Body::DeliverSmResp | Body::DataSmResp(_) | Body::CancelSmResp => {
                debug!(command = header.command, sequence = header.sequence, "nobody asked")
            }
            // An ESME's own requests, a vendor's, another version's.
            Body::Bind(_)
            | Body::SubmitSm(_)
            | Body::QuerySm(_)
            | Body::CancelSm(_)
            | Body::Foreign(_)
            | Body::Broken(_) => self.refuse(header),
        }
        None
    }

    fn refuse(&self, header: Header) {
        debug!(command = header.command, sequence = header.sequence, "an unknown command");
        // A response is never answered, or two peers could do so for ever.
        if !command::is_response(header.command) {
            self.outbox.reply(command::GENERIC_NACK, RINVCMDID, header.sequence);
        }
    }

    fn resolve(&mut self, header: Header, body: Body) -> Option<Ended> {
        let Header { command, status, sequence } = header;
        // Before its place in the window is free: the next would overtake what was refused.
        if status != ROK && self.connector.status.class(status) == Class::Throttle {
            self.queue.pause(THROTTLE_PAUSE);
        }
        match self.outbox.resolve(sequence, status, body) {
            // The SMSC has lost the session, but not the connection.
            Resolved::Answered if status == RINVBNDSTS => {
                let ended = Ended::Lost(format!("the SMSC answers {}", Named(status)));
                self.part(ended, REFUSALS_WITHIN);
            }
            Resolved::Answered => (),
            Resolved::Unbound => return Some(Ended::Stopped),
            Resolved::Nobody => debug!(command, sequence, "a response that nobody waits for"),
        }
        None
    }

    fn offer(&self, pdu: Inbound, frame: &Frame) {
        let Header { command, sequence, .. } = frame.header;
        let reply = Reply { outbox: Arc::clone(self.outbox), command, sequence };
        if !self.incoming.offer(pdu, Some(reply), frame.raw().len()) {
            debug!(sequence, "more comes than is taken: the SMSC is asked to send it again later");
            self.outbox.reply(command::response_to(command), RX_T_APPN, sequence);
        }
    }
}

/// Comes when a session that is to end has nothing left to wait for.
async fn parted(parting: Option<&Parting>, outbox: &Outbox) -> Ended {
    let Some(Parting { ended, until }) = parting else { return pending().await };
    let _what_is_left_is_unknown = timeout_at(*until, outbox.idle()).await;
    ended.clone()
}
