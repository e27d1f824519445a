//! The loop of a channel: items in, grants asked for, results back, items settled.

use std::collections::VecDeque;
use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

use super::items::{Answered, Items, Took};
use super::texts::Texts;
use super::{Channel, Connector, Ended, Protocol, Then};
use crate::log::{Fault, Log, Record, Source, Taken, Verdict};
use crate::rules::presence::Encoding;
use crate::rules::{Command, Fact};
use crate::wire::work::Work;
use crate::wire::{command, from_msgpack};

/// Items fetched at once.
const BATCH_LEN_MAX: usize = 256;
/// An item comes again ten seconds after it was last heard of (`streams/OUTBOX/`).
const KEEP_EVERY: Duration = Duration::from_secs(3);
/// How soon it is noticed that a connector is up again, or that its pause is over.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// The server was away for longer than a publish tries.
const ASK_AGAIN_AFTER: Duration = Duration::from_secs(1);
/// Of a question, for one delivery, and of the answer to it, which says more: a name has at most 32 octets.
const ASKED_BYTES_MAX: usize = 1_024;
/// Commits read ahead of knowing where the question stands: eight seconds of peak traffic (500/s). What follows waits on the
/// log until it is known.
const UNREAD_LEN_MAX: usize = 4_096;
/// What is under way is waited for when the adapter stops.
const DRAIN_WITHIN: Duration = Duration::from_secs(4);

struct Performing<'a, P: Protocol> {
    log: &'a Log,
    channel: &'a Channel,
    connectors: &'a [P::Connector],
    items: Items,
    /// One question at a time: the next one holds all that came meanwhile.
    question: Question,
    asked: mpsc::Sender<u64>,
    /// Commits that came before it was known which of them is the answer; at most a batch more than `UNREAD_LEN_MAX`.
    unread: VecDeque<Record>,
    /// After a question that was refused.
    not_before: Option<Instant>,
    texts: Texts,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Question {
    None,
    /// On its way to COMMANDS.
    Asking,
    /// Stored there at this sequence.
    At(u64),
}

pub(super) async fn run<P: Protocol>(
    log: &Log,
    channel: &Channel,
    adapter: &P,
    mut answers: mpsc::Receiver<Vec<Record>>,
    ended: &mut mpsc::Receiver<Ended>,
    ends: &CancellationToken,
) -> Result<(), Fault> {
    let (asked, mut stored) = mpsc::channel(1);
    let items = Items::new(channel.on_unknown, RandomState::new().hash_one(log.fresh_identity()));
    let (question, unread) = (Question::None, VecDeque::new());
    let connectors = adapter.connectors();
    let mut performing: Performing<'_, P> = Performing {
        log,
        channel,
        connectors,
        items,
        question,
        asked,
        unread,
        not_before: None,
        texts: Texts::default(),
    };
    let mut draw = log.draw(source::<P>()).await?;
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
            taken = draw.next(if stopping.is_none() { performing.wants() } else { 0 }) => {
                for taken in taken {
                    performing.take(taken).await;
                }
            }
            Some(records) = answers.recv(), if performing.unread.len() < UNREAD_LEN_MAX => performing.read(records).await,
            Some(stored) = stored.recv() => performing.asked(stored).await,
            Some(over) = ended.recv() => performing.ended(over).await,
            _ = keep.tick() => performing.keep().await,
            _ = look.tick() => {}
        }
        if stopping.is_some() || !connectors.iter().any(Connector::is_open) {
            performing.give_back().await;
        }
        match stopping {
            None => performing.ask(),
            Some(until) if performing.items.is_idle() || Instant::now() > until => {
                return Ok(());
            }
            Some(_) => {}
        }
    }
}

