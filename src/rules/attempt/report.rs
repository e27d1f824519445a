//! The reports of an adapter: results of attempts, and receipts. Each is recorded; a delivery that is open moves or ends.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::segments::Whole;
use super::{
    Accepted, Adapter, Attempt, BATCH_LEN_MAX, DeferClass, DeferReason, Deferred, FailReason, Failed,
    Receipt, Receipted, Said, Segments, Silent, Stray, Unknown, UnknownReason, Unmatched,
};
use crate::rules::message::{self, Delivered, News, Standing};
use crate::rules::proof::{ByAdapter, Case};
use crate::rules::vocabulary::Decide;
use crate::rules::{Decided, Fact, Rejection, State};
use crate::words::{MessageId, Party};

/// `attempt.report`: what became of attempts, and what the SMSC says of what it accepted. Refused with `command.too_large`.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reports {
    pub reports: Vec<Report>,
    /// Stored twice under the same id, they are recorded once.
    pub id: Option<String>,
}

/// One thing to report, as a map of one entry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Report {
    /// The SMSC accepted all segments. Without `receipts` this is the last that is heard.
    Accepted { attempt: Attempt, receipts: bool },
    /// The SMSC refused it for good, or it cannot be sent at all.
    Failed { attempt: Attempt, reason: FailReason },
    /// Not sent (all of it) this time; it is tried again.
    Deferred { attempt: Attempt, class: DeferClass, why: DeferReason },
    /// Written, and no response came.
    Unknown { attempt: Attempt, why: UnknownReason },
    /// What became of one segment.
    Receipt(Receipt),
    /// A receipt for something that nobody knows.
    Unmatched(Stray),
    /// No receipt came for so long that none is waited for.
    Silent { message: MessageId, to: Party },
}

impl Report {
    /// Whose delivery it is about.
    pub fn of(&self) -> Option<(MessageId, &Party)> {
        match self {
            Report::Accepted { attempt, .. }
            | Report::Failed { attempt, .. }
            | Report::Deferred { attempt, .. }
            | Report::Unknown { attempt, .. } => Some((attempt.message, &attempt.to)),
            Report::Receipt(receipt) => Some((receipt.message, &receipt.to)),
            Report::Silent { message, to } => Some((*message, to)),
            Report::Unmatched(_) => None,
        }
    }
}

impl Decide for Reports {
    fn decide(&self, case: &Case<'_, ByAdapter>) -> Decided {
        if self.reports.len() > BATCH_LEN_MAX {
            return Err(Rejection::batch_too_large(self.reports.len(), BATCH_LEN_MAX));
        }
        let state = case.state;
        let (moved, taken, said) = (BTreeMap::new(), BTreeSet::new(), BTreeMap::new());
        let mut so_far = SoFar { state, channel: case.channel(), moved, taken, said };
        Ok(self.reports.iter().flat_map(|report| so_far.facts(report)).collect())
    }
}

