//! A commit: the facts of one decision, as one message on EVENTS (or several numbered parts of it).

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::message::Page;
use super::{Fact, IntentMark, Sender, schedule};
use crate::words::{CommandSeq, Instant};

/// What one command led to. The decider's position is the last commit: `command`, `part`.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Commit {
    /// The command this answers.
    pub command: CommandSeq,
    /// Its JetStream timestamp, the "now" of the decision. Unix milliseconds.
    pub at: Instant,
    pub by: Sender,
    /// From 0; a decision is whole when `part + 1 == parts` has been read.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub part: u32,
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub parts: u32,
    pub intent: Option<IntentMark>,
    /// None where nothing had to happen, and the intent is to be remembered.
    pub facts: Vec<Fact>,
}

impl Commit {
    /// The moment that its facts are judged and counted at: a firing that came a little early, by another clock, is as of its
    /// time.
    pub fn now(&self) -> Instant {
        let due = |fact: &Fact| fact.get::<schedule::Fired>().map(|fired| fired.occurrence.due);
        self.facts.iter().filter_map(due).fold(self.at, Instant::max)
    }

    /// With what the pages of a group's message say of each recipient in their place.
    #[must_use]
    pub fn unfolded(self) -> Commit {
        if !self.facts.iter().any(|fact| fact.get::<Page>().is_some()) {
            return self;
        }
        let mut facts = Vec::new();
        for fact in self.facts {
            match fact.get::<Page>() {
                Some(page) => facts.extend(page.deliveries()),
                None => facts.push(fact),
            }
        }
        Commit { facts, ..self }
    }

    pub fn is_last_part(&self) -> bool {
        self.part + 1 >= self.parts
    }
}

impl Fact {
    /// How many things it tells of: one, or as many as recipients stand on a page.
    pub fn tells_of(&self) -> usize {
        self.get::<Page>().map_or(1, |page| page.recipients_len().max(1))
    }
}

fn is_zero(n: &u32) -> bool {
    *n == 0
}

fn one() -> u32 {
    1
}

fn is_one(n: &u32) -> bool {
    *n == 1
}