impl<P: Protocol> Performing<'_, P> {
    /// What can be sent soon: what the connectors take, and as much again that is asked for meanwhile.
    fn wants(&self) -> usize {
        let open = self.connectors.iter().filter(|connector| connector.is_open());
        self.items.wants(open.map(|connector| 2 * connector.grants_len_max()).sum())
    }

    async fn take(&mut self, taken: Taken) {
        let work: Work = match from_msgpack(&taken.record.payload) {
            Ok(work) => work,
            Err(why) => return self.settle(&taken, Verdict::Poison(why)).await,
        };
        if let Took::Settle(taken, verdict) = self.items.take(taken, work) {
            self.settle(&taken, verdict).await;
        }
    }

    /// Asks for as many as the first connector that is up can take soon.
    fn ask(&mut self) {
        let waits = self.not_before.is_some_and(|then| Instant::now() < then);
        if self.question != Question::None || self.items.waiting_len() == 0 || waits {
            return;
        }
        let up = self.connectors.iter().enumerate().find(|(_, connector)| connector.is_up());
        let Some((place, connector)) = up else { return };
        let len = if connector.is_behind() {
            0
        } else {
            connector.grants_len_max().saturating_sub(self.items.on_connector(place))
        };
        if len == 0 {
            return;
        }
        // A question that no server takes would be asked for ever.
        let fits = (self.log.client().server_info().max_payload / ASKED_BYTES_MAX).max(1);
        let question = self.items.ask(place, len.min(fits));
        self.channel.journal.asks(question.grant.unwrap_or_default(), &question.deliveries);
        self.question = Question::Asking;
        tokio::spawn(publish::<P>(self.log.clone(), Command::from(question), self.asked.clone()));
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
            let Ok(commit) = record.commit() else { continue };
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
                self.items.unasked();
            }
        }
    }

    async fn answered(&mut self, fact: Fact) {
        match self.items.answered(fact) {
            None => {}
            Some(Answered::Settle { taken, verdict, message, to }) => {
                self.channel.journal.over(message, &to);
                self.settle(&taken, verdict).await;
            }
            Some(Answered::Grant { connector, mut grant }) => {
                if let Some(connector) = self.connectors.get(connector) {
                    grant.work = self.texts.filled(self.log, grant.work).await;
                    connector.send(grant).await;
                }
            }
        }
    }

    async fn ended(&mut self, Ended { item, then }: Ended) {
        match then {
            Then::Again => self.items.again(item),
            Then::Settle(verdict) => {
                if let Some(taken) = self.items.remove(item) {
                    self.settle(&taken, verdict).await;
                }
            }
        }
    }

    async fn keep(&self) {
        for taken in self.items.held() {
            if let Err(fault) = self.log.keep(taken).await {
                debug!(%fault, "items may come again");
                return;
            }
        }
    }

    /// What waits comes again at once, to whichever process can send it.
    async fn give_back(&mut self) {
        for taken in self.items.give_back() {
            self.settle(&taken, Verdict::Again(Duration::ZERO)).await;
        }
    }

    async fn settle(&self, taken: &Taken, verdict: Verdict) {
        if let Err(fault) = self.log.settle(source::<P>(), taken, verdict).await {
            debug!(seq = taken.record.seq, %fault, "an item comes again");
        }
    }
}

fn source<P: Protocol>() -> Source {
    Source { stream: "OUTBOX", durable: P::CHANNEL.as_str(), batch_len_max: BATCH_LEN_MAX }
}

/// Publishes a question until it is stored, and tells where. It may be stored twice: it names the grant it asks for, and there
/// is one grant of that name.
async fn publish<P: Protocol>(log: Log, question: Command, asked: mpsc::Sender<u64>) {
    while !asked.is_closed() {
        let outgoing = command::outgoing(P::CHANNEL.part(), &question, Encoding::Msgpack);
        match log.command(outgoing).await {
            Ok(seq) => {
                // The loop may have ended meanwhile; then the journal tells the next one.
                let _ = asked.send(seq).await;
                return;
            }
            Err(fault) => {
                warn!(%fault, "a grant is asked for again");
                tokio::time::sleep(ASK_AGAIN_AFTER).await;
            }
        }
    }
}
