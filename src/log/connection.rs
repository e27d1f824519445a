//! A connection to NATS, and the handle through which rooms use the log.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_nats::jetstream::{self, Context};
use async_nats::{Client, ConnectErrorKind, ConnectOptions, Event, HeaderMap, ServerError, Subject};
use bytes::Bytes;
use tokio::sync::watch;
use tracing::{debug, info, warn};

use super::denied::{Denials, denied};
use super::refused::{self, NotLetIn, Refusals};
use super::{Fault, NatsUrl, tls_troubles};
use crate::wire::subjects;
use crate::words::Instant;

/// A server that is gone is noticed within two of these.
const PING_EVERY: Duration = Duration::from_secs(5);
/// A sync to disk under load takes long; what takes longer is answered by a retry under the same identity.
const ACK_TIMEOUT: Duration = Duration::from_secs(5);
/// Publishes without their PubAck: more than any room keeps in flight.
const ACKS_IN_FLIGHT_MAX: usize = 4_096;
const RECONNECT_DELAY_MAX_MS: u64 = 500;
/// Who was refused is refused again most likely, and each time a gate has to check a password.
const REFUSED_AGAIN_AFTER: Duration = Duration::from_secs(1);
/// Messages that a subscription holds unread, some 20 MB of small ones; those behind them are dropped, with a warning.
pub const SUBSCRIPTION_LEN_MAX: usize = 65_536;

/// Between two lines about messages that were dropped.
const DROPS_TOLD_EVERY: Duration = Duration::from_secs(10);

/// What the log says of denials goes by this name, so that one who tells of them in another way leaves it out.
pub const DENIED_TARGET: &str = "homing::log::denied";

/// One connection. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Log {
    client: Client,
    js: Context,
    losses: watch::Receiver<u64>,
    denials: Denials,
    refusals: Refusals,
    address: Arc<NatsUrl>,
}

/// Tells when the connection is lost. A server that died has forgotten what was under way on it (requests, pulls,
/// acknowledgements): whoever waits for that begins anew at once.
#[derive(Debug, Clone)]
pub(super) struct Losses(watch::Receiver<u64>);

/// One stored message.
#[derive(Debug, Clone)]
pub struct Record {
    pub seq: u64,
    pub subject: Subject,
    /// When the stream stored it.
    pub at: Instant,
    pub payload: Bytes,
    pub headers: Option<HeaderMap>,
}

impl Log {
    /// Connects, under a name that `nats server report connections` shows.
    ///
    /// # Errors
    /// When no server answers at `url` within five seconds.
    pub async fn connect(url: &str, name: &str) -> Result<Log, Fault> {
        Log::at(&url.parse()?, name).await
    }

    /// As [`Log::connect`].
    ///
    /// # Errors
    /// When no server answers within five seconds.
    pub async fn at(address: &NatsUrl, name: &str) -> Result<Log, Fault> {
        let options = ConnectOptions::new().name(format!("homing {name}"));
        Log::open(address, options.custom_inbox_prefix(address.inbox())).await
    }

    /// As someone who uses Homing, with an inbox that a server can keep from all others: that of whoever signs in.
    ///
    /// # Errors
    /// When no server answers within five seconds.
    pub async fn of_user(address: &NatsUrl, user: &str) -> Result<Log, Fault> {
        let options = ConnectOptions::new().name(format!("homing client {user}"));
        let inbox = subjects::inbox_prefix(address.user().unwrap_or(user));
        Log::open(address, options.custom_inbox_prefix(inbox)).await
    }

    /// A connection of its own to the same place, for what must not take this one with it.
    ///
    /// # Errors
    /// When no server answers within five seconds.
    pub async fn another(&self, name: &str) -> Result<Log, Fault> {
        Log::at(&self.address, name).await
    }

