//! Keeps the device online: says so, renews the lease by heartbeats, and says so again after a reconnect or a lapse.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use async_nats::Request;
use async_nats::connection::State;
use serde::Deserialize;
use tokio::sync::Notify;
use tracing::{debug, warn};

use super::contacts::Contacts;
use super::screen::Screen;
use crate::cli::client::{Client, must_be_accepted};
use crate::cli::output::Failure;
use crate::rules::Command;
use crate::rules::presence::{DeviceClass, Online};
use crate::wire::subjects;
use crate::words::UserName;

/// How soon a reconnect is noticed; messages sent before it wait in the inbox.
const LOOK_EVERY: Duration = Duration::from_millis(100);
const AGAIN_AFTER: Duration = Duration::from_secs(1);
/// Two heartbeats may be lost before the lease is.
const HEARTBEATS_PER_LEASE: u32 = 3;

pub(super) struct Lease {
    pub(super) client: Client,
    pub(super) user: UserName,
    pub(super) online: Online,
    /// Told when the inbox may hold what did not come live.
    pub(super) wanted: Arc<Notify>,
    pub(super) screen: Arc<Screen>,
    /// Told that there is somebody to ask what has changed.
    pub(super) contacts: Contacts,
}

/// The answer to a heartbeat.
#[derive(Deserialize)]
struct Stands {
    online: bool,
}

impl Lease {
    /// Resolves only with why the device cannot be online.
    pub(super) async fn keep(self) -> Failure {
        let mut first = true;
        loop {
            // Read first: a connection that is lost while we say it is one more reconnect.
            let connects = self.connects();
            let said = self.client.command(&Command::from(self.online.clone())).await;
            match said.map(must_be_accepted) {
                Ok(Err(refused)) => return refused,
                Err(failure) if first => return failure,
                Err(failure) => {
                    warn!(%failure, "presence.online is sent again");
                    tokio::time::sleep(AGAIN_AFTER).await;
                    continue;
                }
                Ok(Ok(_)) => self.greet(first),
            }
            self.contacts.refresh();
            if !first || self.online.class == DeviceClass::Pull {
                self.wanted.notify_one();
            }
            first = false;
            tokio::select! {
                () = self.reconnected(connects) => {}
                () = self.lapsed() => {}
            }
        }
    }

    fn greet(&self, first: bool) {
        let Online { device, .. } = &self.online;
        if first {
            self.screen.progress(&format!(
                "{} is online as {device}. @name chooses whom your lines go to, @name text also sends it, /help tells more.",
                self.user
            ));
        } else {
            self.screen.progress(&format!("{} is online again.", self.user));
        }
    }

    fn connects(&self) -> u64 {
        self.client.log.client().statistics().connects.load(Ordering::Relaxed)
    }

    async fn reconnected(&self, before: u64) {
        let mut told = false;
        while self.connects() == before {
            if !told && self.client.log.client().connection_state() != State::Connected {
                told = true;
                self.screen.progress("The connection is lost; what is sent meanwhile comes when it is back.");
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Sends heartbeats until one is answered by "you are not online".
    async fn lapsed(&self) {
        let every = self.online.lease.duration() / HEARTBEATS_PER_LEASE;
        let mut beat = tokio::time::interval(every);
        beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        // The first tick is at once, and the lease is new.
        beat.tick().await;
        loop {
            beat.tick().await;
            if !self.stands(every).await {
                return;
            }
            if self.online.class == DeviceClass::Pull {
                self.wanted.notify_one();
            }
        }
    }

    /// No answer is no news: the connection, or the part that keeps leases, comes back.
    async fn stands(&self, within: Duration) -> bool {
        let subject = subjects::heartbeat(&self.user, &self.online.device);
        let request = Request::new().timeout(Some(within));
        match self.client.log.client().send_request(subject, request).await {
            Ok(answer) => !matches!(serde_json::from_slice(&answer.payload), Ok(Stands { online: false })),
            Err(error) => {
                debug!(%error, "a heartbeat was not answered");
                true
            }
        }
    }
}
