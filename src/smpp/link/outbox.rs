//! The outbox of one session: which octets reached the socket decides what is known of a request.
//!
//! Invariant: every request that is taken is answered once: by its response, its timer, or the end of the session.
//! Invariant: a request is "not sent" if and only if none of its octets was handed to the socket.

mod awaited;
mod late;
mod queue;
mod reply;

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, oneshot};
use tokio::time::Instant;

use super::answer::{Answer, Permit, QueryAnswer, Told, UnknownWhy};
use crate::smpp::pdu::{Body, QuerySm, SubmitSm};
use awaited::Awaited;
pub(super) use awaited::Resolved;
use late::Late;
use queue::{Queue, Queued};

/// 3.2: sequence numbers go from 1 to this.
const SEQUENCE_MAX: u32 = 0x7FFF_FFFF;
/// Eight times a usual socket buffer: more waits where it comes from, not here.
const BUFFER_BYTES_MAX: usize = 1024 * 1024;

struct Pending {
    awaited: Awaited,
    /// Where its first octet stands in the stream of this session; none while it was not handed to the socket.
    start: Option<u64>,
}

/// What the timers of a session found.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Overdue {
    Nothing,
    /// The SMSC does not answer an enquire_link.
    EnquireLink,
    /// The SMSC does not read.
    Writing,
}

#[derive(Clone, Copy)]
struct Mark {
    at: Instant,
    handed: u64,
    /// Something waited to be handed.
    waited: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Open,
    /// Nothing new; what was taken goes on.
    Draining,
    Closed,
}

struct Inner {
    phase: Phase,
    queue: Queue,
    /// How far it was at which tick; oldest first.
    marks: VecDeque<Mark>,
    last_sequence: u32,
    pending: HashMap<u32, Pending>,
    /// Submits and queries in `pending`.
    in_flight: usize,
    late: Late,
    /// Somebody found it full.
    wanted: bool,
}

pub(super) struct Outbox {
    inner: Mutex<Inner>,
    window: usize,
    /// There is something to write.
    written: Notify,
    /// Something was handed to the socket.
    drained: Notify,
    /// Nothing is in flight.
    idle: Notify,
    /// There is room again for one who found none.
    pub(super) room: Arc<Notify>,
}

impl std::fmt::Debug for Outbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outbox").field("window", &self.window).finish_non_exhaustive()
    }
}

impl Outbox {
    pub(super) fn new(window: usize, last_sequence: u32, room: Arc<Notify>) -> Outbox {
        let inner = Inner {
            phase: Phase::Open,
            queue: Queue::default(),
            marks: VecDeque::new(),
            last_sequence,
            pending: HashMap::new(),
            in_flight: 0,
            late: Late::default(),
            wanted: false,
        };
        let (written, drained, idle) = (Notify::new(), Notify::new(), Notify::new());
        Outbox { inner: Mutex::new(inner), window, written, drained, idle, room }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it takes submits at all.
    pub(super) fn is_open(&self) -> bool {
        self.lock().phase == Phase::Open
    }

    pub(super) fn free(&self) -> usize {
        let inner = self.lock();
        if inner.phase == Phase::Open { self.window.saturating_sub(inner.in_flight) } else { 0 }
    }

    pub(super) fn in_flight(&self) -> usize {
        self.lock().in_flight
    }

    /// `None` when it is full, or takes nothing any more: [`Outbox::room`] tells when to ask again.
    pub(super) fn submit(
        &self,
        submit: &SubmitSm,
        permit: Option<Arc<dyn Permit>>,
    ) -> Option<oneshot::Receiver<Told>> {
        let mut inner = self.open_with_room()?;
        let (tell, told) = oneshot::channel();
        let sequence = inner.expect(Awaited::Submit(tell));
        let mut octets = Vec::new();
        submit.put_submit(&mut octets, sequence);
        self.queued(inner, Queued::new(Some(sequence), octets, permit));
        Some(told)
    }

    pub(super) fn query(&self, query: &QuerySm) -> Option<oneshot::Receiver<QueryAnswer>> {
        let mut inner = self.open_with_room()?;
        let (answer, receiver) = oneshot::channel();
        let sequence = inner.expect(Awaited::Query(answer));
        let mut octets = Vec::new();
        query.put_query(&mut octets, sequence);
        self.queued(inner, Queued::new(Some(sequence), octets, None));
        Some(receiver)
    }

    fn open_with_room(&self) -> Option<MutexGuard<'_, Inner>> {
        let mut inner = self.lock();
        let has_room = inner.in_flight < self.window && inner.queue.len < BUFFER_BYTES_MAX;
        inner.wanted |= !has_room;
        (has_room && inner.phase == Phase::Open).then_some(inner)
    }

