//! PDUs that wait to be written, in order: each is asked once more whether it may go, right before it does.

use std::collections::VecDeque;
use std::sync::Arc;

use tokio::sync::oneshot;

use crate::smpp::link::answer::Permit;

/// Offered to the socket at a time: some hundred submits. What it does not take is asked again before the next time.
const CHUNK_BYTES_MAX: usize = 16 * 1024;

pub(super) struct Queued {
    /// Of a request of ours; a reply to the SMSC has none.
    pub(super) request: Option<u32>,
    pub(super) octets: Vec<u8>,
    pub(super) permit: Option<Arc<dyn Permit>>,
    /// Told when its last octet was handed to the socket.
    pub(super) told: Option<oneshot::Sender<()>>,
    /// So many octets were handed to the socket.
    done: usize,
}

impl Queued {
    pub(super) fn new(request: Option<u32>, octets: Vec<u8>, permit: Option<Arc<dyn Permit>>) -> Queued {
        Queued { request, octets, permit, told: None, done: 0 }
    }

    fn left(&self) -> &[u8] {
        self.octets.get(self.done..).unwrap_or_default()
    }

    fn may_leave(&self) -> bool {
        self.done > 0 || self.permit.as_ref().is_none_or(|permit| permit.leaves())
    }
}

#[derive(Default)]
pub(super) struct Queue {
    queued: VecDeque<Queued>,
    /// Octets that wait.
    pub(super) len: usize,
    /// So many of them are replies to the SMSC's requests.
    pub(super) replies_len: usize,
    /// So many octets of the session's stream were handed to the socket.
    pub(super) handed: u64,
}

impl Queue {
    pub(super) fn push(&mut self, queued: Queued) {
        self.grow(&queued, queued.octets.len());
        self.queued.push_back(queued);
    }

    fn grow(&mut self, queued: &Queued, len: usize) {
        self.len += len;
        self.replies_len += if queued.request.is_none() { len } else { 0 };
    }

    fn shrink(&mut self, is_reply: bool, len: usize) {
        self.len -= len;
        self.replies_len -= if is_reply { len } else { 0 };
    }

    /// Copies what may go into the empty `chunk`. Requests that may not are taken out, and given.
    pub(super) fn offer(&mut self, chunk: &mut Vec<u8>) -> Vec<u32> {
        let (mut place, mut held_back) = (0, Vec::new());
        while let Some(queued) = self.queued.get(place).filter(|_| chunk.len() < CHUNK_BYTES_MAX) {
            if queued.may_leave() {
                chunk.extend_from_slice(queued.left());
                place += 1;
            } else if let Some(queued) = self.queued.remove(place) {
                self.shrink(queued.request.is_none(), queued.octets.len());
                held_back.extend(queued.request);
            }
        }
        held_back
    }

    /// The socket took so many of the octets that were offered. Gives the requests that begin in them, and where.
    pub(super) fn took(&mut self, mut len: usize) -> Vec<(u32, u64)> {
        let mut begun = Vec::new();
        while len > 0 {
            let Some(first) = self.queued.front_mut() else { break };
            if let Some(request) = first.request.filter(|_| first.done == 0) {
                begun.push((request, self.handed));
            }
            let taken = len.min(first.left().len());
            first.done += taken;
            let (is_reply, is_over) = (first.request.is_none(), first.left().is_empty());
            if is_over && let Some(told) = self.queued.pop_front().and_then(|queued| queued.told) {
                // Who asked may have gone.
                let _ = told.send(());
            }
            self.shrink(is_reply, taken);
            self.handed += taken as u64;
            len -= taken;
        }
        begun
    }

    /// Takes out the requests of which nothing was handed to the socket.
    pub(super) fn withdraw(&mut self) -> Vec<u32> {
        let (stay, go) = std::mem::take(&mut self.queued)
            .into_iter()
            .partition(|queued: &Queued| queued.request.is_none() || queued.done > 0);
        self.queued = stay;
        let go: VecDeque<Queued> = go;
        go.iter().for_each(|queued| self.shrink(false, queued.octets.len()));
        go.iter().filter_map(|queued| queued.request).collect()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.queued.is_empty()
    }

    pub(super) fn clear(&mut self) {
        (self.queued, self.len, self.replies_len) = (VecDeque::new(), 0, 0);
    }
}
