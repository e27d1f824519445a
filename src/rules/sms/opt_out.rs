//! STOP and START by SMS: a user's preference, or that of a phone nobody has registered.

use crate::rules::{Fact, State};
use crate::words::{Phone, UserName};

/// The wish as a fact; none where it is fulfilled already.
pub(super) fn wishes_sms(state: &State, user: Option<&UserName>, phone: Phone, sms: bool) -> Option<Fact> {
    match user {
        Some(name) => {
            let changes = state.user_named(name).is_some_and(|user| user.sms_off == sms);
            changes.then(|| Fact::PreferenceSet { user: name.clone(), sms })
        }
        None => (state.phones_off.contains(&phone) == sms).then_some(Fact::PhonePreferenceSet { phone, sms }),
    }
}

/// The wish that a phone's owner had before they were registered.
pub(in crate::rules) fn opted_out_phone(
    state: &State,
    user: &UserName,
    phone: Option<Phone>,
) -> Option<Fact> {
    let off = phone.is_some_and(|phone| state.phones_off.contains(&phone));
    off.then(|| Fact::PreferenceSet { user: user.clone(), sms: false })
}

pub(super) fn evolve(state: &mut State, phone: Phone, sms: bool) {
    if sms {
        state.phones_off.remove(&phone);
    } else {
        state.phones_off.insert(phone);
    }
}
