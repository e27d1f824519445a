//! One connector: bound sessions to an SMSC over TCP or TLS, kept up, with an enforced window and pace.
//!
//! It knows SMPP 3.4 (as ESME) and nothing of Homing. [`start`] keeps the connector up; [`Link`] submits; what the SMSC
//! sends comes on a channel.

mod address;
mod answer;
mod connector;
mod dial;
mod incoming;
mod keep;
mod outbox;
mod pace;
mod session;
mod setting;
mod status;
mod submit_queue;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

pub use answer::{Answer, Permit, QueryAnswer, Submitting, UnknownWhy};
pub use connector::{Binding, Connector, Receipts};
pub use incoming::{Inbound, Incoming};
pub use setting::{Secret, SettingsError};
pub use status::Status;

use crate::smpp::pdu::{QuerySm, SubmitSm};
use incoming::Inlet;
use submit_queue::SubmitQueue;

/// Some seconds of an SMSC's deliver_sm. When so many wait, further ones are answered "try again later" (0x64): an SMSC
/// keeps them better than we, and unlike an answer that is put off this leaves its window free.
pub const INCOMING_LEN_MAX: usize = 4_096;
/// The same in octets, until they are answered: ordinary ones are below a kilobyte, a hostile one fills 64.
pub const INCOMING_BYTES_MAX: usize = 4 * 1024 * 1024;

/// A connector that is kept up. Clones are one.
#[derive(Debug, Clone)]
pub struct Link {
    queue: Arc<SubmitQueue>,
    status: watch::Receiver<Status>,
}

/// Starts keeping a connector up: it connects, binds, and does so again after a while when the session ends.
///
/// On `stop` nothing new is taken, what is in flight is waited for a few seconds, the session is unbound and closed, and
/// the task ends.
pub fn start(
    connector: Arc<Connector>,
    stop: CancellationToken,
) -> (Link, mpsc::Receiver<Incoming>, JoinHandle<()>) {
    let (tell, status) = watch::channel(Status::Connecting);
    let (incoming, receiver) = mpsc::channel(INCOMING_LEN_MAX);
    let incoming = Inlet::new(incoming);
    let queue = Arc::new(SubmitQueue::new(&connector, stop.clone()));
    let keeping = keep::keep(connector, Arc::clone(&queue), tell, incoming, stop);
    (Link { queue, status }, receiver, tokio::spawn(keeping))
}

impl Link {
    /// Waits for a bound session, a place in the window and the pace, then queues the PDU for writing. The order of calls is
    /// the order on the wire. Dropped before it returns, nothing is queued. After `stop`, and when the connector only receives,
    /// nothing is sent.
    pub async fn submit(&self, submit: SubmitSm) -> Submitting {
        Submitting::new(self.queue.submit(&submit, None).await)
    }

    /// As [`Link::submit`], but it is asked until the last moment, right before it is written, whether it may go: if not, it
    /// is not sent. Without a session it is not sent either: others may have one.
    pub async fn submit_if(&self, submit: SubmitSm, permit: Arc<dyn Permit>) -> Submitting {
        Submitting::new(self.queue.submit(&submit, Some(&permit)).await)
    }

    /// Whether a session is bound that takes submits.
    pub fn is_open(&self) -> bool {
        self.queue.is_open()
    }

    /// As [`Link::submit`], without the pace, and not sent where no session is bound.
    pub async fn query(&self, query: QuerySm) -> QueryAnswer {
        match self.queue.query(&query).await {
            Some(receiver) => receiver.await.unwrap_or(QueryAnswer::Unknown(UnknownWhy::ConnectionLost)),
            None => QueryAnswer::NotSent,
        }
    }

    /// Places in the window now: none while it is not bound or paused.
    pub fn free(&self) -> usize {
        self.queue.free()
    }

    /// Requests without a response now.
    pub fn in_flight(&self) -> usize {
        self.queue.in_flight()
    }

    /// The SMSC is throttling: nothing is submitted for this long, and the pace, if there is one, is halved and recovers by
    /// and by.
    pub fn pause(&self, span: Duration) {
        self.queue.pause(span);
    }

    pub fn status(&self) -> watch::Receiver<Status> {
        self.status.clone()
    }
}
