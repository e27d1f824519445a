//! The keeping of leases: heartbeats renew them and are answered, the log grants and ends them, the clock lets them lapse.

use std::time::Duration;

use async_nats::Subject;
use async_nats::connection::State;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use tracing::warn;

use super::beats::{Beat, Beats};
use super::clock::Clock;
use super::doubt::Doubt;
use super::kept::Change;
use super::leases::{Device, Grant, Leases, Standing};
use crate::log::{Fault, Log};
use crate::rules::presence::Lapsed;
use crate::words::EventSeq;

/// How late a lapse may be noticed, where nothing stands still; a mark is one small message to ourselves.
const MARK_EVERY: Duration = Duration::from_millis(100);

const ONLINE: &str = r#"{"online":true}"#;
/// The client says again that it is online.
const OFFLINE: &str = r#"{"online":false}"#;

/// What was read of the log.
#[derive(Debug)]
pub(super) struct News {
    pub(super) changes: Vec<Change>,
    pub(super) until: EventSeq,
}

/// What comes from the others who work for it.
pub(super) struct Inputs {
    pub(super) news: mpsc::Receiver<News>,
    /// Doubtful heartbeats that can be answered now.
    pub(super) settled: mpsc::Receiver<Vec<Doubt>>,
}

/// What goes to them.
pub(super) struct Outputs {
    /// How far the log was read.
    pub(super) read: watch::Sender<EventSeq>,
    pub(super) doubts: mpsc::Sender<Doubt>,
    pub(super) lapses: mpsc::Sender<Lapsed>,
}

/// The one who knows all leases.
pub(super) struct Keeper {
    log: Log,
    beats: Beats,
    clock: Clock,
    leases: Leases,
    /// The connections made up to the last look.
    connects: u64,
}

impl Keeper {
    /// Begins to listen. The leases that stand begin anew: what was sent until now nobody has heard.
    pub(super) async fn begin(log: &Log, standing: Vec<(Device, Grant)>) -> Result<Keeper, Fault> {
        let connects = log.connects();
        let beats = Beats::listen(log).await?;
        let now = Instant::now();
        let (clock, mut leases) = (Clock::start(now), Leases::default());
        for (device, grant) in standing {
            leases.grant(device, grant, clock.latest(now));
        }
        Ok(Keeper { log: log.clone(), beats, clock, leases, connects })
    }

    pub(super) async fn run(
        mut self,
        Inputs { mut news, mut settled }: Inputs,
        Outputs { read, doubts, lapses }: Outputs,
        ends: &CancellationToken,
    ) -> Result<(), Fault> {
        let mut look = interval(MARK_EVERY);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let proven = self.clock.proven();
            tokio::select! {
                () = ends.cancelled() => return Ok(()),
                Some(News { changes, until }) = news.recv() => {
                    self.learn(changes);
                    read.send_replace(until);
                }
                beats = self.beats.next() => match beats {
                    Some(beats) => self.hear(beats, &doubts).await,
                    None => return Err(Fault::later("listen to heartbeats")),
                },
                Some(doubts) = settled.recv() => self.settle(doubts).await,
                _ = look.tick() => self.mark().await,
                // While the reports wait, so do the lapses, and heartbeats still renew.
                Ok(permit) = lapses.reserve(), if self.leases.is_due(proven) => {
                    if let Some(lapsed) = self.leases.lapsed(proven) {
                        permit.send(lapsed);
                    }
                }
            }
        }
    }

    fn learn(&mut self, changes: Vec<Change>) {
        let now = self.clock.latest(Instant::now());
        for (device, grant) in changes {
            match grant {
                Some(grant) => self.leases.grant(device, grant, now),
                None => self.leases.end(&device),
            }
        }
    }

    async fn hear(&mut self, beats: Vec<Beat>, doubts: &mpsc::Sender<Doubt>) {
        for beat in beats {
            let now = self.clock.latest(Instant::now());
            match beat {
                Beat::Of(device, reply) => {
                    let standing = self.leases.renew(&device, now);
                    match (standing, reply) {
                        (Standing::Renewed, Some(reply)) => self.answer(reply, ONLINE).await,
                        (Standing::Lapsed, Some(reply)) => self.answer(reply, OFFLINE).await,
                        (Standing::Unknown, Some(reply)) => {
                            // No answer is no news: the client asks again.
                            let _there_are_too_many = doubts.try_send((device, reply));
                        }
                        (Standing::Renewed | Standing::Lapsed | Standing::Unknown, None) => {}
                    }
                }
                Beat::OfNone(reply) => self.answer(reply, OFFLINE).await,
                // Over a new connection it proves nothing of what was lost with the old one.
                Beat::Mark(number) if self.log.connects() == self.connects => self.clock.back(number),
                Beat::Mark(_) => {}
                Beat::Gap => self.leases.begin_anew(now),
            }
        }
    }

    async fn settle(&mut self, doubts: Vec<Doubt>) {
        for (device, reply) in doubts {
            match self.leases.renew(&device, self.clock.latest(Instant::now())) {
                Standing::Renewed => self.answer(reply, ONLINE).await,
                Standing::Lapsed | Standing::Unknown => self.answer(reply, OFFLINE).await,
            }
        }
    }

    async fn answer(&self, reply: Subject, answer: &'static str) {
        let _who_asks_may_be_gone = self.log.client().publish(reply, answer.into()).await;
    }

    async fn mark(&mut self) {
        let (now, connects) = (Instant::now(), self.log.connects());
        if self.connects != connects {
            self.connects = connects;
            self.clock.forget_mark();
            self.leases.begin_anew(self.clock.latest(now));
        }
        if self.clock.has_lost(now) && self.log.client().connection_state() == State::Connected {
            warn!(
                "what presence sends to itself among the heartbeats does not come back; until it does, no lease lapses"
            );
        }
        if let Some(number) = self.clock.mark(now) {
            let mark = number.to_be_bytes().to_vec();
            let _sent_again_when_lost = self.log.client().publish(self.beats.subject(), mark.into()).await;
        }
    }
}
