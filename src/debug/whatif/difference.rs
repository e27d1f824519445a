//! The differences of outcomes: for each delivery that went another way, what became of it and what would have.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::DIFFERENCES_LEN_MAX;
use crate::debug::deliveries::{Reached, Whose};
use crate::rules::{Channel, StepReason};
use crate::words::{MessageId, Party, Span};

/// What is this much later is another outcome; less is how long deciding took.
const LATER: Span = Span::from_secs(1);

/// What became of a delivery, in the contract's words.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// `not_sent` where there is none.
    pub state: String,
    pub channel: Option<String>,
    pub reason: Option<String>,
    pub at: Option<String>,
}

/// Of one recipient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    pub message: MessageId,
    pub to: Party,
    pub was: Outcome,
    pub would_be: Outcome,
}

/// One side of a delivery.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Side {
    Reached(Reached),
    /// Its message was refused.
    Refused(String),
    /// Nobody asked for it, or nobody of that name was meant.
    Nothing,
}

impl Side {
    pub(super) fn outcome(&self) -> Outcome {
        let not_sent = |reason| Outcome { state: "not_sent".to_owned(), channel: None, reason, at: None };
        match self {
            Side::Nothing => not_sent(None),
            Side::Refused(code) => not_sent(Some(code.clone())),
            Side::Reached(Reached { step, at, .. }) => Outcome {
                state: step.state.as_str().to_owned(),
                channel: step.channel.map(|channel| Channel::as_str(channel).to_owned()),
                reason: step.reason.map(StepReason::text),
                at: Some(at.to_string()),
            },
        }
    }

    /// Whether both come to the same; `offset_ms` is by how much the other one's clock is wrong.
    fn is_as(&self, other: &Side, offset_ms: i64) -> bool {
        match (self, other) {
            (Side::Reached(one), Side::Reached(other)) => {
                let later = (other.at - one.at).ms() - offset_ms;
                one.step == other.step && later.abs() <= LATER.ms()
            }
            (Side::Refused(one), Side::Refused(other)) => one == other,
            (Side::Nothing, Side::Nothing) => true,
            (Side::Reached(_) | Side::Refused(_) | Side::Nothing, _) => false,
        }
    }
}

/// Those that have taken another way, followed to their ends.
#[derive(Debug, Default)]
pub(super) struct Differences {
    by: BTreeMap<Whose, (Side, Side)>,
    pub(super) not_followed: u64,
}

impl Differences {
    /// Whether it went another way before.
    pub(super) fn side_of(&self, whose: &Whose) -> Option<&Side> {
        self.by.get(whose).map(|(_, would)| would)
    }

    /// What one command has come to for a delivery, on both sides; none where it has not moved there. `before` is where it stood.
    pub(super) fn compare(
        &mut self,
        whose: &Whose,
        (was, would): (Option<Side>, Option<Side>),
        before: (Side, Side),
        offset_ms: i64,
    ) {
        if let Some((known_was, known_would)) = self.by.get_mut(whose) {
            was.into_iter().for_each(|was| *known_was = was);
            would.into_iter().for_each(|would| *known_would = would);
            return;
        }
        let (was, would) = (was.unwrap_or(before.0), would.unwrap_or(before.1));
        if was.is_as(&would, offset_ms) {
            return;
        }
        if self.by.len() >= DIFFERENCES_LEN_MAX {
            self.not_followed += 1;
        } else {
            self.by.insert(whose.clone(), (was, would));
        }
    }

    /// Those that have not come to the same in the end.
    pub(super) fn list(&self, offset_ms: i64) -> Vec<Difference> {
        let others = self.by.iter().filter(|(_, (was, would))| !was.is_as(would, offset_ms));
        let one = |((message, to), (was, would)): (&Whose, &(Side, Side))| Difference {
            message: *message,
            to: to.clone(),
            was: was.outcome(),
            would_be: would.outcome(),
        };
        others.map(one).collect()
    }
}
