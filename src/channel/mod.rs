//! Channels: what every adapter shares, from an item on OUTBOX to its report. An adapter adds the protocol.
//!
//! Invariant: nothing is sent without the decider's grant, one for each attempt; a grant is a fact before it is used.
//! Invariant: what is handed to the network stands in the journal before, or there is no journal.
//! Invariant: an item on OUTBOX is settled after its result is stored.
//! Invariant: no protocol and no address is known here.

mod follow;
mod items;
mod journal;
mod perform;
mod protocol;
mod refused;
mod report;
mod texts;

pub use items::{Grant, OnUnknown};
pub use journal::Journal;
pub use protocol::{Connector, Protocol};

use std::path::Path;
use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::log::{Fault, Log, Record, Verdict, blocking, ending};
use crate::rules::attempt::{Attempt, DeferClass, Report};
use crate::words::EventSeq;
use report::Reporter;

/// Grants on their way to a connector, and results on their way back: more than it takes.
pub const GRANTS_LEN_MAX: usize = 1_024;
/// Batches of commits that wait to be looked through for answers.
const ANSWERS_LEN_MAX: usize = 1_024;
/// The journal's file in the adapter's folder: it goes where the folder goes.
const JOURNAL: &str = "sent";

/// What an adapter tells: what it writes, what came of it, and what else it hears.
#[derive(Debug)]
pub struct Channel {
    pub journal: Journal,
    reporter: Reporter,
    ended: mpsc::Sender<Ended>,
    on_unknown: OnUnknown,
}

/// An attempt that is over, and reported.
#[derive(Debug)]
struct Ended {
    item: u64,
    then: Then,
}

/// What becomes of the item of an attempt that is over.
#[derive(Debug, PartialEq)]
pub enum Then {
    Settle(Verdict),
    /// It takes its turn again at once.
    Again,
}

impl Channel {
    /// Hands a report in; what is given resolves when it is stored, or parked because no server takes it.
    pub async fn report(&self, report: Report) -> oneshot::Receiver<()> {
        self.reporter.hand_in(report).await
    }

    /// Reports what came of a grant; its item goes on when the report is stored, or parked.
    pub async fn ends(&self, grant: &Grant, report: Report, then: Then) {
        let stored = self.report(report).await;
        if stored.await.is_ok() {
            self.journal.over(grant.granted.message, &grant.granted.to);
            // Nobody listens any more only when the adapter ends.
            let _ = self.ended.send(Ended { item: grant.item, then }).await;
        }
    }

    /// Reports what an earlier run has begun, as far as it came; `known` sees each attempt before. `receipts` tells of a
    /// connector whether it asks for them, `class` what a refusal of the other side says.
    pub async fn conclude(
        &self,
        receipts: impl Fn(&str) -> bool,
        class: impl Fn(&str, u32) -> DeferClass,
        known: impl Fn(&Attempt),
    ) {
        let mut told = Vec::new();
        for (attempt, report) in self.journal.left(receipts, class) {
            known(&attempt);
            told.push((attempt, self.report(report).await));
        }
        for (attempt, stored) in told {
            if stored.await.is_ok() {
                self.journal.over(attempt.message, &attempt.to);
            }
        }
    }

    /// What is done about an attempt of which nobody knows whether the other side has it.
    pub fn on_unknown(&self) -> OnUnknown {
        self.on_unknown
    }
}

/// The work of a channel; [`Performer::run`] does it.
#[derive(Debug)]
pub struct Performer {
    channel: Arc<Channel>,
    log: Log,
    /// Refusals are read from there on.
    refused_from: u64,
    ended: mpsc::Receiver<Ended>,
    publishing: JoinHandle<()>,
}

impl Performer {
    /// Goes on with the journal in `folder`. The adapter's projection stands at `position`.
    ///
    /// # Errors
    /// Where the server does not answer, or the folder is broken.
    pub async fn begin<P: Protocol>(
        log: &Log,
        folder: &Path,
        position: EventSeq,
        on_unknown: OnUnknown,
    ) -> Result<Performer, Fault> {
        let refused_from = refused::first(log, position).await?;
        let sent = folder.join(JOURNAL);
        let journal = blocking(move || Ok(Journal::open(sent))).await?;
        let (reporter, publishing) = Reporter::start(log.clone(), P::CHANNEL);
        let (over, ended) = mpsc::channel(GRANTS_LEN_MAX);
        let channel = Arc::new(Channel { journal, reporter, ended: over, on_unknown });
        Ok(Performer { channel, log: log.clone(), refused_from, ended, publishing })
    }

    pub fn channel(&self) -> &Arc<Channel> {
        &self.channel
    }

    /// Until `ends`, and until what was begun then is over, or some seconds have gone by.
    ///
    /// # Errors
    /// Where the projection or the server does not work.
    pub async fn run<P: Protocol>(&mut self, adapter: &P, ends: &CancellationToken) -> Result<(), Fault> {
        let Performer { channel, log, refused_from, ended, .. } = self;
        let (commits, answers) = mpsc::channel::<Vec<Record>>(ANSWERS_LEN_MAX);
        // Answers are read until the last question has its own.
        let reading = CancellationToken::new();
        let refused = refused::run(log, P::CHANNEL, *refused_from, commits.clone(), ends);
        let refused = ending(ends, Box::pin(refused));
        let follow = ending(ends, Box::pin(follow::run(log, adapter, commits, &reading)));
        let perform = ending(
            ends,
            Box::pin(async {
                let _reading = reading.clone().drop_guard();
                match ends.run_until_cancelled(adapter.resume()).await {
                    Some(()) => perform::run(log, channel, adapter, answers, ended, ends).await,
                    None => Ok(()),
                }
            }),
        );
        let (refused, follow, perform) = tokio::join!(refused, follow, perform);
        ended.close();
        follow.and(perform).and(refused)
    }

    /// Waits until all that was handed in is stored; the adapter has let go of the channel.
    pub async fn finish(self) {
        drop(self.channel);
        // A publisher that panicked has said so.
        let _ = self.publishing.await;
    }
}
