//! An ESME that is bound: where its deliver_sm go, and which of them have no answer yet.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use crate::smpp::pdu::status::ROK;
use crate::smpp::pdu::{Body, ShortMessage};

/// Of our unbind. Other requests of ours are numbered from 1.
pub(super) const UNBIND_SEQUENCE: u32 = 0x7FFF_FFFF;
/// SMPP 3.4, 7.2: the response timer.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);

#[derive(Debug)]
pub(super) struct Esme {
    pub(super) system_id: String,
    queue: mpsc::Sender<Vec<u8>>,
    /// `None` once the session has ended.
    pending: Mutex<Option<Pending>>,
}

#[derive(Debug, Default)]
struct Pending {
    last_sequence: u32,
    waiting: HashMap<u32, oneshot::Sender<u32>>,
}

impl Esme {
    pub(super) fn new(system_id: String, queue: mpsc::Sender<Vec<u8>>) -> Esme {
        Esme { system_id, queue, pending: Mutex::new(Some(Pending::default())) }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Pending>> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends a deliver_sm: the command_status of the response. `None` where there is none.
    pub(super) async fn deliver(&self, message: &ShortMessage) -> Option<u32> {
        let (sequence, answer) = self.asks()?;
        let pdu = Body::DeliverSm(message.clone()).to_vec(ROK, sequence);
        let answered = async {
            self.queue.send(pdu).await.ok()?;
            answer.await.ok()
        };
        let answered = tokio::time::timeout(ANSWER_WITHIN, answered).await.ok().flatten();
        if answered.is_none() {
            self.answered(sequence, ROK);
        }
        answered
    }

    fn asks(&self) -> Option<(u32, oneshot::Receiver<u32>)> {
        let (tell, answer) = oneshot::channel();
        let mut pending = self.lock();
        let pending = pending.as_mut()?;
        pending.last_sequence = pending.last_sequence % (UNBIND_SEQUENCE - 1) + 1;
        pending.waiting.insert(pending.last_sequence, tell);
        Some((pending.last_sequence, answer))
    }

    pub(super) fn answered(&self, sequence: u32, status: u32) {
        let waiting = self.lock().as_mut().and_then(|pending| pending.waiting.remove(&sequence));
        // It may be too late.
        let _nobody_waits = waiting.map(|waiting| waiting.send(status));
    }

    /// Nobody waits for its answers any longer.
    pub(super) fn ended(&self) {
        *self.lock() = None;
    }
}
