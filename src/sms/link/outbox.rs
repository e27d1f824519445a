//! What one session writes, and what it waits for: which octets reached the socket decides what is known of a request.
//!
//! Invariant: every request that is taken is answered once: by its response, its timer, or the end of the session.
//! Invariant: a request is "not sent" if and only if none of its octets was handed to the socket.

mod awaited;
mod late;

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, oneshot};
use tokio::time::Instant;

use super::answer::{Answer, QueryAnswer, UnknownWhy};
use crate::sms::pdu::{Body, QuerySm, SubmitSm, command};
use awaited::Awaited;
pub(super) use awaited::Resolved;
use late::Late;

/// 3.2: sequence numbers go from 1 to this.
const SEQUENCE_MAX: u32 = 0x7FFF_FFFF;
/// Eight times a usual socket buffer: more waits where it comes from, not here.
const BUFFER_BYTES_MAX: usize = 1024 * 1024;

struct Pending {
    awaited: Awaited,
    /// Where its first octet stands in the stream of this session.
    start: u64,
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
    buffer: Vec<u8>,
    /// So many of its octets are replies to the SMSC's requests.
    replies_len: usize,
    /// Where the first octet of `buffer` stands in the stream.
    base: u64,
    /// So many octets of the stream were handed to the socket.
    handed: u64,
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
    /// The buffer was taken to be written.
    drained: Notify,
    /// Nothing is in flight.
    idle: Notify,
    /// There is room again for one who found none.
    pub(super) room: std::sync::Arc<Notify>,
}

impl std::fmt::Debug for Outbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outbox").field("window", &self.window).finish_non_exhaustive()
    }
}

