//! The items that this process holds: taken from OUTBOX, asked for, sent, and settled when their result is stored.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::log::{Taken, Verdict};
use crate::rules::attempt::{Ask, Asked, BATCH_LEN_MAX, Granted, LetGo, Unknown, UnknownReason};
use crate::rules::{Fact, attempt};
use crate::wire::work::Work;
use crate::words::{MessageId, Party};

/// Items held at once: few enough to be kept in progress.
const HELD_LEN_MAX: usize = 1_000;

/// What may have been sent is sent again after this time, where it is sent again at all; and the next item of a delivery is
/// looked at again, by when the question about the one before it is answered.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// What is done about an attempt of which nobody knows whether the other side has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum OnUnknown {
    /// It is not sent again; a receipt may tell.
    #[default]
    Hold,
    /// It is sent again, once: it may arrive twice.
    Retry,
}

/// An item that may be sent, once.
#[derive(Debug)]
pub struct Grant {
    /// Its sequence on OUTBOX.
    pub(super) item: u64,
    pub work: Arc<Work>,
    pub granted: Granted,
    /// When it was asked for: what it was given on is as old.
    pub since: Instant,
}

#[derive(Debug)]
struct Item {
    taken: Taken,
    work: Arc<Work>,
    place: Place,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Waiting,
    /// The decider was asked, for this connector.
    Asked(usize),
    /// With a connector.
    Out(usize),
}

/// What became of an item that was taken.
#[derive(Debug)]
pub(super) enum Took {
    Held,
    /// An earlier item stands for its delivery.
    Settle(Taken, Verdict),
}

/// What an answer of the decider is for.
pub(super) enum Answered {
    Grant { connector: usize, grant: Grant },
    Settle { taken: Taken, verdict: Verdict, message: MessageId, to: Party },
}

/// Items by their sequence on OUTBOX: their order is the order in which they are sent.
#[derive(Debug, Default)]
pub(super) struct Items {
    items: BTreeMap<u64, Item>,
    by_delivery: HashMap<(MessageId, Party), u64>,
    waiting: BTreeSet<u64>,
    on_unknown: OnUnknown,
    /// When the last question was asked: what was granted is as old.
    asked: Option<Instant>,
    /// Of the last question.
    grant: u64,
}

impl Items {
    /// `grant` is a number that no other process counts on from.
    pub(super) fn new(on_unknown: OnUnknown, grant: u64) -> Items {
        Items { on_unknown, grant, ..Items::default() }
    }

    /// How many more are wanted, where so many can be sent soon. They are fetched a quarter of them at a time, not one by one.
    pub(super) fn wants(&self, soon: usize) -> usize {
        let soon = soon.min(HELD_LEN_MAX);
        let free = soon.saturating_sub(self.items.len());
        if free >= soon.div_ceil(4) { free } else { 0 }
    }

    pub(super) fn take(&mut self, taken: Taken, work: Work) -> Took {
        let seq = taken.record.seq;
        let key = (work.message, work.to.clone());
        if let Some(held) = self.items.get_mut(&seq) {
            // It came again because it took long. Either delivery's answer settles it; the later one counts.
            held.taken = taken;
            return Took::Held;
        }
        if let Some(earlier) = self.by_delivery.get(&key).and_then(|earlier| self.items.get(earlier)) {
            let verdict = match earlier.place {
                // It may have been let go before this one was made: then this one stands for the delivery.
                Place::Asked(_) => Verdict::Again(RETRY_AFTER),
                // What it is yet asked for is answered by what holds then; what it was granted is reported.
                Place::Waiting | Place::Out(_) => Verdict::Done,
            };
            return Took::Settle(taken, verdict);
        }
        self.by_delivery.insert(key, seq);
        self.items.insert(seq, Item { taken, work: Arc::new(work), place: Place::Waiting });
        self.waiting.insert(seq);
        Took::Held
    }

    pub(super) fn waiting_len(&self) -> usize {
        self.waiting.len()
    }

    /// Items that a connector has, or is about to have.
    pub(super) fn on_connector(&self, connector: usize) -> usize {
        let its =
            |item: &&Item| matches!(item.place, Place::Asked(its) | Place::Out(its) if its == connector);
        self.items.values().filter(its).count()
    }

    /// Whether all items wait.
    pub(super) fn is_idle(&self) -> bool {
        self.items.len() == self.waiting.len()
    }

    /// The question for the next items in order, at most `len`, for a connector.
    pub(super) fn ask(&mut self, connector: usize, len: usize) -> Ask {
        self.asked = Some(Instant::now());
        let next: Vec<u64> = self.waiting.iter().take(len.min(BATCH_LEN_MAX)).copied().collect();
        let mut deliveries = Vec::with_capacity(next.len());
        for seq in next {
            self.waiting.remove(&seq);
            let Some(item) = self.items.get_mut(&seq) else { continue };
            item.place = Place::Asked(connector);
            // Only what came again can be a retry of something unknown.
            let again = self.on_unknown == OnUnknown::Retry && item.taken.deliveries > 1;
            deliveries.push(Asked { message: item.work.message, to: item.work.to.clone(), again });
        }
        self.grant = self.grant.wrapping_add(1);
        Ask { deliveries, grant: Some(self.grant) }
    }

    /// The question was not asked after all.
    pub(super) fn unasked(&mut self) {
        let asked = self.items.iter_mut().filter(|(_, item)| matches!(item.place, Place::Asked(_)));
        for (seq, item) in asked {
            item.place = Place::Waiting;
            self.waiting.insert(*seq);
        }
    }

