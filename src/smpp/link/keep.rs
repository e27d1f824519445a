//! Keeps a connector up: binds its sessions, and again after a while when they end.

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::{debug, error, info, warn};

use super::connector::Connector;
use super::dial::{BIND_SEQUENCE, Bound, NotBound, dial, leave};
use super::incoming::Inlet;
use super::outbox::Outbox;
use super::session::{self, Ended};
use super::status::Status;
use super::submit_queue::SubmitQueue;
use crate::smpp::pdu::BindKind;
use crate::smpp::pdu::status::{Named, description};

const WAIT_MIN: Duration = Duration::from_millis(250);
/// An SMSC that is back is found within it.
const WAIT_MAX: Duration = Duration::from_secs(30);
/// A session that lives shorter was none: the waits go on growing.
const LIVED_MIN: Duration = Duration::from_secs(1);

struct Keeper {
    connector: Arc<Connector>,
    queue: Arc<SubmitQueue>,
    tell: watch::Sender<Status>,
    incoming: Inlet,
    stop: CancellationToken,
    /// Failed tries since a session that lived.
    failures: u32,
    /// The refusal that was logged.
    refused: Option<u32>,
}

/// However this task ends, nobody waits for it any longer.
struct Closing(Arc<SubmitQueue>);

impl Drop for Closing {
    fn drop(&mut self) {
        self.0.close();
    }
}

pub(super) async fn keep(
    connector: Arc<Connector>,
    queue: Arc<SubmitQueue>,
    tell: watch::Sender<Status>,
    incoming: Inlet,
    stop: CancellationToken,
) {
    let _closing = Closing(Arc::clone(&queue));
    let mut keeper = Keeper { connector, queue, tell, incoming, stop, failures: 0, refused: None };
    while !keeper.stop.is_cancelled() {
        keeper.once().await;
    }
    info!(connector = keeper.connector.name, "the connector is stopped");
}

/// All or none.
async fn dial_all(connector: &Connector, kinds: &[BindKind]) -> Result<Vec<Bound>, NotBound> {
    let mut sessions = Vec::new();
    for kind in kinds {
        match dial(connector, *kind).await {
            Ok(bound) => sessions.push(bound),
            Err(why) => {
                join_all(sessions.into_iter().map(leave)).await;
                return Err(why);
            }
        }
    }
    Ok(sessions)
}

impl Keeper {
    /// Binds, lives, and waits until the next time.
    async fn once(&mut self) {
        self.tell.send_replace(Status::Connecting);
        let (kinds, stop) = (self.connector.bind.kinds(), self.stop.clone());
        let (status, wait) = match stop.run_until_cancelled(dial_all(&self.connector, kinds)).await {
            None => return,
            Some(Err(NotBound::Refused(status))) => self.refused(status),
            Some(Err(NotBound::Down(why))) => self.down(why),
            Some(Ok(sessions)) => {
                let why = self.live(kinds, sessions).await;
                if stop.is_cancelled() {
                    return;
                }
                self.down(why)
            }
        };
        self.tell.send_replace(status);
        stop.run_until_cancelled(tokio::time::sleep(wait)).await;
    }

    /// Until the first of the sessions ends. Gives why.
    async fn live(&mut self, kinds: &[BindKind], sessions: Vec<Bound>) -> String {
        let since = Instant::now();
        // One that ends takes the others with it, in order: what they have in flight is waited for.
        let ending = self.stop.child_token();
        let mut running = Vec::new();
        for (kind, bound) in kinds.iter().zip(sessions) {
            let outbox = Outbox::new(self.connector.window, BIND_SEQUENCE, self.queue.changed());
            let outbox = Arc::new(outbox);
            if kind.transmits() {
                self.queue.bound(Arc::clone(&outbox));
            }
            let (connector, queue) = (&self.connector, &self.queue);
            let (incoming, ending) = (self.incoming.clone(), &ending);
            running.push(async move {
                let ended = session::run(bound, outbox, connector, queue, incoming, ending).await;
                ending.cancel();
                (Instant::now(), ended)
            });
        }
        info!(connector = self.connector.name, "bound");
        self.refused = None;
        self.tell.send_replace(Status::Bound { since });
        let ends = join_all(running).await;
        self.queue.unbound();
        if since.elapsed() >= LIVED_MIN {
            self.failures = 0;
        }
        let first = ends.into_iter().min_by_key(|(at, _)| *at);
        match first {
            Some((_, Ended::Lost(why))) => why,
            Some((_, Ended::Unbound)) => "the SMSC unbound".to_owned(),
            Some((_, Ended::Stopped)) | None => "stopped".to_owned(),
        }
    }

    fn down(&mut self, why: String) -> (Status, Duration) {
        let wait = self.next_wait();
        let connector = &self.connector.name;
        // The first says it; that it goes on is no news.
        if self.failures == 1 {
            warn!(connector, %why, "down; it is tried again and again");
        } else {
            debug!(connector, %why, failures = self.failures, "still down");
        }
        (Status::Down { why, until: Instant::now() + wait }, wait)
    }

    fn refused(&mut self, status: u32) -> (Status, Duration) {
        let wait = self.next_wait().max(self.connector.bind_again);
        if self.refused.replace(status) != Some(status) {
            let (connector, meaning) = (&self.connector.name, description(status).unwrap_or_default());
            error!(connector, status = %Named(status), meaning, "the SMSC refuses the bind");
        }
        (Status::Refused { status, until: Instant::now() + wait }, wait)
    }

    /// Doubles with each failure, and is not the same for two that failed at the same time.
    fn next_wait(&mut self) -> Duration {
        let full = WAIT_MIN.saturating_mul(1 << self.failures.min(16)).min(WAIT_MAX);
        self.failures = self.failures.saturating_add(1);
        // Between a half and the whole. The standard library's hashes are seeded by chance.
        let chance = RandomState::new().hash_one(self.failures) % 1_000;
        full / 2 + full / 2 * u32::try_from(chance).unwrap_or(0) / 1_000
    }
}
