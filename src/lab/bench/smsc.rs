//! Somebody else's SMSC (the smpp34 crate) in this process: what the link is measured and tested against.
//!
//! Ordinary sizes only: its short writes break the frames of large PDUs.

#![allow(dead_code, reason = "the benchmark and each test use the part of it that they need")]

use std::future::Future;
use std::net::{IpAddr, Ipv4Addr};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU16, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use smpp34::server::ESME;
use smpp34::{
    SmppConnectionInformation, SmppError, SmppServer, SmppServerListener, bind_receiver, bind_receiver_resp,
    bind_transceiver, bind_transceiver_resp, bind_transmitter, bind_transmitter_resp, deliver_sm_resp,
    query_sm, query_sm_resp, submit_sm, submit_sm_resp, unbind, unbind_resp,
};
use tokio::sync::watch;

/// What it is told to do and what it has seen.
#[derive(Default)]
pub struct Probe {
    pub submits: AtomicU64,
    pub binds: watch::Sender<u64>,
    pub unbinds: watch::Sender<u64>,
    /// Receipts that the ESME has acknowledged.
    pub acknowledged: watch::Sender<u64>,
    /// Refuses binds with "invalid password".
    pub refuses: AtomicBool,
    /// Sends a receipt for every message that asks for one.
    pub sends_receipts: AtomicBool,
    /// Texts as they came; only while it is told to keep them.
    pub kept: Mutex<Option<Vec<Kept>>>,
    /// The last ESME that can receive.
    receiver: watch::Sender<Option<Arc<ESME>>>,
}

/// A submit as it came.
#[derive(Debug, Clone)]
pub struct Kept {
    pub text: Vec<u8>,
    pub at: Instant,
}

/// Dropped, it accepts nobody any more.
pub struct Smsc {
    pub probe: Arc<Probe>,
    pub port: u16,
    server: SmppServer,
}

/// Below the ports that systems give to outgoing connections.
const PORTS_FROM: u16 = 30_000;
const PORTS_LEN: u16 = 2_000;

type Answer<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

fn ready<'a, T: Send + 'a>(answer: T) -> Answer<'a, T> {
    Box::pin(std::future::ready(answer))
}

impl Smsc {
    /// On a port of the loopback: the first that it can bind, for it takes no port 0.
    ///
    /// # Panics
    /// When all are taken.
    pub async fn start() -> Smsc {
        static NEXT: AtomicU16 = AtomicU16::new(0);
        let loopback = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let probe = Arc::new(Probe::default());
        for _ in 0..PORTS_LEN {
            let port = PORTS_FROM + NEXT.fetch_add(1, Ordering::Relaxed) % PORTS_LEN;
            let listener = Arc::new(Listener(Arc::clone(&probe)));
            let mut server = SmppServer::new(loopback, port, listener);
            server.start().await;
            if server.is_alive() {
                return Smsc { probe, port, server };
            }
        }
        panic!("no port of the loopback is free from {PORTS_FROM} on");
    }

    pub async fn stop(mut self) {
        self.server.stop().await;
    }
}

impl Probe {
    /// Waits until somebody is bound to receive: a bind is answered before that.
    pub async fn has_receiver(&self) {
        let bound = self.receiver.subscribe().wait_for(Option::is_some).await.is_ok();
        assert!(bound, "the probe keeps its sender");
    }

    /// Sends a deliver_sm and waits for its acknowledgement. `None` while nobody is bound to receive.
    pub async fn deliver(&self, esm_class: u8, text: &str) -> Option<Result<deliver_sm_resp, SmppError>> {
        self.says(("491701234567", "TEAM"), esm_class, text).await
    }

    /// The same, between numbers of the caller's.
    pub async fn says(
        &self,
        (from, to): (&str, &str),
        esm_class: u8,
        text: &str,
    ) -> Option<Result<deliver_sm_resp, SmppError>> {
        let esme = self.receiver.borrow().clone()?;
        let message = esme.deliver_sm().source_addr(from).destination_addr(to);
        let answer = message.esm_class(esm_class).short_message(text).send().await;
        Some(answer.and_then(|resp| if resp.is_success() { Ok(resp) } else { Err(resp.get_error()) }))
    }
}

struct Listener(Arc<Probe>);

impl Listener {
    fn lets_in(&self) -> bool {
        self.0.binds.send_modify(|binds| *binds += 1);
        !self.0.refuses.load(Ordering::Relaxed)
    }

    fn took(&self, submit: submit_sm) -> submit_sm_resp {
        let number = self.0.submits.fetch_add(1, Ordering::Relaxed);
        let mut kept = self.0.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = kept.as_mut() {
            kept.push(Kept { text: submit.short_message.clone(), at: Instant::now() });
        }
        let id = format!("{number:08X}");
        if submit.registered_delivery & 1 == 1 && self.0.sends_receipts.load(Ordering::Relaxed) {
            let (probe, text) = (Arc::clone(&self.0), receipt(&id));
            tokio::spawn(async move {
                let answered = probe.deliver(0x04, &text).await.is_some_and(|resp| resp.is_ok());
                probe.acknowledged.send_modify(|acknowledged| *acknowledged += u64::from(answered));
            });
        }
        submit.accept(id)
    }
}

fn receipt(id: &str) -> String {
    format!(
        "id:{id} sub:001 dlvrd:001 submit date:2611201625 done date:2611201626 stat:DELIVRD err:000 text:hello"
    )
}

/// As `async_trait` writes it out.
macro_rules! answers {
    ($name:ident($request:ident: $ask:ty) -> $resp:ty, $self:ident => $answer:expr) => {
        fn $name<'a, 'b, 'c, 'd>(
            &'a $self,
            $request: $ask,
            _connection: &'b SmppConnectionInformation,
            _session: &'c String,
        ) -> Answer<'d, $resp>
        where
            'a: 'd,
            'b: 'd,
            'c: 'd,
            Self: 'd,
        {
            ready($answer)
        }
    };
}

const PASSWORD: SmppError = SmppError::ESME_RINVPASWD;

#[rustfmt::skip]
impl SmppServerListener for Listener {
    answers!(on_bind_transmitter(bind: bind_transmitter) -> bind_transmitter_resp, self =>
        if self.lets_in() { bind.accept("SMSC".to_owned(), Some(0x34)) } else { bind.reject(PASSWORD) });
    answers!(on_bind_receiver(bind: bind_receiver) -> bind_receiver_resp, self =>
        if self.lets_in() { bind.accept("SMSC".to_owned(), Some(0x34)) } else { bind.reject(PASSWORD) });
    answers!(on_bind_transceiver(bind: bind_transceiver) -> bind_transceiver_resp, self =>
        if self.lets_in() { bind.accept("SMSC".to_owned(), Some(0x34)) } else { bind.reject(PASSWORD) });
    answers!(on_submit_sm(submit: submit_sm) -> submit_sm_resp, self => self.took(submit));
    answers!(on_query_sm(query: query_sm) -> query_sm_resp, self =>
        {
        let message_id = query.message_id.clone();
        query.accept(message_id, "261120162600000+".to_owned(), 2, 0)
    });
    answers!(on_unbind(unbind: unbind) -> unbind_resp, self => {
        self.0.unbinds.send_modify(|unbinds| *unbinds += 1);
        unbind.accept()
    });

    fn on_esme_bound<'a, 'b, 'c>(&'a self, esme: ESME, _session: &'b String) -> Answer<'c, ()>
    where
        'a: 'c,
        'b: 'c,
        Self: 'c,
    {
        if esme.can_receive {
            self.0.receiver.send_replace(Some(Arc::new(esme)));
        }
        ready(())
    }
}