    /// Takes in one fact of the decider's answer.
    pub(super) fn answered(&mut self, fact: Fact) -> Option<Answered> {
        let Fact::Attempt(fact) = fact else { return None };
        match fact {
            attempt::Fact::Granted(granted) => {
                let seq = *self.by_delivery.get(&(granted.message, granted.to.clone()))?;
                let item = self.items.get_mut(&seq)?;
                let Place::Asked(connector) = item.place else { return None };
                item.place = Place::Out(connector);
                let (work, since) = (Arc::clone(&item.work), self.asked.unwrap_or_else(Instant::now));
                Some(Answered::Grant { connector, grant: Grant { item: seq, work, granted, since } })
            }
            attempt::Fact::LetGo(LetGo { message, to, channel: _ }) => {
                self.settled(message, to, Verdict::Done)
            }
            attempt::Fact::Unknown(Unknown { attempt, why: UnknownReason::BridgeLost, .. }) => {
                let verdict = match self.on_unknown {
                    OnUnknown::Hold => Verdict::Done,
                    // It comes again, and is asked for as one of which nobody knows.
                    OnUnknown::Retry => Verdict::Again(RETRY_AFTER),
                };
                self.settled(attempt.message, attempt.to, verdict)
            }
            // What was reported is no answer.
            attempt::Fact::Accepted(_)
            | attempt::Fact::Failed(_)
            | attempt::Fact::Deferred(_)
            | attempt::Fact::Unknown(_)
            | attempt::Fact::Receipted(_)
            | attempt::Fact::Unmatched(_)
            | attempt::Fact::Silent(_) => None,
        }
    }

    fn settled(&mut self, message: MessageId, to: Party, verdict: Verdict) -> Option<Answered> {
        let seq = *self.by_delivery.get(&(message, to.clone()))?;
        let taken = self.remove(seq)?;
        Some(Answered::Settle { taken, verdict, message, to })
    }

    /// An item takes its turn again.
    pub(super) fn again(&mut self, seq: u64) {
        if let Some(item) = self.items.get_mut(&seq) {
            item.place = Place::Waiting;
            self.waiting.insert(seq);
        }
    }

    /// An item is done with here.
    pub(super) fn remove(&mut self, seq: u64) -> Option<Taken> {
        let item = self.items.remove(&seq)?;
        self.waiting.remove(&seq);
        self.by_delivery.remove(&(item.work.message, item.work.to.clone()));
        Some(item.taken)
    }

    /// Those that wait are done with here.
    pub(super) fn give_back(&mut self) -> Vec<Taken> {
        let waiting: Vec<u64> = self.waiting.iter().copied().collect();
        waiting.into_iter().filter_map(|seq| self.remove(seq)).collect()
    }

    pub(super) fn held(&self) -> impl Iterator<Item = &Taken> {
        self.items.values().map(|item| &item.taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::Record;
    use crate::rules::attempt::Adapter;
    use crate::rules::message::Channel;
    use crate::words::{Author, CommandSeq, EventSeq, Instant};

    /// Another item of the same delivery, as often as it comes.
    fn take(items: &mut Items, seq: u64) -> Option<Verdict> {
        let message = MessageId::of(CommandSeq(1));
        let (to, at, channel) = ("bob".parse().unwrap(), Instant::default(), Channel::By(Adapter::Sms));
        let record = Record { seq, subject: "x".into(), at, payload: Vec::new().into(), headers: None };
        let (from, decided) = (Author::Homing, EventSeq(seq));
        let work = Work {
            head: None,
            message,
            from,
            to,
            channel,
            text: None,
            parts: None,
            code: false,
            body: None,
            at,
            expires: None,
            decided,
        };
        match items.take(Taken::of(record), work) {
            Took::Held => None,
            Took::Settle(taken, verdict) => {
                assert_eq!(taken.record.seq, seq);
                Some(verdict)
            }
        }
    }

    fn let_go() -> Fact {
        let (channel, message) = (Adapter::Sms, MessageId::of(CommandSeq(1)));
        Fact::from(LetGo { channel, message, to: "bob".parse().unwrap() })
    }

    #[test]
    fn an_item_that_comes_while_the_one_before_it_is_let_go_is_not_lost_with_it() {
        let mut items = Items::new(OnUnknown::Hold, 1);
        assert_eq!(take(&mut items, 1), None);
        items.ask(0, 10);
        assert_eq!(take(&mut items, 2), Some(Verdict::Again(RETRY_AFTER)), "how the first ends is not known");
        assert!(matches!(items.answered(let_go()), Some(Answered::Settle { verdict: Verdict::Done, .. })));
        assert_eq!(take(&mut items, 2), None, "the delivery is its own");
        assert_eq!(items.ask(0, 10).deliveries.len(), 1);
    }

    #[test]
    fn an_item_that_repeats_another_ends() {
        let mut items = Items::new(OnUnknown::Hold, 1);
        assert_eq!(take(&mut items, 1), None);
        assert_eq!(take(&mut items, 2), Some(Verdict::Done), "the first one waits to be asked for");
        items.ask(0, 10);
        assert_eq!(take(&mut items, 1), None, "the same again");
        let granted = Granted {
            channel: Adapter::Sms,
            message: MessageId::of(CommandSeq(1)),
            to: "bob".parse().unwrap(),
            phone: "+447700900123".parse().unwrap(),
            from: None,
            grant: None,
        };
        assert!(matches!(items.answered(Fact::from(granted)), Some(Answered::Grant { .. })));
        assert_eq!(take(&mut items, 2), Some(Verdict::Done), "the first one is being sent");
    }
}
