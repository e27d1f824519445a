//! The moves of a delivery that the facts of its attempts make. The end of one is a fact of its own.

use super::{
    Accepted, Adapter, Attempt, Deferred, Fact, Granted, Receipt, Receipted, Segments, Silent, Unknown,
};
use crate::rules::State;
use crate::rules::message::Standing;

pub(in crate::rules) fn evolve(state: &mut State, fact: &Fact) {
    match fact {
        Fact::Granted(granted) => {
            let Granted { channel, message, to, .. } = granted;
            state.set_standing(*message, to, Standing::Attempted(*channel));
            state.keep_grant(granted);
        }
        Fact::Accepted(Accepted { channel, attempt, receipts }) => {
            state.has_result(attempt);
            if *receipts {
                waits_for_receipts(state, attempt, Standing::Accepted(*channel));
            } else if is_out(state, attempt) {
                state.end_delivery(attempt.message, &attempt.to);
            }
        }
        Fact::Unknown(Unknown { channel, attempt, .. }) => {
            state.has_result(attempt);
            waits_for_receipts(state, attempt, Standing::Unknown(*channel));
        }
        Fact::Deferred(Deferred { channel, attempt, .. }) => {
            state.has_result(attempt);
            waits_its_turn(state, *channel, attempt);
        }
        Fact::Receipted(Receipted { receipt, channel: _ }) => said(state, receipt),
        Fact::Silent(Silent { message, to, channel: _ }) => {
            if matches!(state.standing(*message, to), Some(Standing::Accepted(_) | Standing::Unknown(_))) {
                state.end_delivery(*message, to);
            }
        }
        // What came of it is a fact of the message; of what is nobody's there is nothing to keep.
        Fact::LetGo(_) | Fact::Failed(_) | Fact::Unmatched(_) => {}
    }
}

fn waits_for_receipts(state: &mut State, attempt: &Attempt, standing: Standing) {
    if is_out(state, attempt) {
        state.set_standing(attempt.message, &attempt.to, standing);
    }
}

fn waits_its_turn(state: &mut State, channel: Adapter, attempt: &Attempt) {
    if state.standing(attempt.message, &attempt.to) == Some(Standing::Attempted(channel)) {
        state.set_standing(attempt.message, &attempt.to, Standing::Queued(channel));
    }
}

/// Of what is not open there is nothing to keep.
fn said(state: &mut State, receipt: &Receipt) {
    if state.standing(receipt.message, &receipt.to).is_none() {
        return;
    }
    let key = (receipt.message, receipt.to.clone());
    if receipt.segments > 1 {
        let segments = state.segments.get_or_insert_with(key.clone(), || Segments::of(receipt.segments));
        segments.take(receipt.segment, receipt.state);
    }
    state.said.get_or_insert_with(key, Default::default).take(receipt);
}

/// Whether the delivery is with an adapter. What a client got or confirmed in the meantime is not moved back.
fn is_out(state: &State, attempt: &Attempt) -> bool {
    matches!(
        state.standing(attempt.message, &attempt.to),
        Some(Standing::Attempted(_) | Standing::Unknown(_) | Standing::Queued(_))
    )
}