    fn queued(&self, mut inner: MutexGuard<'_, Inner>, queued: Queued) {
        inner.queue.push(queued);
        drop(inner);
        self.written.notify_one();
    }

    /// Asks the SMSC whether it is there, unless it was asked and has not answered.
    pub(super) fn enquire_link(&self) {
        let mut inner = self.lock();
        if inner.phase != Phase::Closed && !inner.waits_for(|awaited| matches!(awaited, Awaited::EnquireLink))
        {
            let sequence = inner.expect(Awaited::EnquireLink);
            self.queued(inner, Queued::new(Some(sequence), Body::EnquireLink.to_vec(0, sequence), None));
        }
    }

    pub(super) fn unbind(&self) {
        let mut inner = self.lock();
        let sequence = inner.expect(Awaited::Unbind);
        self.queued(inner, Queued::new(Some(sequence), Body::Unbind.to_vec(0, sequence), None));
    }

    /// Takes nothing new.
    pub(super) fn drain(&self) {
        let mut inner = self.lock();
        if inner.phase == Phase::Open {
            inner.phase = Phase::Draining;
        }
        drop(inner);
        self.room.notify_one();
    }

    /// Comes when nothing is in flight.
    pub(super) async fn idle(&self) {
        loop {
            // Made before the look: what becomes idle after it is told.
            let idle = self.idle.notified();
            if self.lock().in_flight == 0 {
                return;
            }
            idle.await;
        }
    }

    /// The SMSC takes nothing more: what is not written yet is not sent. What is written is still waited for.
    pub(super) fn withdraw(&self) {
        self.drain();
        let mut inner = self.lock();
        for sequence in inner.queue.withdraw() {
            inner.end(sequence, None);
        }
        self.released(inner);
    }

    /// Offers what may be written now to the socket: copies it into `chunk`, which is empty when there is nothing.
    pub(super) fn offer(&self, chunk: &mut Vec<u8>) {
        chunk.clear();
        let mut inner = self.lock();
        let held_back = inner.queue.offer(chunk);
        if !held_back.is_empty() {
            for sequence in held_back {
                inner.end(sequence, None);
            }
            self.released(inner);
        }
    }

    /// The socket took so many of the octets that were offered.
    pub(super) fn took(&self, len: usize) {
        let mut inner = self.lock();
        for (sequence, start) in inner.queue.took(len) {
            if let Some(pending) = inner.pending.get_mut(&sequence) {
                pending.start = Some(start);
            }
        }
        self.drained.notify_one();
        let wanted = std::mem::take(&mut inner.wanted);
        drop(inner);
        if wanted {
            self.room.notify_one();
        }
    }

    /// Comes when there is something to write that was not there before.
    pub(super) async fn written(&self) {
        self.written.notified().await;
    }

    /// Before more is read that must be replied to: comes when the replies that are there are few. Requests of ours do not
    /// count: their responses must be read.
    pub(super) async fn replies_fit(&self) {
        while self.lock().queue.replies_len >= BUFFER_BYTES_MAX {
            self.drained.notified().await;
        }
    }

    /// A response came, of a command that answers what was asked under this number, or a generic_nack.
    pub(super) fn resolve(&self, sequence: u32, status: u32, body: Body) -> Resolved {
        let mut inner = self.lock();
        let Some(pending) = inner.pending.get(&sequence) else {
            let waited = inner.late.resolve(sequence, status, body);
            return if waited { Resolved::Answered } else { Resolved::Nobody };
        };
        // What was not asked yet cannot be answered.
        if pending.start.is_none() || !pending.awaited.is_answered_by(&body) {
            return Resolved::Nobody;
        }
        let Some(pending) = inner.remove(sequence) else { return Resolved::Nobody };
        self.released(inner);
        pending.awaited.respond(status, body)
    }

