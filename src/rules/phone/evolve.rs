//! The wishes of phones: who wrote STOP is remembered, and who wrote START forgotten.

use super::{Fact, PhonePreferenceSet};
use crate::rules::State;

pub(in crate::rules) fn evolve(state: &mut State, fact: &Fact) {
    match fact {
        Fact::PhonePreferenceSet(PhonePreferenceSet { phone, sms: true }) => {
            state.phones_off.remove(phone);
        }
        Fact::PhonePreferenceSet(PhonePreferenceSet { phone, sms: false }) => {
            state.phones_off.insert(*phone, ());
        }
        // What came of it is a fact of a message or of a person; parts are the adapter's to join.
        Fact::Heard(_) | Fact::Part(_) => {}
    }
}
