//! What the bridge reports: results of attempts, and receipts. Each is recorded; a delivery that is open moves or ends.

use std::collections::{HashMap, HashSet};

use super::opt_out;
use super::segments::Whole;
use super::{Attempted, BATCH_LEN_MAX, Receipt, Report, Reports, Said, Segments};
use crate::rules::message::Standing;
use crate::rules::{Fact, Rejection, State};
use crate::words::{MessageId, Party};

pub(in crate::rules) fn report(state: &State, command: &Reports) -> Result<Vec<Fact>, Rejection> {
    if command.reports.len() > BATCH_LEN_MAX {
        return Err(Rejection::batch_too_large(command.reports.len(), BATCH_LEN_MAX));
    }
    let mut so_far = SoFar { state, moved: HashMap::new(), taken: HashSet::new(), said: HashMap::new() };
    Ok(command.reports.iter().flat_map(|report| so_far.facts(report)).collect())
}

/// The state with what earlier reports of the same command changed.
struct SoFar<'a> {
    state: &'a State,
    moved: HashMap<(MessageId, &'a Party), Moved>,
    /// What an SMSC accepted.
    taken: HashSet<(MessageId, &'a Party)>,
    said: HashMap<(MessageId, &'a Party), Said>,
}

#[derive(Clone, Copy)]
enum Moved {
    Open(Segments),
    Ended,
}

impl<'a> SoFar<'a> {
    fn facts(&mut self, report: &'a Report) -> Vec<Fact> {
        match report {
            Report::Accepted { attempt, receipts } => {
                self.accepted(attempt, *receipts);
                self.taken.insert((attempt.message, &attempt.to));
                vec![Fact::SmsAccepted { attempt: attempt.clone(), receipts: *receipts }]
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
                let failed = Fact::SmsFailed { attempt: attempt.clone(), reason: *reason };
                self.ends(attempt.message, &attempt.to, failed, Whole::Failed(*reason))
            }
            Report::Deferred { attempt, why } => {
                vec![Fact::SmsDeferred { attempt: attempt.clone(), why: *why }]
            }
            Report::Unknown { attempt, why } => {
                self.accepted(attempt, true);
                vec![Fact::SmsUnknown { attempt: attempt.clone(), why: *why }]
            }
            Report::Receipt(receipt) => self.receipt(receipt),
            Report::Unmatched(unmatched) => vec![Fact::SmsUnmatched(Box::new(unmatched.clone()))],
            Report::Silent { message, to } => vec![Fact::SmsSilent { message: *message, to: to.clone() }],
        }
    }

    /// Whether an SMSC has it, by this attempt or another one: its receipt says what becomes of it, no refusal.
    fn is_taken(&self, attempt: &'a Attempted) -> bool {
        self.taken.contains(&(attempt.message, &attempt.to))
            || self.state.standing(attempt.message, &attempt.to) == Some(Standing::Accepted)
    }

    fn accepted(&mut self, attempt: &'a Attempted, receipts: bool) {
        if let Some(segments) = self.open(attempt.message, &attempt.to) {
            let open = Moved::Open(segments.unwrap_or(segments_of(attempt)));
            self.moved.insert((attempt.message, &attempt.to), if receipts { open } else { Moved::Ended });
        }
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
        let fact = Fact::SmsReceipt(receipt.clone());
        let Some(segments) = self.open(message, to) else { return vec![fact] };
        let mut segments = segments.unwrap_or(Segments::of(receipt.segments));
        let whole = segments.take(receipt.segment, receipt.state);
        self.moved.insert((message, to), Moved::Open(segments));
        self.ends(message, to, fact, whole)
    }

    /// The fact, and the end of its delivery where it is open.
    fn ends(&mut self, message: MessageId, to: &'a Party, first: Fact, whole: Whole) -> Vec<Fact> {
        let end = match whole {
            Whole::Open => None,
            Whole::Delivered => Some(Fact::DeliveryDelivered { message, to: to.clone() }),
            Whole::Failed(reason) => Some(Fact::DeliveryFailed { message, to: to.clone(), reason }),
        };
        // What went live since is not failed by an SMS.
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

fn segments_of(attempt: &Attempted) -> Segments {
    Segments::of(u8::try_from(attempt.ids.len().max(1)).unwrap_or(u8::MAX))
}

/// Moves the delivery that a fact of the bridge is about. Its end, where it has one, is a fact of its own.
pub(in crate::rules) fn evolve(state: &mut State, fact: &Fact) {
    if let Fact::SmsAccepted { attempt, .. }
    | Fact::SmsUnknown { attempt, .. }
    | Fact::SmsDeferred { attempt, .. } = fact
    {
        state.leaves.remove(&(attempt.message, attempt.to.clone()));
    }
    if let Fact::SmsAttempted(granted) = fact {
        state.set_standing(granted.message, &granted.to, Standing::Attempted);
        state.gives(granted);
    } else if let Fact::SmsAccepted { attempt, receipts } = fact {
        if *receipts {
            waits_for_receipts(state, attempt, Standing::Accepted);
        } else if is_out(state, attempt) {
            state.end_delivery(attempt.message, &attempt.to);
        }
    } else if let Fact::SmsUnknown { attempt, why: _ } = fact {
        waits_for_receipts(state, attempt, Standing::Unknown);
    } else if let Fact::SmsDeferred { attempt, why: _ } = fact {
        if state.standing(attempt.message, &attempt.to) == Some(Standing::Attempted) {
            state.set_standing(attempt.message, &attempt.to, Standing::Queued);
            waits_for_segments(state, attempt);
        }
    } else if let Fact::SmsReceipt(receipt) = fact {
        if state.standing(receipt.message, &receipt.to).is_some() {
            let key = (receipt.message, receipt.to.clone());
            if receipt.segments > 1 {
                let segments = state.segments.entry(key.clone()).or_insert(Segments::of(receipt.segments));
                segments.take(receipt.segment, receipt.state);
            }
            state.said.entry(key).or_default().take(receipt);
        }
    } else if let Fact::SmsSilent { message, to } = fact {
        if matches!(state.standing(*message, to), Some(Standing::Accepted | Standing::Unknown)) {
            state.end_delivery(*message, to);
        }
    } else if let Fact::PhonePreferenceSet { phone, sms } = fact {
        opt_out::evolve(state, *phone, *sms);
    }
}

fn waits_for_receipts(state: &mut State, attempt: &Attempted, standing: Standing) {
    if !is_out(state, attempt) {
        return;
    }
    state.set_standing(attempt.message, &attempt.to, standing);
    waits_for_segments(state, attempt);
}

/// Whether the delivery is with the bridge. What a client got or confirmed in the meantime is not moved back.
fn is_out(state: &State, attempt: &Attempted) -> bool {
    matches!(
        state.standing(attempt.message, &attempt.to),
        Some(Standing::Attempted | Standing::Unknown | Standing::Queued)
    )
}

/// Segments that were accepted earlier may have their receipts already.
fn waits_for_segments(state: &mut State, attempt: &Attempted) {
    if attempt.ids.len() > 1 {
        let key = (attempt.message, attempt.to.clone());
        state.segments.entry(key).or_insert_with(|| segments_of(attempt));
    }
}