/// The state with what earlier reports of the same command changed.
struct SoFar<'a> {
    state: &'a State,
    channel: Adapter,
    moved: BTreeMap<(MessageId, &'a Party), Moved>,
    /// What an SMSC accepted.
    taken: BTreeSet<(MessageId, &'a Party)>,
    said: BTreeMap<(MessageId, &'a Party), Said>,
}

#[derive(Clone, Copy)]
enum Moved {
    Open(Segments),
    Ended,
}

impl<'a> SoFar<'a> {
    fn facts(&mut self, report: &'a Report) -> Vec<Fact> {
        let channel = self.channel;
        match report {
            Report::Accepted { attempt, receipts } => {
                if !receipts {
                    // This is the last that is heard of it.
                    self.moved.insert((attempt.message, &attempt.to), Moved::Ended);
                }
                self.taken.insert((attempt.message, &attempt.to));
                vec![Accepted { channel, attempt: attempt.clone(), receipts: *receipts }.into()]
            }
            Report::Failed { attempt, .. } if self.state.is_superseded(attempt) || self.is_taken(attempt) => {
                Vec::new()
            }
            Report::Deferred { attempt, .. } | Report::Unknown { attempt, .. }
                if !self.state.is_present(attempt) =>
            {
                Vec::new()
            }
            Report::Failed { attempt, reason } => {
                let failed = Failed { channel, attempt: attempt.clone(), reason: *reason };
                self.ends(attempt.message, &attempt.to, failed.into(), Whole::Failed(*reason))
            }
            Report::Deferred { attempt, class, why } => {
                vec![Deferred { channel, attempt: attempt.clone(), class: *class, why: *why }.into()]
            }
            Report::Unknown { attempt, why } => {
                let News { from, encoding, group } = self.state.news(attempt.message);
                let (attempt, why) = (attempt.clone(), *why);
                vec![Unknown { channel, attempt, why, from, encoding, group }.into()]
            }
            Report::Receipt(receipt) => self.receipt(receipt),
            Report::Unmatched(stray) => vec![Unmatched { channel, receipt: stray.clone() }.into()],
            Report::Silent { message, to } => {
                vec![Silent { channel, message: *message, to: to.clone() }.into()]
            }
        }
    }

    /// Whether an SMSC has it, by this attempt or another one: its receipt says what becomes of it, no refusal.
    fn is_taken(&self, attempt: &'a Attempt) -> bool {
        self.taken.contains(&(attempt.message, &attempt.to))
            || matches!(self.state.standing(attempt.message, &attempt.to), Some(Standing::Accepted(_)))
    }

    fn receipt(&mut self, receipt: &'a Receipt) -> Vec<Fact> {
        let (message, to) = (receipt.message, &receipt.to);
        let said = self
            .said
            .entry((message, to))
            .or_insert_with(|| self.state.said.get(&(message, to.clone())).cloned().unwrap_or_default());
        if !said.take(receipt) {
            return Vec::new();
        }
        let fact = Fact::from(Receipted { channel: self.channel, receipt: receipt.clone() });
        let Some(segments) = self.open(message, to) else { return vec![fact] };
        let mut segments = segments.unwrap_or(Segments::of(receipt.segments));
        let whole = segments.take(receipt.segment, receipt.state);
        self.moved.insert((message, to), Moved::Open(segments));
        self.ends(message, to, fact, whole)
    }

    /// The fact, and the end of its delivery where it is open.
    fn ends(&mut self, message: MessageId, to: &'a Party, first: Fact, whole: Whole) -> Vec<Fact> {
        let (News { from, encoding, group }, whom) = (self.state.news(message), to.clone());
        let end = match whole {
            Whole::Open => None,
            Whole::Delivered => Some(Fact::from(Delivered { message, to: whom, from, encoding, group })),
            Whole::Failed(reason) => {
                Some(message::Failed { message, to: whom, reason, from, encoding, group }.into())
            }
        };
        // What went live since is not failed by another channel.
        let fails_elsewhere = matches!(whole, Whole::Failed(_))
            && matches!(
                self.state.standing(message, to),
                Some(Standing::Waiting | Standing::Sent | Standing::Pull)
            );
        if end.is_none() || fails_elsewhere || self.open(message, to).is_none() {
            return vec![first];
        }
        self.moved.insert((message, to), Moved::Ended);
        std::iter::once(first).chain(end).collect()
    }

    /// Whether a delivery is open, and which of its segments have no receipt, where there are several.
    fn open(&self, message: MessageId, to: &'a Party) -> Option<Option<Segments>> {
        match self.moved.get(&(message, to)) {
            Some(Moved::Ended) => None,
            Some(Moved::Open(segments)) => Some(Some(*segments)),
            None => {
                let open = self.state.messages.get(&message)?;
                open.standing(self.state, message, to)?;
                Some(self.state.segments.get(&(message, to.clone())).copied())
            }
        }
    }
}
