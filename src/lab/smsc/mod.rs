//! A small SMSC with phones that a person watches and types on, for demos and for tries by hand.
//!
//! A toy for made-up numbers. It listens on the loopback alone and forgets everything when it ends. No test of anything
//! else trusts it: it shares the codec with the link that it would have to judge.
//!
//! Invariant: nobody but this machine reaches it.
//! Invariant: a text and a number are told to whoever holds the events, and never logged.

mod deliver;
mod esme;
mod event;
mod held;
mod joining;
mod options;
mod receipts;
mod session;
mod shared;
mod throttle;

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

pub use deliver::NotTyped;
pub use event::Event;
pub use options::Options;

use crate::words::Phone;
use shared::{Queues, Shared};

/// A busy second of a person's tries.
const EVENTS_LEN_MAX: usize = 1_000;
/// Some gateways bind ten times; beyond it somebody connects in a loop.
const CONNECTIONS_MAX: usize = 64;
const ACCEPT_AGAIN_AFTER: Duration = Duration::from_millis(100);

/// An SMSC that runs until it is stopped, or all its clones are dropped. Clones are one.
#[derive(Debug, Clone)]
pub struct Smsc {
    shared: Arc<Shared>,
    port: u16,
    tasks: TaskTracker,
    stop: CancellationToken,
    _stopped_when_dropped: Arc<DropGuard>,
}

impl Smsc {
    /// Listens on 127.0.0.1. The events are to be taken, or their receiver dropped: while they are full, no ESME is read.
    ///
    /// # Errors
    /// When the port cannot be listened on.
    pub async fn start(options: Options) -> std::io::Result<(Smsc, mpsc::Receiver<Event>)> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)).await?;
        let port = listener.local_addr()?.port();
        let (tell, events) = mpsc::channel(EVENTS_LEN_MAX);
        let stop = CancellationToken::new();
        let (due, receipts) = mpsc::channel(held::HELD_LEN_MAX);
        let shared = Arc::new(Shared::new(options, Queues { events: tell, due }, stop.clone()));
        let tasks = TaskTracker::new();
        tasks.spawn(stop.clone().run_until_cancelled_owned(receipts::send(Arc::clone(&shared), receipts)));
        tasks.spawn(accept(listener, Arc::clone(&shared), tasks.clone(), stop.clone()));
        let guard = Arc::new(stop.clone().drop_guard());
        Ok((Smsc { shared, port, tasks, stop, _stopped_when_dropped: guard }, events))
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Makes a phone send an SMS, in as many parts as it takes, to the ESME that was bound last and receives; says in how
    /// many, once all are acknowledged.
    ///
    /// # Errors
    /// Why it did not arrive.
    pub async fn types(&self, phone: Phone, to: &str, text: &str) -> Result<usize, NotTyped> {
        let typed = deliver::typed(&self.shared, phone, to, text);
        self.stop.run_until_cancelled(typed).await.unwrap_or(Err(NotTyped::NobodyIsBound))
    }

    /// Unbinds its ESMEs and ends, within a few seconds.
    pub async fn stop(&self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>, tasks: TaskTracker, stop: CancellationToken) {
    while let Some(accepted) = stop.run_until_cancelled(listener.accept()).await {
        match accepted {
            // Two of the tasks are no connections; a connection above the limit is closed at once.
            Ok((stream, _)) if tasks.len() < CONNECTIONS_MAX + 2 => {
                tasks.spawn(session::run(stream, Arc::clone(&shared), stop.clone()));
            }
            Ok(_) => (),
            // Most often of open files, of which there are some again later.
            Err(_) => tokio::time::sleep(ACCEPT_AGAIN_AFTER).await,
        }
    }
}
