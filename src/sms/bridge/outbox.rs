//! The desk's loop: items in, leave asked for, results back, items settled.

use std::collections::VecDeque;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

use super::connector::Connector;
use super::items::{Answered, Items, Took};
use super::listen::BACKLOG_LEN_MAX;
use super::sender::{Over, Then};
use super::shared::Shared;
use crate::log::{Fault, Log, Record, Source, Taken, Verdict};
use crate::rules::presence::Encoding;
use crate::rules::{Command, Fact};
use crate::wire::work::Work;
use crate::wire::{command, commit, from_msgpack};

const SOURCE: Source = Source { stream: "OUTBOX", durable: "sms", batch_len_max: 256 };
/// An item comes again ten seconds after it was last heard of (`streams/OUTBOX/sms.json`).
const KEEP_EVERY: Duration = Duration::from_secs(3);
/// How soon it is noticed that a link is up again, or that its pause is over.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// The server was away for longer than a publish tries.
const ASK_AGAIN_AFTER: Duration = Duration::from_secs(1);
/// Of a question, for one delivery, and of the answer to it, which says more: a name has at most 32 octets.
const ASKED_BYTES_MAX: usize = 1_024;
/// Commits read ahead of knowing where the question stands: eight seconds of peak traffic (500/s). What follows waits on the
/// log until it is known.
const UNREAD_LEN_MAX: usize = 4_096;
/// What is under way is waited for when the bridge stops.
const DRAIN_WITHIN: Duration = Duration::from_secs(4);

struct Outbound<'a> {
    log: &'a Log,
    shared: &'a Shared,
    connectors: &'a [Connector],
    desk: Items,
    /// One question at a time: the next one holds all that came meanwhile.
    question: Question,
    asked: mpsc::Sender<u64>,
    /// Commits that came before it was known which of them is the answer; at most a batch more than `UNREAD_LEN_MAX`.
    unread: VecDeque<Record>,
    /// After a question that was refused.
    not_before: Option<Instant>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Question {
    None,
    /// On its way to COMMANDS.
    Asking,
    /// Stored there at this sequence.
    At(u64),
}

pub(super) async fn run(
    log: &Log,
    shared: &Arc<Shared>,
    connectors: &[Connector],
    mut answers: mpsc::Receiver<Vec<Record>>,
    mut over: mpsc::Receiver<Over>,
    ends: &CancellationToken,
) -> Result<(), Fault> {
    let (asked, mut stored) = mpsc::channel(1);
    let desk = Items::new(shared.on_unknown, RandomState::new().hash_one(log.fresh_identity()));
    let (question, unread) = (Question::None, VecDeque::new());
    let mut outbound = Outbound { log, shared, connectors, desk, question, asked, unread, not_before: None };
    let mut draw = log.draw(SOURCE).await?;
    let mut keep = interval(KEEP_EVERY);
    let mut look = interval(LOOK_EVERY);
    keep.set_missed_tick_behavior(MissedTickBehavior::Delay);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut stopping: Option<Instant> = None;
    loop {
        tokio::select! {
            () = ends.cancelled(), if stopping.is_none() => {
                stopping = Some(Instant::now() + DRAIN_WITHIN);
            }
            taken = draw.next(if stopping.is_none() { outbound.wants() } else { 0 }) => {
                for taken in taken {
                    outbound.take(taken).await;
                }
            }
            Some(records) = answers.recv(), if outbound.unread.len() < UNREAD_LEN_MAX => outbound.read(records).await,
            Some(stored) = stored.recv() => outbound.asked(stored).await,
            Some(over) = over.recv() => outbound.over(over).await,
            _ = keep.tick() => outbound.keep().await,
            _ = look.tick() => {}
        }
        if stopping.is_some() || !connectors.iter().any(Connector::is_open) {
            outbound.give_back().await;
        }
        match stopping {
            None => outbound.ask(),
            Some(until) if outbound.desk.is_idle() || Instant::now() > until => {
                return Ok(());
            }
            Some(_) => {}
        }
    }
}

