//! How the facts of SMS move the deliveries they are about. The end of one is a fact of its own.

use super::report::segments_of;
use super::{Accepted, Attempted, Deferred, Fact, Segments, Silent, Unknown};
use crate::rules::State;
use crate::rules::message::Standing;

pub(in crate::rules) fn evolve(state: &mut State, fact: &Fact) {
    match fact {
        Fact::Granted(granted) => {
            state.set_standing(granted.message, &granted.to, Standing::Attempted);
            state.gives(granted);
        }
        Fact::Accepted(Accepted { attempt, receipts }) => {
            state.has_result(attempt);
            if *receipts {
                waits_for_receipts(state, attempt, Standing::Accepted);
            } else if is_out(state, attempt) {
                state.end_delivery(attempt.message, &attempt.to);
            }
        }
        Fact::Unknown(Unknown { attempt, why: _ }) => {
            state.has_result(attempt);
            waits_for_receipts(state, attempt, Standing::Unknown);
        }
        Fact::Deferred(Deferred { attempt, why: _ }) => {
            state.has_result(attempt);
            if state.standing(attempt.message, &attempt.to) == Some(Standing::Attempted) {
                state.set_standing(attempt.message, &attempt.to, Standing::Queued);
                waits_for_segments(state, attempt);
            }
        }
        Fact::Receipt(receipt) if state.standing(receipt.message, &receipt.to).is_some() => {
            let key = (receipt.message, receipt.to.clone());
            if receipt.segments > 1 {
                let segments = state.segments.entry(key.clone()).or_insert(Segments::of(receipt.segments));
                segments.take(receipt.segment, receipt.state);
            }
            state.said.entry(key).or_default().take(receipt);
        }
        Fact::Silent(Silent { message, to }) => {
            if matches!(state.standing(*message, to), Some(Standing::Accepted | Standing::Unknown)) {
                state.end_delivery(*message, to);
            }
        }
        // What came of it is a fact of the message; of what is not open, or nobody's, there is nothing to keep.
        Fact::Receipt(_)
        | Fact::LetGo(_)
        | Fact::Failed(_)
        | Fact::Unmatched(_)
        | Fact::Part(_)
        | Fact::Heard(_) => {}
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
