//! Replies to the SMSC's requests, and who wishes to know that one was handed to the socket.
//!
//! An SMSC says again what was not acknowledged.

use tokio::sync::oneshot;

use super::queue::Queued;
use super::{Outbox, Phase};
use crate::smpp::pdu::{Body, command};

impl Outbox {
    /// Answers the SMSC's request of this sequence number.
    pub(in crate::smpp::link) fn reply(&self, command: u32, status: u32, sequence: u32) {
        self.put_reply(reply(command, status, sequence));
    }

    /// The same. What is given resolves when it is handed to the socket, and fails when the session ends before.
    pub(in crate::smpp::link) fn reply_telling(
        &self,
        command: u32,
        status: u32,
        sequence: u32,
    ) -> oneshot::Receiver<()> {
        let (tell, told) = oneshot::channel();
        let mut reply = reply(command, status, sequence);
        reply.told = Some(tell);
        self.put_reply(reply);
        told
    }

    fn put_reply(&self, reply: Queued) {
        let inner = self.lock();
        if inner.phase != Phase::Closed {
            self.queued(inner, reply);
        }
    }
}

fn reply(command: u32, status: u32, sequence: u32) -> Queued {
    let body = match command {
        command::DELIVER_SM_RESP => Body::DeliverSmResp,
        command::DATA_SM_RESP => Body::DataSmResp(String::new()),
        other => Body::Foreign(other),
    };
    Queued::new(None, body.to_vec(status, sequence), None)
}
