//! The replay of a recording: the state at any moment of it, event by event, forwards and backwards.
//!
//! Invariant: sealed. Whatever is replayed comes from a file; nothing here holds a connection or an adapter.

mod changed;
mod feed;
mod moment;
mod predicate;
mod shape;
mod thing;

pub use changed::{Changed, changed};
pub use moment::Moment;
pub use predicate::Predicate;
pub use thing::Thing;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use super::deliveries::{Deliveries, Reached, Whose};
use crate::decider::Fold;
use crate::log::{Fault, History, Recording};
use crate::rules::{Commit, Fact, State};
use crate::words::{Address, EventSeq, Instant, MessageId};
use feed::Feed;

/// Between two states that are kept to go back to, in records: a few hundredths of a second of reading.
const KEPT_EVERY: u64 = 4_096;
/// States that are kept; of more the older ones are thinned. What they share is in memory once.
const KEPT_LEN_MAX: usize = 16;

/// A recording at one moment of it.
#[derive(Debug)]
pub struct Player {
    recording: Arc<Recording>,
    feed: Feed,
    now: Now,
    kept: Vec<Now>,
    /// Records between two states that are kept.
    keep_every: u64,
    /// Deliveries of these are followed to their ends and behind.
    watched: Option<(MessageId, BTreeMap<Whose, Reached>)>,
}

/// What is so after a record.
#[derive(Debug, Clone, Default)]
struct Now {
    fold: Fold,
    deliveries: Deliveries,
    /// The time of its command.
    at: Instant,
    /// Records that are none of the decider's.
    passed_over: u64,
}

/// A record that was taken in.
#[derive(Debug)]
pub struct Played {
    pub seq: EventSeq,
    /// Why it was passed over, where it is no commit or not the next.
    pub commit: Result<Commit, String>,
    /// Whose deliveries it has moved, from where and to where.
    pub moved: Vec<(Whose, Option<Reached>, Reached)>,
}

impl Played {
    /// What it may have changed, as far as that can be looked at.
    pub fn touched(&self) -> Vec<Thing> {
        let facts = self.commit.iter().flat_map(|commit| &commit.facts);
        let about = facts.flat_map(Fact::concerns).filter_map(Thing::about);
        let moved = self.moved.iter().flat_map(|((message, to), _, _)| {
            let user = to.user().map(|name| Thing::Someone(Address::User(name.clone())));
            [Some(Thing::Delivery(*message, Some(to.clone()))), user].into_iter().flatten()
        });
        let by = self.commit.iter().filter_map(|commit| commit.by.user());
        let by = by.map(|name| Thing::Someone(Address::User(name.clone())));
        let mut seen = BTreeSet::new();
        about.chain(moved).chain(by).filter(|thing| seen.insert(thing.to_string())).collect()
    }

    /// Whether it tells of something.
    pub fn is_about(&self, thing: &Thing) -> bool {
        let is_of_message = |message| self.moved.iter().any(|((of, _), _, _)| *of == message);
        match thing {
            Thing::Delivery(message, None) => is_of_message(*message),
            Thing::Delivery(..) | Thing::Someone(_) | Thing::Group(_) | Thing::Schedule(_) => {
                self.touched().contains(thing)
            }
        }
    }
}

impl Player {
    /// Before the first record.
    ///
    /// # Errors
    /// When the recording holds one id's story alone, or begins with a state that this version cannot read.
    pub fn begin(recording: Arc<Recording>) -> Result<Player, Fault> {
        let doing = || Fault::never("replay the recording");
        let head = recording.head();
        if let Some(about) = &head.about {
            return Err(doing().because(format!(
                "it holds the story of {about} alone, and no state comes from that: `homing why {about} --file` tells it"
            )));
        }
        let now = match &head.base {
            None if recording.ends("EVENTS").first > 1 => {
                return Err(
                    doing().because("it does not begin with the log, and holds no state to begin with")
                );
            }
            None => Now::default(),
            Some(base) => {
                let fold = Fold::from_snapshot(base);
                let fold =
                    fold.ok_or_else(|| doing().because("its first state is of another version of Homing"))?;
                Now { at: fold.mark().at, fold, ..Now::default() }
            }
        };
        let feed = Feed::of(&recording, now.fold.read().next().0);
        let kept = vec![now.clone()];
        Ok(Player { recording, feed, now, kept, keep_every: KEPT_EVERY, watched: None })
    }

    /// What is replayed.
    pub fn history(&self) -> History {
        History::Recorded(Arc::clone(&self.recording))
    }

