//! The submit queue: submits wait their turn for a bound session, for the pace, for a place in the window; first come, first served.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, oneshot};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::answer::{Permit, QueryAnswer, Told};
use super::connector::Connector;
use super::outbox::Outbox;
use super::pace::Pace;
use crate::smpp::pdu::{QuerySm, SubmitSm};

#[derive(Debug)]
pub(super) struct SubmitQueue {
    /// Held by the one who waits at the head of the queue.
    turn: tokio::sync::Mutex<()>,
    /// Something has changed that the head of the queue may wait for. It is one, so one permit is enough.
    changed: Arc<Notify>,
    /// From then on nothing is taken.
    stop: CancellationToken,
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    /// Of the session that transmits, while all are bound.
    outbox: Option<Arc<Outbox>>,
    pace: Pace,
    /// Nothing will ever be sent.
    closed: bool,
}

/// What the head of the queue waits for.
enum Wait {
    Change,
    Until(Instant),
    Never,
}

impl SubmitQueue {
    pub(super) fn new(connector: &Connector, stop: CancellationToken) -> SubmitQueue {
        let pace = Pace::new(connector.rate, Instant::now());
        let inner = Inner { outbox: None, pace, closed: !connector.bind.transmits() };
        SubmitQueue {
            turn: tokio::sync::Mutex::new(()),
            changed: Arc::new(Notify::new()),
            stop,
            inner: Mutex::new(inner),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// To be notified when a place in the window becomes free.
    pub(super) fn changed(&self) -> Arc<Notify> {
        Arc::clone(&self.changed)
    }

    pub(super) fn bound(&self, outbox: Arc<Outbox>) {
        self.lock().outbox = Some(outbox);
        self.changed.notify_one();
    }

    pub(super) fn unbound(&self) {
        self.lock().outbox = None;
        self.changed.notify_one();
    }

    /// Whether a session is bound that takes submits.
    pub(super) fn is_open(&self) -> bool {
        self.open().is_some()
    }

    pub(super) fn close(&self) {
        let mut inner = self.lock();
        (inner.outbox, inner.closed) = (None, true);
        drop(inner);
        self.changed.notify_one();
    }

    pub(super) fn free(&self) -> usize {
        let inner = self.lock();
        if self.takes_nothing(&inner) || inner.pace.is_paused(Instant::now()) {
            0
        } else {
            inner.outbox.as_ref().map_or(0, |outbox| outbox.free())
        }
    }

    pub(super) fn in_flight(&self) -> usize {
        self.lock().outbox.as_ref().map_or(0, |outbox| outbox.in_flight())
    }

    pub(super) fn pause(&self, span: Duration) {
        self.lock().pace.pause(span, Instant::now());
        self.changed.notify_one();
    }

    /// `None` when it was not sent. What has a permit does not wait for a session.
    pub(super) async fn submit(
        &self,
        submit: &SubmitSm,
        permit: Option<&Arc<dyn Permit>>,
    ) -> Option<oneshot::Receiver<Told>> {
        let _turn = self.turn.lock().await;
        loop {
            let wait = match self.try_submit(submit, permit) {
                Ok(receiver) => return Some(receiver),
                Err(Wait::Never) => return None,
                Err(wait) => wait,
            };
            self.wait(wait).await;
        }
    }

    /// `None` when it was not sent. It does not wait for a session: what stands behind it would wait with it.
    pub(super) async fn query(&self, query: &QuerySm) -> Option<oneshot::Receiver<QueryAnswer>> {
        let _turn = self.turn.lock().await;
        loop {
            if let Some(receiver) = self.open()?.query(query) {
                return Some(receiver);
            }
            self.wait(Wait::Change).await;
        }
    }

    /// Of the session that takes submits now.
    fn open(&self) -> Option<Arc<Outbox>> {
        let inner = self.lock();
        let takes = !self.takes_nothing(&inner);
        inner.outbox.as_ref().filter(|outbox| takes && outbox.is_open()).map(Arc::clone)
    }

    fn try_submit(
        &self,
        submit: &SubmitSm,
        permit: Option<&Arc<dyn Permit>>,
    ) -> Result<oneshot::Receiver<Told>, Wait> {
        let mut inner = self.lock();
        if self.takes_nothing(&inner) {
            return Err(Wait::Never);
        }
        // Looked at whenever something changes: what is not wanted any more does not wait for its turn.
        if permit.is_some_and(|permit| !permit.holds()) {
            return Err(Wait::Never);
        }
        let Some(outbox) = inner.outbox.as_ref().filter(|outbox| outbox.is_open()) else {
            return Err(if permit.is_some() { Wait::Never } else { Wait::Change });
        };
        let now = Instant::now();
        let opens = inner.pace.opens();
        if now < opens {
            return Err(Wait::Until(opens));
        }
        // A session that takes no more is replaced, or the queue is closed: both are told.
        let receiver = outbox.submit(submit, permit.cloned()).ok_or(Wait::Change)?;
        inner.pace.take(submit.segments(), now);
        Ok(receiver)
    }

    fn takes_nothing(&self, inner: &Inner) -> bool {
        inner.closed || self.stop.is_cancelled()
    }

    async fn wait(&self, wait: Wait) {
        let until = match wait {
            Wait::Never => return,
            Wait::Change => None,
            Wait::Until(instant) => Some(instant),
        };
        tokio::select! {
            () = self.changed.notified() => (),
            () = self.stop.cancelled() => (),
            () = tokio::time::sleep_until(until.unwrap_or_else(Instant::now)), if until.is_some() => (),
        }
    }
}
