//! STOP and START by SMS: a user's preference, or that of a phone nobody has registered.

use super::PhonePreferenceSet;
use crate::rules::identity::PreferenceSet;
use crate::rules::{Fact, State};
use crate::words::{Phone, UserName};

/// The wish as facts; none where it is fulfilled already. A user's START also ends what the phone wished before it was theirs.
pub(super) fn wishes_sms(
    state: &State,
    user: Option<&UserName>,
    phone: Phone,
    sms: bool,
) -> impl Iterator<Item = Fact> {
    let of_user = user.and_then(|name| {
        let changes = state.user_named(name)?.sms_off == sms;
        changes.then(|| PreferenceSet { user: name.clone(), sms }.into())
    });
    let phone_changes = (sms || user.is_none()) && state.phones_off.contains(&phone) == sms;
    let of_phone = phone_changes.then(|| PhonePreferenceSet { phone, sms }.into());
    of_user.into_iter().chain(of_phone)
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