    /// Tells of places in the window that became free.
    fn released(&self, mut inner: MutexGuard<'_, Inner>) {
        let (wanted, idle) = (std::mem::take(&mut inner.wanted), inner.in_flight == 0);
        drop(inner);
        if wanted {
            self.room.notify_one();
        }
        if idle {
            self.idle.notify_waiters();
        }
    }

    /// One look at the timers. Called a few times within `response_timeout`.
    pub(super) fn tick(&self, now: Instant, response_timeout: Duration) -> Overdue {
        let mut inner = self.lock();
        let (handed, waited) = (inner.queue.handed, !inner.queue.is_empty());
        inner.marks.push_back(Mark { at: now, handed, waited });
        let mut passed = None;
        while let Some(mark) = inner.marks.front().copied().filter(|mark| mark.at + response_timeout <= now) {
            passed = Some(mark);
            inner.marks.pop_front();
        }
        let Some(passed) = passed else { return Overdue::Nothing };
        let is_over = |pending: &Pending| pending.start.is_some_and(|start| start < passed.handed);
        let expired: Vec<u32> =
            inner.pending.iter().filter(|(_, pending)| is_over(pending)).map(|(s, _)| *s).collect();
        let mut overdue = Overdue::Nothing;
        for sequence in expired {
            if inner.expire(sequence) {
                overdue = Overdue::EnquireLink;
            }
        }
        if passed.waited && passed.handed == handed {
            overdue = Overdue::Writing;
        }
        self.released(inner);
        overdue
    }

    /// The session is over: whoever still waits is told what is known.
    pub(super) fn close(&self) {
        let mut inner = self.lock();
        inner.phase = Phase::Closed;
        for (_, Pending { awaited, start }) in std::mem::take(&mut inner.pending) {
            awaited.give_up(start.map(|_| UnknownWhy::ConnectionLost));
        }
        inner.in_flight = 0;
        inner.queue.clear();
        inner.late.close();
        inner.wanted = true;
        self.released(inner);
    }
}

impl Inner {
    /// Registers a request that is queued next, and gives its number.
    fn expect(&mut self, awaited: Awaited) -> u32 {
        let sequence = self.fresh_sequence();
        self.in_flight += usize::from(awaited.is_in_window());
        self.pending.insert(sequence, Pending { awaited, start: None });
        sequence
    }

    fn fresh_sequence(&mut self) -> u32 {
        loop {
            self.last_sequence = self.last_sequence % SEQUENCE_MAX + 1;
            let sequence = self.last_sequence;
            if !self.late.holds(sequence) && !self.pending.contains_key(&sequence) {
                return sequence;
            }
        }
    }

    fn waits_for(&self, what: impl Fn(&Awaited) -> bool) -> bool {
        self.pending.values().any(|pending| what(&pending.awaited))
    }

    fn remove(&mut self, sequence: u32) -> Option<Pending> {
        let pending = self.pending.remove(&sequence)?;
        self.in_flight -= usize::from(pending.awaited.is_in_window());
        Some(pending)
    }

    fn end(&mut self, sequence: u32, why: Option<UnknownWhy>) {
        if let Some(pending) = self.remove(sequence) {
            pending.awaited.give_up(why);
        }
    }

    /// Whether it was an enquire_link.
    fn expire(&mut self, sequence: u32) -> bool {
        match self.remove(sequence).map(|pending| pending.awaited) {
            Some(Awaited::Submit(tell)) => {
                let late = Some(self.late.expect(sequence));
                let _nobody_waits_any_more =
                    tell.send(Told { answer: Answer::Unknown(UnknownWhy::TimedOut), late });
                false
            }
            Some(Awaited::EnquireLink) => true,
            Some(awaited @ (Awaited::Query(_) | Awaited::Unbind)) => {
                awaited.give_up(Some(UnknownWhy::TimedOut));
                false
            }
            None => false,
        }
    }
}

#[cfg(test)]
mod tests;
