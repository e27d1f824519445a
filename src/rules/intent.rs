//! The intent of a command: the field `id`, which makes it happen once however often it is sent.
//!
//! The ids of seven days are many, so memory holds the latest of them; the others are kept elsewhere, and what is found there
//! comes with the order. Whether an id still counts is judged here alone, by its age.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::pages::Table;
use super::{Commit, Order, Outcome, Sender};
use crate::words::{Instant, Span};

/// The contract: for seven days the same `id` changes nothing more.
pub const KEPT_FOR: Span = Span::from_secs(7 * 86_400);
/// So many of the latest ids are in memory, whatever else is: seconds of commands at full speed, in which they reach the disk.
/// A few megabytes, and a copy of them takes less than a millisecond.
pub const LATEST_LEN_MAX: usize = 8_192;
/// A part of Homing tries for about a minute to store a command; an SMSC's repetition of what was not acknowledged takes
/// over the first one's id for eight.
const PARTS_KEPT_FOR: Span = Span::from_secs(600);
/// More than a minute of commands at four thousand a second; some ten megabytes.
const PARTS_KEPT_LEN_MAX: usize = 262_144;

/// Half of a SHA-256: no two ids meet by chance or by design, and a table of millions stays small.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Stamp(#[serde(with = "serde_bytes")] [u8; 16]);

impl Stamp {
    pub fn of(parts: &[&[u8]]) -> Stamp {
        let mut hash = Sha256::new();
        for part in parts {
            // The length first, so that no two lists of parts read the same.
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        let mut half = [0; 16];
        half.iter_mut().zip(hash.finalize()).for_each(|(to, from)| *to = from);
        Stamp(half)
    }

    /// As it was kept.
    pub fn from_bytes(bytes: [u8; 16]) -> Stamp {
        Stamp(bytes)
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// The id a command carried, and a stamp of what else it said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IntentMark {
    pub id: String,
    pub content: Stamp,
}

/// The latest ids with their outcomes, and those of Homing's own parts.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Intents {
    latest: BTreeMap<Stamp, Arc<Kept>>,
    by_age: VecDeque<(Instant, Stamp)>,
    /// Those of Homing's own parts.
    of_parts: Latest,
}

/// Ids of the last ten minutes, without their outcomes: nobody waits for one.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Latest {
    kept: Table<Stamp, ()>,
    by_age: VecDeque<(Instant, Stamp)>,
}

impl Latest {
    fn keep(&mut self, key: Stamp, at: Instant) {
        while let Some((since, old)) = self.by_age.front().copied() {
            if since + PARTS_KEPT_FOR > at && self.by_age.len() < PARTS_KEPT_LEN_MAX {
                break;
            }
            self.kept.remove(&old);
            self.by_age.pop_front();
        }
        if !self.kept.contains_key(&key) {
            self.kept.insert(key, ());
            self.by_age.push_back((at, key));
        }
    }
}

/// What was answered under an id, and when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    pub content: Stamp,
    /// The command's own time.
    pub at: Instant,
    pub outcome: Outcome,
}

impl Kept {
    /// What it costs of its user's budget, in bytes: 16 of the id's hash, 16 of the content's, 8 of the time, and those of its
    /// outcome: 1 of its kind, 8 of each number, the texts of a refusal, 64 of a firing that would exceed a quota.
    pub fn bytes_len(&self) -> u32 {
        let outcome = match &self.outcome {
            Outcome::Accepted => 0,
            Outcome::Message(_) | Outcome::Group(_) => 8,
            Outcome::User(name, _) => 8 + name.as_str().len(),
            Outcome::Schedule(_, over_quota) => 8 + 64 * over_quota.len(),
            Outcome::Refused(why) => {
                why.code.len() + why.text.len() + why.field.as_ref().map_or(0, String::len)
            }
        };
        u32::try_from(16 + 16 + 8 + 1 + outcome).unwrap_or(u32::MAX)
    }

    fn counts_at(&self, now: Instant) -> bool {
        self.at + KEPT_FOR > now
    }
}

fn key(by: &Sender, id: &str) -> Stamp {
    Stamp::of(&[by.as_str().as_bytes(), id.as_bytes()])
}

impl Order {
    /// Under what its id is kept, where it is a user's: whoever keeps the older ones is asked for it.
    pub fn kept_under(&self) -> Option<Stamp> {
        match (&self.by, self.command.id()) {
            (Sender::User(_), Some(id)) => Some(key(&self.by, id)),
            (Sender::User(_) | Sender::Part(_) | Sender::Unknown, _) => None,
        }
    }
}

impl Commit {
    /// What is kept of a user's command with an id, and under what. The first part of a decision says it.
    pub fn kept(&self) -> Option<(Stamp, Arc<Kept>)> {
        let mark = self.intent.as_ref()?;
        let Sender::User(_) = self.by else { return None };
        let outcome = Outcome::of(self.facts.first());
        let kept = Kept { content: mark.content, at: self.at, outcome };
        Some((key(&self.by, &mark.id), Arc::new(kept)))
    }
}

