//! The state that all sessions of the SMSC share: who is bound, which messages it holds, and what is told of it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{mpsc, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::esme::Esme;
use super::event::{self, Event};
use super::held::{Due, Held, Message};
use super::joining::{Joining, Whole};
use super::options::Options;
use super::throttle::Throttle;
use crate::log::clock;
use crate::smpp::pdu::status::{RINVDSTADR, RINVMSGID, RINVPASWD, RINVSYSID, RMSGQFUL, RTHROTTLED};
use crate::smpp::pdu::{Bind, CancelSm, QuerySm, QuerySmResp, ShortMessage, absolute_time};

#[derive(Debug)]
pub(super) struct Shared {
    pub(super) options: Options,
    queues: Queues,
    /// Those that receive, the last bound last.
    receivers: watch::Sender<Vec<Arc<Esme>>>,
    inner: Mutex<Inner>,
    stop: CancellationToken,
}

#[derive(Debug)]
pub(super) struct Queues {
    pub(super) events: mpsc::Sender<Event>,
    pub(super) due: mpsc::Sender<Due>,
}

#[derive(Debug)]
struct Inner {
    held: Held,
    joining: Joining,
    throttle: Option<Throttle>,
    reference: u16,
}

impl Shared {
    pub(super) fn new(options: Options, queues: Queues, stop: CancellationToken) -> Shared {
        // From the clock: an ESME knows the ids and references of an earlier run.
        let started = u64::try_from(clock::now().unix_ms()).unwrap_or_default();
        let [.., high, low] = started.to_be_bytes();
        let inner = Inner {
            held: Held::new(started),
            joining: Joining::default(),
            throttle: options.throttle.map(|rate| Throttle::new(rate, Instant::now())),
            reference: u16::from_be_bytes([high, low]),
        };
        let receivers = watch::Sender::new(Vec::new());
        Shared { options, queues, receivers, inner: Mutex::new(inner), stop }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits while nobody takes the events, but not when the SMSC stops.
    pub(super) async fn tell(&self, event: Event) {
        if let Err(mpsc::error::TrySendError::Full(event)) = self.queues.events.try_send(event) {
            let _nobody_watches = self.stop.run_until_cancelled(self.queues.events.send(event)).await;
        }
    }

    /// # Errors
    /// With the command_status.
    pub(super) fn lets_in(&self, bind: &Bind) -> Result<(), u32> {
        let fits = |want: &Option<String>, got: &String| want.as_ref().is_none_or(|want| want == got);
        if !fits(&self.options.system_id, &bind.system_id) {
            return Err(RINVSYSID);
        }
        if fits(&self.options.password, &bind.password) { Ok(()) } else { Err(RINVPASWD) }
    }

    pub(super) fn receives(&self, esme: &Arc<Esme>) {
        self.receivers.send_modify(|receivers| receivers.push(Arc::clone(esme)));
    }

    pub(super) fn leaves(&self, esme: &Arc<Esme>) {
        self.receivers.send_modify(|receivers| receivers.retain(|other| !Arc::ptr_eq(other, esme)));
    }

    pub(super) fn receiver(&self) -> Option<Arc<Esme>> {
        self.receivers.borrow().last().cloned()
    }

    /// One of an account; waits until it is bound.
    pub(super) async fn receiver_of(&self, system_id: &str) -> Option<Arc<Esme>> {
        let of = |receivers: &Vec<Arc<Esme>>| {
            receivers.iter().rev().find(|esme| esme.system_id == system_id).map(Arc::clone)
        };
        let mut receivers = self.receivers.subscribe();
        let receivers = receivers.wait_for(|receivers| of(receivers).is_some()).await.ok()?;
        of(&receivers)
    }

    /// Takes a submit_sm: its message_id.
    ///
    /// # Errors
    /// With the command_status.
    pub(super) async fn submitted(&self, system_id: &str, message: &ShortMessage) -> Result<String, u32> {
        let (from, to) = (event::sender(&message.source), event::phone(&message.dest));
        let ends = |ends: &[String]| ends.iter().any(|end| message.dest.text.ends_with(end));
        let reached = !ends(&self.options.undeliverable);
        let taken =
            if ends(&self.options.fail) { Err(RINVDSTADR) } else { self.take(system_id, message, reached) };
        match taken {
            Err(status) => {
                self.tell(Event::Refused { from, to, status }).await;
                Err(status)
            }
            Ok((id, whole)) => {
                if let Some(Whole { text, parts }) = whole {
                    self.tell(Event::Submitted { from, to, text, parts, reached }).await;
                }
                Ok(id.to_string())
            }
        }
    }

    fn take(
        &self,
        system_id: &str,
        message: &ShortMessage,
        reached: bool,
    ) -> Result<(u64, Option<Whole>), u32> {
        let mut inner = self.lock();
        let now = Instant::now();
        if inner.throttle.as_mut().is_some_and(|throttle| !throttle.takes(now)) {
            return Err(RTHROTTLED);
        }
        let room = self.queues.due.try_reserve().map_err(|_| RMSGQFUL)?;
        let id = inner.held.insert(Message::new(system_id, message, reached, clock::now()));
        room.send(Due { at: now + self.options.delay + self.options.receipt_delay, id });
        Ok((id, inner.joining.whole(message)))
    }

    /// # Errors
    /// With the command_status.
    pub(super) fn asked(&self, query: QuerySm) -> Result<QuerySmResp, u32> {
        let inner = self.lock();
        let message = inner.held.get(&query.message_id).ok_or(RINVMSGID)?;
        let done = message.done.and_then(|done| absolute_time(done.unix_ms()));
        Ok(QuerySmResp {
            message_id: query.message_id,
            final_date: done.unwrap_or_default(),
            message_state: Some(message.state.number()),
            error_code: Some(0),
        })
    }

    /// # Errors
    /// With the command_status.
    pub(super) fn cancelled(&self, cancel: &CancelSm) -> Result<(), u32> {
        self.lock().held.cancel(&cancel.message_id, clock::now())
    }

    pub(super) fn settled(&self, id: u64) -> Option<Message> {
        self.lock().held.settled(id, clock::now())
    }

    /// For the parts of a text.
    pub(super) fn next_reference(&self) -> u16 {
        let mut inner = self.lock();
        inner.reference = inner.reference.wrapping_add(1);
        inner.reference
    }
}