    async fn open(address: &NatsUrl, options: ConnectOptions) -> Result<Log, Fault> {
        let (lost, losses) = watch::channel(0);
        let (deny, denials) = Denials::new();
        let (refuse, refusals) = Refusals::new();
        let wait = refusals.clone();
        let drops = Drops::default();
        let options = options
            .ping_interval(PING_EVERY)
            .subscription_capacity(SUBSCRIPTION_LEN_MAX)
            .connection_timeout(Duration::from_secs(5))
            .reconnect_delay_callback(move |attempts| {
                let delay = Duration::from_millis((10 << attempts.min(6)).min(RECONNECT_DELAY_MAX_MS));
                if wait.is_refused() { REFUSED_AGAIN_AFTER } else { delay }
            })
            .event_callback(move |event| {
                if event == Event::Disconnected {
                    lost.send_modify(|times| *times += 1);
                }
                if let Some(subject) = denied(&event) {
                    deny.send_replace(subject.to_owned());
                }
                let refused = refused::count(&event, &refuse);
                if let Event::SlowConsumer(sid) = event {
                    drops.count(sid);
                }
                report(&event, *lost.borrow(), refused);
                std::future::ready(())
            });
        let connected = address.log_in(options).await?.connect(address.servers()).await;
        let doing = || format!("connect to NATS at {address}");
        let client = connected.map_err(|error| match error.kind() {
            ConnectErrorKind::AuthorizationViolation | ConnectErrorKind::Authentication => {
                Fault::never(doing()).because(NotLetIn)
            }
            ConnectErrorKind::ServerParse
            | ConnectErrorKind::Dns
            | ConnectErrorKind::TimedOut
            | ConnectErrorKind::Tls
            | ConnectErrorKind::Io
            | ConnectErrorKind::MaxReconnects => {
                tls_troubles::explained(&doing(), Fault::later(doing()).because(error))
            }
        })?;
        let js = jetstream::ContextBuilder::new()
            .timeout(ACK_TIMEOUT)
            .ack_timeout(ACK_TIMEOUT)
            .max_ack_inflight(ACKS_IN_FLIGHT_MAX)
            .build(client.clone());
        Ok(Log { client, js, losses, denials, refusals, address: Arc::new(address.clone()) })
    }

    /// Waits until all that was published on this connection is on its way to the server.
    ///
    /// # Errors
    /// When the connection is closed.
    pub async fn flush(&self) -> Result<(), Fault> {
        self.client().flush().await.map_err(|error| Fault::later("send to the server").because(error))
    }

    pub fn client(&self) -> &Client {
        &self.client
    }

    /// How often a connection was made. A message that comes over one finds it counted.
    pub fn connects(&self) -> u64 {
        self.client.statistics().connects.load(Ordering::Relaxed)
    }

    pub(super) fn js(&self) -> &Context {
        &self.js
    }

    /// What the server denies from now on.
    pub fn denials(&self) -> Denials {
        self.denials.since_now()
    }

    /// What the inboxes of this connection begin with.
    pub fn inbox(&self) -> String {
        let inbox = self.client.new_inbox();
        inbox.rsplit_once('.').map_or(inbox.as_str(), |(prefix, _)| prefix).to_owned()
    }

    /// How often in a row it was not let in again.
    pub fn refusals(&self) -> Refusals {
        self.refusals.clone()
    }

    /// Those from now on.
    pub(super) fn losses(&self) -> Losses {
        let mut losses = self.losses.clone();
        losses.mark_unchanged();
        Losses(losses)
    }
}

impl Losses {
    /// Waits for the next one.
    pub(super) async fn next(&mut self) {
        if self.0.changed().await.is_err() {
            // The client is gone for good, and says so itself.
            std::future::pending::<()>().await;
        }
    }

    /// How many there have been on this connection.
    pub(super) fn count(&self) -> u64 {
        *self.0.borrow()
    }

    /// Waits until there have been more than `count`.
    pub(super) async fn more_than(&mut self, count: u64) {
        while self.count() <= count {
            self.next().await;
        }
    }
}

/// Messages that were dropped because a subscription was not read fast enough. The log gets one line in a while, with how many: a
/// flood of them does not fill the disk.
#[derive(Debug, Default)]
struct Drops(Mutex<(u64, Option<std::time::Instant>)>);

impl Drops {
    fn count(&self, sid: u64) {
        let mut drops = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (count, told) = &mut *drops;
        *count += 1;
        if told.is_none_or(|told| told.elapsed() >= DROPS_TOLD_EVERY) {
            warn!(sid, dropped = *count, "messages were dropped: a subscription is not read fast enough");
            *drops = (0, Some(std::time::Instant::now()));
        }
    }
}

/// `refused`: this is the first refusal of the credentials since a connection was lost.
fn report(event: &Event, losses: u64, refused: bool) {
    match event {
        Event::ClientError(_) if refused => warn!("coming again: {NotLetIn}"),
        Event::ClientError(_) if refused::is_refusal(event) => debug!("refused again"),
        // A client's command that waits for an answer tells of it itself.
        Event::ServerError(error) if denied(event).is_some() => {
            warn!(target: DENIED_TARGET, %error, "NATS denies it");
        }
        Event::Connected if losses > 0 => info!("connected to NATS again"),
        Event::Connected | Event::Draining | Event::Closed | Event::SlowConsumer(_) => {}
        Event::Disconnected => info!("disconnected from NATS"),
        Event::LameDuckMode => warn!("this NATS server is about to stop"),
        Event::ServerError(ServerError::AuthorizationViolation) => {
            warn!(target: DENIED_TARGET, "NATS refuses who connects; where its gate is away, it asks again");
        }
        Event::ServerError(error) => warn!(%error, "NATS reports an error"),
        Event::ClientError(error) => warn!(%error, "the NATS client reports an error"),
    }
}
