//! The intent of a command: the field `id`, which makes it happen once however often it is sent.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::pages::Table;
use super::{Outcome, Sender};
use crate::words::{Instant, Span};

/// The contract: idempotent "for at least 7 days".
const KEPT_FOR: Span = Span::from_secs(7 * 86_400);
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

/// The ids of the last seven days with their outcomes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Intents {
    kept: BTreeMap<Stamp, Kept>,
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

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Kept {
    pub(super) content: Stamp,
    pub(super) outcome: Outcome,
}

fn key(by: &Sender, id: &str) -> Stamp {
    Stamp::of(&[by.as_str().as_bytes(), id.as_bytes()])
}

impl Intents {
    pub(super) fn find(&self, by: &Sender, id: &str) -> Option<&Kept> {
        self.kept.get(&key(by, id))
    }

    /// Whether a part of Homing has used this id.
    pub(super) fn has(&self, by: &Sender, id: &str) -> bool {
        self.of_parts.kept.contains_key(&key(by, id))
    }

    pub(super) fn keep(&mut self, by: &Sender, mark: &IntentMark, outcome: Outcome, at: Instant) {
        let key = key(by, &mark.id);
        if let Sender::Part(_) = by {
            return self.of_parts.keep(key, at);
        }
        while let Some((since, old)) = self.by_age.front() {
            if *since + KEPT_FOR > at {
                break;
            }
            self.kept.remove(old);
            self.by_age.pop_front();
        }
        self.kept.insert(key, Kept { content: mark.content, outcome });
        self.by_age.push_back((at, key));
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
}
