//! Leases: heartbeats come in, and a lease that ran out is reported; heartbeats themselves are not events.
//!
//! Invariant: what a lease is, the log says; here is only when it was renewed last.
//! Invariant: nobody is declared gone for a time in which heartbeats could not reach us.

mod leases;

use std::time::Duration;

use async_nats::Subscriber;
use futures_util::StreamExt;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::{debug, info, warn};

use crate::log::{Fault, Follower, Log};
use crate::rules::presence::{Encoding, Lapsed};
use crate::rules::{Command, Part};
use crate::wire::{command, commit, subjects};
use leases::Leases;

/// How late a lapse may be noticed.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Works until `stop`.
///
/// # Errors
/// Only what trying again cannot mend.
pub async fn run(log: Log, stop: CancellationToken) -> Result<(), Fault> {
    let heartbeats = log.client().subscribe(subjects::HEARTBEATS).await;
    let heartbeats = heartbeats.map_err(|error| Fault::later("listen to heartbeats").because(error))?;
    let events = log.follow_all("EVENTS", subjects::events_with(leases::READS), 1);
    let mut room = Room { log, leases: Leases::default() };
    room.listen(heartbeats, events, &stop).await
}

struct Room {
    log: Log,
    leases: Leases,
}

impl Room {
    async fn listen(
        &mut self,
        mut heartbeats: Subscriber,
        mut events: Follower,
        stop: &CancellationToken,
    ) -> Result<(), Fault> {
        let mut look = tokio::time::interval(LOOK_EVERY);
        look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut connected = Instant::now();
        loop {
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                records = events.next() => {
                    for record in records? {
                        match commit::decode(&record.payload) {
                            Ok(commit) => self.leases.take(&commit, record.seq, Instant::now()),
                            Err(why) => warn!(seq = record.seq, %why, "a commit cannot be read"),
                        }
                    }
                }
                Some(heartbeat) = heartbeats.next() => self.renew(&heartbeat).await,
                _ = look.tick() => {
                    // While the connection is gone no heartbeat can come; after it is back, leases begin anew.
                    if self.log.client().connection_state() != async_nats::connection::State::Connected {
                        connected = Instant::now();
                    }
                    let lapsed = self.leases.lapsed(Instant::now(), connected);
                    self.report(lapsed).await;
                }
            }
        }
    }

    async fn renew(&mut self, heartbeat: &async_nats::Message) {
        let Some((user, device)) = subjects::parse_heartbeat(heartbeat.subject.as_str()) else { return };
        let stands = self.leases.renew(&user, &device, Instant::now());
        if let Some(reply) = &heartbeat.reply {
            // A client that asks learns whether it must say again that it is online.
            let answer = if stands { "{\"online\":true}" } else { "{\"online\":false}" };
            let _ = self.log.client().publish(reply.clone(), answer.into()).await;
        }
    }

    /// A lapse that is reported twice is decided twice: of a lease that has ended the second one says nothing.
    async fn report(&mut self, lapsed: Vec<Lapsed>) {
        for lapse in lapsed {
            info!(user = %lapse.user, seq = lapse.since.0, "a lease lapsed");
            let report = command::outgoing(Part::Lease.as_str(), &Command::from(lapse), Encoding::Msgpack);
            let sent = self.log.command(report).await;
            if let Err(fault) = sent {
                debug!(%fault, "the lapse is reported again");
            }
        }
    }
}
