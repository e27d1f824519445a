//! Where in the log a story stands: what an index knows, and what is found by reading when there is none.

use crate::words::{EventSeq, MessageId, Party};

use super::Topic;

/// The commits of a message's story.
#[derive(Debug, Clone, PartialEq)]
pub struct MessagePlaces {
    pub message: MessageId,
    pub accepted: EventSeq,
    pub deliveries: Vec<DeliveryPlaces>,
    /// The cursor behind the last of them, where there are more.
    pub next: Option<String>,
}

/// The commits of one delivery.
#[derive(Debug, Clone, PartialEq)]
pub struct DeliveryPlaces {
    pub to: Party,
    /// The latest state, its channel and its reason, in the contract's words.
    pub now: Standing,
    /// Oldest first.
    pub steps: Vec<StepPlace>,
}

/// How far a delivery has come.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Standing {
    pub state: String,
    pub channel: Option<String>,
    pub reason: Option<String>,
}

/// A commit, with the latest ones before it that changed its recipient.
#[derive(Debug, Clone, PartialEq)]
pub struct StepPlace {
    pub seq: EventSeq,
    pub read: Vec<(Topic, EventSeq)>,
}

/// The commits of anything else, oldest first.
#[derive(Debug, Clone, PartialEq)]
pub struct TrailPlaces {
    pub id: String,
    pub commits: Vec<EventSeq>,
    pub next: Option<String>,
}

impl MessagePlaces {
    /// All commits that its story needs.
    pub fn commits(&self) -> Vec<EventSeq> {
        let steps = self.deliveries.iter().flat_map(|delivery| &delivery.steps);
        let read = steps.flat_map(|step| step.read.iter().map(|(_, seq)| *seq).chain([step.seq]));
        let mut commits: Vec<EventSeq> = read.chain([self.accepted]).collect();
        commits.sort_unstable();
        commits.dedup();
        commits
    }
}