impl Outbound<'_> {
    /// What can be sent soon: what the connectors take, and as much again that is asked for meanwhile.
    fn wants(&self) -> usize {
        let open = self.connectors.iter().filter(|connector| connector.is_open());
        self.desk.wants(open.map(|connector| 2 * connector.ahead_max()).sum())
    }

    async fn take(&mut self, taken: Taken) {
        let work: Work = match from_msgpack(&taken.record.payload) {
            Ok(work) => work,
            Err(why) => return self.settle(&taken, Verdict::Poison(why)).await,
        };
        if let Took::UnderWay(taken) = self.desk.take(taken, work) {
            self.settle(&taken, Verdict::Done).await;
        }
    }

    /// Asks for as many as the first connector that is up can take soon.
    fn ask(&mut self) {
        let waits = self.not_before.is_some_and(|then| Instant::now() < then);
        if self.question != Question::None || self.desk.waiting_len() == 0 || waits {
            return;
        }
        let up = self.connectors.iter().enumerate().find(|(_, connector)| connector.is_up());
        let Some((place, connector)) = up else { return };
        let behind = connector.backlog.load(Ordering::Relaxed) > BACKLOG_LEN_MAX;
        let len =
            if behind { 0 } else { connector.ahead_max().saturating_sub(self.desk.on_connector(place)) };
        if len == 0 {
            return;
        }
        // A question that no server takes would be asked for ever.
        let fits = (self.log.client().server_info().max_payload / ASKED_BYTES_MAX).max(1);
        let question = self.desk.ask(place, len.min(fits));
        self.shared.journal.asks(question.leave.unwrap_or_default(), &question.deliveries);
        self.question = Question::Asking;
        tokio::spawn(publish(self.log.clone(), Command::from(question), self.asked.clone()));
    }

    async fn asked(&mut self, seq: u64) {
        self.question = Question::At(seq);
        let unread = std::mem::take(&mut self.unread);
        self.read(unread.into()).await;
    }

    /// Looks for the answer in what was decided.
    async fn read(&mut self, records: Vec<Record>) {
        for record in records {
            let Question::At(seq) = self.question else {
                if self.question == Question::Asking {
                    self.unread.push_back(record);
                }
                continue;
            };
            let Ok(commit) = commit::decode(&record.payload) else { continue };
            if commit.command.0 != seq {
                continue;
            }
            let last = commit.is_last_part();
            if let Some(Fact::Refusal(_)) = commit.facts.first() {
                self.not_before = Some(Instant::now() + ASK_AGAIN_AFTER);
            }
            for fact in commit.facts {
                self.answered(fact).await;
            }
            if last {
                self.question = Question::None;
                self.desk.unasked();
            }
        }
    }

    async fn answered(&mut self, fact: Fact) {
        match self.desk.answered(fact) {
            None => {}
            Some(Answered::Settle { taken, verdict, message, to }) => {
                self.shared.journal.over(message, &to);
                self.settle(&taken, verdict).await;
            }
            Some(Answered::Grant { connector, leave }) => {
                let Some(connector) = self.connectors.get(connector) else { return };
                // There is room for more than was asked for.
                if connector.grants.send(leave).await.is_err() {
                    debug!("a connector has ended");
                }
            }
        }
    }

    async fn over(&mut self, Over { item, then }: Over) {
        match then {
            Then::Again => self.desk.again(item),
            Then::Settle(verdict) => {
                if let Some(taken) = self.desk.leave(item) {
                    self.settle(&taken, verdict).await;
                }
            }
        }
    }

    async fn keep(&self) {
        for taken in self.desk.held() {
            if let Err(fault) = self.log.keep(taken).await {
                debug!(%fault, "items may come again");
                return;
            }
        }
    }

    /// What waits comes again at once, to whichever bridge can send it.
    async fn give_back(&mut self) {
        for taken in self.desk.give_back() {
            self.settle(&taken, Verdict::Again(Duration::ZERO)).await;
        }
    }

    async fn settle(&self, taken: &Taken, verdict: Verdict) {
        if let Err(fault) = self.log.settle(SOURCE, taken, verdict).await {
            debug!(seq = taken.record.seq, %fault, "an item comes again");
        }
    }
}

/// Publishes a question until it is stored, and tells where. It may be stored twice: it names the leave it asks for, and there
/// is one leave of that name.
async fn publish(log: Log, question: Command, asked: mpsc::Sender<u64>) {
    while !asked.is_closed() {
        let outgoing = command::outgoing("_sms", &question, Encoding::Msgpack);
        match log.command(outgoing).await {
            Ok(seq) => {
                // The desk may have ended meanwhile; then the journal tells the next one.
                let _ = asked.send(seq).await;
                return;
            }
            Err(fault) => {
                warn!(%fault, "leave is asked for again");
                tokio::time::sleep(ASK_AGAIN_AFTER).await;
            }
        }
    }
}