impl Intents {
    /// What counts of an order's id at its time: of the latest ids, or what came with the order.
    pub(super) fn find<'a>(&'a self, order: &'a Order) -> Option<&'a Kept> {
        let key = order.kept_under()?;
        let kept = self.latest.get(&key).map(Arc::as_ref).or(order.kept.as_ref());
        kept.filter(|kept| kept.counts_at(order.at))
    }

    pub(super) fn among_latest(&self, key: &Stamp) -> Option<&Kept> {
        self.latest.get(key).map(Arc::as_ref)
    }

    /// Whether a part of Homing has used this id.
    pub(super) fn has(&self, by: &Sender, id: &str) -> bool {
        self.of_parts.kept.contains_key(&key(by, id))
    }

    pub(super) fn keep_of_part(&mut self, by: &Sender, id: &str, at: Instant) {
        self.of_parts.keep(key(by, id), at);
    }

    pub(super) fn keep(&mut self, key: Stamp, kept: Arc<Kept>) {
        self.by_age.push_back((kept.at, key));
        self.latest.insert(key, kept);
        while self.by_age.len() > LATEST_LEN_MAX {
            let Some((at, old)) = self.by_age.pop_front() else { break };
            // One that was used again when it counted no more is a later one.
            if self.latest.get(&old).is_some_and(|kept| kept.at == at) {
                self.latest.remove(&old);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_parts_are_forgotten_by_age_and_by_number() {
        let (mut latest, key) = (Latest::default(), |number: u64| Stamp::of(&[&number.to_be_bytes()]));
        let at = |secs: i64| Instant::from_unix_ms(secs * 1_000);
        latest.keep(key(0), at(0));
        latest.keep(key(0), at(1));
        latest.keep(key(1), at(599));
        assert!(latest.kept.contains_key(&key(0)) && latest.by_age.len() == 2);
        latest.keep(key(2), at(600));
        assert!(!latest.kept.contains_key(&key(0)) && latest.kept.contains_key(&key(1)));
        let many = u64::try_from(PARTS_KEPT_LEN_MAX).unwrap();
        (10..10 + many + 5).for_each(|number| latest.keep(key(number), at(601)));
        assert_eq!((latest.kept.len(), latest.by_age.len()), (PARTS_KEPT_LEN_MAX, PARTS_KEPT_LEN_MAX));
        assert!(!latest.kept.contains_key(&key(14)) && latest.kept.contains_key(&key(15)));
    }

    #[test]
    fn memory_holds_the_latest_ids_and_an_id_counts_by_its_age_wherever_it_was_found() {
        let (mut intents, content) = (Intents::default(), Stamp::of(&[]));
        let at = |secs: i64| Instant::from_unix_ms(secs * 1_000);
        let kept = |at| Kept { content, at, outcome: Outcome::Accepted };
        let order = |id: &str, at| order(id, at);
        let key = |id: &str| order(id, at(0)).kept_under().unwrap();
        let week = KEPT_FOR.ms() / 1_000;
        intents.keep(key("old"), Arc::new(kept(at(1))));
        assert_eq!(intents.find(&order("old", at(week))), Some(&kept(at(1))));
        assert_eq!(intents.find(&order("old", at(week + 1))), None, "a week is over");
        // Used again when it counted no more, it is a later one.
        intents.keep(key("old"), Arc::new(kept(at(week + 1))));
        (1..LATEST_LEN_MAX).for_each(|n| intents.keep(key(&n.to_string()), Arc::new(kept(at(week + 2)))));
        assert!(intents.among_latest(&key("old")).is_some(), "only its first use was the oldest");
        intents.keep(key("another"), Arc::new(kept(at(week + 2))));
        assert_eq!((intents.latest.len(), intents.by_age.len()), (LATEST_LEN_MAX, LATEST_LEN_MAX));
        assert_eq!(intents.find(&order("old", at(week + 2))), None);
        let handed = |now| Order { kept: Some(kept(at(week + 1))), ..order("old", now) };
        assert_eq!(intents.find(&handed(at(week + 2))), Some(&kept(at(week + 1))));
        assert_eq!(intents.find(&handed(at(2 * week + 1))), None, "nothing counts that is a week old");
    }

    fn order(id: &str, at: Instant) -> Order {
        let send = crate::rules::message::Send { id: Some(id.to_owned()), ..Default::default() };
        Order {
            seq: Default::default(),
            at,
            by: Sender::User("alice".parse().unwrap()),
            encoding: crate::rules::presence::Encoding::Json,
            command: send.into(),
            content: None,
            kept: None,
        }
    }
}
