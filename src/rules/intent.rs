//! The intent of a command: the field `id`, which makes it happen once however often it is sent.

use std::collections::{HashMap, VecDeque};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Outcome, Sender};
use crate::words::{Instant, Span};

/// The contract: idempotent "for at least 7 days".
const KEPT_FOR: Span = Span::from_secs(7 * 86_400);

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
    kept: HashMap<Stamp, Kept>,
    by_age: VecDeque<(Instant, Stamp)>,
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

    pub(super) fn keep(&mut self, by: &Sender, mark: &IntentMark, outcome: Outcome, at: Instant) {
        while let Some((since, old)) = self.by_age.front() {
            if *since + KEPT_FOR > at {
                break;
            }
            self.kept.remove(old);
            self.by_age.pop_front();
        }
        let key = key(by, &mark.id);
        self.kept.insert(key, Kept { content: mark.content, outcome });
        self.by_age.push_back((at, key));
    }
}
