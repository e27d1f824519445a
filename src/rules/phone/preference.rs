//! STOP and START by SMS: the wish of the phone, and of the user whose it is.
//!
//! A phone's wish stays with the phone when it becomes somebody else's, and the user's with the user who gets another phone.

use super::PhonePreferenceSet;
use crate::rules::identity::PreferenceSet;
use crate::rules::{Fact, State};
use crate::words::{Phone, UserName};

/// The wish as facts; none where it is fulfilled already.
pub(super) fn wishes_sms(
    state: &State,
    user: Option<&UserName>,
    phone: Phone,
    sms: bool,
) -> impl Iterator<Item = Fact> {
    let of_user = user.and_then(|name| {
        let changes = state.user_named(name)?.sms_off == sms;
        changes.then(|| PreferenceSet::of_sms(name, sms).into())
    });
    of_user.into_iter().chain(wish_of_phone(state, phone, sms))
}

/// The wish of a phone, whoever's it is; none where it is fulfilled already.
pub(in crate::rules) fn wish_of_phone(state: &State, phone: Phone, sms: bool) -> Option<Fact> {
    (state.phones_off.contains_key(&phone) == sms).then(|| PhonePreferenceSet { phone, sms }.into())
}

/// The wish that a phone has when somebody gets it.
pub(in crate::rules) fn opted_out_phone(
    state: &State,
    user: &UserName,
    phone: Option<Phone>,
) -> Option<Fact> {
    let off = phone.is_some_and(|phone| state.phones_off.contains_key(&phone));
    off.then(|| PreferenceSet::of_sms(user, false).into())
}
