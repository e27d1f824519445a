//! One account at an SMSC, kept up: its link, the sender that submits, and the reader that listens.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::GRANTS_LEN_MAX;
use super::inbound::Reader;
use super::listen::{Listener, Listening};
use super::pdus;
use super::sender::{Grant, Over, Sender};
use super::shared::Shared;
use super::throttled::Throttled;
use crate::log::Log;
use crate::smpp::link::{self, Link};
use crate::sms::settings::{Account, Settings};

/// Of a pace, how much is granted ahead of its turn: little, for opt-outs change.
const AHEAD_SECS: f64 = 0.25;

pub(super) struct Connector {
    pub(super) name: String,
    pub(super) link: Link,
    pub(super) grants: mpsc::Sender<Grant>,
    window: usize,
    rate: Option<f64>,
    /// TON and NPI of our numbers.
    pub(super) source: (u8, u8),
    /// PDUs of the SMSC's that are not stored yet.
    pub(super) backlog: Arc<AtomicUsize>,
}

impl Connector {
    /// Begins to keep an account up: what has leave is submitted, what the SMSC sends is listened to, until `links` ends.
    pub(super) fn open(
        log: &Log,
        account: &Arc<Account>,
        settings: &Settings,
        shared: &Arc<Shared>,
        (over, listening): (mpsc::Sender<Over>, Listening),
        links: CancellationToken,
    ) -> (Connector, [JoinHandle<()>; 3]) {
        let (link, incoming, keeping) = link::start(Arc::clone(&account.connector), links);
        let (grants, taken) = mpsc::channel(GRANTS_LEN_MAX);
        let sender = Sender {
            account: Arc::clone(account),
            link: link.clone(),
            shared: Arc::clone(shared),
            over,
            throttled: Throttled::default(),
        };
        let reader =
            Reader { account: Arc::clone(account), shared: Arc::clone(shared), region: settings.region };
        let backlog = Arc::new(AtomicUsize::new(0));
        let listener = Listener { log: log.clone(), reader, backlog: Arc::clone(&backlog), listening };
        let connector = &account.connector;
        let connector = Connector {
            name: account.name().to_owned(),
            link,
            grants,
            window: connector.window,
            rate: connector.rate,
            source: pdus::source_kind(connector),
            backlog,
        };
        (connector, [keeping, tokio::spawn(sender.run(taken)), tokio::spawn(listener.run(incoming))])
    }

    /// Submits can be taken and sent, if not at this moment.
    pub(super) fn is_open(&self) -> bool {
        self.link.is_open()
    }

    pub(super) fn is_up(&self) -> bool {
        self.link.free() > 0 || self.link.in_flight() >= self.window
    }

    /// How many may have leave at once: the window twice, so that it is full while the next are asked for; with a pace,
    /// what it takes within a moment.
    pub(super) fn ahead_max(&self) -> usize {
        let full = self.window * 2;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a pace is at most 100,000, and positive"
        )]
        let paced = self.rate.map(|rate| (rate * AHEAD_SECS).ceil() as usize + 1);
        paced.map_or(full, |paced| full.min(paced))
    }
}