impl Outbox {
    pub(super) fn new(window: usize, last_sequence: u32, room: std::sync::Arc<Notify>) -> Outbox {
        let inner = Inner {
            phase: Phase::Open,
            buffer: Vec::new(),
            replies_len: 0,
            base: 0,
            handed: 0,
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

    pub(super) fn free(&self) -> usize {
        let inner = self.lock();
        if inner.phase == Phase::Open { self.window.saturating_sub(inner.in_flight) } else { 0 }
    }

    pub(super) fn in_flight(&self) -> usize {
        self.lock().in_flight
    }

    /// `None` when it is full, or takes nothing any more: [`Outbox::room`] tells when to ask again.
    pub(super) fn submit(&self, submit: &SubmitSm) -> Option<oneshot::Receiver<Answer>> {
        let mut inner = self.open_with_room()?;
        let (answer, receiver) = oneshot::channel();
        let user_message_reference = submit.tlvs.user_message_reference();
        let sequence = inner.expect(Awaited::Submit { answer, user_message_reference });
        submit.put_submit(&mut inner.buffer, sequence);
        self.queued(inner);
        Some(receiver)
    }

    pub(super) fn query(&self, query: &QuerySm) -> Option<oneshot::Receiver<QueryAnswer>> {
        let mut inner = self.open_with_room()?;
        let (answer, receiver) = oneshot::channel();
        let sequence = inner.expect(Awaited::Query(answer));
        query.put_query(&mut inner.buffer, sequence);
        self.queued(inner);
        Some(receiver)
    }

    fn open_with_room(&self) -> Option<MutexGuard<'_, Inner>> {
        let mut inner = self.lock();
        let has_room = inner.in_flight < self.window && inner.buffer.len() < BUFFER_BYTES_MAX;
        inner.wanted |= !has_room;
        (has_room && inner.phase == Phase::Open).then_some(inner)
    }

    fn queued(&self, inner: MutexGuard<'_, Inner>) {
        drop(inner);
        self.written.notify_one();
    }

    /// Answers the SMSC's request of this sequence number.
    pub(super) fn reply(&self, command: u32, status: u32, sequence: u32) {
        let mut inner = self.lock();
        if inner.phase == Phase::Closed {
            return;
        }
        let body = match command {
            command::DELIVER_SM_RESP => Body::DeliverSmResp,
            command::DATA_SM_RESP => Body::DataSmResp(String::new()),
            other => Body::Foreign(other),
        };
        let before = inner.buffer.len();
        body.put(&mut inner.buffer, status, sequence);
        inner.replies_len += inner.buffer.len() - before;
        self.queued(inner);
    }

    /// Asks the SMSC whether it is there, unless it was asked and has not answered.
    pub(super) fn enquire_link(&self) {
        let mut inner = self.lock();
        if inner.phase != Phase::Closed && !inner.waits_for(|awaited| matches!(awaited, Awaited::EnquireLink))
        {
            let sequence = inner.expect(Awaited::EnquireLink);
            Body::EnquireLink.put(&mut inner.buffer, 0, sequence);
            self.queued(inner);
        }
    }

    pub(super) fn unbind(&self) {
        let mut inner = self.lock();
        let sequence = inner.expect(Awaited::Unbind);
        Body::Unbind.put(&mut inner.buffer, 0, sequence);
        self.queued(inner);
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
        while self.lock().in_flight > 0 {
            self.idle.notified().await;
        }
    }

    /// The SMSC goes: what is not written yet is not sent any more, and its unbind is answered.
    pub(super) fn turn_away(&self, sequence: u32) {
        self.drain();
        let mut inner = self.lock();
        let base = inner.base;
        let unsent: Vec<u32> =
            inner.pending.iter().filter(|(_, p)| p.start >= base).map(|(s, _)| *s).collect();
        for sequence in unsent {
            inner.end(sequence, None);
        }
        inner.buffer.clear();
        inner.replies_len = 0;
        drop(inner);
        self.reply(command::UNBIND_RESP, 0, sequence);
    }

    /// Waits for something to write and swaps it into the empty `chunk`. Gives where it stands in the stream.
    pub(super) async fn take(&self, chunk: &mut Vec<u8>) -> u64 {
        loop {
            if let Some(position) = self.take_now(chunk) {
                return position;
            }
            self.written.notified().await;
        }
    }

    pub(super) fn take_now(&self, chunk: &mut Vec<u8>) -> Option<u64> {
        let mut inner = self.lock();
        if inner.buffer.is_empty() {
            return None;
        }
        std::mem::swap(&mut inner.buffer, chunk);
        inner.replies_len = 0;
        let position = inner.base;
        inner.base += chunk.len() as u64;
        let wanted = std::mem::take(&mut inner.wanted);
        drop(inner);
        self.drained.notify_one();
        if wanted {
            self.room.notify_one();
        }
        Some(position)
    }

    /// All octets before this position were handed to the socket.
    pub(super) fn handed(&self, position: u64) {
        self.lock().handed = position;
    }

    /// Before more is read that must be replied to: comes when the replies that are there are few. Requests of ours do not
    /// count: their responses must be read.
    pub(super) async fn replies_fit(&self) {
        while self.lock().replies_len >= BUFFER_BYTES_MAX {
            self.drained.notified().await;
        }
    }

    /// A response came, of a command that answers what was asked under this number, or a generic_nack.
    pub(super) fn resolve(&self, sequence: u32, status: u32, body: Body) -> Resolved {
        let mut inner = self.lock();
        let pending = match inner.pending.get(&sequence).map(|pending| pending.awaited.is_answered_by(&body))
        {
            Some(true) => inner.remove(sequence),
            Some(false) => None,
            None => {
                let late = inner.late.resolve(sequence, status, body);
                return late.map_or(Resolved::Nobody, Resolved::Late);
            }
        };
        let Some(pending) = pending else { return Resolved::Nobody };
        let (wanted, idle) = (std::mem::take(&mut inner.wanted), inner.in_flight == 0);
        drop(inner);
        if wanted {
            self.room.notify_one();
        }
        if idle {
            self.idle.notify_one();
        }
        pending.awaited.respond(status, body)
    }

    /// One look at the timers. Called a few times within `response_timeout`.
    pub(super) fn tick(&self, now: Instant, response_timeout: Duration) -> Overdue {
        let mut inner = self.lock();
        let handed = inner.handed;
        let waited = handed < inner.base + inner.buffer.len() as u64;
        inner.marks.push_back(Mark { at: now, handed, waited });
        let mut passed = None;
        while let Some(mark) = inner.marks.front().copied().filter(|mark| mark.at + response_timeout <= now) {
            passed = Some(mark);
            inner.marks.pop_front();
        }
        let Some(passed) = passed else { return Overdue::Nothing };
        let expired: Vec<u32> =
            inner.pending.iter().filter(|(_, p)| p.start < passed.handed).map(|(s, _)| *s).collect();
        let mut overdue = Overdue::Nothing;
        for sequence in &expired {
            if inner.expire(*sequence) {
                overdue = Overdue::EnquireLink;
            }
        }
        if passed.waited && passed.handed == handed {
            overdue = Overdue::Writing;
        }
        drop(inner);
        if !expired.is_empty() {
            self.room.notify_one();
            self.idle.notify_one();
        }
        overdue
    }

    /// The session is over: whoever still waits is told what is known.
    pub(super) fn close(&self) {
        let mut inner = self.lock();
        inner.phase = Phase::Closed;
        let handed = inner.handed;
        for (_, Pending { awaited, start }) in std::mem::take(&mut inner.pending) {
            awaited.give_up((start < handed).then_some(UnknownWhy::ConnectionLost));
        }
        inner.in_flight = 0;
        inner.buffer = Vec::new();
        drop(inner);
        self.room.notify_one();
        self.idle.notify_one();
    }
}

impl Inner {
    /// Registers a request that is appended to the buffer next, and gives its number.
    fn expect(&mut self, awaited: Awaited) -> u32 {
        let sequence = self.fresh_sequence();
        self.in_flight += usize::from(awaited.is_in_window());
        let start = self.base + self.buffer.len() as u64;
        self.pending.insert(sequence, Pending { awaited, start });
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
        let Some(Pending { awaited, .. }) = self.remove(sequence) else { return false };
        if let Awaited::Submit { user_message_reference, .. } = &awaited {
            self.late.add(sequence, *user_message_reference);
        }
        let enquired = matches!(awaited, Awaited::EnquireLink);
        awaited.give_up(Some(UnknownWhy::TimedOut));
        enquired
    }
}

#[cfg(test)]
mod tests;
