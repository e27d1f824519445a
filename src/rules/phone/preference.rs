//! STOP and START by SMS: a user's preference, or that of a phone nobody has registered.

use super::PhonePreferenceSet;
use crate::rules::identity::PreferenceSet;
use crate::rules::{Fact, State};
use crate::words::{Phone, UserName};

/// The wish as a fact; none where it is fulfilled already.
pub(super) fn wishes_sms(state: &State, user: Option<&UserName>, phone: Phone, sms: bool) -> Option<Fact> {
    match user {
        Some(name) => {
            let changes = state.user_named(name).is_some_and(|user| user.sms_off == sms);
            changes.then(|| PreferenceSet { user: name.clone(), sms }.into())
        }
        None => (state.phones_off.contains(&phone) == sms).then(|| PhonePreferenceSet { phone, sms }.into()),
    }
}

/// The wish that a phone's owner had before they were registered.
pub(in crate::rules) fn opted_out_phone(
    state: &State,
    user: &UserName,
    phone: Option<Phone>,
) -> Option<Fact> {
    let off = phone.is_some_and(|phone| state.phones_off.contains(&phone));
    off.then(|| PreferenceSet { user: user.clone(), sms: false }.into())
}
