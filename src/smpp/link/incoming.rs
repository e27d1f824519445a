//! Incoming requests: what an SMSC sends of its own accord, and our answer to it.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use super::INCOMING_BYTES_MAX;
use super::outbox::Outbox;
use crate::smpp::pdu::{ShortMessage, command};

/// It is answered when it is safe, or with a status that makes the SMSC send it again; dropped, it stays unacknowledged.
#[derive(Debug)]
pub struct Incoming {
    pub pdu: Inbound,
    reply: Option<Reply>,
    /// Until it is answered or dropped.
    _room: OwnedSemaphorePermit,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inbound {
    /// A deliver_sm or data_sm: see [`ShortMessage::receipt`].
    Message(ShortMessage),
    /// A deliver_sm or data_sm that cannot be read: the whole PDU. It is to be kept and acknowledged, or it comes for ever.
    Undecodable(Vec<u8>),
}

#[derive(Debug)]
pub(super) struct Reply {
    pub(super) outbox: Arc<Outbox>,
    /// Of the request.
    pub(super) command: u32,
    pub(super) sequence: u32,
}

/// What comes, on its way to the bridge: so much of it and no more.
#[derive(Debug, Clone)]
pub(super) struct Inlet {
    sender: mpsc::Sender<Incoming>,
    /// A permit for each octet.
    octets: Arc<Semaphore>,
}

impl Inlet {
    pub(super) fn new(sender: mpsc::Sender<Incoming>) -> Inlet {
        Inlet { sender, octets: Arc::new(Semaphore::new(INCOMING_BYTES_MAX)) }
    }

    /// Whether it was taken: `false` while too many wait, or nobody takes any.
    pub(super) fn offer(&self, pdu: Inbound, reply: Option<Reply>, len: usize) -> bool {
        let len = u32::try_from(len).unwrap_or(u32::MAX);
        let Ok(room) = Arc::clone(&self.octets).try_acquire_many_owned(len) else { return false };
        self.sender.try_send(Incoming { pdu, reply, _room: room }).is_ok()
    }
}

impl Incoming {
    /// Acknowledges it, with a status of SMPP 3.4, table 5-2. After its session has ended nobody hears it, and the SMSC
    /// sends it again in the next.
    pub fn answer(self, status: u32) {
        if let Some(Reply { outbox, command, sequence }) = self.reply {
            outbox.reply(command::response_to(command), status, sequence);
        }
    }

    /// The same, and tells whether the answer was handed to the socket before the session ended.
    pub async fn answer_heard(self, status: u32) -> bool {
        let Some(Reply { outbox, command, sequence }) = &self.reply else { return false };
        outbox.reply_telling(command::response_to(*command), status, *sequence).await.is_ok()
    }

    /// Which session brought it: while it is not answered no other session is called the same.
    pub fn session(&self) -> usize {
        self.reply.as_ref().map_or(0, |reply| Arc::as_ptr(&reply.outbox).addr())
    }
}
