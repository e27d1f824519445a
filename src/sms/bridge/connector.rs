//! One account at an SMSC, kept up: its link, the sender that submits, and the listener.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tracing::debug;

use super::inbound::Reader;
use super::listen::{BACKLOG_LEN_MAX, Listener, Listening};
use super::sender::Sender;
use super::shared::Shared;
use super::throttled::Throttled;
use crate::channel::{self, GRANTS_LEN_MAX, Grant};
use crate::log::Log;
use crate::smpp::link::{self, Link};
use crate::sms::settings::{Account, Settings};

/// Of a pace, how much is granted ahead of its turn: little, for opt-outs change.
const AHEAD_SECS: f64 = 0.25;

pub(super) struct Connector {
    pub(super) account: Arc<Account>,
    pub(super) link: Link,
    grants: mpsc::Sender<Grant>,
    /// PDUs of the SMSC's that are not stored yet.
    backlog: Arc<AtomicUsize>,
}

impl Connector {
    /// Begins to keep an account up: what is granted is submitted, what the SMSC sends is listened to, until `links` ends.
    pub(super) fn open(
        log: &Log,
        account: &Arc<Account>,
        settings: &Settings,
        shared: &Arc<Shared>,
        listening: Listening,
        links: CancellationToken,
    ) -> (Connector, [JoinHandle<()>; 3]) {
        let (link, incoming, keeping) = link::start(Arc::clone(&account.connector), links);
        let (grants, taken) = mpsc::channel(GRANTS_LEN_MAX);
        let sender = Sender {
            account: Arc::clone(account),
            link: link.clone(),
            shared: Arc::clone(shared),
            log: log.clone(),
            throttled: Throttled::default(),
        };
        let reader =
            Reader { account: Arc::clone(account), shared: Arc::clone(shared), region: settings.region };
        let backlog = Arc::new(AtomicUsize::new(0));
        let listener = Listener { log: log.clone(), reader, backlog: Arc::clone(&backlog), listening };
        let connector = Connector { account: Arc::clone(account), link, grants, backlog };
        (connector, [keeping, tokio::spawn(sender.run(taken)), tokio::spawn(listener.run(incoming))])
    }

    pub(super) fn name(&self) -> &str {
        self.account.name()
    }
}

impl channel::Connector for Connector {
    fn is_open(&self) -> bool {
        self.link.is_open()
    }

    fn is_up(&self) -> bool {
        self.link.free() > 0 || self.link.in_flight() >= self.account.connector.window
    }

    fn is_behind(&self) -> bool {
        self.backlog.load(Ordering::Relaxed) > BACKLOG_LEN_MAX
    }

    /// The window twice, so that it is full while the next are asked for; with a pace, what it takes within a moment.
    fn grants_len_max(&self) -> usize {
        let full = self.account.connector.window * 2;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a pace is at most 100,000, and positive"
        )]
        let paced = self.account.connector.rate.map(|rate| (rate * AHEAD_SECS).ceil() as usize + 1);
        paced.map_or(full, |paced| full.min(paced))
    }

    async fn send(&self, grant: Grant) {
        // There is room for more than was asked for.
        if self.grants.send(grant).await.is_err() {
            debug!("a sender has ended");
        }
    }
}