    /// The last record taken in.
    pub fn position(&self) -> EventSeq {
        self.now.fold.read()
    }

    /// The last record that there is.
    pub fn last(&self) -> EventSeq {
        // Behind a snapshot there may be none.
        EventSeq(self.recording.ends("EVENTS").last).max(self.now.fold.read())
    }

    /// The time of the last command decided.
    pub fn at(&self) -> Instant {
        self.now.at
    }

    /// How many records up to here are none of the decider's, or not the next, as it passes over them itself.
    pub fn passed_over(&self) -> u64 {
        self.now.passed_over
    }

    pub fn state(&self) -> &State {
        self.now.fold.state()
    }

    pub fn deliveries(&self) -> &Deliveries {
        &self.now.deliveries
    }

    /// Takes in the next record; none at the end.
    ///
    /// # Errors
    /// When the file cannot be read, has a gap, or the rules panic.
    pub fn advance(&mut self) -> Result<Option<Played>, Fault> {
        let Some((record, read)) = self.feed.next()? else { return Ok(None) };
        let seq = EventSeq(record.seq);
        let commit = self.now.fold.next_of(read);
        self.now.fold.take(seq.0, commit.as_ref().ok().cloned())?;
        let mut moved = Vec::new();
        match &commit {
            Ok(commit) => {
                self.now.at = commit.at;
                moved = self.now.deliveries.take(seq, commit);
            }
            Err(_) => self.now.passed_over += 1,
        }
        if let Some((message, reached)) = &mut self.watched {
            for (whose, _, now) in moved.iter().filter(|((of, _), _, _)| of == message) {
                reached.insert(whose.clone(), *now);
            }
        }
        self.keep();
        Ok(Some(Played { seq, commit, moved }))
    }

    /// Goes to where this record was the last one taken in, forwards or backwards; `progress` hears of each record on the way.
    ///
    /// # Errors
    /// As [`Player::advance`].
    pub fn go_to(&mut self, seq: EventSeq, mut progress: impl FnMut(EventSeq)) -> Result<(), Fault> {
        if seq < self.position() {
            self.go_back(seq);
        }
        while self.position() < seq.min(self.last()) && self.advance()?.is_some() {
            progress(self.position());
        }
        Ok(())
    }

    /// What is to be seen of something now; null where there is no such thing.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn shown(&self, thing: &Thing) -> Result<Value, Fault> {
        thing.shown(self)
    }

    /// From now on the deliveries of this message are known without reading the recording again.
    pub(super) fn watch(&mut self, message: MessageId) -> Result<(), Fault> {
        let reached = self.deliveries_of(message)?;
        self.watched = Some((message, reached));
        Ok(())
    }

    /// How far the deliveries of a message have come.
    fn deliveries_of(&self, message: MessageId) -> Result<BTreeMap<Whose, Reached>, Fault> {
        if let Some((watched, reached)) = &self.watched
            && *watched == message
        {
            return Ok(reached.clone());
        }
        let (mut deliveries, mut reached) = (Deliveries::default(), BTreeMap::new());
        let mut feed = Feed::of(&self.recording, self.recording.ends("EVENTS").first);
        while let Some((record, read)) = feed.next()? {
            if record.seq > self.position().0 {
                break;
            }
            let Ok(mut commit) = read else { continue };
            if commit.command < message.command() {
                continue;
            }
            commit.facts.retain(|fact| fact.message() == Some(message));
            for (whose, _, now) in deliveries.take(EventSeq(record.seq), &commit) {
                reached.insert(whose, now);
            }
        }
        Ok(reached)
    }

    fn go_back(&mut self, seq: EventSeq) {
        self.kept.retain(|kept| kept.fold.read() <= seq);
        if let Some(kept) = self.kept.last() {
            self.now = kept.clone();
        }
        self.watched = None;
        self.feed = Feed::of(&self.recording, self.position().next().0);
    }

    fn keep(&mut self) {
        let last = self.kept.last().map_or(0, |kept| kept.fold.read().0);
        if self.position().0 < last + self.keep_every || self.now.fold.half().is_some() {
            return;
        }
        self.kept.push(self.now.clone());
        if self.kept.len() > KEPT_LEN_MAX {
            // Every other one: what is long ago is gone back to seldom, and the first is where all begins.
            let mut place = 0;
            self.kept.retain(|_| {
                place += 1;
                place % 2 == 1
            });
            self.keep_every *= 2;
        }
    }
}
